"""A backfill that is killed anywhere, at any moment, and started again gives what one gives that nobody killed."""

import contextlib
import os
import random
import time
from pathlib import Path

import psutil
import pytest
from driftbook import store
from driftbook.store.embedded import binaries, server

from tests.chaos.conftest import KEPT, backfill, is_gone, rows, statuses, until

FEW, WHOLE = 6, 50


def locks():
    query = """
        select count(*) from pg_locks join pg_database d on d.oid = database
        where locktype = 'advisory' and datname = current_database()
    """
    with store.connect() as connection:
        return connection.execute(query).fetchone()[0]


def family(process):
    """Return a process and all below it, the deepest last."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    return []


def kill_one(process, rng, directory):
    """Kill one of a backfill's processes, or one of its server's, some time after so many of its runs began.

    Return all processes that the backfill had. The server is started again, as by whoever watches over it.
    """
    known, begun = len(store.runs()), rng.randrange(6)
    until(lambda: process.poll() is not None or len(store.runs()) >= known + begun)
    time.sleep(rng.uniform(0, 2))
    alive = family(process)
    if not alive:
        return set()
    everybody = {one.pid for one in alive}
    if rng.random() < 0.25:
        kill_server(directory, rng)
        return everybody
    victim = rng.choice(alive)
    with contextlib.suppress(psutil.NoSuchProcess):
        everybody |= {one.pid for one in victim.children(recursive=True)}
        victim.kill()
    return everybody


def kill_server(directory, rng):
    """Kill the server's first process, which starts the others, or the one that serves some connection."""
    processes = binaries.processes(directory / "data")
    pids = {one.pid for one in processes}
    first = [one for one in processes if one.ppid() not in pids]
    victim = rng.choice([*first, rng.choice([one for one in processes if one not in first])])
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.kill()
    time.sleep(rng.uniform(0, 1))
    server.start(directory, KEPT)


def test_killed_anywhere_and_started_again(anew, directory, start, pytestconfig):
    with anew():
        assert backfill(start).wait(300) == 0
        expected = rows()
    assert len({row[0] for row in expected[0]}) == 4
    times = WHOLE if pytestconfig.getoption("--whole", default=False) else FEW
    for seed in range(0, times, 3):
        with anew():
            for kill in range(seed, min(seed + 3, times)):
                process = backfill(start)
                everybody = kill_one(process, random.Random(kill), directory)
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


@pytest.mark.whole
def test_every_day_three_times_in_random_order_by_two(anew, start):
    """One day at a time, each asked for three times, by two processes at once: computed once, to a clean run's rows."""
    with anew():
        assert backfill(start).wait(300) == 0
        expected = rows()
    days = [f"2022-02-{day:02}" for day in range(8, 12)] * 3
    random.Random(0).shuffle(days)
    with anew():
        running = []
        while days or running:
            while days and len(running) < 2:
                day = days.pop()
                running.append(backfill(start, start=day, end=day, workers=1))
            time.sleep(0.05)
            for process in [one for one in running if one.poll() is not None]:
                assert process.returncode == 0, process.stdout.read()
                running.remove(process)
        assert rows() == expected
        runs = store.runs()
        assert statuses() == {"succeeded"}
        assert list(runs.loc[runs["notebook"] == "monitor", "day"].value_counts()) == [1] * 4
