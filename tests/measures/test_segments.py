"""Segments of a day of parcels, measured as days of their rows alone."""

import numpy as np
import pytest
from driftbook.measures.division import divide
from driftbook.measures.performance import performance
from driftbook.measures.segments import judged, said, segments
from driftbook.records import Measure

from tests import trade

REFERENCE = trade.frame(days=5)


def settings(*given, task="regression", **changes):
    return trade.settings(task, performance={"segments": [*given], **changes})


def day(**columns):
    return trade.frame(days=1, rows=400, seed=4).assign(**columns)


def predicted(task="regression"):
    return day().assign(prediction=lambda rows: rows["expected" if task == "regression" else "p"])


def test_a_day_without_rows_has_no_part():
    given = settings({"column": "depot"}, {"name": "x", "where": "weight > 5"}, {"column": "hour", "bands": [0, 24]})
    frame = predicted().head(0)
    assert segments(given, frame, divide(given, frame, reference=REFERENCE)) == []


def test_each_part_is_measured_as_a_day_of_its_rows():
    given = settings({"column": "depot"})
    frame = predicted()
    frame.loc[::7, "hours"] = None
    found = {(m.metric, m.segment): m for m in segments(given, frame, divide(given, frame, reference=REFERENCE))}
    for depot, rows in frame.groupby("depot"):
        expected = {m.metric: m for m in performance(given, rows)}
        for metric in ("labelled_rows", "mean_absolute_error", "bias"):
            one, other = found[metric, said("depot", depot)], expected[metric]
            assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
            assert (one.verdict, one.upper) == ("", None)


@pytest.mark.parametrize(("task", "metric"), [("binary", "log_loss"), ("multiclass", "error_rate")])
def test_parts_of_a_classifier_have_its_error(task, metric):
    given = settings({"column": "carrier"}, task=task)
    if task == "multiclass":
        given = given.model_copy(
            update={"model": trade.config.load(trade.params(task, model={"kind": "delivered", "column": "said"})).model}
        )
    frame = day()
    frame["prediction"] = frame["p"] if task == "binary" else np.where(frame["p"] > 0.5, "late", "in time")
    found = segments(given, frame, divide(given, frame, reference=REFERENCE))
    assert {m.metric for m in found} == {"labelled_rows", metric}
    for carrier, rows in frame.groupby("carrier"):
        (one,) = [m for m in found if (m.metric, m.segment) == (metric, said("carrier", carrier))]
        other = {m.metric: m for m in performance(given, rows)}[metric]
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_few_rows_and_no_label_have_no_error():
    given = settings({"column": "depot"}, min_rows=30)
    depots = np.array([trade.DEPOTS[0]] * 300 + [trade.DEPOTS[1]] * 3 + [trade.DEPOTS[2]] * 97, dtype=object)
    frame = predicted().assign(depot=depots)
    frame.loc[303:, "hours"] = None
    found = segments(given, frame, divide(given, frame, reference=REFERENCE))
    values = {m.segment: m.value for m in found if m.metric == "mean_absolute_error"}
    rows = {m.segment: m.value for m in found if m.metric == "labelled_rows"}
    names = [said("depot", name) for name in trade.DEPOTS[:3]]
    assert [rows[name] for name in names] == [300, 3, 0]
    assert values[names[0]] > 0 and [values[name] for name in names[1:]] == [None, None]
    assert {m.low for m in found if m.segment in names[1:]} == {None}
    assert len(values) == 3  # a part without any row is no part


@pytest.mark.parametrize(
    ("bounds", "interval", "verdict"),
    [
        ({}, (2.0, 3.0), ""),
        ({"upper": 1.9}, (2.0, 3.0), "notice"),
        ({"upper": 2.0}, (2.0, 3.0), "ok"),
        ({"upper": 4.0}, (2.0, 3.0), "ok"),
        ({"lower": 3.1}, (2.0, 3.0), "notice"),
        ({"lower": 2.5}, (2.0, 3.0), "ok"),
        ({"upper": 1.0}, (None, None), ""),
    ],
)
def test_only_what_surely_lies_beyond_is_a_notice(bounds, interval, verdict):
    measure = Measure("bias", 2.5, segment="a = b", low=interval[0], high=interval[1])
    found = judged(measure, **bounds)
    assert (found.verdict, found.value, found.segment) == (verdict, 2.5, "a = b")
    assert (found.lower, found.upper) == (bounds.get("lower"), bounds.get("upper"))


def test_the_largest_error_of_a_segment_is_judged():
    given = settings({"column": "depot", "most": 0.1})
    frame = predicted()
    found = segments(given, frame, divide(given, frame, reference=REFERENCE))
    assert {m.verdict for m in found if m.metric == "mean_absolute_error"} == {"notice"}
    assert {m.verdict for m in found if m.metric == "bias"} == {""}
