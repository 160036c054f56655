"""How segments divide a day of parcels."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from driftbook.errors import BadInput
from driftbook.measures import intervals
from driftbook.measures.division import Parts, divide

from tests import trade

REFERENCE = trade.frame(days=5)


def settings(*given, task="regression", **changes):
    return trade.settings(task, performance={"segments": [*given], **changes})


def day(**columns):
    return trade.frame(days=1, rows=400, seed=4).assign(**columns)


def labels(given, frame, table=None, known=()):
    found = divide(settings(given), frame, table, reference=REFERENCE, known=known)
    (parts,) = found.values()
    return [parts.names[code] for code in parts.codes]


def test_values_that_are_frequent_in_the_reference():
    depots = [*trade.DEPOTS, "elsewhere", None, *["elsewhere"] * (400 - len(trade.DEPOTS) - 2)]
    found = labels({"column": "depot"}, day(depot=np.array(depots, dtype=object)))
    assert found[: len(trade.DEPOTS) + 2] == [*trade.DEPOTS, "other", "missing"]


def test_numbers_as_values_read_as_they_are_written():
    found = labels({"column": "seats"}, day(), pa.table({"seats": pa.array([1, 2, 2, None] * 100, pa.int32())}))
    assert found[:4] == ["1", "2", "2", "missing"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0 to 5"), (4.9, "0 to 5"), (5, "5 to 9.5"), (9.5, "other"), (-1, "other"), (np.nan, "missing")],
)
def test_bands_begin_with_their_first_number(value, expected):
    assert {*labels({"column": "weight", "bands": [0, 5, 9.5]}, day(weight=float(value)))} == {expected}


def test_groups_of_values():
    depots, given = trade.DEPOTS, {"column": "depot", "groups": {"near": trade.DEPOTS[:2], "far": trade.DEPOTS[2:3]}}
    frame = day(depot=np.array([*depots, None] * 80, dtype=object))
    assert labels(given, frame)[: len(depots) + 1] == ["near", "near", "far", "other", "missing"]


def test_groups_of_numbers_and_of_truths():
    table = pa.table({"zone": pa.array([7, 8, 9, 7] * 100), "paid": pa.array([True, False, None, True] * 100)})
    assert labels({"column": "zone", "groups": {"a": [7, 8]}}, day(), table)[:4] == ["a", "a", "other", "a"]
    assert labels({"column": "paid", "groups": {"yes": [True]}}, day(), table)[:4] == ["yes", "other", "missing", "yes"]


def test_the_weekday():
    assert {*labels({"column": "weekday"}, day())} == {"Saturday"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("weight > 5", lambda frame: frame["weight"] > 5),
        ("carrier = 'hare' or hour < 3", lambda frame: (frame["carrier"] == "hare") | (frame["hour"] < 3)),
        ("parcels >= 2", lambda frame: frame.index % 3 >= 2),
        ("null", lambda frame: frame["weight"] < 0),
        ("sent >= '2022-01-01 12:00'", lambda frame: frame["sent"].dt.hour >= 12),
    ],
)
def test_conditions_over_delivered_and_derived_columns(where, expected):
    frame = day()
    table = pa.table({"parcels": pa.array(np.arange(400) % 3)})
    found = labels({"name": "some", "where": where}, frame, table)
    assert found == np.where(expected(frame), "yes", "no").tolist()


def test_a_column_that_is_missing_on_a_day_has_only_missing_values():
    assert {*labels({"column": "tip"}, day(), known=["tip"])} == {"missing"}
    assert {*labels({"column": "tip", "bands": [0, 1]}, day(), known=["tip"])} == {"missing"}
    assert {*labels({"name": "tipped", "where": "tip > 1"}, day(), known=["tip"])} == {"no"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"column": "tip"}, "performance.segments names the column 'tip', which neither these rows nor the reference"),
        ({"name": "x", "where": "tip > 1"}, r"performance.segments cannot be computed \(Binder Error.*tip"),
        ({"name": "x", "where": "weight >"}, r"performance.segments cannot be computed \(Parser Error"),
        ({"name": "x", "where": "carrier::int > 1"}, r"performance.segments cannot be computed \(Conversion Error"),
    ],
)
def test_what_cannot_be_cut_is_named(given, message):
    with pytest.raises(BadInput, match=message):
        labels(given, day())


def test_sums_leave_out_what_is_not_known():
    parts = Parts(("a", "b", "c"), np.array([0, 0, 1, 1]))
    found = parts.sums(np.array([1.0, 2.0, np.nan, 4.0]))
    assert [each.tolist() for each in found] == [[2, 1, 0], [3, 4, 0], [5, 16, 0]]
    assert np.isnan(intervals.of_mean(*found)[0]).tolist() == [False, True, True]
    assert pd.isna(parts.of(np.array([2])).codes).sum() == 0
