"""Gaps between groups, against fairlearn's on the same rows."""

import warnings

import numpy as np
import pandas as pd
import pytest
from driftbook.measures.division import Parts, divide
from driftbook.measures.fairness import Groups, fairness, gap, groups, ratio
from fairlearn import metrics as theirs
from sklearn.metrics import log_loss, mean_absolute_error

from tests import trade


def settings(task="regression", **thresholds):
    performance = {"segments": [{"column": "depot"}], "fairness": {"by": "depot", **thresholds}}
    return trade.settings(task, performance=performance)


def rows(task, **columns):
    frame = trade.frame(days=1, rows=1200, seed=8)
    return frame.assign(prediction=frame["expected" if task == "regression" else "p"]).assign(**columns)


def found(given, frame):
    measures = fairness(given, frame, divide(given, frame, reference=frame))
    return {one.metric: one for one in measures}


def compared(metrics, truth, guess, frame):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what fairlearn uses
        return theirs.MetricFrame(metrics=metrics, y_true=truth, y_pred=guess, sensitive_features=frame["depot"])


def test_numbers_agree_with_fairlearn():
    frame = rows("regression")
    metrics = {"error": mean_absolute_error, "bias": lambda truth, guess: np.mean(guess - truth)}
    expected = compared(metrics, frame["hours"], frame["prediction"], frame)
    own = found(settings(), frame)
    assert {*own} == {"error_gap", "error_ratio", "bias_gap"}
    assert own["error_gap"].value == pytest.approx(expected.difference()["error"], rel=1e-12)
    assert own["error_ratio"].value == pytest.approx(expected.ratio()["error"], rel=1e-12)
    assert own["bias_gap"].value == pytest.approx(expected.difference()["bias"], rel=1e-12)


def test_two_classes_agree_with_fairlearn():
    frame, given = rows("binary"), settings("binary")
    guess = (frame["prediction"] >= given.target.cut).astype(int)
    rates = {
        "selection_rate": theirs.selection_rate,
        "true_positive_rate": theirs.true_positive_rate,
        "false_positive_rate": theirs.false_positive_rate,
    }
    expected = compared(rates, frame["late"].astype(int), guess, frame)
    own = found(given, frame)
    for name in rates:
        assert own[f"{name}_gap"].value == pytest.approx(expected.difference()[name], rel=1e-12)
        assert own[f"{name}_ratio"].value == pytest.approx(expected.ratio()[name], rel=1e-12)
    by_loss = compared(log_loss, frame["late"], frame["prediction"], frame)
    assert own["error_gap"].value == pytest.approx(by_loss.difference(), rel=1e-9)
    assert own["error_ratio"].value == pytest.approx(by_loss.ratio(), rel=1e-9)
    for one in own.values():
        assert one.low <= one.value <= one.high, one


def test_several_classes_are_compared_by_their_error():
    model = {"kind": "delivered", "column": "said"}
    performance = {"segments": [{"column": "depot"}], "fairness": {"by": "depot"}}
    given = trade.settings("multiclass", performance=performance, model=model)
    frame = rows("multiclass", prediction=lambda rows: np.where(rows["p"] > 0.5, "late", "in time"))
    assert {*found(given, frame)} == {"error_gap", "error_ratio"}


def parts(sizes):
    return Parts(tuple("abcdefgh"[: len(sizes)]), np.repeat(np.arange(len(sizes)), sizes))


@pytest.mark.parametrize("sizes", [(100, 100), (300, 40, 60, 200)])
@pytest.mark.parametrize("measure", [gap, ratio])
def test_intervals_hold_the_truth_nine_times_in_ten_or_more(sizes, measure):
    means = np.linspace(2, 4, len(sizes))
    truth = np.ptp(means) if measure is gap else 0.5
    held = []
    for seed in range(600):
        values = np.random.default_rng(seed).gamma(4, np.repeat(means, sizes) / 4)
        _, ends = measure(groups(values, parts(sizes), 30))
        held.append(ends["low"] <= truth <= ends["high"])
    assert np.mean(held) > 0.86


def test_groups_that_are_alike_have_a_gap_that_may_be_none():
    low = []
    for seed in range(200):
        values = np.random.default_rng(seed).gamma(4, 1, 400)
        low.append(gap(groups(values, parts((100, 100, 100, 100)), 30))[1]["low"])
    assert np.mean(np.array(low) > 0) < 0.14


def test_few_rows_make_no_group():
    values = np.random.default_rng(1).random(100)
    found = groups(values, parts((60, 37, 3)), 30)
    assert found.names == ("a", "b")
    alone = groups(values, parts((90, 10)), 30)
    assert (alone.names, gap(alone)[0], ratio(alone)[0]) == (("a",), None, None)
    assert groups(np.full(100, np.nan), parts((60, 40)), 30).names == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.5, 0.0], (0.5, 0.0)), ([0.0, 0.0], (0.0, None)), ([0.5, 0.25], (0.25, 0.5))],
)
def test_a_rate_of_none(values, expected):
    given = Groups(("a", "b"), np.array(values), np.array([0.05, 0.05]))
    assert (gap(given)[0], ratio(given)[0]) == expected


def test_a_class_that_never_occurs_leaves_its_rate_out():
    own = found(settings("binary"), rows("binary", late=0.0))
    assert (own["true_positive_rate_gap"].value, own["true_positive_rate_gap"].low) == (None, None)
    assert own["false_positive_rate_gap"].value is not None


def test_no_label_yet():
    own = found(settings(error_gap=1.0), rows("regression", hours=np.nan))
    assert {(one.value, one.low, one.verdict) for one in own.values()} == {(None, None, "")}


def test_a_group_without_a_single_one_is_not_sure_of_it():
    values = np.concatenate([np.zeros(50), np.ones(10), np.zeros(40)])
    found = groups(values, parts((50, 50)), 30)
    assert found.values.tolist() == [0, 0.2] and found.errors[0] > 0.015


@pytest.mark.parametrize(
    ("thresholds", "verdicts"),
    [
        ({}, {"error_gap": "", "error_ratio": ""}),
        ({"error_gap": 0.01, "error_ratio": 0.99}, {"error_gap": "notice", "error_ratio": "notice"}),
        ({"error_gap": 50, "error_ratio": 0.01}, {"error_gap": "ok", "error_ratio": "ok"}),
    ],
)
def test_declared_thresholds(thresholds, verdicts):
    frame = rows("regression")
    slower = frame.assign(hours=frame["hours"].where(frame["depot"] != trade.DEPOTS[0], frame["hours"] * 3))
    own = found(settings(**thresholds), slower)
    assert {name: own[name].verdict for name in verdicts} == verdicts
    assert own["bias_gap"].verdict == ""


def test_the_same_rows_give_the_same_interval():
    frame = rows("regression")
    assert found(settings(), frame) == found(settings(), frame)
    assert pd.Series([one.low for one in found(settings(), frame).values()]).notna().all()
