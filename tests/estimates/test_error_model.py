import numpy as np
import pytest
from driftbook import estimates, training
from driftbook.measures import performance

from tests import trade

BROUGHT = {
    "regression": {"kind": "delivered", "column": "expected"},
    "binary": {"kind": "delivered", "column": "p"},
    "multiclass": {"kind": "delivered", "column": "outcome"},
}


def given(task="regression", **frame):
    settings = trade.settings(task, model=BROUGHT[task])
    rows = trade.frame(**frame)
    return settings, rows.assign(prediction=rows[BROUGHT[task]["column"]])


def estimate(model, settings, rows):
    return model.spread.estimate(*estimates.expected(model, settings, rows))


def interval(model, settings, rows):
    return model.spread.interval(*estimates.expected(model, settings, rows))


def of_day(rows, day):
    return rows[rows["sent"].dt.day == day]


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_an_estimate_follows_what_the_rows_are(task):
    settings, rows = given(task)
    model = estimates.fit(settings, rows)
    _, later = given(task, days=1, rows=4000, seed=7, start="2022-03-01")
    for chosen in (later, later[later["carrier"] == "snail"], later[later["distance"] < 150]):
        true = performance.losses(settings, chosen).mean()
        low, high = interval(model, settings, chosen)
        assert low <= true <= high
        assert estimate(model, settings, chosen) == pytest.approx(true, rel=0.15)


def test_an_estimate_without_labels_is_that_with_them():
    settings, rows = given()
    model = estimates.fit(settings, rows)
    day = of_day(rows, 3)
    for hours in (np.nan, day["hours"].where(day.index % 4 == 0)):
        assert estimates.expected(model, settings, day.assign(hours=hours)) == estimates.expected(model, settings, day)


def test_a_changed_relation_is_not_seen():
    settings, rows = given()
    model = estimates.fit(settings, rows)
    day = of_day(rows, 3)
    slower = day.assign(hours=1.3 * day["hours"])
    assert estimate(model, settings, slower) == estimate(model, settings, day)
    assert performance.losses(settings, slower).mean() > interval(model, settings, day)[1]


def test_a_prediction_gone_wild_is_estimated_as_far_off_as_it_is():
    settings, rows = given()
    model = estimates.fit(settings, rows)
    day = of_day(rows, 3)
    wild = day.assign(prediction=day["prediction"].where(day.index != day.index[0], 1e6))
    assert estimate(model, settings, wild) == pytest.approx(performance.losses(settings, wild).mean(), rel=0.1)


def test_classes_without_probabilities_have_their_share_of_wrong_ones_estimated():
    settings = trade.settings("multiclass", model=BROUGHT["multiclass"])
    rows = trade.frame()
    # The guess is wrong for half of the far deliveries and for none of the near ones.
    is_wrong = (rows["distance"] > 200) & (np.random.default_rng(0).random(len(rows)) < 0.5)
    rows = rows.assign(prediction=rows["outcome"].mask(is_wrong, "never seen"))
    model = estimates.fit(settings, rows)
    assert performance.error_metric(settings) == "error_rate"
    assert estimate(model, settings, rows[rows["distance"] < 150]) == pytest.approx(0.0, abs=0.05)
    assert estimate(model, settings, rows[rows["distance"] > 250]) == pytest.approx(0.5, abs=0.15)


def test_a_class_that_never_occurs_has_an_estimate():
    settings = trade.settings("multiclass")
    rows = trade.frame().assign(**{"p(late)": 0.5, "p(in time)": 0.3, "p(lost)": 0.1, "p(moon)": 0.1})
    model = estimates.fit(settings, rows.assign(prediction="late"))
    true = performance.losses(settings, rows.assign(prediction="late")).mean()
    assert estimate(model, settings, rows.assign(prediction="moon")) == pytest.approx(true, rel=0.1)


def test_rows_the_model_was_fitted_on_do_not_promise_too_much():
    settings, rows = given()
    seen = rows.index.to_numpy() < len(rows) // 2
    rows = rows.assign(prediction=rows["prediction"].where(~seen, rows["hours"]))  # it knows them by heart
    model = estimates.fit(settings, rows, seen)
    true = performance.losses(settings, rows[~seen]).mean()
    assert estimate(model, settings, rows[~seen]) == pytest.approx(true, rel=0.1)
    assert estimate(estimates.fit(settings, rows), settings, rows[~seen]) < 0.75 * true


def test_the_same_rows_give_the_same_model():
    settings, rows = given()
    first, second = estimates.fit(settings, rows), estimates.fit(settings, rows)
    assert (first.inputs, first.spread) == (second.inputs, second.spread)
    assert estimates.expected(first, settings, rows) == estimates.expected(second, settings, rows)


@pytest.mark.parametrize(
    "changes",
    [{"weight": 1.0}, {"weight": np.nan}, {"depot": None}, {"hour": 3.0}],
    ids=["constant", "always missing", "a category always missing", "one hour"],
)
def test_columns_that_tell_nothing(changes):
    settings, rows = given()
    rows = rows.assign(**changes)
    model = estimates.fit(settings, rows)
    assert estimate(model, settings, of_day(rows, 3)) > 0


@pytest.mark.parametrize(("labelled", "has_model"), [(0, False), (99, False), (100, True)])
def test_too_few_labelled_rows_teach_nothing(labelled, has_model):
    settings, rows = given()
    model = estimates.fit(settings, rows.assign(hours=rows["hours"].where(rows.index < labelled)))
    assert (model is not None) is has_model
    if has_model:
        assert model.spread.days == 0  # all of them on one day, which no other one estimates
        assert interval(model, settings, rows) == (None, None)
        assert estimate(model, settings, rows) > 0


def test_a_day_without_a_countable_row_has_no_estimate():
    settings, rows = given()
    model = estimates.fit(settings, rows)
    for none in (rows.head(0), rows.assign(prediction=np.nan)):
        assert estimates.expected(model, settings, none) == (0, 0.0)


def test_special_and_small_days_do_not_tell_how_days_differ():
    settings, rows = given()
    special = settings.calendar.model_copy(update={"special_days": ("01-05",)})
    settings = settings.model_copy(update={"calendar": special})
    rows = rows[(rows["sent"].dt.day != 9) | (rows.index % 10 == 0)].reset_index(drop=True)
    assert estimates.fit(settings, rows).spread.days == 29


@pytest.mark.parametrize("task", BROUGHT)
def test_training_makes_one_for_every_task(task):
    rows = trade.frame()
    rows = rows.assign(guess=rows["outcome"].where(rows.index % 3 > 0, "late"))
    brought = BROUGHT[task] | ({"column": "guess"} if task == "multiclass" else {})
    trained, _ = training.train(trade.settings(task, model=brought), trade.batch(rows))
    assert trained.error_model.spread.days == 31


def test_a_model_that_never_errs_is_expected_not_to():
    settings, rows = given("multiclass")
    model = estimates.fit(settings, rows)
    assert (estimate(model, settings, rows), interval(model, settings, rows)) == (0.0, (None, None))


def test_a_model_trained_here_tells_the_rows_it_was_fitted_on():
    trees = {"kind": "train", "estimator": "sklearn.tree:DecisionTreeRegressor"}
    settings = trade.settings(model=trees)
    trained, splits = training.train(settings, trade.batch())
    own, unseen = (performance.losses(settings, rows).mean() for rows in (splits.training, splits.validation))
    found = estimate(trained.error_model, settings, splits.validation)
    assert own == pytest.approx(0.0, abs=1e-9) and found == pytest.approx(unseen, rel=0.15)
