"""The table `day`, which the database keeps itself: always what the measures say."""

import datetime as dt
from dataclasses import replace

import psycopg
import pytest
from driftbook import store
from driftbook.records import DayResult, Measure

DAY = dt.date(2022, 2, 5)
RESULT = DayResult(
    "m", DAY, 3, (Measure("rows", 3, verdict="ok"), Measure("severity", 1.0, "fare", verdict="alarm")), {}, "d", "v"
)
QUIET = replace(RESULT, measures=(Measure("rows", 4, verdict="ok"),), data_hash="d2")
DIFFERENCE = """
    (select * from driftbook.day except select * from driftbook.day_of_measures)
    union all (select * from driftbook.day_of_measures except select * from driftbook.day)
"""


def record(result=RESULT, kind="papermill"):
    run_id = store.open_run("monitor", result.model, result.day, "", {}, kind, "n", "c")
    store.write_day(run_id, result)
    store.close_run(run_id, "succeeded")


def verdicts():
    with store.connect() as connection:
        assert connection.execute(DIFFERENCE).fetchall() == []
        query = "select model, day, rows, verdict from driftbook.day order by model, day"
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([RESULT], [("m", DAY, 3, "alarm")]),
        ([RESULT, RESULT], [("m", DAY, 3, "alarm")]),
        ([RESULT, QUIET], [("m", DAY, 4, "ok")]),
        ([QUIET, replace(RESULT, model="n")], [("m", DAY, 4, "ok"), ("n", DAY, 3, "alarm")]),
        ([replace(RESULT, measures=(Measure("x", None),))], [("m", DAY, None, "ok")]),
    ],
)
def test_it_follows_what_is_written(database, results, expected):
    for result in results:
        record(result)
    assert verdicts() == expected


def test_a_revision_kept_beside_does_not_count(database):
    record()
    record(QUIET, kind="interactive")
    assert verdicts() == [("m", DAY, 3, "alarm")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("update driftbook.measure set verdict = 'notice' where metric = 'severity'", [("m", DAY, 3, "notice")]),
        ("update driftbook.measure set current = false", []),
        ("delete from driftbook.measure where metric = 'severity'", [("m", DAY, 3, "ok")]),
        ("delete from driftbook.measure", []),
    ],
)
def test_it_follows_changes_by_hand(database, change, expected):
    record()
    with store.connect() as connection:
        connection.execute(change)
    assert verdicts() == expected


def test_a_failed_write_leaves_it_as_it_was(database):
    record()
    run_id = store.open_run("monitor", "m", DAY, "", {}, "papermill", "n", "other")
    with pytest.raises(psycopg.Error):
        store.write_day(run_id, replace(RESULT, measures=QUIET.measures * 2))
    assert verdicts() == [("m", DAY, 3, "alarm")]
