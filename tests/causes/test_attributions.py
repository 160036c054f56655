import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from driftbook import causes, model, training
from driftbook.model import features

from tests import trade
from tests.causes.conftest import day

shap = pytest.importorskip("shap", exc_type=ImportError)


def trained_by(estimator, task="regression", **arguments):
    chosen = {"kind": "train", "estimator": estimator, "arguments": arguments}
    return training.train(trade.settings(task, model=chosen), trade.batch(trade.frame()))[0]


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_those_of_a_linear_model_are_shaps(parcels, task):
    trained, frame = parcels(task)
    found, why = causes.attributions(trained, frame)
    assert why == ""
    steps, last = trained.estimator[:-1], trained.estimator[-1]
    given = [
        steps.transform(features.given(trained.settings, trained.estimator, rows))
        for rows in (trained.validation.sample(2000, random_state=0).sort_index(), frame)
    ]
    reference, numbers = (np.asarray(one.toarray() if hasattr(one, "toarray") else one) for one in given)
    masker = shap.maskers.Independent(reference, max_samples=len(reference))
    values = np.asarray(shap.LinearExplainer(last, masker).shap_values(numbers))
    columns = list(steps.get_feature_names_out())
    for name in ("distance", "carrier"):
        own = [at for at, column in enumerate(columns) if f"__{name}" in column]
        expected = np.abs(values[:, own].sum(axis=1)).mean()
        assert found["day"][name] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("estimator", "task", "arguments"),
    [
        ("sklearn.ensemble:RandomForestRegressor", "regression", {"n_estimators": 5, "max_depth": 5}),
        ("sklearn.ensemble:RandomForestClassifier", "multiclass", {"n_estimators": 5, "max_depth": 5}),
        ("sklearn.tree:DecisionTreeRegressor", "regression", {"max_depth": 5}),
    ],
)
def test_those_of_trees_come_from_shap(estimator, task, arguments):
    trained = trained_by(estimator, task, **arguments)
    found, why = causes.attributions(trained, day(trained))
    assert why == ""
    assert set(found.index) == set(trained.settings.features.all)
    assert found.index[0] in ("distance", "carrier")
    assert found["day"].is_monotonic_decreasing


def test_values_that_do_not_add_up_are_not_shown():
    trained = trained_by("sklearn.ensemble:HistGradientBoostingRegressor", max_iter=20)
    found, why = causes.attributions(trained, day(trained))
    assert found.empty
    assert why == (
        "The SHAP values of a HistGradientBoostingRegressor with these columns do not add up to what it predicts: "
        "not shown."
    )


def test_a_model_of_another_kind():
    trained = trained_by("sklearn.neighbors:KNeighborsRegressor")
    found, why = causes.attributions(trained, day(trained))
    assert found.empty and why.startswith("shap cannot look into a KNeighborsRegressor: ")


def test_without_shap_trees_say_so(monkeypatch):
    trained = trained_by("sklearn.tree:DecisionTreeRegressor", max_depth=2)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    found, why = causes.attributions(trained, day(trained))
    assert found.empty and why == "SHAP values of trees need the package shap: pip install -e .[explain]."


def test_nothing_to_look_into(parcels):
    trained, frame = parcels()
    delivered = trade.settings(model={"kind": "delivered", "column": "expected"})
    assert "delivered" in causes.attributions(replace(trained, settings=delivered, estimator=None), frame)[1]
    assert causes.attributions(trained, frame.head(0))[1] == "No row has a prediction."


class Bare:
    """A pipeline whose steps name nothing."""

    def __init__(self, steps):
        self.steps = steps

    def __getitem__(self, which):
        return Bare(self.steps[which])


def test_steps_that_do_not_name_their_columns(parcels):
    trained, frame = parcels()
    bare = replace(trained, estimator=Bare([("one", object()), ("two", trained.estimator[-1])]))
    assert causes.attributions(bare, frame)[1].startswith("The steps before the model do not name their columns: ")
    assert model.predict(trained.settings, trained.estimator, frame).shape == (900,)
