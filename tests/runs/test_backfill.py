import os
from types import SimpleNamespace

import pytest
from driftbook import store
from driftbook.errors import BadInput, RunFailed
from driftbook.periods import between
from driftbook.records import DayResult, Measure
from driftbook.runs import backfill, versions
from driftbook.runs.backfill import Job
from driftbook.sources import table

PERIOD = between("2022-02-08", "2022-02-11")
SOURCE = table.Settings(kind="table", query="select 1 where :start < :end", url_env="ROWS")
TRAINED = SimpleNamespace(settings=SimpleNamespace(name="m", source=SOURCE), version="v1")
DAYS = PERIOD.days
NOW = versions.of_days()[::-1]  # hash of the notebook, version of the code


class Asked(list):
    """The days monitored, those `debugged`, those of them `beside` others, and what `fails`."""

    def __init__(self):
        super().__init__()
        self.debugged, self.beside, self.fails = [], [], ("monitor", 9)


@pytest.fixture
def asked(monkeypatch):
    """Replace the workers; return the days they were asked for. The 9th fails."""
    days = Asked()

    class Crew:
        def __init__(self, trained, params, size):
            assert (trained, params, size) == (TRAINED, "demo", size)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        trained = TRAINED

        def run(self, some):
            self.waiting = [*some]
            while self.waiting:
                name, day = self.waiting.pop(0)
                asked = days if name == "monitor" else days.debugged
                asked.append(day)
                yield (name, day), "Error: no" if (name, day.day) == days.fails else ""

        def add(self, item):
            days.beside.append(item[1])
            self.waiting.insert(0, item)

    monkeypatch.setattr(backfill, "Crew", Crew)
    return days


@pytest.fixture
def two_days_stored(database):
    for day, version, status in ((DAYS[0], "v1", "succeeded"), (DAYS[2], "v0", "succeeded"), (DAYS[3], "v1", "failed")):
        run = store.open_run("monitor", "m", day, str(day), {}, "papermill", *NOW)
        store.write_day(run, DayResult("m", day, 3, (Measure("rows", 3.0, verdict="ok"),), {}, "d", version))
        store.close_run(run, status)


def outcomes(jobs):
    return [job.outcome for job in jobs]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["already there", "failed", "computed", "computed"]),
        ({"days": "all"}, ["computed", "failed", "computed", "computed"]),
        ({"days": "all", "workers": 1}, ["computed", "failed", "computed", "computed"]),
    ],
)
def test_which_days_run(asked, two_days_stored, options, expected):
    jobs = backfill.backfill(TRAINED, "demo", PERIOD, **options)
    assert [job.day for job in jobs] == DAYS
    assert outcomes(jobs) == expected
    assert sorted(asked) == [day for day, outcome in zip(DAYS, expected, strict=True) if outcome != "already there"]


def test_paced_days_come_one_after_the_other_in_order(asked, database, monkeypatch):
    waits = []
    monkeypatch.setattr(backfill.time, "sleep", waits.append)
    backfill.backfill(TRAINED, "demo", PERIOD, pace=30.0, workers=4)
    assert asked == DAYS
    assert len(waits) == 4
    assert all(0 < wait <= 30 for wait in waits)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"days": "some"}, r"days is 'some': expected one of \('missing', 'all'\)"),
        ({"pace": -1.0}, f"pace is -1.0 and workers {os.cpu_count()}: expected seconds from 0 and at least 1 worker"),
        ({"pace": float("nan")}, "pace is nan and workers"),
        ({"pace": float("inf")}, "pace is inf and workers"),
        ({"workers": 0}, "pace is 0.0 and workers 0: expected"),
    ],
)
def test_bad_options(asked, options, message):
    with pytest.raises(BadInput, match=message):
        backfill.backfill(TRAINED, "demo", PERIOD, **options)
    assert asked == []


def stored(day, verdict):
    run = store.open_run("monitor", "m", day, str(day), {}, "papermill", *NOW)
    store.write_day(run, DayResult("m", day, 3, (Measure("rows", 3.0, verdict=verdict),), {}, "d", "v1"))
    store.close_run(run, "succeeded")


@pytest.mark.parametrize(
    ("options", "debug", "expected", "beside"),
    [
        ({"days": "all"}, True, DAYS[1:3], DAYS[1:3]),
        ({"days": "all", "pace": 1e-6}, True, DAYS[1:3], []),
        ({"days": "missing"}, True, DAYS[1:3], []),  # there were numbers: others may change a verdict yet
        ({"days": "all"}, False, [], []),
    ],
)
def test_computed_days_that_alarm_are_taken_apart(asked, database, monkeypatch, options, debug, expected, beside):
    for day, verdict in zip(DAYS, ("ok", "alarm", "alarm", "no data"), strict=True):
        stored(day, verdict)
    asked.fails = ("debug", 9)
    monkeypatch.setattr(backfill.store, "stored_days", lambda *_: set())
    monkeypatch.setattr(backfill.history, "stale_days", lambda *_: set())
    jobs = backfill.backfill(TRAINED, "demo", PERIOD, debug=debug, **options)
    assert (asked.debugged, asked.beside) == (expected, beside)
    assert [job.error for job in jobs] == ["", "debug: Error: no" if debug else "", "", ""]
    assert outcomes(jobs) == ["computed"] * 4


def test_a_day_that_failed_is_not_taken_apart(asked, database):
    stored(DAYS[1], "alarm")
    backfill.backfill(TRAINED, "demo", PERIOD, days="all", debug=True)
    assert asked.debugged == []


def test_days_that_are_there_are_not_taken_apart_again(asked, database):
    stored(DAYS[2], "alarm")
    backfill.backfill(TRAINED, "demo", PERIOD, debug=True)
    assert asked.debugged == []


def test_the_failed_days_are_named_at_the_end():
    good, bad = Job(DAYS[0], "computed"), Job(DAYS[1], "failed", "BadData: cut short")
    backfill.check([good])
    with pytest.raises(RunFailed, match=r"^1 days failed, the others are in the database: 2022-02-09: BadData: cut"):
        backfill.check([good, bad])
    with pytest.raises(RunFailed, match="2022-02-08: debug: no"):
        backfill.check([Job(DAYS[0], "computed", "debug: no")])
    assert backfill.table([good, bad]).to_dict("list") == {
        "day": DAYS[:2], "outcome": ["computed", "failed"], "error": ["", "BadData: cut short"],
    }  # fmt: skip
