from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from driftbook import model
from driftbook.errors import BadData, BadInput
from driftbook.model.trained import TrainedModel
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from tests import trade

NUMBERS = {"numeric": ["weight", "distance"]}
RIDGE = {"kind": "train", "estimator": "sklearn.linear_model:Ridge"}
LOGISTIC = {"kind": "train", "estimator": "sklearn.linear_model:LogisticRegression", "arguments": {"max_iter": 1000}}


@pytest.fixture(scope="module")
def rows():
    return trade.frame(days=10)


def own(task="binary", **changes):
    """Return settings of a model that is brought, as far as predicting knows it."""
    chosen = {"kind": "file", "path": "m.joblib", "sha256": "0" * 64}
    return trade.settings(task, model=chosen, **{"features": NUMBERS, **changes})


def test_two_classes_give_the_probability_of_the_positive_one(rows):
    settings = trade.settings("binary", model=LOGISTIC, features=NUMBERS)
    found = model.fit(settings, rows)
    expected = LogisticRegression(max_iter=1000, random_state=0).fit(
        rows[["weight", "distance"]].to_numpy(), rows["late"]
    )
    answers = model.predict(settings, found, rows)
    assert answers.tolist() == expected.predict_proba(rows[["weight", "distance"]].to_numpy())[:, 1].tolist()


@pytest.mark.parametrize(
    ("target", "positive"),
    [
        (["no", "yes"], "yes"),
        (["no", "yes"], "no"),
        ([False, True], None),
        ([0, 1], None),
        ([False, True], True),
        ([7, 9], 9),
    ],
)
def test_the_positive_class_of_a_model_that_was_brought(rows, target, positive):
    values = np.array(target)[rows["late"].astype(int)]
    fitted = LogisticRegression(max_iter=1000).fit(rows[["weight", "distance"]], values)
    settings = own(target={"name": "late", "positive": positive})
    column = target.index(True if positive is None and target[1] is True else positive) if positive is not None else 1
    expected = fitted.predict_proba(rows[["weight", "distance"]])[:, column]
    assert model.predict(settings, fitted, rows).tolist() == expected.tolist()


def test_a_positive_class_the_model_does_not_know(rows):
    fitted = LogisticRegression(max_iter=1000).fit(rows[["weight"]], np.where(rows["late"] == 1, "yes", "no"))
    with pytest.raises(BadInput, match=r"the model's classes are \['no', 'yes'\], none of them the positive one"):
        model.predict(own(features={"numeric": ["weight"]}), fitted, rows)


def test_several_classes_give_the_most_probable_one_and_each_probability(rows):
    settings = trade.settings("multiclass", model=LOGISTIC, features=NUMBERS)
    found = model.with_prediction(settings, model.fit(settings, rows), rows)
    names = ["p(in time)", "p(late)", "p(lost)"]
    assert found.columns.tolist() == [*rows.columns, *names, "prediction"]
    assert found[names].sum(axis=1).to_numpy() == pytest.approx(1)
    classes = ["in time", "late", "lost"]
    assert found["prediction"].tolist() == [classes[at] for at in found[names].to_numpy().argmax(axis=1)]


@pytest.mark.parametrize(
    ("labels", "names"), [([1, 2, 3], ["p(1)", "p(2)", "p(3)"]), ([1.0, 2.0, 3.0], ["p(1)", "p(2)", "p(3)"])]
)
def test_classes_that_are_numbers_are_labels(rows, labels, names):
    values = pd.Series(rows["outcome"]).map(dict(zip(["in time", "late", "lost"], labels, strict=True)))
    fitted = HistGradientBoostingClassifier(max_iter=3).fit(rows[["weight", "distance"]], values)
    found = model.with_prediction(own("multiclass"), fitted, rows)
    assert {*names} < {*found.columns}
    assert set(found["prediction"]) <= {"1", "2", "3"}


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_no_rows_no_predictions(rows, task):
    chosen = RIDGE if task == "regression" else LOGISTIC
    settings = trade.settings(task, model=chosen, features=NUMBERS)
    found = model.with_prediction(settings, model.fit(settings, rows), rows.head(0))
    assert found["prediction"].empty
    assert found["prediction"].dtype == (object if task == "multiclass" else float)


class Odd:
    """Predicts what it is told."""

    classes_ = np.array(["a", "b"])

    def __init__(self, answers):
        self.answers = answers

    def predict(self, given):
        if np.isnan(np.asarray(given, dtype=float)).any():
            raise ValueError("Input X contains NaN")
        return self.answers[: len(given)]

    predict_proba = predict


