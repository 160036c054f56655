import datetime as dt
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from driftbook import diagnosis
from driftbook.pages import day_figures
from driftbook.pages.svg import PALETTE

SVG = "{http://www.w3.org/2000/svg}"
DAYS = [dt.date(2022, 2, number) for number in (1, 2, 3)]


def tips(drawing, color=""):
    """Return what the marks of a drawing say where the pointer rests, those of a colour if one is named."""
    marks = [one for one in ElementTree.fromstring(drawing.data).iter() if one.find(f"{SVG}title") is not None]
    return [one.find(f"{SVG}title").text for one in marks if f"--{color}" in one.get("fill")]


def words(drawing):
    return [one.text for one in ElementTree.fromstring(drawing.data).iter(f"{SVG}text")]


def test_shares_in_percent_beside_the_reference():
    day, reference = pd.Series({"a": 0.5, "b": 0.25}), pd.Series({"b": 0.1, "a": np.nan})
    drawing = day_figures.shares(day, reference=reference, label="missing values (% of rows)")
    assert tips(drawing, "day") == ["a, day: 50.00%", "b, day: 25.00%"]
    assert tips(drawing, "reference") == ["b, reference: 10.00%"]
    assert {"a", "b", "day", "reference", "missing values (% of rows)"} <= {*words(drawing)}


def test_shares_without_a_reference_are_grey():
    drawing = day_figures.shares(pd.Series({"a": 0.5}), label="x (%)")
    assert (tips(drawing, "reference"), tips(drawing, "day")) == (["a, share: 50.00%"], [])


def test_columns_beyond_the_threshold_of_both_references_are_red():
    ratios = pd.DataFrame({"fixed": [3.0, 2.0, 0.5, 1.0], "trailing": [1.5, 0.5, 2.0, 1.0]}, index=[*"abcd"])
    drawing = day_figures.scores(ratios)
    assert tips(drawing, "beyond") == ["a, fixed: 3.00"]
    assert tips(drawing, "day") == ["b, fixed: 2.00", "c, fixed: 0.50", "d, fixed: 1.00"]
    assert tips(drawing, "pale") == [f"{name}, trailing: {value:.2f}" for name, value in ratios["trailing"].items()]
    assert [word for word in words(drawing) if word in [*"abcd"]] == [*"abcd"]
    assert {"threshold", "fixed reference", "trailing reference", "score ÷ threshold (no unit)"} <= {*words(drawing)}


def test_where_only_the_fixed_reference_can_judge_it_decides():
    drawing = day_figures.scores(pd.DataFrame({"fixed": [3.0, 1.0, np.nan]}, index=[*"abc"]))
    assert tips(drawing, "beyond") == ["a, fixed: 3.00"]
    assert "trailing reference" not in words(drawing)


def test_the_day_among_the_days_of_its_references():
    own = np.array([0.2, -0.1, 1.2])
    drawing = day_figures.day_scores({"fixed": (own, 1.5), "trailing": (own[:2], 0.5)})
    assert tips(drawing, "reference") == ["0.20", "0.00", "1.20", "0.20", "0.00"]
    assert (tips(drawing, "beyond"), tips(drawing, "day")) == (["this day 1.50"], ["this day 0.50"])
    assert {"fixed", "trailing", "a day of the reference", "this day", "threshold"} <= {*words(drawing)}


def test_the_scores_of_a_day_can_be_drawn(monitored):
    _, day = monitored("2022-02-10")
    assert len(tips(day_figures.day_scores(diagnosis.day_ratios(day)), "beyond")) == 2
    assert tips(day_figures.scores(diagnosis.ratios(day)), "beyond")[0].startswith("trip_distance, fixed: ")


def test_bins_are_shares_of_rows(demo, monitored):
    settings, trained, _ = demo
    result = monitored("2022-02-10")[1].result
    histograms = diagnosis.histograms(trained, result, ["trip_distance", "PULocationID"])
    drawings = day_figures.bins(histograms, settings.axes)
    axes = ["trip_distance (miles), in bins", "PULocationID, in bins"]
    for drawing, (reference, day), axis in zip(drawings, histograms.values(), axes, strict=True):
        assert {axis, "rows (%)", "reference", "day"} <= {*words(drawing)}
        for color, counts in (("reference", reference), ("day", day)):
            shares = counts / counts.sum()
            assert tips(drawing, color) == [f"{label}: {color} {100 * part:.1f} %" for label, part in shares.items()]


def test_many_bins_are_labelled_in_part():
    counts = pd.Series(1, index=[f"zone of some length {number}" for number in range(60)])
    (drawing,) = day_figures.bins({"zone": (counts, counts)}, {})
    assert 10 < len([word for word in words(drawing) if word.startswith("zone of")]) <= 20
    assert len(tips(drawing, "day")) == 60


def test_by_hour_the_reference_is_grey():
    groups = {"day": pd.Series({1: 6.0}), "reference": pd.Series({0: 4.0, 1: 5.0})}
    drawing = day_figures.by_hour(groups, ylabel="mean absolute error (minutes)")
    assert tips(drawing, "reference") == ["reference, hour 0: 4", "reference, hour 1: 5"]
    assert tips(drawing, "day") == ["day, hour 1: 6"]
    assert {"hour of day", "mean absolute error (minutes)"} <= {*words(drawing)}


def test_what_is_not_drawn_is_not_in_the_legend():
    groups = {"day": pd.Series(dtype=float), "reference": pd.Series({0: 4.0})}
    assert "day" not in words(day_figures.by_hour(groups, ylabel="x"))


