"""Which runs still have a process, and which days are at work: what several processes ask at once."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psutil
import psycopg

from driftbook.store import away
from driftbook.store.connection import connect

_GONE = "lost: its process, {}, is gone{}; what it was about has to be run again, which backfill does for days"
_SILENT = "lost: it began more than a day ago on another machine and has not ended"


@cache
def host() -> str:
    """Return where ids of processes mean what they mean here: the host's name, its boot, the namespace of the ids."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{socket.gethostname()} {boot} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115 - it leads nowhere
    except OSError:  # no Linux
        return socket.gethostname()


def process(pid: int | None = None) -> str:
    """Return a process's id and when it started, empty if it is gone; this one's where no id is given."""
    pid = os.getpid() if pid is None else pid
    try:
        if not Path("/proc/self/stat").exists():
            return f"{pid} {psutil.Process(pid).create_time():.0f}"
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (OSError, psutil.Error):
        return ""
    # The start in ticks since boot: a clock that is set does not move it.
    return "" if fields[0] in "ZX" else f"{pid} {fields[19]}"


@away.again
def mark_lost(ends: Mapping[int, str] | None = None) -> list[str]:
    """Mark each run `lost` whose process is gone, or that runs for a day elsewhere; return their ids.

    Parameters
    ----------
    ends
        Id of a process to how it ended, where that is known.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    running = "select run_id, process from driftbook.run where status = 'running' and "
    lost = "update driftbook.run set status = 'lost', error = %s where run_id = %s and status = 'running'"
    with connect() as connection:
        here = connection.execute(f"{running} host = %s", [host()]).fetchall()
        gone = {run_id: _gone(its, ends or {}) for run_id, its in here if process(int(its.split()[0])) != its}
        old = f"{running} host <> %s and started_at < now() - interval '1 day'"
        gone |= {run_id: _SILENT for run_id, _ in connection.execute(old, [host()])}
        with connection.cursor() as cursor:
            cursor.executemany(lost, [(error, run_id) for run_id, error in sorted(gone.items())])
    return sorted(gone)


def _gone(its: str, ends: Mapping[int, str]) -> str:
    pid = int(its.split()[0])
    return _GONE.format(pid, f" ({ends[pid]})" if pid in ends else "")


@contextmanager
def alone(model: str, day: object, *, wait: bool) -> Iterator[bool]:
    """Hold a model's day against other processes that compute it; yield whether it is ours, after waiting if asked.

    The server lets go of it when the process that holds it ends, however it ends.
    """
    key = f"run {model} {day}"  # not the key under which rows are written, which another connection takes
    connection, ours = _held(key, wait=wait)
    with connection:
        yield ours
        with suppress(psycopg.OperationalError):  # it is lost, and the lock with it
            connection.execute("select pg_advisory_unlock_all()")
            connection.autocommit = False


@away.again
def _held(key: str, *, wait: bool) -> tuple[psycopg.Connection, bool]:
    connection = connect()
    connection.autocommit = True  # no transaction stays open for as long as a run takes
    try:
        if wait:
            connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [key])
            return connection, True
        (ours,) = connection.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [key]).fetchone()
    except BaseException:
        connection.close()
        raise
    return connection, ours
