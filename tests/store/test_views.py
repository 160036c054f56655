"""The views of days judged under a budget: one alarm a day with its reason, a column against both references."""

import datetime as dt
from dataclasses import replace

import psycopg
import pytest
from driftbook import store
from driftbook.records import DayResult, Judgement, Measure
from driftbook.verdicts import VERDICTS

DAY = dt.date(2022, 2, 5)
REASON = "fare: missing values make 31.0% of the rows, usually 0.2%"
ALARM = Judgement("alarm", REASON, "saturday", "fare", "missing", severity=3.0)
MEASURES = (
    Measure("severity", 3.0, upper=1.0, verdict="alarm"),
    Measure("severity", 3.0, "fare", upper=1.0, verdict="alarm"),
    Measure("severity", 0.5, "tip", upper=1.0, verdict="ok"),
    Measure("score", 6.0, upper=2.0),
    Measure("score", 6.0, "fare", upper=2.0),
    Measure("score", 1.0, "tip", upper=2.0),
    Measure("trailing_score", 12.0, "fare", upper=4.0),
    Measure("missing_share", 0.31, "fare", upper=0.1, verdict="alarm"),
)
RESULT = DayResult("m", DAY, 3, MEASURES, {}, "d", "v", ALARM)


def record(result=RESULT, status="succeeded", kind="papermill", error=""):
    run_id = store.open_run("monitor", "m", result.day, "", {}, kind, "n", "c")
    if status == "succeeded":
        store.write_day(run_id, result)
    store.close_run(run_id, status, page=f"{result.day}.html", error=error)


def read(query):
    with store.connect() as connection:
        return connection.execute(query).fetchall()


def alarms():
    return read("select day, metric, feature, segment, value, upper, verdict, page, reason from driftbook.alarm")


def test_a_judged_day_alarms_once_with_its_reason(database):
    record()
    assert alarms() == [(DAY, "severity", "fare", "", 3.0, 1.0, "alarm", f"{DAY}.html", REASON)]


@pytest.mark.parametrize("severity", [0.8, 1.0, None])
def test_an_alarm_of_a_check_blames_no_column(database, severity):
    found = "52.0% of the rows repeat another row exactly, at most 1.0% may"
    record(replace(RESULT, judgement=replace(ALARM, severity=severity, reason=found)))
    assert alarms() == [(DAY, "severity", "", "", severity, 1.0, "alarm", f"{DAY}.html", found)]


@pytest.mark.parametrize("verdict", [name for name in VERDICTS if name not in ("no data", "alarm", "failed")])
def test_other_verdicts_call_nobody(database, verdict):
    record(replace(RESULT, judgement=replace(ALARM, verdict=verdict)))
    assert alarms() == []


def test_a_day_without_rows(database):
    empty = Judgement("no data", "no row arrived", "saturday")
    record(replace(RESULT, measures=(Measure("rows", 0.0, verdict="no data"),), judgement=empty))
    assert alarms() == [(DAY, "severity", "", "", None, 1.0, "no data", f"{DAY}.html", "no row arrived")]


def test_days_without_a_judgement_alarm_by_their_measures(database):
    own = (Measure("own", 2.0, "fare", upper=1.0, verdict="alarm"), Measure("own", 0.5, "tip", upper=1.0, verdict="ok"))
    record(replace(RESULT, measures=own, judgement=None))
    assert alarms() == [(DAY, "own", "fare", "", 2.0, 1.0, "alarm", f"{DAY}.html", "own is beyond its threshold")]


def test_a_day_that_failed(database):
    record(status="failed", error="BadData: cut short\ntraceback")
    assert alarms() == [(DAY, "run", "", "", None, None, "failed", f"{DAY}.html", "BadData: cut short")]


def test_the_current_revision_counts(database):
    record()
    record(replace(RESULT, data_hash="d2", judgement=replace(ALARM, verdict="ok"), measures=MEASURES[2:3]))
    record(replace(RESULT, data_hash="d3"), kind="interactive")
    assert alarms() == []
    assert read("select feature, severity, score from driftbook.column_score") == [("tip", 0.5, None)]


def test_a_column_against_both_references(database):
    record()
    columns = "feature, severity, verdict, score, threshold, trailing_score, trailing_threshold, page"
    assert read(f"select {columns} from driftbook.column_score order by feature") == [
        ("fare", 3.0, "alarm", 6.0, 2.0, 12.0, 4.0, f"{DAY}.html"),
        ("tip", 0.5, "ok", 1.0, 2.0, None, None, f"{DAY}.html"),
    ]


def test_a_score_that_is_not_asked_for_is_not_read(database):
    (plan,) = read("explain (format json) select day, feature, severity, verdict from driftbook.column_score")[0]
    assert "Plans" not in plan[0]["Plan"]
    with psycopg.connect(database) as connection:
        query = "explain (format json) select trailing_score from driftbook.column_score"
        ((plan,),) = connection.execute(query).fetchall()
    assert str(plan).count("'Relation Name'") == 2