def stored(**columns):
    given = {"day": DAYS[:2], "value": [1.0, 4.0], "lower": None, "upper": 3.0, "verdict": ["ok", "alarm"]}
    return pd.DataFrame({**given, **columns})


def dashed(drawing):
    paths = [one for one in ElementTree.fromstring(drawing.data).iter(f"{SVG}path") if one.get("stroke-dasharray")]
    return [one for one in paths if "m0" not in one.get("d")]


def test_a_series_with_its_thresholds_and_alarms():
    drawing = day_figures.series(DAYS, stored(lower=[0.5, 0.6]), ylabel="error (minutes)")
    assert (tips(drawing, "day"), tips(drawing, "beyond")) == (["2022-02-01: 1"], ["2022-02-02: 4"])
    assert len(dashed(drawing)) == 2
    assert [word for word in words(drawing) if re.fullmatch(r"\d\d-\d\d", word)] == ["02-01", "02-02", "02-03"]
    assert {"day", "error (minutes)", "threshold"} <= {*words(drawing)}
    assert tips(day_figures.series(DAYS, stored(), ylabel="x (%)", scale=100), "beyond") == ["2022-02-02: 400"]


@pytest.mark.parametrize("length", [1, 4, 28, 365])
def test_each_date_is_written_once(length):
    days = list(pd.date_range("2022-01-01", periods=length).date)
    series = day_figures.series(days, stored(), ylabel="x")
    heat_map = day_figures.heat_map(pd.DataFrame(1.0, index=["a"], columns=days))
    for drawing in (series, heat_map):
        found = [word for word in words(drawing) if re.fullmatch(r"\d\d-\d\d", word)]
        assert len(set(found)) == len(found) >= min(length, 5)


@pytest.mark.parametrize(
    "measures", [stored(value=None), stored(upper=None, verdict=""), stored().head(0)], ids=["no value", "open", "none"]
)
def test_a_series_of_little(measures):
    drawing = day_figures.series(DAYS, measures, ylabel="x")
    assert "nan" not in drawing.data.lower()
    assert ("threshold" in words(drawing)) is bool(measures["upper"].notna().any())


def test_the_heat_map_is_blank_at_nothing_and_strong_above_the_threshold():
    ratios = pd.DataFrame([[1.0, 0.0, np.nan], [0.0, 0.5, 9.0]], index=["a", "b"], columns=DAYS)
    drawing = day_figures.heat_map(ratios)
    found = re.findall(r'<path d="([^"]*)" fill="var\(--(\w+),[^"]*" fill-opacity="([\d.]+)"', drawing.data)
    shades = {(color, float(opacity)): path.count("M") for path, color, opacity in found}
    assert shades == {("day", 0.4): 1, ("reference", 1.0): 1, ("day", 0.2): 1, ("beyond", 1.0): 1}
    assert [word for word in words(drawing) if word in ("a", "b")] == ["b", "a"]  # the highest on top


def test_a_year_of_days_stays_small():
    days = list(pd.date_range("2022-01-01", periods=365).date)
    table = pd.DataFrame(np.random.default_rng(1).random((20, 365)) * 1.2, index=[*map(str, range(20))], columns=days)
    assert len(day_figures.heat_map(table).data) < 200_000


def test_carriers(demo, monitored):
    settings, trained, _ = demo
    frame = monitored("2022-02-17")[0].frame
    tables = {name: diagnosis.carriers(trained, frame, "PULocationID", name) for name in settings.segments}
    drawings = day_figures.carriers(tables, "PULocationID", groups=3)
    assert [drawing.data.count("part of the change: ") for drawing in drawings] == [3, 3, 3]
    for name, drawing in zip(settings.segments, drawings, strict=True):
        top = tables[name].head(3)
        assert tips(drawing, "day") == [
            f"{value}, part of the change: {part:.2%}" for value, part in top["part"].items()
        ]
        assert f"PULocationID by {name} (%)" in words(drawing)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: day_figures.shares(pd.Series(dtype=float), reference=pd.Series(dtype=float), label="x"),
        lambda: day_figures.scores(pd.DataFrame(columns=["fixed"], dtype=float)),
        lambda: day_figures.scores(pd.DataFrame({"fixed": [], "trailing": []})),
        lambda: day_figures.day_scores({}),
        lambda: day_figures.day_scores({"fixed": (np.array([]), 0.5)}),
        lambda: day_figures.carriers({"hour": pd.DataFrame(columns=["reference", "day", "part"], dtype=float)}, "x")[0],
        lambda: day_figures.by_hour({"day": pd.Series(dtype=float), "reference": pd.Series(dtype=float)}, ylabel="x"),
        lambda: day_figures.heat_map(pd.DataFrame([[np.nan]], index=["a"], columns=DAYS[:1])),
        lambda: day_figures.heat_map(pd.DataFrame()),
    ],
)
def test_an_empty_day_can_be_drawn(draw):
    drawing = draw()
    assert ElementTree.fromstring(drawing.data).get("role") == "img"
    assert "nan" not in drawing.data.lower().replace("var(", "")


def test_nothing_to_draw_says_so():
    assert words(day_figures.nothing()) == ["no rows, nothing to draw"]
    assert day_figures.bins({}, {}) == []


def test_a_drawing_has_no_colour_but_the_palettes(monitored):
    _, day = monitored("2022-02-10")
    found = {*re.findall(r'(?:fill|stroke)="([^"]*)"', day_figures.scores(diagnosis.ratios(day)).data)}
    assert found <= {"none", "currentColor", *(f"var(--{name},{color})" for name, color in PALETTE.items())}
