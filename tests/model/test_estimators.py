import numpy as np
import pandas as pd
import pytest
from driftbook import model
from driftbook.errors import BadInput
from driftbook.model import estimators
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from tests import trade

BOOSTING = "sklearn.ensemble:HistGradientBoostingRegressor"
NUMBERS = {"numeric": ["weight", "distance"], "categorical": ["rack"]}


@pytest.fixture(scope="module")
def rows():
    return trade.frame()


def made(estimator, task="regression", features=None, fill_missing=None, **given):
    chosen = {"kind": "train", "estimator": estimator, **given}
    some = {"features": features} if features else {}
    return trade.settings(task, model=chosen, fill_missing=fill_missing, **some)


def fitted(settings, rows):
    return model.fit(settings, rows)


def test_numbers_reach_a_linear_model_as_they_are(rows):
    settings = made("sklearn.linear_model:LinearRegression", features=NUMBERS)
    found = fitted(settings, rows)
    expected = LinearRegression().fit(rows[["weight", "distance", "rack"]].to_numpy(), rows["hours"].to_numpy())
    assert type(found) is LinearRegression
    assert found.coef_.tolist() == expected.coef_.tolist()


def test_text_reaches_a_linear_model_one_hot(rows):
    found = fitted(made("sklearn.linear_model:LinearRegression"), rows)
    dummies = pd.get_dummies(rows[["carrier", "depot", "rack"]].astype(str)).join(rows[["weight", "distance"]])
    expected = LinearRegression().fit(dummies.astype(float), rows["hours"]).predict(dummies.astype(float))
    settings = made("sklearn.linear_model:LinearRegression")
    assert np.allclose(model.predict(settings, found, rows), expected, rtol=1e-3)


def test_categories_reach_gradient_boosting_as_such(rows):
    settings = made(BOOSTING, arguments={"max_iter": 20})
    found = fitted(settings, rows)
    categories = ["carrier", "depot", "rack"]
    texts = rows[categories].assign(rack=rows["rack"].map("{:.0f}".format))
    codes = OrdinalEncoder().fit_transform(texts)
    boosting = HistGradientBoostingRegressor(max_iter=20, random_state=0, categorical_features=[0, 1, 2])
    given = np.column_stack([codes, rows[["weight", "distance"]]])
    expected = boosting.fit(given, rows["hours"]).predict(given)
    assert np.allclose(model.predict(settings, found, rows), expected, atol=1e-12)


def test_zones_as_categories_are_one_line(rows):
    as_numbers = fitted(made(BOOSTING, features=NUMBERS, categories="numbers"), rows)
    as_categories = fitted(made(BOOSTING, features=NUMBERS), rows)
    assert type(as_numbers) is HistGradientBoostingRegressor
    assert as_categories.steps[-1][1].categorical_features == [0]


@pytest.mark.parametrize(
    ("categories", "features", "expected"),
    [
        ("auto", NUMBERS, "numbers"),
        ("auto", None, "one hot"),
        ("one hot", NUMBERS, "one hot"),
        ("ordinal", NUMBERS, "ordinal"),
        ("numbers", NUMBERS, "numbers"),
        ("auto", {"numeric": ["weight"]}, "numbers"),
        ("ordinal", {"numeric": ["weight"]}, "numbers"),
    ],
)
def test_how_categories_reach_a_linear_model(rows, categories, features, expected):
    found = fitted(made("sklearn.linear_model:LinearRegression", features=features, categories=categories), rows)
    way = found[0].transformers[0][0] if hasattr(found, "steps") else "numbers"
    assert way == expected


@pytest.mark.parametrize("change", ["unknown", "missing", "another type", "all of them"])
@pytest.mark.parametrize("estimator", [BOOSTING, "sklearn.linear_model:Ridge", "sklearn.tree:DecisionTreeRegressor"])
@pytest.mark.parametrize("categories", ["ordinal", "one hot"])
def test_odd_categories_cost_no_day(rows, estimator, categories, change):
    settings = made(estimator, categories=categories, arguments={"max_iter": 5} if estimator == BOOSTING else {})
    if estimator == BOOSTING and categories == "one hot":
        settings = made("sklearn.tree:ExtraTreeRegressor", categories=categories)
    found = fitted(settings, rows)
    odd = rows.head(50).copy()
    if change == "unknown":
        odd["carrier"] = "tortoise"
    elif change == "missing":
        odd["carrier"] = None
    elif change == "another type":  # the numbers as text
        odd["rack"] = odd["rack"].map("{:.0f}".format).astype(object)
    else:
        odd[["carrier", "depot", "rack"]] = np.nan
    answers = model.predict(settings, found, odd)
    assert np.isfinite(answers).all()
    if change == "another type":
        assert answers.tolist() == model.predict(settings, found, rows.head(50)).tolist()


