import datetime as dt

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from driftbook import diagnosis
from driftbook.pages import figures
from matplotlib.colors import to_hex

DAYS = [dt.date(2022, 2, number) for number in (1, 2, 3)]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn(figure):
    """Draw the figure, so that what warns or fails does; return its panels without colour bars."""
    figure.canvas.draw()
    return [panel for panel in figure.axes if panel.get_label() != "<colorbar>"]


def legend(figure):
    found = [*figure.legends, *(panel.get_legend() for panel in figure.axes)]
    return [text.get_text() for each in found if each for text in each.get_texts()]


def colours(panel):
    return [to_hex(patch.get_facecolor()) for patch in panel.patches]


def labels(panel):
    return panel.get_xlabel(), panel.get_ylabel()


def test_each_axis_has_its_unit(demo, monitored):
    settings, trained, splits = demo
    frame = trained.reference_rows
    by_day, by_hour = drawn(figures.rows_by_day_and_hour(frame["lpep_pickup_datetime"]))
    assert (labels(by_day), labels(by_hour)) == (("day", "rows"), ("hour of day", "rows a day"))
    panels = drawn(figures.distributions(frame, ["duration_min", "trip_distance"], settings.axes))
    assert [labels(panel) for panel in panels] == [
        ("duration_min (minutes)", "rows"),
        ("trip_distance (miles)", "rows"),
    ]
    panels = drawn(figures.residuals(splits.validation, "duration_min", "prediction", "minutes"))
    assert [labels(panel) for panel in panels] == [
        ("duration_min − prediction (minutes)", "rows"),
        ("prediction (minutes)", "residual (minutes)"),
    ]


def test_the_rows_of_each_day_and_of_a_mean_day():
    times = pd.Series(pd.to_datetime(["2022-02-01 03:00", "2022-02-01 03:30", "2022-02-02 05:00"]))
    by_day, by_hour = drawn(figures.rows_by_day_and_hour(times))
    assert [patch.get_height() for patch in by_day.patches] == [2, 1]
    assert [patch.get_height() for patch in by_hour.patches][:7] == [0, 0, 0, 1, 0, 0.5, 0]


def test_one_absurd_value_does_not_hide_the_rest(demo):
    settings, trained, _ = demo
    (panel,) = drawn(figures.distributions(trained.reference_rows, ["trip_distance"], settings.axes))
    assert trained.reference_rows["trip_distance"].max() > 90_000
    assert panel.get_xlim()[1] < 50


def test_shares_in_percent_beside_the_reference():
    day, reference = pd.Series({"a": 0.5, "b": 0.25}), pd.Series({"b": 0.1, "a": np.nan})
    figure = figures.shares(day, reference=reference, label="missing values (% of rows)")
    (panel,) = drawn(figure)
    assert [patch.get_width() for patch in panel.patches[:2]] == [50, 25]
    assert panel.patches[3].get_width() == 10
    assert colours(panel) == [figures.DAY] * 2 + [figures.REFERENCE] * 2
    assert (panel.get_xlabel(), legend(figure)) == ("missing values (% of rows)", ["day", "reference"])


def test_shares_without_a_reference_are_grey():
    (panel,) = drawn(figures.shares(pd.Series({"a": 0.5}), label="x (%)"))
    assert colours(panel) == [figures.REFERENCE]


def test_columns_beyond_the_threshold_of_both_references_are_red():
    ratios = pd.DataFrame({"fixed": [3.0, 2.0, 0.5, 1.0], "trailing": [1.5, 0.5, 2.0, 1.0]}, index=[*"abcd"])
    figure = figures.scores(ratios)
    (panel,) = drawn(figure)
    assert colours(panel) == 2 * [figures.BEYOND, figures.DAY, figures.DAY, figures.DAY]
    assert [patch.get_width() for patch in panel.patches] == [*ratios["fixed"], *ratios["trailing"]]
    assert {patch.get_alpha() for patch in panel.patches[4:]} == {0.5}
    assert [line.get_xdata()[0] for line in panel.lines] == [1]
    assert legend(figure) == ["threshold", "fixed", "trailing"]
    assert [text.get_text() for text in panel.get_yticklabels()] == [*"abcd"]
    assert labels(panel) == ("score ÷ threshold (no unit)", "column")


def test_where_only_the_fixed_reference_can_judge_it_decides():
    figure = figures.scores(pd.DataFrame({"fixed": [3.0, 1.0, np.nan]}, index=[*"abc"]))
    (panel,) = drawn(figure)
    assert colours(panel) == [figures.BEYOND, figures.DAY, figures.DAY]
    assert legend(figure) == ["threshold", "fixed"]


def test_the_day_among_the_days_of_its_references():
    own = np.array([0.2, -0.1, 1.2])
    figure = figures.day_scores({"fixed": (own, 1.5), "trailing": (own[:2], 0.5)})
    (panel,) = drawn(figure)
    points, diamonds = (
        [line for line in panel.lines if line.get_marker() == marker and line.get_linestyle() == "None"]
        for marker in ("o", "D")
    )
    assert [line.get_xdata().tolist() for line in points] == [[0.2, 0, 1.2], [0.2, 0]]
    assert [(line.get_xdata()[0], line.get_color()) for line in diamonds] == [(1.5, figures.BEYOND), (0.5, figures.DAY)]
    assert [line.get_xdata()[0] for line in panel.lines if line.get_linestyle() == "--"] == [1]
    assert [text.get_text() for text in panel.get_yticklabels()] == ["fixed", "trailing"]
    assert sorted(legend(figure)) == ["a day of the reference", "this day", "threshold"]
    assert labels(panel) == ("day score ÷ threshold (no unit)", "reference")


