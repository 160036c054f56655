"""Columns together as one more scored column: only a worse fit counts, and a column that is gone is left out."""

from dataclasses import replace

import numpy as np
import pytest
from driftbook.alarms import columns, measurement, reference
from driftbook.alarms.measurement import ERROR, TOGETHER
from driftbook.profiles import profile
from driftbook.profiles.grid import Grid
from driftbook.records import PREDICTION

PLAN = measurement.BinPlan((), (), {}, ("fare", "zone"))
USUAL = (1000, 800.0, 900.0)


@pytest.fixture(scope="module")
def day(counted):
    return next(iter(counted.values()))


def test_the_feature_is_the_logarithm_of_the_mean_surprise(day):
    found = measurement._together(PLAN, [replace(day, together={"fare": USUAL, "zone": (1000, 1600.0, 4000.0)})])
    assert found.labels == ("fare", "zone")
    assert found.share.tolist() == [[0.8, 1.6]]
    assert found.y == pytest.approx(np.log(found.share))
    assert found.v == pytest.approx(np.array([[(0.9 - 0.64) / 1000 / 0.64, (4.0 - 2.56) / 1000 / 2.56]]))


@pytest.mark.parametrize("few", [(0, 0.0, 0.0), (29, 200.0, 2000.0)], ids=["gone", "few values"])
def test_too_few_values_say_nothing(day, few):
    found = measurement._together(PLAN, [replace(day, together={"fare": USUAL, "zone": few})])
    assert (found.y[0, 1], found.v[0, 1], found.share[0, 1]) == (0.0, 1.0, 1.0)


def test_days_counted_before_are_read_and_not_scored(day):
    data = day.to_dict()
    assert profile.from_dict(data).together == day.together != {}
    del data["together"]
    old = profile.from_dict(data)
    assert old.together == {}
    assert np.isnan(measurement._together(PLAN, [old]).y).all()


def test_a_reference_with_such_a_day_leaves_it_out(demo, counted):
    calibration = demo[1].calibration
    days = [replace(day, together={}) if at == 3 else day for at, day in enumerate(calibration.days)]
    assert TOGETHER not in reference.fit(calibration.grid, days).layout.columns
    assert TOGETHER in calibration.fixed.layout.columns
    bare = calibration.grid.model_copy(update={"relations": None})
    assert TOGETHER not in reference.fit(bare, calibration.days).layout.columns


def scored(demo, day, factor):
    fixed = demo[1].calibration.fixed
    together = {name: (n, total * factor, squares * factor**2) for name, (n, total, squares) in day.together.items()}
    found = reference.score(fixed, [replace(day, together=together)]).columns[0]
    return found[fixed.layout.columns.index(TOGETHER)] / fixed.threshold(1.0)


def test_only_a_worse_fit_counts(demo, counted):
    day = [day for day in counted.values() if day.day not in demo[1].calibration.by_day][1]
    assert scored(demo, day, 1.0) < 1 < scored(demo, day, 1.5)
    assert scored(demo, day, 0.5) < 1


@pytest.mark.parametrize(
    ("beyond", "speaks"),
    [
        (["trip_distance", TOGETHER, PREDICTION, ERROR], "trip_distance"),
        ([TOGETHER, PREDICTION, ERROR], TOGETHER),
        ([PREDICTION, ERROR], ERROR),
    ],
)
def test_it_speaks_after_the_columns_and_before_what_follows(demo, monitored, beyond, speaks):
    fixed = monitored("2022-02-05")[1].verdict.fixed
    far = {name: 2.0 + beyond.index(name) if name in beyond else 0.5 for name in fixed.ratios}
    fixed = replace(fixed)
    fixed.__dict__["ratios"] = far
    verdicts = {name: "alarm" if name in beyond else "ok" for name in far}
    assert columns.leading(verdicts, fixed, None)[0] == speaks


def test_the_grid_keeps_what_was_learnt(demo):
    grid = demo[1].calibration.grid
    assert grid.relations is not None
    assert Grid.model_validate_json(grid.model_dump_json()) == grid
    assert grid.without(["duration_min"]).relations == grid.relations
