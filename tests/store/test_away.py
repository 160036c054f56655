"""A server that goes away and comes back, connections that are cut, and transactions that lose against others."""

import datetime as dt
import re
import signal
import threading
import time
import uuid

import psycopg
import pytest
from driftbook import store
from driftbook.errors import BadInput, DatabaseUnavailable
from driftbook.records import Detectability, DetectabilityReport
from driftbook.store import away, connection, days
from driftbook.store.embedded import server, sockets

from tests.store.test_days import DAY, RESULT, opened

FOUND = (Detectability("other unit", "fare", "times", (1.1, 2.0), (0.5, 1.0), 2.0, "x2"),)
REPORT = DetectabilityReport("m", "v1", 1.0, 23, (DAY,), (), FOUND)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """The folder of a server that is nobody else's."""
    directory = tmp_path_factory.mktemp("own").resolve()
    yield directory
    server.stop(directory)


@pytest.fixture
def own(directory, monkeypatch):
    """The folder of a running server with an empty database, which DATABASE_URL names: only the test starts it."""
    uri = server.start(directory, {"fsync": "off"})
    monkeypatch.setattr(away, "_gave_up", False)
    name = f"own_{uuid.uuid4().hex}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    monkeypatch.setenv("DATABASE_URL", sockets.uri(directory, name))
    return directory


@pytest.fixture
def back(own):
    """Return a function that ends the server, by a signal, and starts it again some time later."""
    threads = []

    def end(how=signal.SIGINT, seconds=0.7):
        server._end(own, how)
        threads.append(threading.Timer(seconds, server.start, [own, {"fsync": "off"}]))
        threads[-1].start()

    yield end
    for thread in threads:
        thread.join()


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "papermill"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["restarted", "killed"])
def test_a_server_that_was_used_is_waited_for(own, back, how, caplog):
    run_id = opened()
    back(how)
    assert store.run(run_id)["status"] == "running"
    (said,) = warnings(caplog)
    assert said.startswith("Trying again, as this may pass: cannot use PostgreSQL at host ")


def test_one_that_was_not_used_is_not(own, monkeypatch):
    monkeypatch.setattr(connection, "_migrated", set())
    server._end(own, signal.SIGINT)
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable, match=r"cannot use PostgreSQL at .* and that the server is up$"):
        store.runs()
    assert time.monotonic() - begun < 2


def test_one_that_the_run_used_is_waited_for_by_its_kernel(own, back, monkeypatch):
    opened()
    monkeypatch.setattr(connection, "_migrated", set())
    monkeypatch.setenv("DRIFTBOOK_RUN", "x")
    back()
    assert len(store.runs()) == 1


def test_one_that_stays_away_is_waited_for_once(own, back, monkeypatch):
    opened()
    monkeypatch.setenv("DRIFTBOOK_DATABASE_PATIENCE", "0.8")
    server._end(own, signal.SIGINT)
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable, match=r"; it was waited for 0.8 s \(DRIFTBOOK_DATABASE_PATIENCE\)$"):
        store.runs()
    assert time.monotonic() - begun < 1.5
    begun = time.monotonic()
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable, match=r"and that the server is up$"):
            store.close_run("x", "failed")
    assert time.monotonic() - begun < 0.5
    server.start(own, {"fsync": "off"})
    assert len(store.runs()) == 1
    monkeypatch.delenv("DRIFTBOOK_DATABASE_PATIENCE")
    back()
    assert len(store.runs()) == 1


def test_who_watches_does_not_wait(own):
    store.service_status()
    server._end(own, signal.SIGINT)
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        store.service_status()
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("given", ["soon", "-1", "nan", "inf"])
def test_patience_is_a_number_of_seconds(database, monkeypatch, given):
    monkeypatch.setenv("DRIFTBOOK_DATABASE_PATIENCE", given)
    with pytest.raises(BadInput, match=f"DRIFTBOOK_DATABASE_PATIENCE is '{re.escape(given)}': expected for how many"):
        store.connect()


@pytest.fixture
def cut(database, monkeypatch):
    """Return a function: the next transaction's connection is ended by the server once it has executed a statement."""

    def plan(part):
        plain, done = psycopg.Connection.execute, []

        def execute(self, query, *rest, **options):
            found = plain(self, query, *rest, **options)
            if part in str(query) and not done:
                done.append(self.info.backend_pid)
                with psycopg.connect(database) as other:
                    other.execute("select pg_terminate_backend(%s, 5000)", done)
            return found

        monkeypatch.setattr(psycopg.Connection, "execute", execute)
        return done

    return plan


