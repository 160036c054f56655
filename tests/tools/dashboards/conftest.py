"""Demo days as the dashboards meet them: stored on the embedded PostgreSQL and the system's, their pages archived."""

import datetime as dt
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from driftbook import batches, detectability, model, monitoring, paths, periods, store, training
from driftbook.pages import tables
from driftbook.store.embedded import server, sockets

from tools.dashboards.queries import Expansion

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
#: The oldest PostgreSQL that the system has, 15 on Debian 12: where its packages are put.
SYSTEM = min(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
#: One of each kind that the demo plants; the 13th is left out, the 16th fails.
DAYS = [dt.date(2022, 2, day) for day in (10, 11, 12, 14, 15, 17, 18, 19, 20, 22)]
FAILED = dt.date(2022, 2, 16)
#: The alarm of this day was taken apart by `debug`.
TAKEN_APART = dt.date(2022, 2, 14)
#: This day's page is a real run's.
EXECUTED = dt.date(2022, 2, 10)
RANGE = (dt.date(2021, 12, 1), dt.date(2022, 3, 1))


@dataclass(frozen=True)
class Stack:
    """A database as `config/database/init.sh` leaves it, with demo days in it, and their archive."""

    admin: str
    writer: str
    reader: str
    archive: Path
    passwords: tuple[str, str]
    host: Path
    port: int
    log: Path

    def initialise(self) -> str:
        """Run the stack's init script; return what it said."""
        environment = {
            "PATH": os.environ["PATH"],
            "PGHOST": str(self.host),
            "PGPORT": str(self.port),
            "POSTGRES_USER": "postgres",
            "POSTGRES_DB": "stack",
            "DRIFTBOOK_PASSWORD": self.passwords[0],
            "GRAFANA_READER_PASSWORD": self.passwords[1],
            "MIGRATIONS": str(paths.ROOT / "lib/driftbook/store/migrations"),
        }
        script = [str(paths.ROOT / "config/database/init.sh")]
        done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def rows(self, query: str, login: str = "reader") -> list[tuple]:
        """Return a query's rows, as Grafana's login if none is named."""
        with psycopg.connect(getattr(self, login)) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def results(demo, before):
    """The demo model, trained and saved, what it says of each day, and which faults it would miss."""
    settings, trained, _ = demo
    model.save(trained)
    read = [model.predicted(trained, batches.read(settings, periods.one_day(day))) for day in DAYS]
    found = [monitoring.report(trained, batch, before(batch.period.start)).result for batch in read]
    return settings, found, detectability.report(trained, training.reference(settings))


@pytest.fixture(scope="session", params=["embedded", "system"])
def stack(request, results, tmp_path_factory) -> Iterator[Stack]:
    """A filled stack on the embedded PostgreSQL 18 or on the system's own, 15 on Debian 12."""
    if request.param == "system" and SYSTEM is None:
        pytest.skip("the system has no PostgreSQL (apt-get install postgresql)")
    if request.param == "embedded":
        folder = tmp_path_factory.mktemp("stack").resolve()
        server.start(folder, FAST | {"log_statement": "all"})
        host, port, log, stop = sockets.folder(folder), sockets.PORT, folder / "server.log", lambda: server.stop(folder)
    else:
        host, port, log, stop = system_server()
    try:
        yield filled(host, port, log, results, tmp_path_factory.mktemp("archive"), executed=request.param == "embedded")
    finally:
        stop()


def system_server():
    """Start the system's PostgreSQL in a folder of its own; return its socket's folder, port, log and what ends it."""
    folder = Path(tempfile.mkdtemp(prefix="driftbook-system-", dir="/tmp"))
    user = {}
    if os.getuid() == 0:  # PostgreSQL does not run as root
        shutil.chown(folder, "nobody")
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    options = {"cwd": folder, "check": True, "capture_output": True, **user}
    subprocess.run(
        [SYSTEM / "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"], **options
    )
    settings = [f"-c {name}={value}" for name, value in (FAST | {"log_statement": "all", "timezone": "UTC"}).items()]
    flags = " ".join([f"-k {folder} -p 5415 -h ''", *settings])
    # The server would keep a pipe open.
    quiet = options | {"capture_output": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([SYSTEM / "pg_ctl", "-D", "data", "-w", "-l", "server.log", "-o", flags, "start"], **quiet)

    def stop():
        subprocess.run([SYSTEM / "pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder)

    return folder, 5415, folder / "server.log", stop


def filled(host: Path, port: int, log: Path, results, archive: Path, *, executed: bool) -> Stack:
    """Initialise a database and store the demo days in it, as the login that `make run` uses."""
    passwords = (f"writer-{secrets.token_urlsafe(9)}", f"reader-{secrets.token_urlsafe(9)}")
    place = f"host={host}&port={port}"
    admin = f"postgresql://postgres@/stack?{place}"
    writer, reader = (
        f"postgresql://{name}:{password}@/stack?{place}"
        for name, password in zip(("driftbook", "grafana_reader"), passwords, strict=True)
    )
    stack = Stack(admin, writer, reader, archive, passwords, host, port, log)
    with psycopg.connect(admin.replace("/stack", "/postgres"), autocommit=True) as connection:
        connection.execute("create database stack")
    assert stack.initialise() == ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", writer)
        patch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(archive))
        store_days(archive, results, leave_out=[EXECUTED] if executed else [])
        if executed:
            notebook = paths.notebooks_dir() / "monitor.ipynb"
            command = [sys.executable, "-m", "papermill", notebook, os.devnull, "-p", "day", str(EXECUTED)]
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return stack


def store_days(archive: Path, results, leave_out: list[dt.date]) -> None:
    settings, found, report = results
    run_id = store.open_run("train", "demo", None, "", {}, "papermill", "n1", "c1")
    store.write_detectability(run_id, report)
    store.close_run(run_id, "succeeded", page=page(archive, run_id, None))
    for result in found:
        if result.day not in leave_out:
            result = with_since(result)
            run_id = opened(result.day)
            store.write_day(run_id, result)
            store.close_run(run_id, "succeeded", page=page(archive, run_id, result.day, settings, result))
    run_id = opened(FAILED)
    store.close_run(run_id, "failed", error="BadData: cut short\ntraceback", page=page(archive, run_id, FAILED))
    run_id = store.open_run("debug", "demo", TAKEN_APART, str(TAKEN_APART), {}, "papermill", "n1", "c1")
    store.close_run(run_id, "succeeded", page=page(archive, run_id, TAKEN_APART, notebook="debug"))
    run_id = store.open_run("smoke", "", None, "", {}, "papermill", "n1", "c1")
    store.write_smoke(run_id, 0.25)
    store.close_run(run_id, "succeeded", page=page(archive, run_id, None))


def with_since(result):
    """Return a day whose alarm, if it is one, began on it: `report` was not given the days before to tell."""
    is_alarm = result.judgement.verdict == "alarm"
    given = {"since": result.day, "lasted": 1} if is_alarm else {}
    return replace(result, judgement=replace(result.judgement, **given))


def opened(day: dt.date) -> str:
    return store.open_run("monitor", "demo", day, str(day), {}, "papermill", "n1", "c1")


def page(archive: Path, run_id: str, day: dt.date | None, settings=None, result=None, notebook="monitor") -> str:
    """Write the part of a page that holds its numbers, where the archive has it; return its address."""
    relative = Path("demo", notebook, str(day)) if day else Path("smoke")
    name = f"{notebook}.html" if day else "smoke.html"
    (archive / relative / run_id).mkdir(parents=True)
    content = tables.measures(settings, result.measures).data if result else "nothing"
    (archive / relative / run_id / name).write_text(content, encoding="utf-8")
    return (relative / run_id / name).as_posix()


@pytest.fixture(scope="session")
def expansion():
    """What variables and macros stand for on the dashboards over monitored days."""
    return Expansion(*RANGE, variables={"models": ["demo"], "column": ["trip_distance"]})


@pytest.fixture(scope="session")
def wall_clock(expansion):
    """The same on the dashboards over runs, whose range ends now."""
    today = dt.datetime.now(dt.UTC).date()
    return Expansion(today - dt.timedelta(7), today + dt.timedelta(1), variables=expansion.variables)