def test_a_column_of_many_categories_is_cut(rows):
    many = rows.assign(carrier=[f"c{number}" for number in np.random.default_rng(1).integers(0, 900, len(rows))])
    settings = made(BOOSTING, arguments={"max_iter": 5})
    found = fitted(settings, many)
    assert np.isfinite(model.predict(settings, found, many)).all()
    narrow = made(BOOSTING, arguments={"max_iter": 5, "max_bins": 60})
    assert np.isfinite(model.predict(narrow, fitted(narrow, many), many)).all()


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize(
    "estimator",
    ["sklearn.ensemble:HistGradientBoostingClassifier", "sklearn.ensemble:RandomForestClassifier"],
)
def test_training_again_is_the_same_model(rows, task, estimator):
    arguments = {"max_iter": 5} if "Hist" in estimator else {"n_estimators": 5}
    settings = made(estimator, task, arguments=arguments)
    one, other = (model.predict(settings, fitted(settings, rows), rows) for _ in range(2))
    assert one.tolist() == other.tolist()


def test_a_seed_of_ones_own(rows):
    given = {"n_estimators": 2}
    found = [
        estimators.build(made("sklearn.ensemble:RandomForestRegressor", features=NUMBERS, arguments=arguments), rows)
        for arguments in (given, {**given, "random_state": 7}, {**given, "random_state": None})
    ]
    assert [one.random_state for one in found] == [0, 7, None]


class Mean:
    """An estimator that knows nothing of scikit-learn."""

    def fit(self, given, target):
        self.mean = float(np.mean(target))
        return self

    def predict(self, given):
        return np.full(len(given), self.mean)


def test_an_estimator_of_ones_own(rows, monkeypatch):
    monkeypatch.setattr(estimators, "Mean", Mean, raising=False)
    settings = made("driftbook.model.estimators:Mean", features=NUMBERS)
    found = fitted(settings, rows)
    assert set(model.predict(settings, found, rows)) == {rows["hours"].mean()}


def test_a_factory_of_an_estimator(rows, monkeypatch):
    monkeypatch.setattr(estimators, "make", lambda: make_pipeline(LinearRegression()), raising=False)
    settings = made("driftbook.model.estimators:make", features=NUMBERS)
    assert model.predict(settings, fitted(settings, rows), rows).std() > 1


@pytest.mark.parametrize(
    ("estimator", "given", "message"),
    [
        (
            "no_such_package:Model",
            {},
            r"model.estimator is 'no_such_package:Model': no_such_package cannot be imported",
        ),
        (
            "sklearn.linear:Ridge",
            {},
            r"sklearn.linear cannot be imported \(No module named 'sklearn.linear'\): correct",
        ),
        ("sklearn.linear_model:Rigde", {}, r"the module sklearn.linear_model has no 'Rigde'$"),
        (
            "sklearn.linear_model:Ridge",
            {"arguments": {"alfa": 1}},
            r"model.arguments are \{'alfa': 1\}, and Ridge refuses them: .*unexpected keyword argument 'alfa'",
        ),
        (
            "sklearn.linear_model:Ridge",
            {"arguments": {"alpha": "much"}},
            r"'sklearn.linear_model:Ridge' with model.arguments \{'alpha': 'much'\} cannot be fitted: The 'alpha'",
        ),
        ("sklearn.linear_model:ridge_regression", {}, "ridge_regression refuses them: .*missing"),
        ("collections:OrderedDict", {}, "'collections:OrderedDict', which has no fit: expected an estimator"),
        (
            "sklearn.linear_model:Ridge",
            {"categories": "numbers"},
            r"model.categories is 'numbers', and the categories \['carrier', 'depot'\] are text: choose 'ordinal'",
        ),
        (
            "sklearn.linear_model:Ridge",
            {"task": "binary"},
            r"Ridge' has no predict_proba, and task 'binary' needs probabilities: choose a classifier that has one",
        ),
        ("sklearn.svm:LinearSVC", {"task": "multiclass"}, "LinearSVC' has no predict_proba, and task 'multiclass'"),
    ],
)
def test_estimators_that_cannot_be_had(rows, estimator, given, message):
    with pytest.raises(BadInput, match=message) as caught:
        fitted(made(estimator, **given), rows)
    assert "\n" not in str(caught.value)


def test_an_estimator_that_takes_no_gaps_says_what_to_do(rows):
    gaps = rows.assign(weight=rows["weight"].where(rows.index % 10 > 0))
    message = (
        r"'sklearn.linear_model:Ridge' takes no missing values, and 620 of 6200 training rows have some: "
        r"set fill_missing in the params file, or choose an estimator that takes them"
    )
    with pytest.raises(BadInput, match=message):
        fitted(made("sklearn.linear_model:Ridge"), gaps)
    settings = made("sklearn.linear_model:Ridge", fill_missing=0)
    assert np.isfinite(model.predict(settings, fitted(settings, gaps), gaps)).all()
