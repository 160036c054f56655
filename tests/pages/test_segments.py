"""Tables, drawing and sentences of a day's segments."""

import datetime as dt

import pandas as pd
import pytest
from driftbook.config.performance import Performance
from driftbook.diagnosis.by_segment import Usual
from driftbook.pages import segment_figures, segment_sentences, segment_tables
from driftbook.records import DayResult, Judgement, Measure

from tests import trade
from tests.pages.test_day_figures import tips, words
from tests.pages.test_tables import Page

MAE, DAY = "mean_absolute_error", dt.date(2022, 2, 5)
PERFORMANCE = {"segments": [{"column": "depot"}, {"name": "heavy", "where": "weight > 5"}], "fairness": {"by": "depot"}}
SETTINGS = trade.settings(performance=PERFORMANCE)
USUAL = {"depot = north": Usual(1.3), "depot = south": Usual(2.4, 0.3)}


def segment(name, error, low=None, high=None, rows=100.0, **given):
    return [
        Measure("labelled_rows", rows, segment=name),
        Measure(MAE, error, segment=name, low=low, high=high, **given),
        Measure("bias", None if error is None else -0.5, segment=name),
    ]


def result(*measures):
    return DayResult("parcels", DAY, 400, measures, {}, "d", "v", Judgement("ok", "nothing", "saturday"))


FOUND = result(
    Measure("labelled_rows", 390.0),
    Measure(MAE, 2.0, low=1.8, high=2.2),
    *segment("depot = north", 2.1, 1.7, 2.5),
    *segment("depot = south", 3.2, 2.5, 4.0, upper=2.0, verdict="notice"),
    *segment("depot = <west>", None, rows=3.0),
    *segment("heavy = yes", 1.0, 0.8, 1.2),
    Measure("error_gap", 1.1, segment="depot", low=0.2, high=2.1),
    Measure("error_ratio", 0.66, segment="depot", low=0.4, high=0.9),
)
NOTHING = result(Measure("labelled_rows", 0.0), Measure(MAE, None))


def test_the_worst_segment_comes_first_and_few_rows_are_folded():
    page = Page(segment_tables.by_segment(SETTINGS, FOUND, USUAL))
    places = [page.text.index(name) for name in ("depot = south", "depot = north", "heavy = yes", "depot = <west>")]
    assert places == sorted(places)
    assert "1 more segments have fewer than 30 labelled rows" in page.text
    assert "depot = south notice 100 3.2 2.5 to 4 2.4 2 -0.5" in page.text
    assert page.words.count("notice") == 1
    shown = {(one["data-metric"], one["data-segment"], one.get("data-part")) for one in page.numbers}
    keys = {(m.metric, m.segment, None) for m in FOUND.measures if " = " in m.segment}
    assert keys <= shown
    assert (MAE, "depot = south", "high") in shown


def test_without_thresholds_no_column_of_verdicts():
    page = Page(segment_tables.by_segment(SETTINGS, result(*segment("depot = north", 2.1, 1.7, 2.5)), {}))
    assert "verdict" not in page.text and "at most" not in page.text
    assert "mean absolute error (hours) in 90 % of cases in the reference" in page.text


@pytest.mark.parametrize("found", [NOTHING, result(Measure("rows", 0.0, verdict="no data"))])
def test_a_day_without_segments(found):
    assert "No rows, nothing to show." in Page(segment_tables.by_segment(SETTINGS, found, {})).text
    assert "nothing to draw" in segment_figures.whiskers(SETTINGS, found, {}).data
    assert segment_sentences.still_good(SETTINGS, found) == "Still good? Not known: no row has a usable label."
    assert segment_sentences.for_whom(SETTINGS, found, {}).startswith("For whom not? Not known")
    assert segment_sentences.left_out(SETTINGS, found) == "Every segment has enough labelled rows."
    assert segment_sentences.fair(SETTINGS, found).endswith("fewer than two have enough labelled rows.")


def test_gaps_and_ratios_with_their_intervals():
    page = Page(segment_tables.between_groups(SETTINGS, FOUND))
    assert "largest difference of the error between groups depot 1.1 0.2 to 2.1 hours" in page.text
    assert "least error over the greatest, between groups depot 0.66 0.4 to 0.9" in page.text


def test_a_whisker_for_each_segment_with_an_error():
    drawing = segment_figures.whiskers(SETTINGS, FOUND, USUAL)
    assert tips(drawing, "beyond") == ["depot = south: 3.2"]
    assert tips(drawing, "day") == ["depot = north: 2.1", "heavy = yes: 1"]
    assert tips(drawing, "reference") == ["depot = south, reference: 2.4", "depot = north, reference: 1.3"]
    names = [word for word in words(drawing) if " = " in word]
    assert names == ["depot = south", "depot = north", "heavy = yes"]
    assert {"mean absolute error (hours)", "whole day", "reference"} <= {*words(drawing)}


def test_still_good_and_for_whom_not():
    assert segment_sentences.still_good(SETTINGS, FOUND) == (
        "Still good? The mean absolute error is 2 hours (1.8 to 2.2), on 390 labelled rows."
    )
    assert segment_sentences.for_whom(SETTINGS, FOUND, USUAL) == (
        "For whom not? depot = south errs most, 3.2 hours (2.5 to 4). 1 of 3 segments surely err more than the whole "
        "day (depot = south); 1 err more than usual, chance and what days differ by allowed for (depot = north)."
    )
    assert segment_sentences.left_out(SETTINGS, FOUND) == (
        "Left out, with fewer than 30 labelled rows: depot = <west> (3)."
    )


def test_the_groups_that_lie_farthest_apart():
    assert segment_sentences.fair(SETTINGS, FOUND) == (
        "Between the groups of depot the error's gap is 1.1 hours (0.2 to 2.1): south most, north least."
    )
    assert segment_sentences.fair(trade.settings(), FOUND) == ""
    none = SETTINGS.model_copy(update={"performance": Performance(**{**PERFORMANCE, "min_rows": 200})})
    assert segment_sentences.left_out(none, FOUND).startswith("Left out, with fewer than 200")


def worst(p):
    lines = [(50, 0.02, 4.0, 3.0, 5.0, 2.0, p), (40, 0.016, 3.0, 2.0, 4.0, 2.0, 0.5)]
    columns = ["rows", "share", "error", "low", "high", "usual", "p"]
    return pd.DataFrame(
        lines, columns=columns, index=pd.Index(["depot = <a> and rack = 2", "rack = 7"], name="segment")
    )


def test_what_a_search_found():
    page = Page(segment_tables.worst(SETTINGS, worst(0.005)))
    assert "depot = <a> and rack = 2 50 2.0% 4 3 to 5 2 0.5%" in page.text
    assert segment_sentences.worst(SETTINGS, worst(0.005)).splitlines() == [
        "Errs more than it should:",
        "depot = <a> and rack = 2: 50 rows, 4 where 2 is expected.",
    ]
    assert segment_sentences.worst(SETTINGS, worst(0.4)).startswith("No segment errs more than chance makes one")
    assert "nothing to show" in Page(segment_tables.worst(SETTINGS, worst(0.4).head(0))).text
    assert segment_sentences.worst(SETTINGS, worst(0.4).head(0)).startswith("Too few labelled rows")
