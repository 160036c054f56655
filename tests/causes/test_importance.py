from dataclasses import replace

import numpy as np
import pytest
from driftbook import causes
from driftbook.causes import importance
from driftbook.measures.performance import losses
from driftbook.model import features
from sklearn.inspection import permutation_importance

from tests import trade
from tests.causes.conftest import day


@pytest.mark.parametrize(("task", "scoring"), [("regression", "neg_mean_absolute_error"), ("binary", "neg_log_loss")])
def test_it_equals_scikit_learns(parcels, task, scoring):
    trained, frame = parcels(task)
    rows = importance.few(trained, frame)
    expected = permutation_importance(
        trained.estimator,
        features.given(trained.settings, trained.estimator, rows),
        rows[trained.settings.target.name],
        scoring=scoring,
        n_repeats=3,
        random_state=np.random.RandomState(0),
    )
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max + 1)  # what scikit-learn deals each column by
    found = causes.permutation(trained, frame, repeats=3, seed=seed)
    names = features.given(trained.settings, trained.estimator, rows).columns
    assert found.loc[names, "day"].tolist() == pytest.approx(expected.importances_mean.tolist(), abs=1e-12)


def test_what_the_truth_hangs_on_matters_most(parcels):
    trained, frame = parcels()
    table = causes.permutation(trained, frame)
    assert table.index[0] == "distance"
    assert (table["change"] == table["day"] - table["reference"]).all()
    assert table["day"].is_monotonic_decreasing


def test_a_constant_feature_and_a_day_without_labels(parcels):
    trained, frame = parcels()
    assert causes.permutation(trained, day(trained, rack=lambda _: 3.0))["day"]["rack"] == 0
    found = causes.permutation(trained, frame.assign(hours=np.nan))
    assert found["day"].isna().all() and found["reference"].notna().all()


def test_delivered_predictions_have_none(parcels):
    trained, frame = parcels()
    delivered = trade.settings(model={"kind": "delivered", "column": "expected"})
    trained = type(trained)(delivered, "v", None, trained.validation, trained.reference_rows, trained.calibration)
    assert causes.permutation(trained, frame).empty


def test_many_features_are_asked_for_some_at_a_time(parcels, monkeypatch):
    trained, frame = parcels()
    expected = causes.permutation(trained, frame)
    monkeypatch.setattr(importance, "_AT_ONCE", 6 * len(frame))
    assert causes.permutation(replace(trained), frame).equals(expected)


def test_a_sample_of_many_rows_is_the_same_each_time(parcels):
    trained, frame = parcels()
    one, other = (importance.few(trained, frame, most=50) for _ in range(2))
    assert one.equals(other) and len(one) == 50 and one.index.is_monotonic_increasing
    assert set(importance.few(trained, frame).index) == set(losses(trained.settings, frame).index)


@pytest.mark.parametrize(("arguments", "ahead"), [({}, 1), ({"n_jobs": 2}, 0)])
def test_a_worker_asks_ahead_only_what_starts_no_thread(parcels, monkeypatch, arguments, ahead):
    trained, frame = parcels()
    chosen = trained.settings.model.model_copy(update={"arguments": arguments})
    trained = replace(trained, settings=trained.settings.model_copy(update={"model": chosen}))
    asked, ask = [], importance.with_prediction
    monkeypatch.setattr(importance, "with_prediction", lambda *given: asked.append(len(given[2])) or ask(*given))
    causes.prepare(trained)
    assert len([rows for rows in asked if rows > 15]) == ahead
    causes.permutation(trained, frame)
    causes.permutation(trained, frame)
    assert len([rows for rows in asked if rows > 15]) == 3  # the day twice, the reference once
