import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from driftbook import diagnosis
from driftbook.alarms.judge import judge
from driftbook.errors import BadInput
from driftbook.monitoring import DayReport
from driftbook.records import DayResult, Measure


def of(*measures, histograms=()):
    return DayResult("demo", dt.date(2022, 2, 5), 3, measures, {name: {"x": 3} for name in histograms}, "d", "v")


def severities(**found):
    return [Measure("severity", value, name, upper=1.0) for name, value in found.items()]


def test_severities_the_highest_first():
    day = Measure("severity", 3.0, upper=1.0)
    result = of(day, *severities(a=0.5, b=3.0, c=0.5, d=0.0), Measure("score", 9.0, "a"), Measure("rows", 3.0))
    found = diagnosis.severities(result)
    assert found.to_dict() == {"b": 3.0, "a": 0.5, "c": 0.5, "d": 0.0}
    assert found.index.tolist() == ["b", "a", "c", "d"]
    assert diagnosis.severities(of(Measure("rows", 0.0, verdict="no data"))).empty


def test_ratios_of_both_references(monitored):
    _, day = monitored("2022-02-10")
    table = diagnosis.ratios(day)
    assert list(table) == ["fixed", "trailing"]
    assert table.index.tolist() == diagnosis.severities(day.result).index.tolist()
    values = {(m.metric, m.feature): m for m in day.result.measures}
    for column, row in table.iterrows():
        fixed, trailing = values["score", column], values["trailing_score", column]
        expected = [max(fixed.value, 0) / fixed.upper, max(trailing.value, 0) / trailing.upper]
        assert row.tolist() == pytest.approx(expected)
        assert values["severity", column].value == pytest.approx(min(expected))


def test_ratios_without_a_trailing_reference(demo, monitored, counted):
    day = judged(demo, counted[dt.date(2022, 2, 10)], ())
    table = diagnosis.ratios(day)
    assert list(table) == ["fixed"]
    assert table["fixed"].tolist() == diagnosis.ratios(monitored("2022-02-10")[1]).loc[table.index, "fixed"].tolist()
    assert table["fixed"].is_monotonic_decreasing


def test_the_scores_of_a_day_against_those_of_the_references(monitored):
    _, day = monitored("2022-02-10")
    found = diagnosis.day_ratios(day)
    assert list(found) == ["fixed", "trailing"]
    for name, (own, ratio) in found.items():
        reference = getattr(day.verdict, name).reference
        assert len(own) == len(reference.days)
        assert ratio == diagnosis.ratios(day)[name].max() > 1
        assert np.median(own) < 1
    assert found["fixed"][0].max() > 1  # the blizzard of the reference


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_day_that_nothing_can_judge_has_no_ratios(demo, monitored, counted, is_empty):
    settings, trained, _ = demo
    few = replace(trained, calibration=replace(trained.calibration, days=trained.calibration.days[:9]))
    day = monitored("2022-02-20")[1] if is_empty else judged((settings, few), counted[dt.date(2022, 2, 10)], ())
    assert diagnosis.ratios(day).empty
    assert list(diagnosis.ratios(day)) == ["fixed"]
    assert diagnosis.day_ratios(day) == {}


def judged(demo, counts, before):
    """Return a day judged by its counts alone, its result holding nothing but these measures."""
    settings, trained, *_ = demo
    found = judge(trained.calibration, settings.alarms, counts, before)
    return DayReport(of(*found.measures), counts, found)


@pytest.mark.parametrize(("least", "expected"), [(3, ["b", "a", "d"]), (2, ["b", "a"]), (9, ["b", "a", "d"]), (0, [])])
def test_the_columns_that_moved_most_among_those_with_a_histogram(least, expected):
    result = of(*severities(rows=9.0, a=0.5, b=3.0, d=0.0), histograms="abd")
    assert diagnosis.moved(result, least) == expected


@pytest.mark.parametrize(
    ("day", "column", "label"),
    [("2022-02-14", "fare_amount", "missing"), ("2022-02-17", "PULocationID", "other")],
)
def test_the_planted_change_is_the_largest(demo, monitored, day, column, label):
    _, trained, _ = demo
    result = monitored(day)[1].result
    assert column in diagnosis.moved(result)[:2]
    assert diagnosis.severities(result)[column] > 1
    reference, counts = diagnosis.histograms(trained, result, [column])[column]
    assert reference.index.tolist() == counts.index.tolist()
    assert (reference.sum(), counts.sum()) == (len(trained.reference_rows), result.rows)
    assert diagnosis.largest_move(reference, counts) == label


