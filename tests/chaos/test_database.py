"""A database that restarts, is killed, cuts connections or stays away while a backfill runs."""

import random
import signal
import time

import psycopg
import pytest
from driftbook import store
from driftbook.store.embedded import server, sockets

from tests.chaos.conftest import KEPT, backfill, rows, statuses, until

LAST = "2022-02-09"


@pytest.fixture
def place(anew):
    with anew():
        yield


@pytest.fixture(scope="module")
def clean():
    """Return the rows of a backfill that nothing happened to, computed once."""
    found = []

    def once(start):
        if not found:
            assert backfill(start, end=LAST).wait(300) == 0
            found.extend(rows())
            with store.connect() as connection:
                connection.execute("truncate driftbook.run cascade")
        return found

    return once


def restart(directory, how, seconds):
    server._end(directory, how)
    time.sleep(seconds)
    server.start(directory, KEPT)


def begun(process, number=2):
    """Wait until so many runs have begun."""
    until(lambda: len(store.runs()) >= number, process)


WHOLE = pytest.mark.whole


@pytest.mark.parametrize(
    "how", [pytest.param(signal.SIGINT, id="restarted", marks=WHOLE), pytest.param(signal.SIGKILL, id="killed")]
)
@pytest.mark.parametrize("wait", [0.0, *(pytest.param(0.2 * n, marks=WHOLE) for n in range(1, 10))])
def test_a_restart_in_the_middle(place, directory, clean, start, how, wait):
    expected = clean(start)
    process = backfill(start, end=LAST)
    begun(process)
    time.sleep(wait)
    restart(directory, how, seconds=1)
    assert process.wait(300) == 0, process.stdout.read()
    assert rows() == expected
    assert statuses() == {"succeeded"}


@WHOLE
def test_connections_that_are_cut_all_the_time(place, directory, clean, start):
    """No part of a day is written, and each day once."""
    expected, rng = clean(start), random.Random(0)
    process = backfill(start, end=LAST)
    begun(process)
    query = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'driftbook'"
    with psycopg.connect(sockets.uri(directory), autocommit=True) as connection:
        while process.poll() is None:
            connection.execute(query)
            time.sleep(rng.uniform(0.05, 0.5))
    assert process.returncode == 0, process.stdout.read()
    assert rows() == expected
    assert statuses() == {"succeeded"}


def test_one_that_stays_away(place, directory, clean, start, monkeypatch):
    expected = clean(start)
    monkeypatch.setenv("DRIFTBOOK_DATABASE_PATIENCE", "1")
    process = backfill(start, end=LAST)
    begun(process)
    server._end(directory, signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    last = said.strip().splitlines()[-1]
    assert "DatabaseUnavailable" in last and "cannot use PostgreSQL at" in last and "Traceback" not in last, said
    server.start(directory, KEPT)
    assert_whole()
    assert backfill(start, end=LAST).wait(300) == 0
    assert rows() == expected
    assert statuses() <= {"succeeded", "failed", "lost"}


def assert_whole():
    """Assert that each day's rows are of one revision, with its judgement, and noted in its run."""
    query = """
        select m.day, count(distinct m.revision), count(distinct j.revision), bool_and(r.stored_at is not null)
        from driftbook.measure m
        left join driftbook.judgement j on j.run_id = m.run_id
        left join driftbook.run r on r.run_id = m.run_id
        where m.current
        group by m.day
    """
    with store.connect() as connection:
        assert {row[1:] for row in connection.execute(query)} <= {(1, 1, True)}
