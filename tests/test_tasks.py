"""A day of every task, by every kind of model: measured, judged, in numbers that can be stored."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from driftbook import model, monitoring, training
from driftbook.measures.performance import error_metric
from sklearn import metrics
from sklearn.datasets import load_wine

from tests import trade

BOOSTING = "sklearn.ensemble:HistGradientBoosting"
MODELS = {
    ("regression", "train"): {"kind": "train", "estimator": f"{BOOSTING}Regressor", "arguments": {"max_iter": 10}},
    ("binary", "train"): {"kind": "train", "estimator": f"{BOOSTING}Classifier", "arguments": {"max_iter": 10}},
    ("multiclass", "train"): {"kind": "train", "estimator": f"{BOOSTING}Classifier", "arguments": {"max_iter": 10}},
    ("regression", "delivered"): {"kind": "delivered", "column": "expected"},
    ("binary", "delivered"): {"kind": "delivered", "column": "p"},
    ("multiclass", "delivered"): {"kind": "delivered", "column": "said"},
}


def rows(**given):
    found = trade.frame(**given)
    return found.assign(said=found["outcome"].where(found.index % 10 > 0, "late"))


@pytest.fixture(scope="module", params=MODELS, ids=" ".join)
def trained(request):
    outcomes = [one["name"] for one in trade.TARGETS.values()]
    settings = trade.settings(request.param[0], model=MODELS[request.param], labels={"columns": outcomes})
    return training.train(settings, trade.batch(rows()))[0]


def day(trained, frame, date="2022-02-03"):
    batch = model.predicted(
        trained, trade.batch(frame.assign(sent=pd.Timestamp(date) + frame["sent"].dt.hour * pd.Timedelta("1h")))
    )
    return monitoring.report(trained, batch, trained.calibration.days[-28:])


def test_an_undisturbed_day(trained):
    report = day(trained, rows(days=1, seed=9))
    assert report.result.verdict in ("ok", "notice", "drift"), report.result.judgement.reason
    assert all(one.value is None or math.isfinite(one.value) for one in report.result.measures)
    json.dumps(report.result.counts, allow_nan=False)
    error = [one for one in report.result.measures if one.metric == error_metric(trained.settings)]
    assert [(one.verdict, one.upper is not None) for one in error] == [("ok", True)]


@pytest.mark.parametrize(
    "odd",
    [
        {"weight": np.nan}, {"weight": 1e99}, {"carrier": None}, {"carrier": "tortoise"}, {"rack": -1.0},
        {"hours": np.nan, "late": np.nan, "outcome": None}, {"expected": np.nan, "p": np.nan, "said": None},
        {"expected": 1e99, "p": 37.0, "said": "9"},
    ],
    ids=str,
)  # fmt: skip
def test_an_odd_day_is_judged(trained, odd):
    report = day(trained, rows(days=1, seed=9).assign(**odd))
    assert all(one.value is None or math.isfinite(one.value) for one in report.result.measures)
    json.dumps(report.result.counts, allow_nan=False)
    used = [name for name in odd if name in (*trained.settings.columns, trained.settings.target.name)]
    is_label = trained.settings.target.name in odd
    expected = "labels pending" if is_label else "alarm"
    assert report.result.verdict == expected or not used, report.result.judgement.reason


def test_worse_predictions_alarm(trained):
    settings = trained.settings
    frame = rows(days=1, seed=9)
    shuffled = frame[settings.target.name].sample(frac=1, random_state=0).to_numpy()
    report = day(trained, frame.assign(**{settings.target.name: shuffled}))
    worse = [one for one in report.result.measures if one.metric == "severity" and one.feature == "error"]
    assert [one.verdict for one in worse] == ["alarm"]


def test_a_model_that_is_nearly_always_right_is_judged_by_its_error():
    settings = trade.settings("multiclass", model=MODELS["multiclass", "delivered"])
    frame = trade.frame()
    frame["said"] = frame["outcome"].where(np.random.default_rng(1).random(len(frame)) > 0.004, "lost")
    trained, _ = training.train(settings, trade.batch(frame))
    assert min(day.errors[1] for day in trained.calibration.days) == 0
    usual, bad = (trade.frame(days=1, seed=9) for _ in range(2))
    bad["said"] = bad["outcome"].where(bad.index % 10 > 0, "lost")
    found = [day(trained, rows.assign(said=rows.get("said", rows["outcome"]))).result for rows in (usual, bad)]
    verdicts = [{one.feature: one.verdict for one in result.measures if one.metric == "severity"} for result in found]
    assert [verdict["error"] for verdict in verdicts] == ["ok", "alarm"]


def test_several_classes_of_real_data():
    """The wines of scikit-learn, drawn again into days: three classes of text."""
    wine = load_wine(as_frame=True)
    rng = np.random.default_rng(0)
    drawn = wine.data.iloc[rng.integers(0, len(wine.data), 31 * 120)]
    noise = rng.normal(1, 0.2, drawn.shape)
    frame = (drawn * noise).reset_index(drop=True)
    frame["cultivar"] = wine.target_names[wine.target.to_numpy()[drawn.index]].astype(object)
    frame["sent"] = np.repeat(pd.date_range("2022-01-01", periods=31, freq="D"), 120)
    frame["hour"] = 0.0
    features = {"numeric": ["alcohol", "flavanoids", "proline"]}
    chosen = {
        "kind": "train",
        "estimator": "sklearn.ensemble:RandomForestClassifier",
        "arguments": {"n_estimators": 20},
    }
    references = {"start": "2022-01-01", "end": "2022-01-31", "train_rows": 1500, "min_rows_per_day": 50}
    settings = trade.settings(
        "multiclass", target={"name": "cultivar"}, features=features, model=chosen, references=references
    )
    trained, splits = training.train(settings, trade.batch(frame))
    report = day(trained, frame[frame["sent"] == "2022-01-31"].reset_index(drop=True))
    found = {one.metric: one.value for one in report.result.measures if not one.feature and not one.segment}
    scored = report.batch.frame
    labels = [str(name) for name in trained.estimator.classes_]
    assert found["accuracy"] == metrics.accuracy_score(scored["cultivar"], scored["prediction"]) > 0.7
    assert found["macro_f1"] == metrics.f1_score(scored["cultivar"], scored["prediction"], average="macro")
    probabilities = scored[[f"p({name})" for name in labels]]
    assert found["log_loss"] == pytest.approx(metrics.log_loss(scored["cultivar"], probabilities, labels=labels))
    assert len(splits.validation) == 31 * 120 - 1500
