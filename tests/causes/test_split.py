import numpy as np
import pandas as pd
import pytest
from driftbook import causes
from driftbook.causes.parts import LEAST
from driftbook.measures import performance

from bench import causes_known
from tests.causes.conftest import day

PARTS = ["total", "input", "relation", "noise"]


def adds_up(found):
    parts = [part.value for part in (found.input, found.relation) if part]
    assert sum(parts) + found.noise == pytest.approx(found.total, abs=1e-9)
    assert found.by_row.sum()[PARTS].tolist() == pytest.approx(
        [found.total, *(part.value if part else 0.0 for part in (found.input, found.relation)), found.noise], abs=1e-9
    )
    if found.input:
        assert found.columns.sum() == pytest.approx(found.input.value, abs=1e-9)
    return True


@pytest.mark.parametrize("seed", [0, 1])
def test_a_known_split_is_found(seed):
    """Cases of `bench/causes.py`, which tries 200 of them."""
    known = causes_known.case(seed)
    found = causes.split(known.trained, known.day)
    assert adds_up(found)
    for name in ("input", "relation"):
        part, truth = getattr(found, name), getattr(known, name)
        away = (part.high - part.low) / 2
        assert abs(part.estimate - truth) < 2 * away, name  # twice the interval of 95 %: one in 10,000 is outside
        assert part.low <= part.value <= part.high or part.value == 0
        assert 0 <= part.value / part.estimate <= 1


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_the_total_is_the_change_of_the_error(parcels, split, task):
    (trained, frame), found = parcels(task), split(task)
    error = performance.error_metric(trained.settings)
    values = [performance.values(trained.settings, rows)[error] for rows in (frame, trained.validation)]
    assert [found.day_error, found.reference_error] == pytest.approx(values)
    assert found.total == pytest.approx(values[0] - values[1], abs=1e-12)
    assert adds_up(found)
    assert found.rows == 900
    assert found.recoded == {}


def test_another_relation(parcels):
    trained, _ = parcels()
    usual, found = (
        causes.split(trained, rows) for rows in (day(trained), day(trained, hours=lambda f: 1.5 * f["hours"]))
    )
    change = found.total - usual.total
    assert found.relation.estimate - usual.relation.estimate > 0.9 * change > 0
    assert abs(found.input.value) < 0.1 * change


def test_rows_of_another_kind(parcels):
    trained, _ = parcels()
    far = day(trained, rows=4000).nlargest(900, "distance")
    found = causes.split(trained, far)
    assert found.input.value > 0.6 * found.total > 0
    assert found.columns.index[0] in ("distance", "prediction")
    assert found.recoded == {}


def test_a_column_in_another_unit_is_of_the_input_and_named(parcels, split):
    trained, _ = parcels()
    found = causes.split(trained, day(trained, distance=lambda f: 1.6 * f["distance"]))
    change = found.total - split().total
    assert change > 1
    assert abs(found.input.value - change) < 0.15 * change
    assert list(found.recoded) == ["distance"]
    assert found.recoded["distance"] == pytest.approx(1.6, rel=0.1)
    assert found.columns.index[0] == "distance"
    assert adds_up(found)


def test_the_same_rows_give_the_same_split(parcels, split):
    one, other = split(), causes.split(*parcels())
    pd.testing.assert_frame_equal(one.by_row, other.by_row)
    pd.testing.assert_series_equal(one.columns, other.columns)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.table.index.tolist() == ["change", "input", "relation", "noise"]


@pytest.mark.parametrize("rows", [0, 1, 3, LEAST - 1])
def test_of_few_labelled_rows_all_is_noise(parcels, rows):
    trained, frame = parcels()
    found = causes.split(trained, frame.assign(hours=frame["hours"].where(np.arange(len(frame)) < rows)))
    assert (found.rows, found.input, found.relation) == (rows, None, None)
    assert found.columns.empty
    assert list(found.table.index) == ["change", "noise"]
    if rows:
        assert found.noise == found.total
        assert adds_up(found)
    else:
        assert np.isnan(found.total) and np.isnan(found.noise)


@pytest.mark.parametrize(
    "odd",
    [
        {"weight": 1.0, "hour": 3.0, "rack": -1.0},
        {"depot": None, "carrier": "tortoise", "distance": 0.0},
    ],
    ids=str,
)
def test_odd_inputs(parcels, odd):
    trained, frame = parcels()
    assert adds_up(causes.split(trained, frame.assign(**odd)))


def test_labels_for_part_of_the_day(parcels):
    trained, frame = parcels()
    found = causes.split(trained, frame.assign(hours=frame["hours"].where(frame["hour"] < 12)))
    assert found.rows == (frame["hour"] < 12).sum()
    assert adds_up(found)


def test_a_day_where_the_reference_has_no_row(parcels):
    trained, _ = parcels()
    found = causes.split(trained, day(trained, weight=lambda f: f["weight"] + 500))
    assert found.elsewhere > 0.9
    assert found.input.estimate > 0.9 * found.total > 0
