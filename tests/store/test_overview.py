import datetime as dt
import math

import pandas as pd
import pytest
from driftbook import metrics, store
from driftbook.records import DayResult, Measure
from driftbook.verdicts import VERDICTS, gravest

START, END = dt.date(2022, 2, 1), dt.date(2022, 3, 1)
DAY = dt.date(2022, 2, 5)
DTYPES = {
    "model": "object", "day": "object", "rows": "Int64", "prediction_drift": "float64", "num_drifted_columns": "Int64",
    "share_missing_values": "float64", "labelled_rows": "Int64", "mean_absolute_error": "float64",
    "verdict": "object", "page": "object", "error": "float64", "error_metric": "object",
}  # fmt: skip
ERROR = "mean_absolute_error"
FULL = (
    Measure("rows", 3, verdict="ok"),
    Measure("rows", 99, "fare"),
    Measure("rows", 98, "", "hour=3"),
    Measure("prediction_drift", 0.25, verdict="notice"),
    Measure("num_drifted_columns", 2),
    Measure("share_missing_values", 0.125),
    Measure("labelled_rows", 2),
    Measure("mean_absolute_error", 4.5),
    Measure("severity", 0.5, "fare", verdict="alarm"),
)


def record(day=DAY, measures=FULL, status="succeeded", page="page.html", data_hash="d1", stored=True, **changes):
    """Write one closed run, with its day's rows unless `stored` is false."""
    given = {"notebook": "monitor", "model": "m", "day": day, "label": "", "parameters": {}, "kind": "papermill"}
    run_id = store.open_run(**{**given, **changes}, notebook_hash="n1", code_version="c1")
    if stored:
        store.write_day(run_id, DayResult("m", day, 3, tuple(measures), {}, data_hash, "v1"))
    if status != "running":
        store.close_run(run_id, status, page=page)
    return run_id


def overview(**changes):
    return store.daily_overview(**{"model": "m", "start": START, "end": END, **changes})


def as_rows(frame):
    return [tuple(None if pd.isna(value) else value for value in row) for row in frame.itertuples(index=False)]


def test_a_whole_row(database):
    record()
    frame = overview()
    assert as_rows(frame) == [("m", DAY, 3, 0.25, 2, 0.125, 2, 4.5, "alarm", "page.html", 4.5, ERROR)]
    assert frame.dtypes.astype(str).to_dict() == DTYPES
    assert type(frame["day"].iloc[0]) is dt.date


def test_types_without_rows(database):
    assert overview().dtypes.astype(str).to_dict() == DTYPES


def test_a_day_of_little(database):
    record(measures=[Measure("rows", 0, verdict="no data")])
    assert as_rows(overview()) == [("m", DAY, 0, None, None, None, None, None, "no data", "page.html", None, None)]


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300, -1.0, None])
def test_a_count_that_is_none_does_not_break_the_view(database, value):
    record(measures=[Measure("rows", 3), Measure("num_drifted_columns", value)])
    assert as_rows(overview())[0][2:5] == (3, None, None)


@pytest.mark.parametrize("first", VERDICTS)
@pytest.mark.parametrize("second", ["", "ok", "alarm"])
def test_the_gravest_verdict(database, first, second):
    measures = [Measure("a", 1.0, verdict=first), Measure("b", 1.0, verdict=second), Measure("c", 1.0)]
    record(measures=measures)
    assert overview()["verdict"].tolist() == [gravest([first, second])]


@pytest.mark.parametrize(
    ("metric", "value", "error", "mean_absolute_error"),
    [
        ("mean_absolute_error", 4.5, 4.5, 4.5),
        ("log_loss", 0.3, 0.3, None),
        ("error_rate", 0.1, 0.1, None),
        ("log_loss", None, None, None),
        ("accuracy", 0.9, None, None),
    ],
)
def test_the_error_of_each_task(database, metric, value, error, mean_absolute_error):
    others = [Measure("accuracy", 0.8), Measure("log_loss", 9.0, segment="carrier=UA"), Measure("log_loss", 8.0, "x")]
    record(measures=[Measure(metric, value), *(other for other in others if other.metric != metric or other.feature)])
    (row,) = as_rows(overview()[["error", "error_metric", "mean_absolute_error"]])
    assert row == (error, metric if metric != "accuracy" else None, mean_absolute_error)


def test_every_error_of_the_catalogue_is_one_here(database):
    for name in metrics.ERRORS:
        record(measures=[Measure(name, 0.5)], data_hash=name)
        assert as_rows(overview()[["error", "error_metric"]]) == [(0.5, name)]


def test_without_any_verdict(database):
    record(measures=[Measure("a", 1.0)])
    assert overview()["verdict"].tolist() == ["ok"]


