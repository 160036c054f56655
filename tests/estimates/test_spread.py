import numpy as np
import pytest
from driftbook.estimates import spread
from scipy import stats


def one_up_one_down(values):
    """Return values in an order in which neighbours are less alike than others."""
    ordered, half = np.sort(values), (len(values) + 1) // 2
    found = np.empty(len(values))
    found[::2], found[1::2] = ordered[:half], ordered[half:]
    return found


def test_the_interval_is_the_prediction_interval_of_one_more_day():
    ratios = one_up_one_down(np.random.default_rng(0).normal(1.1, 0.2, 25))
    found = spread.fit(ratios * 4, np.full(25, 4.0), np.full(25, 1000.0), 0.0)  # equal days weigh the same
    half = stats.t.ppf(0.95, 24) * ratios.std(ddof=1) * np.sqrt(1 + 1 / 25)
    assert found.estimate(10, 30.0) == pytest.approx(3 * ratios.mean())
    assert found.interval(10, 30.0) == pytest.approx((3 * (ratios.mean() - half), 3 * (ratios.mean() + half)))


def test_intervals_hold_the_true_error_of_nine_in_ten_days():
    rng, inside = np.random.default_rng(1), []
    for _ in range(400):
        expected, rows = rng.uniform(2, 6, 31), rng.integers(50, 3000, 31)
        true = expected * rng.normal(0.9, 0.05, 31) + rng.normal(0, 3 / np.sqrt(rows))
        found = spread.fit(true[:30], expected[:30], rows[:30], 9.0)
        low, high = found.interval(rows[30], expected[30] * rows[30])
        inside.append(low <= true[30] <= high)
    assert 0.86 <= np.mean(inside) <= 0.94


def test_days_known_by_heart_say_next_to_nothing():
    true, expected = np.tile([2.2, 0.0], 25), np.tile([2.0, 0.001], 25)
    found = spread.fit(true, expected, np.full(50, 1000.0), 0.0)
    assert found.estimate(1, 2.0) == pytest.approx(2.2, rel=0.001)
    assert found.factor == pytest.approx(stats.t.ppf(0.95, 24) * np.sqrt(1 + 1 / 25), rel=0.001)


def test_a_freak_day_does_not_say_all():
    true, expected = np.append(one_up_one_down(np.linspace(1.8, 2.2, 29)), 300.0), np.append(np.full(29, 2.0), 300.0)
    found = spread.fit(true, expected, np.full(30, 1000.0), 0.0)
    assert found.estimate(1, 2.0) == pytest.approx(2.0, rel=0.01)
    assert found.factor == pytest.approx(stats.t.ppf(0.95, 29) * np.sqrt(1 + 1 / 30), rel=0.001)


def test_days_that_resemble_their_neighbours_tell_less():
    rng, inside, alike = np.random.default_rng(2), [], 0.6
    for _ in range(400):
        off = rng.normal(0, 0.1, 61)
        for at in range(1, 61):
            off[at] = alike * off[at - 1] + np.sqrt(1 - alike**2) * off[at]
        ratios = 1 + off
        found = spread.fit(ratios[:30], np.ones(30), np.full(30, 1000.0), 0.0)
        low, high = found.interval(1, 1.0)
        inside.append(low <= ratios[60] <= high)
    assert 0.86 <= np.mean(inside) <= 0.94  # 0.84 if they were taken to be independent


def test_a_small_day_has_a_wider_interval():
    found = spread.fit(np.linspace(0.9, 1.1, 30), np.ones(30), np.full(30, 2000.0), 4.0)
    widths = [high - low for low, high in (found.interval(rows, float(rows)) for rows in (2000, 200, 20))]
    assert widths == sorted(widths) and widths[2] > 3 * widths[0]


@pytest.mark.parametrize(("days", "has_interval"), [(0, False), (1, False), (19, False), (20, True)])
def test_few_days_have_no_interval(days, has_interval):
    found = spread.fit(np.full(days, 2.0), np.full(days, 1.0), np.full(days, 100.0), 1.0)
    assert found.estimate(10, 10.0) == pytest.approx(2.0 if days else 1.0)
    assert (found.interval(10, 10.0) != (None, None)) is has_interval


def test_no_error_is_negative():
    found = spread.fit(np.linspace(0.0, 2.0, 30), np.ones(30), np.full(30, 100.0), 1.0)
    low, high = found.interval(5, 1.0)
    assert low == 0.0 < high
    assert found.estimate(5, -1.0) == 0.0
