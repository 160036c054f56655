import datetime as dt

import numpy as np
import pandas as pd
import pytest
from driftbook import explain
from driftbook.errors import BadInput
from driftbook.records import DayResult, Measure


def of(*measures):
    return DayResult("demo", dt.date(2022, 2, 5), 3, measures, {}, "d", "v")


def test_scores_as_multiples_of_their_thresholds():
    scores = [("a", 0.2, 0.4), ("b", 0.9, 0.3), ("c", 0.1, 0.2), ("d", 0.5, None)]
    result = of(*(Measure("psi", value, name, upper=upper) for name, value, upper in scores), Measure("rows", 3.0))
    found = explain.ratios(result)
    assert found.index.tolist() == ["b", "a", "c", "d"]
    assert found.fillna(-1).tolist() == pytest.approx([3, 0.5, 0.5, -1])
    assert explain.ratios(of(Measure("rows", 0.0, verdict="no data"))).empty


@pytest.mark.parametrize(
    ("day", "column", "label"),
    [("2022-02-14", "fare_amount", "missing"), ("2022-02-17", "PULocationID", "other")],
)
def test_the_planted_change_is_the_largest(demo, monitored, day, column, label):
    _, trained, _ = demo
    _, result = monitored(day)
    assert explain.ratios(result).index[0] == column
    reference, counts = explain.histograms(trained, result, [column])[column]
    assert reference.index.tolist() == counts.index.tolist()
    assert (reference.sum(), counts.sum()) == (len(trained.calibration), result.rows)
    assert explain.largest_move(reference, counts) == label


def test_the_largest_move_is_of_shares():
    reference, day = pd.Series({"a": 900, "b": 50, "c": 50}), pd.Series({"a": 6, "b": 3, "c": 1})
    assert explain.largest_move(reference, day) == "a"


def test_missing_shares(demo, monitored):
    _, trained, _ = demo
    batch, result = monitored("2022-02-14")
    table = explain.missing_shares(trained, result)
    assert table["day"].is_monotonic_decreasing
    assert (table.index[0], table.index[1]) == ("ehail_fee", "fare_amount")
    assert table.loc["fare_amount"].tolist() == pytest.approx([batch.frame["fare_amount"].isna().mean(), 0])
    assert np.isnan(table.loc["ehail_fee", "reference"])  # no column of the reference's frame
    assert 0.06 < table.loc["passenger_count", "reference"] < 0.14
    assert "trip_distance" not in table.index


def test_missing_shares_of_an_empty_day(demo, monitored):
    assert explain.missing_shares(demo[1], monitored("2022-02-20")[1]).empty


def test_the_error_by_hour(demo, monitored):
    _, trained, _ = demo
    batch, _ = monitored("2022-02-05")
    found = explain.error_by_hour(trained, batch.frame)
    rows = batch.frame.query("0 <= duration_min <= 60 and 0 < passenger_count <= 8 and hour == 17")
    assert found[17] == pytest.approx((rows["duration_min"] - rows["prediction"]).abs().mean())
    assert explain.error_by_hour(trained, batch.frame.head(0)).empty


@pytest.mark.parametrize(
    ("ratios", "column", "expected"),
    [
        ({"b": 3.0, "a": 0.5}, "", "b"),
        ({"b": 3.0, "a": 0.5}, "a", "a"),
        ({}, "", ""),
        ({}, "a", ""),
    ],
)
def test_the_column_to_look_at(ratios, column, expected):
    assert explain.chosen(pd.Series(ratios, dtype=float), column) == expected


def test_a_column_that_is_not_watched():
    with pytest.raises(BadInput, match=r"column is 'c': expected one of \['a', 'b'\], or '' for the one that moved"):
        explain.chosen(pd.Series({"b": 3.0, "a": 0.5}), "c")


def test_quantiles_beside_the_reference(demo, monitored):
    _, trained, _ = demo
    batch, _ = monitored("2022-02-10")  # distances in kilometres
    table = explain.quantiles(trained, batch.frame, "trip_distance")
    assert table.index.tolist() == ["5%", "25%", "50%", "75%", "95%"]
    assert table.loc["50%", "day"] == batch.frame["trip_distance"].median()
    assert table.loc["50%", "day ÷ reference"] == pytest.approx(1.609, rel=0.1)
    assert list(explain.quantiles(trained, batch.frame, "PULocationID").columns) == list(table.columns)
    assert explain.quantiles(trained, batch.frame, "PULocationID").empty


def test_the_table_of_a_period():
    days = [dt.date(2022, 2, number) for number in (1, 2, 3)]
    stored = pd.DataFrame(
        {"feature": ["a", "b", "a"], "day": [days[0], days[0], days[2]], "value": [1.0, 2.0, None], "upper": 2.0}
    )
    table = explain.score_table(stored, days)
    assert table.columns.tolist() == days
    assert table.fillna(-1).to_numpy().tolist() == [[0.5, -1, -1], [1.0, -1, -1]]