def test_a_prediction_that_is_not_finite_counts_as_none(rows):
    odd = Odd(np.array([1.0, np.inf, -np.inf, np.nan, 5.0]))
    assert model.predict(own("regression"), odd, rows.head(5)).tolist() == pytest.approx(
        [1, np.nan, np.nan, np.nan, 5], nan_ok=True
    )
    probabilities = Odd(np.array([[0.7, 0.3], [np.nan, 0.3], [0.2, 0.8]]))
    assert model.predict(own("multiclass"), probabilities, rows.head(3)).tolist() == ["a", None, "b"]


@pytest.mark.parametrize("value", [np.nan, 1e40])
def test_a_row_that_the_estimator_cannot_take_has_no_prediction(rows, value):
    settings = trade.settings(
        model={"kind": "train", "estimator": "sklearn.neighbors:KNeighborsRegressor"}, features=NUMBERS
    )
    if value == 1e40:
        forest = {
            "kind": "train",
            "estimator": "sklearn.ensemble:RandomForestRegressor",
            "arguments": {"n_estimators": 3},
        }
        settings = trade.settings(model=forest, features=NUMBERS)
    fitted = model.fit(settings, rows)
    odd = rows.head(6).assign(weight=rows["weight"].head(6).where(rows.index[:6] != 2, value))
    found = model.predict(settings, fitted, odd)
    whole = model.predict(settings, fitted, rows.head(6))
    assert np.isnan(found).tolist() == [False, False, True, False, False, False]
    assert np.delete(found, 2).tolist() == np.delete(whole, 2).tolist()
    nothing = model.predict(settings, fitted, odd.assign(weight=value))
    assert np.isnan(nothing).all()


class Broken:
    """Fails whatever it gets."""

    def predict(self, given):
        raise KeyError("no column 'speed'\nin the frame")


@pytest.mark.parametrize("gap", [False, True])
def test_a_model_that_cannot_predict_says_why(rows, gap):
    frame = rows.head(5).assign(weight=[1.0, 2.0, np.nan if gap else 3.0, 4.0, 5.0])
    message = r"the model cannot predict on the features weight, distance: KeyError: .*no column 'speed'"
    with pytest.raises(BadData, match=message):
        model.predict(own("regression"), Broken(), frame)


def test_gaps_of_a_model_that_was_brought_are_filled_in_numbers_only(rows):
    frame = rows.head(4).assign(weight=[1.0, np.nan, 2.0, np.nan], carrier=["fox", None, np.nan, "hare"])
    given = model.features.frame_of(
        own(features={"numeric": ["weight"], "categorical": ["carrier", "rack"]}, fill_missing=-1.0), frame
    )
    assert given.columns.tolist() == ["weight", "carrier", "rack"]
    assert given["weight"].tolist() == [1, -1, 2, -1]
    assert given["carrier"].tolist() == pytest.approx(["fox", np.nan, np.nan, "hare"], nan_ok=True)
    assert given["rack"].dtype == float


def test_delivered_predictions(rows):
    settings = trade.settings(model={"kind": "delivered", "column": "expected"})
    some = rows.assign(expected=rows["expected"].where(rows.index != 3))
    found = model.with_prediction(settings, model.fit(settings, rows), some)
    pd.testing.assert_series_equal(found["prediction"], some["expected"], check_names=False)


def test_delivered_probabilities_of_classes(rows):
    classes = {"in time": "p_in", "late": "p_late"}
    frame = rows.head(3).assign(p_in=[0.8, 0.1, np.nan], p_late=[0.2, 0.9, 0.5], said=["late", "in time", None])
    settings = trade.settings("multiclass", model={"kind": "delivered", "probabilities": classes})
    found = model.with_prediction(settings, None, frame)
    assert found["prediction"].tolist() == ["in time", "late", None]
    given = frame[["p_in", "p_late"]].to_numpy()
    np.testing.assert_array_equal(found[["p(in time)", "p(late)"]].to_numpy(), given)
    both = {"kind": "delivered", "probabilities": classes, "column": "said"}
    assert model.predict(trade.settings("multiclass", model=both), None, frame).tolist() == ["late", "in time", None]
    said = {"kind": "delivered", "column": "said"}
    assert "p(late)" not in model.with_prediction(trade.settings("multiclass", model=said), None, frame)


def test_delivered_classes_that_are_numbers_are_labels(rows):
    settings = trade.settings("multiclass", model={"kind": "delivered", "column": "rack"})
    assert model.predict(settings, None, rows.head(2)).tolist() == [f"{rack:.0f}" for rack in rows["rack"].head(2)]


def test_a_batch_gets_its_predictions(rows):
    settings = trade.settings(model={"kind": "delivered", "column": "expected"})
    batch = trade.batch(rows)
    found = model.predicted(TrainedModel(settings, "v", None, None, None, None), batch)
    assert found == replace(batch, frame=found.frame)
    assert found.frame["prediction"].tolist() == rows["expected"].tolist()
