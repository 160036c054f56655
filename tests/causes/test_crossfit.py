import numpy as np
import pytest
from driftbook.causes import crossfit
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

TREES = {**crossfit._TREES, "validation_fraction": 0.2}


def rows(size=1500, seed=0):
    """Return inputs of many, of few and of missing values, the losses, and which rows are of the day."""
    rng = np.random.default_rng(seed)
    inputs = np.column_stack(
        [rng.normal(size=size), rng.integers(0, 24, size), rng.gamma(2, 3, size), np.full(size, 1)]
    )
    inputs[rng.random(size) < 0.2, 2] = np.nan
    is_day = rng.random(size) < 0.3
    return inputs, np.abs(inputs[:, 0]) + rng.random(size) + is_day, is_day


@pytest.fixture(autouse=True)
def one_thread():
    with crossfit.one_thread():
        yield


@pytest.mark.parametrize("seed", range(2))
def test_trees_are_those_that_scikit_learn_fits_on_the_values_themselves(seed):
    inputs, losses, is_day = rows(seed=seed)
    weight = np.where(is_day, 1 / is_day.sum(), 1 / (~is_day).sum()) * len(is_day) / 2
    other, *_ = rows(size=400, seed=seed + 9)

    found = crossfit._fitted(HistGradientBoostingRegressor(**crossfit._TREES), inputs, weight, losses)
    expected = HistGradientBoostingRegressor(**TREES).fit(inputs, losses, sample_weight=weight)
    assert found.model.n_iter_ == expected.n_iter_
    for given in (inputs, other):
        assert found.predict(given) == pytest.approx(expected.predict(given), rel=1e-12)

    model = HistGradientBoostingClassifier(**crossfit._TREES)
    found = crossfit._fitted(model, inputs, weight, is_day, stratify=is_day)
    expected = HistGradientBoostingClassifier(**TREES).fit(inputs, is_day, sample_weight=weight)
    given = crossfit._binned(other, found.cuts)
    assert found.model.predict_proba(given) == pytest.approx(expected.predict_proba(other), rel=1e-12)
