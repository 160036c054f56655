"""The embedded PostgreSQL server: real PostgreSQL from a pip package, listening on a private Unix socket only."""

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import psutil
import psycopg
from filelock import FileLock

from driftbook import paths
from driftbook.errors import DatabaseUnavailable
from driftbook.store.embedded import binaries, libpq, sockets

#: Crash recovery may take this long before a start or stop gives up.
PATIENCE_SECONDS = 60
_SETTINGS = {"shared_buffers": "64MB", "max_connections": "100", "timezone": "UTC", "log_timezone": "UTC"}


def start(directory: Path | None = None, settings: Mapping[str, str] | None = None) -> str:
    """Start the server of a directory unless it runs already, and return the libpq URI of its database `postgres`.

    Writes `data/`, `server.log` and `lock` below the directory. Several processes may call it at once; a server or
    starter killed at any point is recovered from. The server outlives the caller.

    Parameters
    ----------
    directory
        Defaults to the project's `.postgres/`.
    settings
        PostgreSQL settings for a server that this call starts, beside the built-in small ones.

    Raises
    ------
    DatabaseUnavailable
        If the server does not accept connections within `PATIENCE_SECONDS`, with the end of its log.
    """
    directory = _resolved(directory)
    if not is_running(directory):
        with _locked(directory):
            _initialise(directory)
            if not _came_back(directory):
                _launch(directory, {**_SETTINGS, **(settings or {})})
    return sockets.uri(directory)


def stop(directory: Path | None = None) -> bool:
    """Shut the server of a directory down, rolling open transactions back; return whether one was running.

    Raises
    ------
    DatabaseUnavailable
        If it still runs after `PATIENCE_SECONDS`.
    """
    directory = _resolved(directory)
    if not directory.is_dir():
        return False
    with _locked(directory):
        ended = _end(directory, signal.SIGINT)
        with contextlib.suppress(OSError):
            sockets.folder(directory).rmdir()
    return ended


@contextlib.contextmanager
def during(directory: Path | None = None) -> Iterator[None]:
    """Have whoever is the last to leave this context stop the server, unless it ran before the first one entered.

    Any number of processes may be in it at once; one that is killed counts as gone.
    """
    directory = _resolved(directory)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / "during").open("a+", encoding="utf-8") as file:
        if _alone(file):
            file.truncate(0)
            file.write("it ran before" if is_running(directory) else "it did not run")
            file.flush()
        fcntl.flock(file, fcntl.LOCK_SH)  # as the first one too: others may enter from now on
        try:
            yield
        finally:
            file.seek(0)
            if _alone(file) and file.read() == "it did not run":
                stop(directory)


def _alone(file: IO) -> bool:
    """Return whether no other process holds a lock of the file, which is then held."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_running(directory: Path | None = None) -> bool:
    """Return whether the server of a directory accepts connections."""
    directory = _resolved(directory)
    if not seems_running(directory):
        return False
    try:
        with libpq.unset():
            psycopg.connect(sockets.uri(directory), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def seems_running(directory: Path | None = None) -> bool:
    """Return whether a server of a directory was started and not stopped; it is not asked."""
    directory = _resolved(directory)
    # A deleted data folder's server listens for up to a minute more; its pid file is gone with the folder.
    return (directory / "data" / "postmaster.pid").exists() and sockets.is_own(sockets.folder(directory))


def address(directory: Path | None = None) -> str:
    """Return the libpq URI of the database `postgres` of the server of a directory, whether it runs or not."""
    return sockets.uri(_resolved(directory))


def _resolved(directory: Path | None) -> Path:
    return (directory or paths.postgres_dir()).resolve()


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold the directory's lock. The kernel releases it on any death; children do not inherit it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(directory / "lock"):
        yield


def _initialise(directory: Path) -> None:
    """Make the data folder, complete or not at all."""
    data = directory / "data"
    # Left by a killed starter, whose initdb may still write there: what it adds now goes with the next start.
    for leftover in directory.glob("data.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if (data / "PG_VERSION").is_file():
        return
    fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=directory))
    if os.getuid() == 0:
        os.chown(fresh, *binaries.unprivileged())
    options = ("--username=postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C")
    finished = binaries.run("initdb", "-D", str(fresh), *options)
    if finished.returncode:
        said = finished.stderr.strip() + binaries.nameless()
        raise DatabaseUnavailable(f"initdb failed in {directory}: {said}; {binaries.OTHERWISE}")
    try:
        fresh.rename(data)
    except OSError as error:
        raise DatabaseUnavailable(f"{data} exists but holds no PostgreSQL data ({error}): move it away") from None


def _came_back(directory: Path) -> bool:
    """Wait for a server that is still starting, or still going away; return whether one accepts connections."""
    if not (directory / "data" / "postmaster.pid").exists():
        _end(directory, signal.SIGQUIT)  # the server of a data folder that was deleted under it
        return False
    settled = _wait_until(lambda: is_running(directory) or not binaries.processes(directory / "data"))
    if not settled:
        raise DatabaseUnavailable(
            f"a server works on {directory} but accepts no connection: stop it with "
            f"`driftbook db stop`; {_log_tail(directory)}"
        )
    return bool(binaries.processes(directory / "data"))


def _launch(directory: Path, settings: Mapping[str, str]) -> None:
    socket_folder = sockets.folder(directory)
    sockets.make_private(socket_folder)
    # PostgreSQL takes any live process with a stale file's pid for a server; with the lock held we know better.
    for stale in (directory / "data" / "postmaster.pid", *socket_folder.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)
    options = ["-D", str(directory / "data"), "-h", "", "-p", str(sockets.PORT), "-k", str(socket_folder)]
    options += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    pid = binaries.spawn(directory / "server.log", "postgres", *options)
    _wait_until(lambda: is_running(directory) or not binaries.is_alive(pid))
    if not is_running(directory):
        raise DatabaseUnavailable(
            f"the embedded PostgreSQL in {directory} did not start: {_log_tail(directory)}\n{binaries.OTHERWISE}"
        )


def _end(directory: Path, how: signal.Signals) -> bool:
    processes = binaries.processes(directory / "data")
    pids = {process.pid for process in processes}
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.ppid() not in pids:
                process.send_signal(how)
    if not _wait_until(lambda: not binaries.processes(directory / "data")):
        raise DatabaseUnavailable(f"the server in {directory} does not stop: {_log_tail(directory)}")
    return bool(processes)


def _wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _log_tail(directory: Path, lines: int = 10) -> str:
    log = directory / "server.log"
    if not log.is_file():
        return "it wrote no log"
    return "its log ends:\n" + "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
