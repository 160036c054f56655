import dataclasses
import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from driftbook.alarms import bins

from tests.days import GRID, count, frame

DAY = dt.date(2022, 2, 6)


@pytest.fixture(scope="module")
def frozen(reference_days):
    return {column.column: column for column in bins.freeze(GRID, reference_days)}


def test_numeric_columns_are_cut_at_quantiles(frozen, reference_days):
    counts = bins.counts(frozen["amount"], reference_days).sum(axis=0)
    assert counts / counts.sum() == pytest.approx([0.01, 0.09, *[0.1] * 8, 0.09, 0.01], abs=0.004)
    assert len(frozen["amount"].labels) == len(set(frozen["amount"].labels)) == 12


def test_values_have_cells_by_their_order(frozen):
    assert frozen["seats"].labels == ("1", "2", "3", "other")
    assert frozen["hour"].labels == (*map(str, range(24)), "other")
    assert sorted(frozen["zone"].values) == sorted(f"z{i}" for i in range(12))


def test_rare_and_new_values_are_other_and_unseen(frozen):
    rows = frame(DAY)
    rows.loc[:149, "zone"] = "never"
    day = count(DAY, rows)
    (counts,) = bins.counts(frozen["zone"], [day])
    assert counts[-1] == bins.unseen(frozen["zone"], day) == 150
    assert counts.sum() == 1500


def test_to_its_own_day_a_value_of_no_other_day_is_unseen(reference_days):
    zones = {"z1": 1000, "here alone": 500}
    alone = dataclasses.replace(reference_days[0], values={**reference_days[0].values, "zone": zones})
    days = [alone, *reference_days[1:]]
    zone = next(column for column in bins.freeze(GRID, days) if column.column == "zone")
    (own,) = bins.features([zone], days, [zone.own], own=True)
    (other,) = bins.features([zone], days, [bins.counts(zone, days)], own=False)
    at = own.labels.index("unseen")
    assert own.share[:, at].tolist() == [500 / 1500, *[0] * (len(days) - 1)]
    assert not other.share[:, at].any()
    assert bins.unseen(zone, alone) == 0


@pytest.mark.parametrize("column", ["amount", "seats", "zone", "hour"])
def test_a_reference_knows_its_own_days(frozen, reference_days, column):
    assert frozen[column].own.tolist() == bins.counts(frozen[column], reference_days).tolist()


@pytest.mark.parametrize("column", ["amount", "seats", "zone", "hour"])
def test_positions_agree_with_counts(frozen, column):
    rows = frame(DAY)
    rows.loc[:9, column] = None
    found = np.bincount(bins.positions(GRID, frozen[column], rows[column]), minlength=len(frozen[column].labels) + 1)
    (counts,) = bins.counts(frozen[column], [count(DAY, rows)])
    assert found.tolist() == [*counts.tolist(), 10]


def test_the_stabilised_share_has_the_variance_it_claims():
    rng, n = np.random.default_rng(1), 400
    y = bins.stabilised(rng.binomial(n, 0.2, 20_000), np.array(n))
    assert y.var() == pytest.approx(bins.variance(np.array(n)), rel=0.03)
    assert bins.unstabilised(y.mean()) == pytest.approx(0.2, abs=0.002)


def test_features_against_the_formula(frozen):
    day = count(DAY)
    x = bins.counts(frozen["seats"], [day])
    (found,) = bins.features([frozen["seats"]], [day], [x], own=False)
    assert found.labels == ("1", "2", "3", "other", "up to 1", "up to 2", "up to 3", "missing")
    first = 2 * math.asin(math.sqrt((x[0, 0] + 3 / 8) / (1500 + 3 / 4)))
    assert found.y[0, 0] == found.y[0, 4] == pytest.approx(first)
    assert found.share[0, 5] == pytest.approx((x[0, 0] + x[0, 1]) / 1500)
    assert found.v[0] == pytest.approx(1 / 1500.75)


def test_a_column_without_a_value_has_finite_features(frozen):
    rows = frame(DAY).assign(amount=np.nan)
    day = count(DAY, rows)
    (found,) = bins.features([frozen["amount"]], [day], [bins.counts(frozen["amount"], [day])], own=False)
    assert np.isfinite(found.y).all() and np.isfinite(found.v).all()
    assert found.share[0, -1] == 1.0


def test_labels_tell_close_edges_apart():
    assert len(set(bins._distinct(np.array([1.00001, 1.00002, 1.00003])))) == 3


def test_a_constant_column_has_one_cut():
    grid = GRID.model_copy(update={"edges": {"amount": (5.0, 6.0)}})
    day = count(DAY)
    constant = type(day)(**{**vars(day), "bins": {"amount": np.array([1500, 0, 0])}})
    found = bins.freeze(grid, [constant])[0]
    assert found.labels == ("≤ 5", "> 5")
    assert bins.positions(grid, found, pd.Series([5.0, 7.0], name="amount")).tolist() == [0, 1]
