import numpy as np
import pandas as pd
import pytest
from driftbook.config import Bounds
from driftbook.config.model import DeliveredModel, Target
from driftbook.measures import intervals
from driftbook.measures.performance import baseline, error_metric, errors, labelled, losses, performance
from sklearn import metrics

LABELS = ["ash", "elm", "oak"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 1, 1, 1, 1, 1]),
        ({"duration_min": Bounds(min=0, max=60)}, [1, 1, 1, 1, 0, 0]),
        ({"duration_min": Bounds(above=10, max=60)}, [0, 0, 1, 1, 0, 0]),
        ({"passenger_count": Bounds(above=0, max=8)}, [1, 1, 0, 1, 0, 0]),
        ({"passenger_count": Bounds()}, [1, 1, 0, 1, 1, 1]),
        ({"duration_min": Bounds(min=0, max=60), "passenger_count": Bounds(above=0, max=8)}, [1, 1, 0, 1, 0, 0]),
    ],
)
def test_which_rows_have_a_usable_label(demo, frame, filters, expected):
    settings = demo[0].model_copy(update={"filters": filters})
    assert labelled(settings, frame).tolist() == [bool(each) for each in expected]


def test_a_filter_on_a_column_of_text_compares_numbers(demo, frame):
    settings = demo[0].model_copy(update={"filters": {"zone": Bounds(min=10)}})
    zones = pd.Series(["9", "10", None, "x", "100", "10.5"])
    assert labelled(settings, frame.assign(zone=zones)).tolist() == [False, True, False, False, True, True]


def test_a_row_without_a_target_has_no_label(demo, frame):
    settings = demo[0].model_copy(update={"filters": {}})
    some = frame.assign(duration_min=frame["duration_min"].where(frame.index > 1))
    assert labelled(settings, some).tolist() == [False, False, True, True, True, True]
    assert {m.metric: m.value for m in performance(settings, some)}["labelled_rows"] == 4


def test_a_day_counted_by_hand(demo, frame):
    found = {m.metric: m.value for m in performance(demo[0], frame)}
    assert found == {
        "labelled_rows": 3,
        "mean_absolute_error": pytest.approx((2 + 2 + 10) / 3),
        "root_mean_squared_error": pytest.approx(((4 + 4 + 100) / 3) ** 0.5),
        "bias": pytest.approx((2 + 2 - 10) / 3),
        "r2": pytest.approx(1 - 108 / (3 * np.var([10, 10, 60]))),
    }


def test_the_loss_of_each_usable_row(demo, frame):
    assert losses(demo[0], frame).to_dict() == {0: 2, 1: 2, 3: 10}
    assert losses(demo[0], frame.head(0)).empty


def test_a_row_without_a_prediction_has_a_label_but_no_loss(demo, frame):
    some = frame.assign(prediction=frame["prediction"].where(frame.index > 0))
    found = {m.metric: m.value for m in performance(demo[0], some)}
    assert (found["labelled_rows"], found["mean_absolute_error"]) == (3, 6)
    assert losses(demo[0], some).to_dict() == {1: 2, 3: 10}


@pytest.mark.parametrize("rows", [slice(4, 6), slice(0, 0)])
def test_no_usable_label(demo, frame, rows):
    found = {m.metric: m.value for m in performance(demo[0], frame.iloc[rows])}
    assert found.pop("labelled_rows") == 0
    assert found == dict.fromkeys(["mean_absolute_error", "root_mean_squared_error", "bias", "r2"])


def test_one_label_explains_no_variance(demo, frame):
    found = {m.metric: m.value for m in performance(demo[0], frame.head(1))}
    assert (found["mean_absolute_error"], found["r2"]) == (2, None)


def test_the_error_agrees_with_numpy(demo, monitored):
    batch, day = monitored("2022-02-05")
    frame = batch.frame.query("0 <= duration_min <= 60 and 0 < passenger_count <= 8")
    found = {m.metric: m.value for m in day.result.measures if not m.feature and not m.segment}
    assert found["labelled_rows"] == len(frame)
    expected = np.mean(np.abs(frame["duration_min"].to_numpy() - frame["prediction"].to_numpy()))
    assert found["mean_absolute_error"] == pytest.approx(expected, abs=1e-12)


def test_the_table_of_errors(demo, frame):
    table = errors(demo[0], {"training": frame.head(2), "validation": frame.iloc[[1, 3]]})
    assert table.index.tolist() == ["training", "validation"]
    assert table["rows"].tolist() == [2, 2]
    assert table["MAE (minutes)"].tolist() == pytest.approx([2, 6])
    assert table.columns.tolist() == ["rows", "MAE (minutes)", "RMSE (minutes)", "bias (minutes)", "R²"]
    assert errors(demo[0], {"training": frame.head(0), "validation": frame}).index.tolist() == ["validation"]


@pytest.fixture
def binary(demo):
    """A classifier of two classes, its settings."""
    return demo[0].model_copy(update={"task": "binary", "target": Target(name="late", cut=0.4), "filters": {}})


@pytest.fixture
def probable():
    """500 rows with a probability, and 0 and 1 among them; 20 have no label."""
    rng = np.random.default_rng(5)
    p = np.concatenate([[0, 1, 0, 1], rng.random(496)])
    late = pd.Series((rng.random(500) < p).astype(float)).where(np.arange(500) < 480)
    return pd.DataFrame({"late": late.where(late.index > 1, [1.0, 0.0] + [0.0] * 498), "prediction": p})


