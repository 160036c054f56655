"""The search for the worst segments, on rows with a known truth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from driftbook import diagnosis
from driftbook.diagnosis.conditions import Conditions, conditions
from driftbook.diagnosis.worst import LEVEL, search

ROWS, REFERENCE, VALUES = 2500, 8000, 7
NAMES = tuple(f"{column} = {value}" for column in "abcd" for value in range(VALUES))


def rows(seed, size=ROWS):
    """Return rows of four columns of seven values each, as conditions hold, and losses that depend on the first."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, VALUES, (size, 4))
    holds = (values[:, :, None] == np.arange(VALUES)).reshape(size, -1)
    return holds, rng.gamma(2, 1 + values[:, 0] / 4)


def given(seed=1, size=ROWS):
    day, loss = rows(seed, size)
    reference, usual = rows(1000, REFERENCE)
    return Conditions(NAMES, np.repeat(np.arange(4), VALUES), day, reference), loss, usual


def planted(seed):
    found, loss, usual = given(seed)
    inside = found.day[:, NAMES.index("b = 3")] & found.day[:, NAMES.index("d = 5")]
    return found, np.where(inside, 2 * loss, loss), usual, inside


@pytest.mark.parametrize("seed", range(8))
def test_two_percent_with_a_doubled_error_are_first(seed):
    found, loss, usual, inside = planted(seed)
    table = search(found, loss, usual)
    assert table.index[0] == "b = 3 and d = 5"
    first = table.iloc[0]
    assert (first["rows"], first["share"]) == (inside.sum(), inside.mean())
    assert first["error"] == pytest.approx(loss[inside].mean())
    assert first["low"] < first["error"] < first["high"]
    assert first["usual"] == pytest.approx(first["error"] / 2, rel=0.35)
    assert first["p"] <= LEVEL


def test_what_the_reference_errs_too_is_no_finding():
    found, loss, usual = given()
    assert search(found, loss, usual)["p"].iloc[0] > LEVEL
    alone = replace(found, reference=found.reference[:0])
    assert search(alone, loss, usual[:0]).index[0].startswith("a = 6")  # which errs most, always


def test_a_day_that_errs_more_throughout_has_no_worst_segment():
    found, loss, usual = given()
    assert search(found, 1.5 * loss, usual)["p"].iloc[0] > LEVEL


def test_permuted_losses_are_seldom_a_finding():
    found, loss, usual = given()
    alone, rng, hits = replace(found, reference=found.reference[:0]), np.random.default_rng(0), 0
    for _ in range(60):
        table = search(alone, rng.permutation(loss), usual[:0], most=1)
        hits += len(table) and table["p"].iloc[0] <= LEVEL
    assert hits <= 7  # of 3 expected; more in one case of 70


def test_a_single_condition_is_named_alone():
    found, loss, usual = given()
    inside = found.day[:, NAMES.index("c = 2")]
    assert search(found, np.where(inside, 1.6 * loss, loss), usual).index[0] == "c = 2"


def test_each_line_is_of_rows_that_no_line_above_holds():
    found, loss, usual, inside = planted(3)
    other = found.day[:, NAMES.index("c = 2")]
    table = search(found, np.where(other, 1.8 * loss, loss), usual)
    assert {"c = 2", "b = 3 and d = 5"} <= {*table.index[:3]}
    assert table["rows"].sum() == (inside | other).sum() + table["rows"].iloc[2:].sum()
    assert (table["p"].iloc[:-1] <= LEVEL).all()


@pytest.mark.parametrize("size", [0, 3, 59])
def test_few_rows_are_not_searched(size):
    found, loss, usual = given(size=ROWS)
    few = replace(found, day=found.day[:size])
    table = search(few, loss[:size], usual)
    assert table.empty and [*table] == ["rows", "share", "error", "low", "high", "usual", "p"]


def test_equal_losses_have_no_worst_segment():
    found, loss, usual = given()
    assert search(found, np.ones_like(loss), np.ones_like(usual)).empty
    assert search(found, np.zeros_like(loss), np.zeros_like(usual)).empty


def test_no_condition_at_all():
    found, loss, usual = given()
    none = Conditions((), np.array([], dtype=int), found.day[:, :0], found.reference[:, :0])
    assert search(none, loss, usual).empty


def test_the_same_rows_have_the_same_worst_segments():
    found, loss, usual, _ = planted(2)
    pd.testing.assert_frame_equal(search(found, loss, usual), search(found, loss, usual))


def test_the_conditions_of_a_day(demo, monitored):
    batch, _ = monitored("2022-02-05")
    found = conditions(demo[1], batch)
    assert found.day.shape == (len(batch.frame), len(found.names))
    assert found.reference.shape == (len(demo[1].validation), len(found.names))
    names = pd.Series(found.names)
    assert names.is_unique
    columns = names.str.partition(" = ")[0]
    assert {*columns} == {
        *("passenger_count", "trip_distance", "fare_amount", "total_amount", "PULocationID", "DOLocationID"),
        *("payment_type", "hour band", "long trips", "prediction"),
    }
    for number in np.unique(found.columns):
        assert (found.day[:, found.columns == number].sum(axis=1) <= 1).all()
    at = found.names.index("payment_type = 2")
    assert (found.day[:, at] == (batch.frame["payment_type"] == 2)).all()


def test_a_day_of_the_demo_with_a_planted_segment(demo, monitored):
    trained = demo[1]
    batch, _ = monitored("2022-02-05")
    frame = batch.frame
    inside = (frame["payment_type"] == 2) & frame["hour"].between(16, 19)
    error = frame["duration_min"] - frame["prediction"]
    worse = frame.assign(duration_min=frame["duration_min"] + np.where(inside, 2 * error.abs(), 0))
    table = diagnosis.worst_segments(trained, replace(batch, frame=worse))
    assert table.index[0] in ("payment_type = 2 and hour band = 16 to 20", "hour band = 16 to 20 and payment_type = 2")


def test_a_day_without_labels_or_rows(demo, monitored):
    batch, _ = monitored("2022-02-05")
    unlabelled = replace(batch, frame=batch.frame.assign(duration_min=np.nan))
    empty = replace(batch.take(np.array([], dtype=int)))
    for day in (unlabelled, empty):
        assert diagnosis.worst_segments(demo[1], day).empty


def test_a_constant_column_makes_no_segment(demo, monitored):
    batch, _ = monitored("2022-02-05")
    found = conditions(demo[1], replace(batch, frame=batch.frame.assign(fare_amount=5.0, payment_type=1.0)))
    holds = {name: found.day[:, at].mean() for at, name in enumerate(found.names)}
    assert holds["payment_type = 1"] == 1
    table = diagnosis.worst_segments(demo[1], replace(batch, frame=batch.frame.assign(payment_type=1.0)))
    assert not table.index.str.contains("payment_type = 1").any()