def test_the_scores_of_a_day_can_be_drawn(monitored):
    _, day = monitored("2022-02-10")
    (panel,) = drawn(figures.day_scores(diagnosis.day_ratios(day)))
    assert len(panel.get_yticklabels()) == 2
    (panel,) = drawn(figures.scores(diagnosis.ratios(day)))
    assert colours(panel).count(figures.BEYOND) == 2  # trip_distance against both references


def test_bins_are_shares_of_rows(demo, monitored):
    settings, trained, _ = demo
    result = monitored("2022-02-10")[1].result
    histograms = diagnosis.histograms(trained, result, ["trip_distance", "PULocationID"])
    figure = figures.bins(histograms, settings.axes)
    panels = drawn(figure)
    assert [panel.get_xlabel() for panel in panels] == ["trip_distance (miles), in bins", "PULocationID, in bins"]
    for panel in panels:
        heights = np.array([patch.get_height() for patch in panel.patches]).reshape(2, -1)
        assert heights.sum(axis=1).tolist() == pytest.approx([100, 100])
        assert panel.get_ylabel() == "rows (%)"
    assert legend(figure) == ["reference", "day"]


def test_by_hour_the_reference_is_grey():
    groups = {"reference": pd.Series({0: 4.0, 1: 5.0}), "day": pd.Series({1: 6.0})}
    figure = figures.by_hour(groups, ylabel="mean absolute error (minutes)")
    (panel,) = drawn(figure)
    assert [line.get_color() for line in panel.lines] == [figures.REFERENCE, figures.DAY]
    assert (labels(panel), legend(figure)) == (("hour of day", "mean absolute error (minutes)"), ["reference", "day"])


def stored(**columns):
    given = {"day": DAYS[:2], "value": [1.0, 4.0], "lower": None, "upper": 3.0, "verdict": ["ok", "alarm"]}
    return pd.DataFrame({**given, **columns})


def test_a_series_with_its_thresholds_and_alarms():
    figure = figures.series(DAYS, stored(lower=[0.5, 0.6]), ylabel="error (minutes)")
    (panel,) = drawn(figure)
    assert legend(figure) == ["day", "lower threshold", "upper threshold", "alarm"]
    values, lower, upper, alarms = (line.get_ydata() for line in panel.lines)
    assert values[:2].tolist() == [1, 4] and np.isnan(values[2])
    assert (lower[:2].tolist(), upper[:2].tolist(), list(alarms)) == ([0.5, 0.6], [3, 3], [4])
    assert labels(panel) == ("day", "error (minutes)")


@pytest.mark.parametrize(
    "measures", [stored(value=None), stored(upper=None, verdict=""), stored().head(0)], ids=["no value", "open", "none"]
)
def test_a_series_of_little(measures):
    figure = figures.series(DAYS, measures, ylabel="x")
    drawn(figure)
    assert legend(figure)[0] == "day"


def test_the_heat_map_is_white_at_the_threshold():
    ratios = pd.DataFrame([[1.0, 9.0, np.nan], [0.0, 0.5, 2.0]], index=["a", "b"], columns=DAYS)
    (panel,) = drawn(figures.heat_map(ratios))
    (image,) = panel.images
    at, above, unknown = (image.cmap(image.norm(value)) for value in (1.0, 9.0, np.nan))
    assert min(at[:3]) > 0.95
    assert above[0] > 2 * above[2]
    assert len(set(np.round(unknown[:3], 1))) == 1
    assert [text.get_text() for text in panel.get_yticklabels()] == ["a", "b"]
    assert [text.get_text() for text in panel.get_xticklabels()] == [str(day) for day in DAYS]


def test_a_heat_map_of_many_days_labels_some():
    days = pd.date_range("2022-01-01", periods=120).date
    (panel,) = drawn(figures.heat_map(pd.DataFrame(1.0, index=["a"], columns=days)))
    assert 10 <= len(panel.get_xticklabels()) <= 20


def test_carriers(demo, monitored):
    settings, trained, _ = demo
    frame = monitored("2022-02-17")[0].frame
    tables = {name: diagnosis.carriers(trained, frame, "PULocationID", name) for name in settings.segments}
    figure = figures.carriers(tables, "PULocationID", groups=3)
    panels = drawn(figure)
    assert [panel.get_title() for panel in panels] == [f"PULocationID by {name}" for name in settings.segments]
    assert [len(panel.get_yticklabels()) for panel in panels] == [3, 3, 3]
    assert legend(figure) == ["part of the change", "rows in the reference"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.shares(pd.Series(dtype=float), reference=pd.Series(dtype=float), label="x"),
        lambda: figures.scores(pd.DataFrame(columns=["fixed"], dtype=float)),
        lambda: figures.scores(pd.DataFrame({"fixed": [], "trailing": []})),
        lambda: figures.day_scores({}),
        lambda: figures.day_scores({"fixed": (np.array([]), 0.5)}),
        lambda: figures.bins({}, {}),
        lambda: figures.carriers({"hour": pd.DataFrame(columns=["reference", "day", "part"], dtype=float)}, "x"),
        lambda: figures.by_hour({"reference": pd.Series({0: 1.0}), "day": pd.Series(dtype=float)}, ylabel="x"),
        lambda: figures.heat_map(pd.DataFrame([[np.nan]], index=["a"], columns=DAYS[:1])),
    ],
)
def test_an_empty_day_can_be_drawn(draw):
    drawn(draw())
