import numpy as np
import pytest
from driftbook.alarms import thresholds


def test_within_the_scores_the_threshold_is_interpolated():
    scores = np.arange(1.0, 60.0)  # 59 days: one in 20 is rank 3
    assert thresholds.threshold(scores, 1.5) == pytest.approx(57.0)
    assert thresholds.threshold(scores, 1.25) == pytest.approx(57.5)


def test_beyond_the_scores_against_the_formula():
    scores = np.sort(np.random.default_rng(0).exponential(1, 29))[::-1]
    k, rate = 10, 1 / 30
    excess = scores[:k] - scores[k]
    excess[0] = excess[1]
    f = k - 1
    expected = scores[k] + excess.sum() * (((k + 1) / (30 * rate)) ** (1 / f) - 1)
    assert thresholds.threshold(scores, 1.0) == pytest.approx(expected)


@pytest.mark.parametrize("size", [28, 56])
@pytest.mark.parametrize("per_month", [0.5, 1.0, 3.0])
def test_exponential_scores_exceed_it_as_often_as_the_budget_says(size, per_month):
    rng = np.random.default_rng(size)
    rates = []
    for _ in range(3000):
        found = thresholds.threshold(rng.exponential(1, size), per_month)
        rates.append(np.exp(-found))  # the chance of one more draw beyond it
    margin = 3 * np.std(rates) / np.sqrt(len(rates))
    assert np.mean(rates) == pytest.approx(per_month / 30, abs=margin + 0.06 * per_month / 30)


def test_one_freak_day_does_not_set_the_threshold():
    scores = np.random.default_rng(1).exponential(1, 28)
    freak = np.where(scores == scores.max(), 1000.0, scores)
    assert thresholds.threshold(freak, 1.0) == thresholds.threshold(scores, 1.0)


def test_a_larger_budget_has_a_lower_threshold():
    scores = np.random.default_rng(2).exponential(1, 28)
    found = [thresholds.threshold(scores, per_month) for per_month in (0.25, 0.5, 1, 2, 3, 6, 15)]
    assert found == sorted(found, reverse=True)


def test_tail_units_make_scores_alike():
    rng = np.random.default_rng(3)
    scores = np.exp(rng.exponential([0.1, 1.0], (8000, 2)))  # so many days that the shrinkage hardly counts
    units = thresholds.in_tail_units(thresholds.fit_tails(scores), scores)
    assert np.quantile(units, 0.9, axis=0) == pytest.approx([np.log(5)] * 2, rel=0.2)


def test_tail_units_there_and_back():
    scores = np.exp(np.random.default_rng(4).exponential(0.5, (30, 3)))
    tails = thresholds.fit_tails(scores)
    assert thresholds.in_tail_units(tails, thresholds.from_tail_units(tails, 3.0)[None]) == pytest.approx(3.0)


def test_constant_scores_are_no_error():
    tails = thresholds.fit_tails(np.ones((30, 2)))
    assert np.isfinite(thresholds.in_tail_units(tails, np.ones((1, 2)))).all()
