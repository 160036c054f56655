"""Reading judgements: whole rows, the current ones only, and the days as counts by model version."""

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pytest
from driftbook import store
from driftbook.profiles import profile
from driftbook.records import DayResult, Judgement, Measure
from driftbook.verdicts import VERDICTS

START, END = dt.date(2022, 2, 1), dt.date(2022, 3, 1)
DAY, NEXT = dt.date(2022, 2, 5), dt.date(2022, 2, 6)
USED = {dt.date(2022, 2, 3): "h3", dt.date(2022, 2, 4): "h4"}
JUDGEMENT = Judgement(
    *("drift", "fare: rare values make 3.0% of the rows, usually 1.0%", "saturday", "fare", "other", 0.03, 0.01),
    *(0.9, 6.0, 4.0, 3.5, 4.5),
    fixed_days=(dt.date(2022, 1, 1),),
    trailing_days=tuple(USED.items()),
    facts=("fare", "rows"),
    since=dt.date(2022, 2, 4),
    fixed_threshold_error=0.4,
    lasted=2,
    summary="3% of the rows have a rare fare.",
)
COLUMNS = [
    *("model", "day", "verdict", "reason", "day_class", "feature", "cell", "day_share", "reference_share", "severity"),
    *("fixed_score", "fixed_threshold", "trailing_score", "trailing_threshold", "fixed_days", "trailing_days"),
    *("labels", "model_version", "revision", "run_id", "page"),
    *("facts", "since", "fixed_threshold_error", "trailing_threshold_error", "summary", "lasted"),
]


def record(day=DAY, judgement=JUDGEMENT, counts=None, version="v1", data_hash="d1", **changes):
    """Write one closed run with a day's judgement; return the run's id."""
    given = {"notebook": "monitor", "model": "m", "day": day, "label": "", "parameters": {}, "kind": "papermill"}
    run_id = store.open_run(**{**given, **changes}, notebook_hash="n1", code_version="c1")
    counts = {"day": str(day)} if counts is None else counts
    measures = (Measure("rows", 3.0, verdict="ok"),)
    result = DayResult(given["model"], day, 3, measures, {}, data_hash, version, judgement, counts or None, "x")
    store.write_day(run_id, result)
    store.close_run(run_id, "succeeded", page=f"{data_hash}.html")
    return run_id


def judgements(**changes):
    return store.judgements(**{"model": "m", "start": START, "end": END, **changes})


def test_a_whole_row(database):
    run_id = record()
    frame = judgements()
    assert list(frame) == COLUMNS
    assert frame.drop(columns="trailing_threshold_error").iloc[0].tolist() == [
        *("m", DAY, "drift", JUDGEMENT.reason, "saturday", "fare", "other", 0.03, 0.01, 0.9, 6.0, 4.0, 3.5, 4.5, 1, 2),
        *("complete", "v1", 1, run_id, "d1.html", ["fare", "rows"], dt.date(2022, 2, 4), 0.4),
        *(JUDGEMENT.summary, 2),
    ]


@pytest.mark.parametrize("is_empty", [True, False])
def test_types_with_and_without_rows(database, is_empty):
    if not is_empty:
        record(judgement=Judgement("no data", "no row arrived", "saturday"))
    types = judgements().dtypes.astype(str).to_dict()
    floats = {name for name, kind in types.items() if kind == "float64"}
    assert floats == {*COLUMNS[7:14], *COLUMNS[-4:-2]}
    assert {name for name, kind in types.items() if kind == "Int64"} == {
        "fixed_days",
        "trailing_days",
        "revision",
        "lasted",
    }


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_can_be_stored(database, verdict):
    record(judgement=Judgement(verdict, "because", "saturday"))
    assert judgements()["verdict"].tolist() == [verdict]


def test_days_half_open_in_order_of_one_model(database):
    for day in (END, dt.date(2022, 2, 28), START, dt.date(2022, 1, 31)):
        record(day)
    assert judgements()["day"].tolist() == [START, dt.date(2022, 2, 28)]
    assert judgements(model="other").empty


def test_current_ones_only(database):
    record()
    record(judgement=Judgement("ok", "second", "saturday"), data_hash="d2")
    record(judgement=Judgement("alarm", "beside", "saturday"), data_hash="d3", kind="interactive")
    assert judgements()[["reason", "revision", "page"]].to_numpy().tolist() == [["second", 2, "d2.html"]]
    assert pd.isna(judgements()["severity"].iloc[0])


def test_counts_by_day_of_a_model_version(database):
    record(counts={"rows": 3})
    record(counts={"rows": 4}, data_hash="d2")
    record(NEXT, counts={}, judgement=Judgement("no data", "no row arrived", "sunday or holiday"))
    record(dt.date(2022, 2, 7), counts={"rows": 5}, version="v0")
    assert store.day_counts("m", START, END, "v1") == {DAY: {"rows": 4}}
    assert store.day_counts("m", START, END, "v0") == {dt.date(2022, 2, 7): {"rows": 5}}
    assert store.day_counts("m", START, DAY, "v1") == store.day_counts("other", START, END, "v1") == {}


def test_counts_there_and_back(database, counted):
    record(counts=counted[DAY].to_dict())
    back = profile.from_dict(store.day_counts("m", START, END, "v1")[DAY])
    assert back.sha256 == counted[DAY].sha256
    assert json.dumps(back.to_dict(), sort_keys=True) == json.dumps(counted[DAY].to_dict(), sort_keys=True)


def test_the_days_a_day_was_compared_with(database):
    record()
    record(NEXT, judgement=Judgement("ok", "first", "sunday or holiday"))
    record(dt.date(2022, 2, 7), counts={})
    assert store.trailing_days("m", START, END, "v1") == {DAY: USED, NEXT: {}}
    assert store.trailing_days("m", START, END, "v0") == {}
    assert store.trailing_days("m", NEXT, END, "v1") == {NEXT: {}}


WAITING = Judgement("labels pending", "the labels are not there yet", "saturday", labels="pending")


def test_days_that_wait_for_their_labels(database):
    record(judgement=WAITING)
    record(NEXT)
    record(dt.date(2022, 2, 7), judgement=replace(WAITING, verdict="alarm"), data_hash="d7")
    assert store.pending_days("m", START, END, "v1") == {DAY: "d1", dt.date(2022, 2, 7): "d7"}
    assert store.pending_days("m", START, dt.date(2022, 2, 7), "v1") == {DAY: "d1"}
    assert store.pending_days("m", START, END, "v0") == store.pending_days("n", START, END, "v1") == {}
    assert judgements()["labels"].tolist() == ["pending", "complete", "pending"]


def test_a_day_waits_no_longer_once_it_was_judged_with_its_labels(database):
    record(judgement=WAITING)
    record(data_hash="d2")
    record(judgement=WAITING, data_hash="d3", kind="interactive")
    assert store.pending_days("m", START, END, "v1") == {}


def test_the_hash_is_that_of_the_revision_judged(database):
    record(judgement=WAITING)
    record(judgement=WAITING, data_hash="d2")
    record(judgement=WAITING, data_hash="d2")
    assert store.pending_days("m", START, END, "v1") == {DAY: "d2"}
