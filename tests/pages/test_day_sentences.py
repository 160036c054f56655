import numpy as np
import pandas as pd
from driftbook import diagnosis
from driftbook.pages import day_sentences
from driftbook.records import Measure

from tests import trade


def test_both_references():
    own = np.array([0.1, 0.4, 2.0])
    assert day_sentences.references({"fixed": (own, 1.5), "trailing": (own, 0.2)}).splitlines() == [
        "Against the fixed reference the day scores 1.50 times the threshold; 2 of its 3 days score lower.",
        "Against the trailing reference the day scores 0.20 times the threshold; 1 of its 3 days score lower.",
    ]
    assert day_sentences.references({}) == "No reference can judge the day."


def test_columns_beyond_the_thresholds():
    ratios = pd.DataFrame({"fixed": [2.0, 1.5, 0.5], "trailing": [1.25, 0.5, 0.25]}, index=["fare", "zone", "hour"])
    assert day_sentences.beyond(ratios) == (
        "1 of 3 columns exceed the threshold of every reference. fare: 1.25 times.\n"
        "Highest: fare 1.25, zone 0.50, hour 0.25."
    )
    assert day_sentences.order(ratios) == "In order: fare 1.25, zone 0.50, hour 0.25."
    for said in (day_sentences.beyond, day_sentences.order):
        assert said(ratios.head(0)) == "No rows, no scores."


def test_the_bins_that_changed_most(demo, monitored):
    _, day = monitored("2022-02-10")
    found = day_sentences.moves(diagnosis.histograms(demo[1], day.result, ["trip_distance", "hour"]))
    first, second = found.splitlines()
    assert first.startswith("trip_distance: bin ") and first.endswith("% in the reference.")
    assert second.startswith("hour: bin ")
    assert day_sentences.moves({}) == "No rows, nothing moved."


def test_the_worst_hours():
    hours = pd.Series([0.25, 0.5], index=[7.0, 8.0])
    groups = {"reference": hours, "day": hours.head(0)}
    said = {task: day_sentences.by_hour(trade.settings(task), groups) for task in ("regression", "binary")}
    assert said == {
        "regression": "reference: worst hour 8, 0.5 hours.\nday: no labelled row.",
        "binary": "reference: worst hour 8, 0.5 nats.\nday: no labelled row.",
    }
    labels = trade.settings("multiclass", model={"kind": "delivered", "column": "outcome"})
    assert "worst hour 8, 50% of labelled rows." in day_sentences.by_hour(labels, groups)


def test_a_column_on_two_days():
    counts = {"2022-02-09": pd.Series({"a": 1, "b": 3}), "2022-02-10": pd.Series({"a": 1, "b": 1})}
    said = "Bin a holds 25.0% of the rows on 2022-02-09, 50.0% on 2022-02-10."
    assert day_sentences.beside(counts) == said
    assert day_sentences.beside({}) == "No other day is named to stand beside this one."


def test_quantiles_and_evidently():
    found = [Measure("quantile", 3.0, "fare", "p50", upper=2.0), Measure("quantile", 1.0, "fare", "p05", upper=2.0)]
    assert day_sentences.quantiles(found) == "1 of 2 quantiles lie outside of what they are on usual days."
    assert day_sentences.quantiles([]) == "No rows."
    found = [Measure("num_drifted_columns", 1.0), *(Measure("evidently_drift", 0.2, name) for name in "ab")]
    assert day_sentences.evidently(found) == "1 of 2 columns are drifted to Evidently."
    assert day_sentences.evidently([]) == "Nothing to compare."


def test_missing_values_of_a_day():
    table = pd.DataFrame({"day": [0.5, 0.25], "reference": [0.1, 0.25]}, index=["fare", "fee"])
    assert day_sentences.missing_on_day(table) == "2 columns miss values. fare: 50.0%. fee: 25.0%."
    assert day_sentences.missing_on_day(table.head(0)) == "0 columns miss values."


def test_who_carries_the_change():
    table = pd.DataFrame({"reference": [0.25], "day": [0.5], "part": [0.75]}, index=["JFK"])
    assert day_sentences.carriers({"origin": table, "hour": table.head(0)}) == (
        "origin JFK: 75% of the change, with 50% of the rows (25% in the reference)."
    )
    assert day_sentences.carriers({}) == "Nothing moved, or the params file names no segments."


def test_the_farthest_row(demo, monitored):
    frame = monitored("2022-02-05")[0].frame.copy()
    frame.loc[7, "trip_distance"] = 5e6
    found = day_sentences.farthest(diagnosis.outliers(demo[1], frame))
    assert found.startswith("The farthest row: trip_distance 5,000,000.00, ")
    assert day_sentences.farthest(diagnosis.outliers(demo[1], frame.head(0))) == "No rows, no outliers."
