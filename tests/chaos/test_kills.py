"""A backfill that is killed anywhere, at any moment, and started again gives what one gives that nobody killed."""

import contextlib
import os
import random
import time
import uuid
from pathlib import Path

import psutil
import psycopg
import pytest
from driftbook import store

from tests.chaos.conftest import is_gone, until

DAYS = ("2022-02-08", "2022-02-11")
#: Current numbers without what names the run, the revision or the time.
MEASURES = """
    select day, metric, feature, segment, value, lower, upper, verdict, rows, model_version, reference, low, high
    from driftbook.measure where current order by day, metric, feature, segment
"""
JUDGEMENTS = """
    select day, verdict, reason, feature, cell, severity, fixed_score, fixed_threshold, trailing_score,
        trailing_threshold, trailing_days::text, counts::text, summary, since, lasted
    from driftbook.judgement where current order by day
"""
FEW, WHOLE = 6, 50


def backfill(start, **parameters):
    given = {"start": DAYS[0], "end": DAYS[-1], "workers": 2, "debug": "False", **parameters}
    return start("backfill.ipynb", *(word for name, value in given.items() for word in ("-p", name, value)))


def rows():
    with store.connect() as connection:
        return [connection.execute(query).fetchall() for query in (MEASURES, JUDGEMENTS)]


def statuses():
    return set(store.runs()["status"])


def locks():
    query = """
        select count(*) from pg_locks join pg_database d on d.oid = database
        where locktype = 'advisory' and datname = current_database()
    """
    with store.connect() as connection:
        return connection.execute(query).fetchone()[0]


@pytest.fixture(scope="module")
def anew(prepared, tmp_path_factory):
    """Return a function that gives an empty database and an archive of their own."""

    @contextlib.contextmanager
    def place():
        name = f"chaos_{uuid.uuid4().hex}"
        url = prepared["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"create database {name}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url.replace("/postgres?", f"/{name}?"))
            patch.setenv("DRIFTBOOK_MODELS_DIR", prepared["DRIFTBOOK_MODELS_DIR"])
            patch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path_factory.mktemp("archive")))
            yield
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")

    return place


def family(process):
    """Return a process and all below it, the deepest last."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    return []


def kill_one(process, rng):
    """Kill one of a backfill's processes some time after so many of its runs began; return all there were."""
    known, begun = len(store.runs()), rng.randrange(6)
    until(lambda: process.poll() is not None or len(store.runs()) >= known + begun)
    time.sleep(rng.uniform(0, 2))
    alive = family(process)
    if not alive:
        return set()
    everybody = {one.pid for one in alive}
    victim = rng.choice(alive)
    with contextlib.suppress(psutil.NoSuchProcess):
        everybody |= {one.pid for one in victim.children(recursive=True)}
        victim.kill()
    return everybody


def test_killed_anywhere_and_started_again(anew, start, pytestconfig):
    with anew():
        assert backfill(start).wait(300) == 0
        expected = rows()
    assert len({row[0] for row in expected[0]}) == 4
    times = WHOLE if pytestconfig.getoption("--whole", default=False) else FEW
    for seed in range(0, times, 3):
        with anew():
            for kill in range(seed, min(seed + 3, times)):
                process = backfill(start)
                everybody = kill_one(process, random.Random(kill))
                process.wait(300)
                until(lambda everybody=everybody: all(map(is_gone, everybody)))
            last = backfill(start)
            assert last.wait(300) == 0, f"seeds {seed} to {seed + 2}: {last.stdout.read()}"
            assert rows() == expected, f"seeds {seed} to {seed + 2}"
            assert statuses() <= {"succeeded", "failed", "lost"}
            assert locks() == 0
            assert sorted(Path(os.environ["TMPDIR"]).glob("driftbook-*")) == []


def test_two_backfills_divide_the_days(anew, start):
    with anew():
        first, second = backfill(start), backfill(start)
        assert (first.wait(300), second.wait(300)) == (0, 0)
        runs = store.runs()
        days = runs.loc[runs["notebook"] == "monitor", "day"]
        assert len(days) == days.nunique() == 4
        assert statuses() == {"succeeded"}


def test_the_days_of_a_killed_backfill_are_taken_up_by_the_other(anew, start):
    with anew():
        first = backfill(start, workers=1)
        until(lambda: "monitor" in set(store.runs()["notebook"]), first)
        second = backfill(start, workers=1)
        first.kill()
        assert second.wait(300) == 0
        runs = store.runs()
        done = runs[(runs["notebook"] == "monitor") & (runs["status"] == "succeeded")]
        assert sorted(set(done["day"].astype(str))) == ["2022-02-08", "2022-02-09", "2022-02-10", "2022-02-11"]
        store.mark_lost()
        assert statuses() == {"succeeded", "lost"}