def test_two_classes_agree_with_scikit_learn(binary, probable):
    found = {m.metric: m.value for m in performance(binary, probable)}
    y, p = probable.dropna()["late"], probable.dropna()["prediction"]
    assert found == {
        "labelled_rows": 480,
        "log_loss": pytest.approx(metrics.log_loss(y, p), rel=1e-12),
        "brier_score": pytest.approx(metrics.brier_score_loss(y, p), rel=1e-12),
        "roc_auc": metrics.roc_auc_score(y, p),
        "accuracy": metrics.accuracy_score(y, p >= 0.4),
        "base_rate": y.mean(),
    }
    assert losses(binary, probable).mean() == found["log_loss"]
    assert np.isfinite(losses(binary, probable)).all()
    assert error_metric(binary) == "log_loss"


def test_one_class_alone_has_no_curve(binary, probable):
    found = {m.metric: m.value for m in performance(binary, probable[probable["late"] == 0])}
    assert (found["roc_auc"], found["base_rate"]) == (None, 0)
    assert found["log_loss"] > 0


def test_probabilities_in_percent_cost_no_day(binary, probable):
    found = {m.metric: m.value for m in performance(binary, probable.assign(prediction=100 * probable["prediction"]))}
    assert found["log_loss"] > 10
    assert found["labelled_rows"] == 480


def test_a_target_that_is_neither_class_is_no_label(binary, probable):
    odd = probable.assign(late=probable["late"].replace(1.0, 2.0))
    assert labelled(binary, odd).sum() == (probable["late"] == 0).sum()


@pytest.fixture
def several(demo):
    """A classifier of several classes, its settings."""
    return demo[0].model_copy(update={"task": "multiclass", "target": Target(name="tree"), "filters": {}})


@pytest.fixture
def classed():
    """300 rows with the probability of each class; 10 have no label."""
    rng = np.random.default_rng(6)
    p = rng.dirichlet([1, 1, 1], 300)
    tree = pd.Series(rng.choice(LABELS, 300), dtype=object).where(np.arange(300) >= 10, None)
    frame = pd.DataFrame({"tree": tree, "prediction": np.array(LABELS, dtype=object)[p.argmax(axis=1)]})
    return frame.assign(**{f"p({label})": p[:, at] for at, label in enumerate(LABELS)})


def test_several_classes_agree_with_scikit_learn(several, classed):
    found = {m.metric: m.value for m in performance(several, classed)}
    rows = classed.iloc[10:]
    p = rows[[f"p({label})" for label in LABELS]]
    assert found == {
        "labelled_rows": 290,
        "log_loss": pytest.approx(metrics.log_loss(rows["tree"], p, labels=LABELS), rel=1e-12),
        "accuracy": metrics.accuracy_score(rows["tree"], rows["prediction"]),
        "macro_f1": metrics.f1_score(rows["tree"], rows["prediction"], average="macro"),
    }
    assert losses(several, classed).mean() == found["log_loss"]


def test_a_class_the_model_does_not_know_is_the_greatest_loss(several, classed):
    found = losses(several, classed.assign(tree=classed["tree"].replace("oak", "yew")))
    assert set(found[classed["tree"] == "oak"]) == {-np.log(np.finfo(float).eps)}


def test_classes_without_their_probabilities_are_right_or_wrong(several, classed):
    settings = several.model_copy(update={"model": DeliveredModel(kind="delivered", column="guess")})
    found = {m.metric: m.value for m in performance(settings, classed)}
    assert error_metric(settings) == "error_rate"
    assert set(found) == {"labelled_rows", "error_rate", "accuracy", "macro_f1"}
    assert losses(settings, classed).mean() == found["error_rate"] == pytest.approx(1 - found["accuracy"])


def test_no_class_at_all(several, classed):
    assert {m.value for m in performance(several, classed.head(10))} == {0, None}


def test_the_error_comes_first(demo, binary, frame, probable):
    for settings, rows in ((demo[0], frame), (binary, probable)):
        assert [m.metric for m in performance(settings, rows)][:2] == ["labelled_rows", error_metric(settings)]


@pytest.mark.parametrize(("late", "expected"), [([1, 0, 0, 0], 0.5623), ([0, 0], 0), ([np.nan], None)])
def test_what_the_base_rate_alone_would_cost(binary, late, expected):
    rows = pd.DataFrame({"late": np.array(late, dtype=float), "prediction": 0.5})
    assert baseline(binary, rows) == (expected if expected is None else pytest.approx(expected, abs=1e-4))


def test_what_one_answer_for_all_would_cost(demo, several, classed, frame):
    assert baseline(demo[0], frame) == pytest.approx(50 / 3)  # of 10, 10 and 60 the median
    shares = classed["tree"].value_counts(normalize=True)
    assert baseline(several, classed) == pytest.approx(-(shares * np.log(shares)).sum())
    labels = several.model_copy(update={"model": DeliveredModel(kind="delivered", column="guess")})
    assert baseline(labels, classed) == pytest.approx(1 - shares.max())


def test_each_metric_has_its_interval(demo, binary, several, monitored, probable, classed):
    day = monitored("2022-02-05")[0].frame
    guesses = several.model_copy(update={"model": DeliveredModel(kind="delivered", column="guess")})
    for settings, rows in ((demo[0], day), (binary, probable), (several, classed), (guesses, classed)):
        for one in performance(settings, rows)[1:]:
            assert one.low < one.value < one.high, one
            assert one.high - one.low < 0.5 * max(1, abs(one.value)), one


def test_the_interval_of_the_error_counts_its_rows(demo, frame):
    found = {m.metric: m for m in performance(demo[0], frame)}
    low, high = intervals.of_mean(3, 14.0, 108.0)
    assert (found["mean_absolute_error"].low, found["mean_absolute_error"].high) == (max(low, 0), high)
    assert (found["labelled_rows"].low, found["labelled_rows"].high) == (None, None)
    assert {(m.low, m.high) for m in performance(demo[0], frame.head(1))} == {(None, None)}