def test_the_largest_move_is_of_shares():
    reference, day = pd.Series({"a": 900, "b": 50, "c": 50}), pd.Series({"a": 6, "b": 3, "c": 1})
    assert diagnosis.largest_move(reference, day) == "a"


def test_missing_shares(demo, monitored):
    _, trained, _ = demo
    batch, day = monitored("2022-02-14")
    result = day.result
    table = diagnosis.missing_shares(trained, result)
    assert table["day"].is_monotonic_decreasing
    assert (table.index[0], table.index[1]) == ("ehail_fee", "fare_amount")
    assert table.loc["fare_amount"].tolist() == pytest.approx([batch.frame["fare_amount"].isna().mean(), 0])
    assert table.loc["ehail_fee", "reference"] == 1.0  # every delivered column has its usual share
    assert 0.06 < table.loc["passenger_count", "reference"] < 0.14
    assert "trip_distance" not in table.index


def test_missing_shares_of_an_empty_day(demo, monitored):
    assert diagnosis.missing_shares(demo[1], monitored("2022-02-20")[1].result).empty


def test_the_error_by_hour(demo, monitored):
    _, trained, _ = demo
    batch, _ = monitored("2022-02-05")
    found = diagnosis.error_by_hour(trained, batch.frame)
    rows = batch.frame.query("0 <= duration_min <= 60 and 0 < passenger_count <= 8 and hour == 17")
    assert found[17] == pytest.approx((rows["duration_min"] - rows["prediction"]).abs().mean())
    assert diagnosis.error_by_hour(trained, batch.frame.head(0)).empty


@pytest.mark.parametrize(
    ("found", "histograms", "column", "expected"),
    [
        ({"a": 0.5, "b": 3.0}, "ab", "", "b"),
        ({"a": 0.5, "b": 3.0}, "ab", "a", "a"),
        ({"a": 0.5, "rows": 3.0}, "ab", "", "a"),
        ({"a": 0.5, "rows": 3.0}, "ab", "b", "b"),
        ({}, "ab", "", "a"),
        ({}, "", "", ""),
        ({}, "", "a", ""),
    ],
)
def test_the_column_to_look_at(found, histograms, column, expected):
    assert diagnosis.chosen(of(*severities(**found), histograms=histograms), column) == expected


@pytest.mark.parametrize("column", ["c", "rows"])
def test_a_column_that_is_not_watched(column):
    message = rf"column is '{column}': expected one of \['a', 'b'\], or '' for the one that moved"
    with pytest.raises(BadInput, match=message):
        diagnosis.chosen(of(*severities(b=3.0, a=0.5, rows=9.0), histograms="ab"), column)


def test_quantiles_beside_the_reference(demo, monitored):
    _, trained, _ = demo
    batch, _ = monitored("2022-02-10")  # distances in kilometres
    table = diagnosis.quantiles(trained, batch.frame, "trip_distance")
    assert table.index.tolist() == ["5%", "25%", "50%", "75%", "95%"]
    assert table.loc["50%", "day"] == batch.frame["trip_distance"].median()
    assert table.loc["50%", "day ÷ reference"] == pytest.approx(1.609, rel=0.1)
    assert list(diagnosis.quantiles(trained, batch.frame, "PULocationID").columns) == list(table.columns)
    assert diagnosis.quantiles(trained, batch.frame, "PULocationID").empty


def test_the_table_of_a_period():
    days = [dt.date(2022, 2, number) for number in (1, 2, 3)]
    stored = pd.DataFrame(
        {
            "feature": ["", "a", "b", "a"],
            "day": [days[0], days[0], days[0], days[2]],
            "value": [2.0, 0.5, 2.0, None],
            "upper": 1.0,
        }
    )
    table = diagnosis.severity_table(stored, days)
    assert table.columns.tolist() == days
    assert (table.index.name, table.columns.name, table.index.tolist()) == ("column", "day", ["a", "b"])
    assert table.fillna(-1).to_numpy().tolist() == [[0.5, -1, -1], [2.0, -1, -1]]


def test_the_table_of_a_period_without_a_day():
    days = [dt.date(2022, 2, 1)]
    assert diagnosis.severity_table(pd.DataFrame(columns=["feature", "day", "value"]), days).shape == (0, 1)
