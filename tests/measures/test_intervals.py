import numpy as np
import pandas as pd
import pytest
from driftbook.measures import intervals
from scipy import special, stats
from sklearn.metrics import f1_score, r2_score, roc_auc_score

ROWS = 300


def numbers(seed=1, rows=ROWS):
    return np.random.default_rng(seed).lognormal(1, 0.5, rows)


def sums(values):
    return len(values), values.sum(), (values**2).sum()


def test_a_mean_has_the_interval_of_students_t():
    values = numbers()
    expected = stats.t.interval(0.9, ROWS - 1, loc=values.mean(), scale=stats.sem(values))
    assert intervals.of_mean(*sums(values)) == pytest.approx(expected, rel=1e-12)
    assert intervals.of_loss(*sums(values)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("hits", "rows"), [(0, 5), (3, 10), (999, 1000), (5, 5)])
def test_a_share_has_the_interval_of_wilson(hits, rows):
    expected = stats.binomtest(hits, rows).proportion_ci(0.9, method="wilson")
    assert intervals.of_share(rows, hits, hits) == pytest.approx(tuple(expected), abs=1e-12)


def test_several_segments_at_once_have_the_intervals_of_each():
    parts = [numbers(seed, rows) for seed, rows in ((1, 40), (2, 3), (3, 1))]
    low, high = intervals.of_mean(*map(np.array, zip(*map(sums, parts), strict=True)))
    assert low[:2] == pytest.approx([intervals.of_mean(*sums(part))[0] for part in parts[:2]])
    assert np.isnan([low[2], high[2]]).all()


def brute(target, score):
    """The variance of the area under the curve from every pair of rows, as DeLong and others define it."""
    pairs = (target_of(score, target == 1)[:, None] - target_of(score, target == 0)[None, :]) > 0
    return pairs.mean(axis=1).var(ddof=1) / len(pairs) + pairs.mean(axis=0).var(ddof=1) / pairs.shape[1]


def target_of(score, chosen):
    return score[chosen].to_numpy()


def test_the_curves_interval_is_that_of_delong():
    rng = np.random.default_rng(3)
    target = pd.Series(rng.integers(0, 2, ROWS).astype(float))
    score = pd.Series(target * 0.5 + rng.normal(0, 1, ROWS))
    area = roc_auc_score(target, score)
    reach = stats.norm.ppf(0.95) * np.sqrt(brute(target, score)) / (area * (1 - area))
    expected = special.expit([special.logit(area) - reach, special.logit(area) + reach])
    assert intervals.of_auc(target, score) == pytest.approx(tuple(expected), abs=1e-12)


def pairs(task, rng, rows=ROWS):
    """Rows of a known relation: of numbers, of two classes, of three."""
    if task == "numbers":
        target = rng.normal(0, 3, rows)
        return pd.Series(target), pd.Series(target + rng.normal(0, 2, rows))
    if task == "two":
        target = rng.integers(0, 2, rows)
        return pd.Series(target.astype(float)), pd.Series(np.round(target + rng.normal(0, 1, rows), 1))
    target = rng.choice(list("abc"), rows, p=[0.6, 0.3, 0.1])
    return pd.Series(target), pd.Series(np.where(rng.random(rows) < 0.7, target, rng.choice(list("abc"), rows)))


VALUES = {
    "numbers": (intervals.of_r2, r2_score),
    "two": (intervals.of_auc, roc_auc_score),
    "three": (intervals.of_f1, lambda target, guess: f1_score(target, guess, average="macro")),
}


@pytest.mark.parametrize("task", VALUES)
def test_intervals_hold_the_truth_nine_times_in_ten(task):
    interval, value = VALUES[task]
    truth = value(*pairs(task, np.random.default_rng(0), 200_000))
    found = [interval(*pairs(task, np.random.default_rng(seed))) for seed in range(1, 301)]
    assert 0.86 < np.mean([low <= truth <= high for low, high in found]) < 0.94


def test_the_root_mean_square_is_held_nine_times_in_ten():
    errors = [np.random.default_rng(seed).normal(0, 2, ROWS) for seed in range(400)]
    found = [intervals.of_root(ROWS, (one**2).sum(), (one**4).sum()) for one in errors]
    assert 0.86 < np.mean([low <= 2 <= high for low, high in found]) < 0.94


@pytest.mark.parametrize(
    "ends",
    [
        intervals.of_mean(1, 5.0, 25.0),
        intervals.of_loss(1, 5.0, 25.0),
        intervals.of_root(1, 25.0, 625.0),
        intervals.of_root(3, 0.0, 0.0),
        intervals.of_root(2, 1e300, np.inf),
        intervals.of_r2(pd.Series([1.0, 1.0, 1.0]), pd.Series([1.0, 2.0, 3.0])),
        intervals.of_r2(pd.Series([1.0]), pd.Series([1.0])),
        intervals.of_auc(pd.Series([1.0, 0.0, 0.0]), pd.Series([0.9, 0.2, 0.1])),
        intervals.of_auc(pd.Series([1.0, 1.0, 0.0, 0.0]), pd.Series([0.9, 0.8, 0.2, 0.1])),
        intervals.of_f1(pd.Series(["a", "b"]), pd.Series(["a", "b"])),
    ],
    ids=[
        *("one row", "one loss", "one error", "no error", "absurd errors", "a constant target", "one target"),
        *("one of a class", "classes wholly apart", "all right"),
    ],
)
def test_where_no_interval_can_be_told(ends):
    assert intervals.told(ends) == {"low": None, "high": None}


def test_an_interval_stays_where_its_metric_can_be():
    assert intervals.of_loss(2, 10.0, 100.0)[0] == 0
    low, high = intervals.of_auc(pd.Series([1.0, 1, 1, 0, 0]), pd.Series([0.9, 0.8, 0.2, 0.3, 0.1]))
    assert 0 < low < 0.5 < high < 1
