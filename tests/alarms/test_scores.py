import numpy as np
import pytest
from driftbook.alarms.scores import own_days, psi
from scipy.stats import entropy

RNG = np.random.default_rng(5)
HISTOGRAMS = [(RNG.integers(0, 900, size), RNG.integers(0, 90, size)) for size in (2, 5, 12, 12)]


@pytest.mark.parametrize(("reference", "current"), [*HISTOGRAMS, (np.array([5, 0]), np.array([0, 7]))])
def test_psi_is_the_sum_of_both_relative_entropies(reference, current):
    p, q = (counts + 0.5 for counts in (reference, current))  # scipy normalises
    assert psi(reference, current) == pytest.approx(entropy(p, q) + entropy(q, p), rel=1e-12)


def test_the_same_shares_score_nearly_nothing():
    assert psi(np.array([500, 300, 200]), np.array([500, 300, 200])) == 0
    assert psi(np.array([5000, 3000, 2000]), np.array([500, 300, 200])) < 1e-5


def test_a_day_is_scored_against_the_others():
    days = np.array([[10, 20], [12, 18], [30, 2]])
    assert own_days(days).tolist() == [psi(np.array([42, 20]), days[0]), psi(np.array([40, 22]), days[1]),
                                       psi(np.array([22, 38]), days[2])]  # fmt: skip