def test_days_half_open_in_order_of_one_model(database):
    for day in (END, dt.date(2022, 2, 28), START, dt.date(2022, 1, 31)):
        record(day)
    assert overview()["day"].tolist() == [START, dt.date(2022, 2, 28)]
    assert overview(model="other").empty


def test_current_values_only(database):
    record()
    record(measures=[Measure("rows", 4, verdict="ok")], data_hash="d2", page="second.html")
    record(measures=[Measure("rows", 5, verdict="ok")], data_hash="d3", kind="interactive")
    assert as_rows(overview()) == [("m", DAY, 4, None, None, None, None, None, "ok", "second.html", None, None)]


FAILED = ("m", DAY, None, None, None, None, None, None, "failed", "failed.html", None, None)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([{"status": "failed", "page": "failed.html"}], [FAILED]),
        ([{"status": "failed", "page": "old.html"}, {"status": "failed", "page": "failed.html"}], [FAILED]),
        ([{"status": "succeeded"}, {"status": "failed", "page": "failed.html"}], [FAILED]),
        ([{"status": "failed"}, {"status": "succeeded"}], []),
        ([{"status": "failed"}, {"status": "running"}], []),
        ([{"status": "running"}], []),
        ([{"status": "lost", "page": "failed.html"}], [FAILED]),
        ([{"status": "lost"}, {"status": "succeeded"}], []),
        ([{"status": "failed", "notebook": "debug"}], []),
        ([{"status": "failed", "model": ""}], []),
        ([{"status": "failed", "model": "other"}], []),
    ],
)
def test_failed_days(database, runs, expected):
    for run in runs:
        record(stored=False, **run)
    assert as_rows(overview()) == expected


def test_a_failed_run_never_hides_measures(database):
    record()
    record(stored=False, status="failed", page="failed.html")
    assert as_rows(overview())[0][-4:] == ("alarm", "page.html", 4.5, ERROR)


def test_a_failed_day_recovers(database):
    record(stored=False, status="failed", page="failed.html")
    record()
    assert overview()["verdict"].tolist() == ["alarm"]


def test_the_page_of_a_run_killed_before_archiving_is_that_of_the_next(database):
    record(status="running")
    assert overview()["page"].tolist() == [""]
    record(page="next.html")
    assert overview()["page"].tolist() == ["next.html"]
    assert set(store.measures("m", START, END)["page"]) == {"next.html"}


def test_measures_whole_rows(database):
    measures = [Measure("severity", 0.5, "fare", "", None, 0.25, "alarm", "both"), Measure("rows", 3)]
    run_id = record(measures=measures)
    frame = store.measures("m", START, END)
    rest = ("m", DAY), (3, 1, "v1"), (run_id, "page.html")
    assert as_rows(frame) == [
        (*rest[0], "rows", "", "", 3.0, None, None, None, *rest[1], "", *rest[2]),
        (*rest[0], "severity", "fare", "", 0.5, None, 0.25, "alarm", *rest[1], "both", *rest[2]),
    ]
    assert {str(frame[name].dtype) for name in ("value", "lower", "upper")} == {"float64"}


def test_measures_of_one_metric(database):
    record()
    record(dt.date(2022, 2, 6))
    frame = store.measures("m", START, END, "severity")
    assert frame[["day", "metric"]].to_numpy().tolist() == [[DAY, "severity"], [dt.date(2022, 2, 6), "severity"]]


def test_measures_of_a_metric_leave_its_segments_out_unless_asked(database):
    record(measures=[Measure("bias", 1.0), Measure("bias", 2.0, segment="hour = 1")])
    assert store.measures("m", START, END, "bias")["value"].tolist() == [1]
    assert store.measures("m", START, END, "bias", by_segment=True)["value"].tolist() == [1, 2]
    assert store.measures("m", START, END)["value"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("runs", "is_stored"),
    [
        ([{}], True),
        ([{"status": "failed"}], False),
        ([{"status": "running"}], False),
        ([{"status": "running"}, {}], True),
        ([{}, {"status": "failed"}], True),
        ([{}, {"status": "failed", "data_hash": "d2"}], False),
        ([{"kind": "interactive"}], False),
        ([{}, {"kind": "interactive", "data_hash": "d2"}], True),
        ([{"stored": False}], False),
    ],
)
def test_stored_days(database, runs, is_stored):
    for run in runs:
        record(**run)
    assert store.stored_days("m", START, END, "v1") == ({DAY} if is_stored else set())
    assert store.stored_days("m", START, END, "v2") == set()
    assert store.stored_days("m", START, DAY, "v1") == set()
