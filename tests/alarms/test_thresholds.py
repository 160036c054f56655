import numpy as np
import pytest
from driftbook.alarms import thresholds


def test_within_the_scores_the_threshold_is_interpolated():
    scores = np.arange(1.0, 60.0)  # 59 days: one in 20 is rank 3
    assert thresholds.threshold(scores, 1.0, 1.5).value == pytest.approx(57.0)
    assert thresholds.threshold(scores, 1.0, 1.25).value == pytest.approx(57.5)


def test_beyond_the_scores_against_the_formula():
    scores = np.sort(np.random.default_rng(0).exponential(1, 29))[::-1]
    k, rate = 10, 1 / 30
    excess = scores[:k] - scores[k]
    excess[0] = excess[1]
    f = k - 1 + 10  # ten excesses' worth of the usual scale beside the reference's own
    expected = scores[k] + (excess.sum() + 10 * 0.8) * (((k + 1) / (30 * rate)) ** (1 / f) - 1)
    assert thresholds.threshold(scores, 0.8, 1.0).value == pytest.approx(expected)


def test_the_usual_scale_is_the_root_mean_square_of_all_scores_tails():
    units = np.random.default_rng(5).exponential([0.5, 1.0, 2.0], (9000, 3))
    assert thresholds.usual_scale(units) == pytest.approx(np.sqrt(5.25 / 3), rel=0.05)
    flat = np.column_stack([units, np.zeros(9000)])
    assert thresholds.usual_scale(flat) == pytest.approx(np.sqrt(5.25 / 4), rel=0.05)


@pytest.mark.parametrize("per_month", [1.0, 6.0])
def test_the_error_is_how_far_thresholds_of_other_references_lie_apart(per_month):
    rng = np.random.default_rng(8)
    found = [thresholds.threshold(rng.exponential(1, 56), 1.0, per_month) for _ in range(2000)]
    assert np.mean([one.error for one in found]) == pytest.approx(np.std([one.value for one in found]), rel=0.35)


def test_a_shrunken_tail_is_less_of_a_lottery():
    rng = np.random.default_rng(9)
    references = [rng.exponential(1, 28) for _ in range(1000)]
    spread = np.std([thresholds.threshold(own, 1.0, 1.0).value for own in references])
    k = 9
    alone = []
    for own in references:
        ordered = np.sort(own)[::-1]
        excess = ordered[:k] - ordered[k]
        excess[0] = excess[1]
        alone.append(ordered[k] + excess.sum() * (((k + 1) * 30 / 29) ** (1 / (k - 1)) - 1))
    assert spread < 0.7 * np.std(alone)


@pytest.mark.parametrize("size", [28, 56])
@pytest.mark.parametrize("per_month", [0.5, 1.0, 3.0])
def test_exponential_scores_exceed_it_as_often_as_the_budget_says(size, per_month):
    rng = np.random.default_rng(size)
    rates = []
    for _ in range(3000):
        decay = rng.gamma(10, 1 / 10)  # tails differ between references as much as ten excesses can tell
        found = thresholds.threshold(rng.exponential(1 / decay, size), 1.0, per_month)
        rates.append(np.exp(-decay * found.value))  # the chance of one more draw beyond it
    margin = 3 * np.std(rates) / np.sqrt(len(rates))
    assert np.mean(rates) == pytest.approx(per_month / 30, abs=margin + 0.06 * per_month / 30)


def test_one_freak_day_does_not_set_the_threshold():
    scores = np.random.default_rng(1).exponential(1, 28)
    freak = np.where(scores == scores.max(), 1000.0, scores)
    assert thresholds.threshold(freak, 1.0, 1.0) == thresholds.threshold(scores, 1.0, 1.0)


def test_a_larger_budget_has_a_lower_threshold():
    scores = np.random.default_rng(2).exponential(1, 28)
    found = [thresholds.threshold(scores, 1.0, per_month).value for per_month in (0.25, 0.5, 1, 2, 3, 6, 15)]
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