CALLS = {
    "open_run": ("insert into driftbook.run", lambda run_id: opened()),
    "close_run": ("update driftbook.run", lambda run_id: store.close_run(run_id, "succeeded")),
    "fetch": ("from driftbook.run_overview", lambda run_id: store.runs()),
    "computed_days": ("left join lateral", lambda run_id: store.computed_days("m", DAY, DAY)),
    "write_detectability": ("set stored_at", lambda run_id: store.write_detectability(run_id, REPORT)),
    "mark_lost": ("select run_id, process", lambda run_id: store.mark_lost()),
    "write_day": ("pg_advisory_xact_lock", lambda run_id: store.write_day(run_id, RESULT)),
    "write_day at its end": ("set stored_at", lambda run_id: store.write_day(run_id, RESULT)),
}


@pytest.mark.parametrize("call", CALLS)
def test_what_a_cut_connection_did_not_commit_is_done_again(cut, call, caplog):
    run_id = opened()
    part, attempt = CALLS[call]
    ended = cut(part)
    attempt(run_id)
    assert len(ended) == 1
    with store.connect() as opened_again:
        counts = [
            opened_again.execute(f"select count(*) from driftbook.{table}").fetchone()[0]
            for table in ("run", "measure", "judgement", "detectability")
        ]
    expected = {"open_run": [2, 0, 0, 0], "write_detectability": [1, 0, 0, 1]}
    expected |= {"write_day": [1, 3, 1, 0], "write_day at its end": [1, 3, 1, 0]}
    assert counts == expected.get(call, [1, 0, 0, 0])


def test_a_day_that_stays_cut_is_written_not_at_all(database, monkeypatch):
    run_id = opened()
    monkeypatch.setenv("DRIFTBOOK_DATABASE_PATIENCE", "3")  # a first try may take its time
    monkeypatch.setattr(away, "_gave_up", False)
    tried = []

    def end(connection, *_):
        tried.append(connection.execute("select count(*) from driftbook.measure").fetchone())
        with psycopg.connect(database) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])

    monkeypatch.setattr(days, "_set_limits", end)
    with pytest.raises(DatabaseUnavailable, match=r"the connection to the database was lost: .*waited for 3 s"):
        store.write_day(run_id, RESULT)
    assert len(tried) > 1 and set(tried) == {(3,)}
    with store.connect() as opened_again:
        query = "select (select count(*) from driftbook.measure), (select count(*) from driftbook.judgement)"
        assert opened_again.execute(query).fetchone() == (0, 0)
    assert store.run(run_id)["stored_at"] is None


@pytest.mark.parametrize("error", [psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected])
def test_a_transaction_that_lost_against_another_is_done_again(error):
    raised = [error("no")]

    @away.again
    def attempt():
        if raised:
            raise raised.pop()
        return 1

    assert attempt() == 1


ERRORS = [psycopg.errors.QueryCanceled, psycopg.errors.DiskFull, psycopg.errors.UniqueViolation, BadInput, SystemExit]


@pytest.mark.parametrize("error", ERRORS)
def test_anything_else_is_raised_at_once(error):
    raised = []

    @away.again
    def attempt():
        raised.append(1)
        raise error("no")

    with pytest.raises(error):
        attempt()
    assert len(raised) == 1


def test_the_outermost_is_done_again():
    tried = []

    @away.again
    def inner():
        tried.append("inner")
        if len(tried) < 4:
            raise psycopg.OperationalError("the connection is lost")

    @away.again
    def outer():
        tried.append("outer")
        inner()

    outer()
    assert tried == ["outer", "inner", "outer", "inner"]


def test_a_held_day_may_outlive_its_server(own, back):
    opened()
    with store.alone("m", dt.date(2022, 2, 5), wait=True) as ours:
        assert ours
        back(seconds=0)
        assert len(store.runs()) == 1
    assert sockets.folder(own).exists()


def test_an_embedded_server_that_is_killed_in_the_middle_of_a_day_is_started_again(directory, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(server.paths, "postgres_dir", lambda: directory)
    run_id, plain, killed = opened(), days._set_limits, []

    def kill(*arguments):
        if not killed:
            killed.append(server._end(directory, signal.SIGKILL))
        plain(*arguments)

    monkeypatch.setattr(days, "_set_limits", kill)
    assert store.write_day(run_id, RESULT).changed
    assert killed == [True] and len(store.measures("m", DAY, DAY + dt.timedelta(1))) == 3
