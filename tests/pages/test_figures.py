import matplotlib.pyplot as plt
import pandas as pd
import pytest
from driftbook.pages import figures


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn(found):
    """Draw the figures, so that what warns or fails does; return the panel of each."""
    for fig in found:
        fig.canvas.draw()
        assert fig.get_figwidth() <= 4.4  # inches: a phone shows its letters nearly as large as they are
    return [panel for fig in found for panel in fig.axes]


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


@pytest.mark.parametrize("name", [r"$\bad$", "$", "a $ b $ c", "x" * 300, "<b>"])
def test_names_are_no_formulas_and_have_room(name):
    frame = pd.DataFrame({name: [name, name, "b"], "n": [1.0, 2.0, 3.0], "p": [1.5, 2.0, 2.5]})
    (panel,) = drawn(figures.distributions(frame, [name], {name: f"{name} ({name})"}))
    assert panel.get_title() in (name, f"{name[:59]}…")
    assert panel.get_xticklabels()[0].get_text() in (name, f"{name[:23]}…")
    drawn(figures.residuals(frame.rename(columns={"n": name * 2}), name * 2, "p", name))
