import numpy as np
import pytest
from driftbook.alarms import standardize

CLASSES = np.array([0] * 20 + [1] * 5 + [2] * 5)
GROUPS = np.array([0, 4])


def draw(seed, between=0.0, features=8):
    """Return features of 30 days: sampling noise of variance 0.01, and a day effect of the standard deviation given."""
    rng = np.random.default_rng(seed)
    v = np.full((30, features), 0.01)
    y = rng.normal(0, 0.1, v.shape) + rng.normal(0, between, v.shape) + CLASSES[:, None]
    return y, v


def test_centres_are_the_classes():
    found = standardize.fit(*draw(0), CLASSES, GROUPS)
    assert found.centre == pytest.approx(np.array([[0.0], [1.0], [2.0]]) * np.ones(8), abs=0.2)
    assert found.days.tolist() == [20, 5, 5]


@pytest.mark.parametrize(("between", "expected"), [(0.0, 0.0), (0.2, 0.04)])
def test_between_day_variance_is_what_sampling_does_not_explain(between, expected):
    fitted = [standardize.fit(*draw(seed, between), CLASSES, GROUPS).tau2.mean() for seed in range(20)]
    assert np.mean(fitted) == pytest.approx(expected, abs=0.006)


def test_deviations_of_new_days_are_standardised():
    rng = np.random.default_rng(5)
    found = []
    for seed in range(50):
        fitted = standardize.fit(*draw(seed, 0.2), CLASSES, GROUPS)
        new = rng.normal(0, np.sqrt(0.01 + 0.04), (20, 8))
        weekdays = np.zeros(20, dtype=int)
        found.append(standardize.deviations(fitted, new, np.full((20, 8), 0.01), weekdays, weekdays))
    assert np.std(found) == pytest.approx(np.sqrt(27 / 25), abs=0.04)  # Student's t of 30 days less 3 classes


def test_one_freak_day_widens_nothing():
    y, v = draw(3)
    calm = standardize.fit(y, v, CLASSES, GROUPS)
    y[0] += 5
    freak = standardize.fit(y, v, CLASSES, GROUPS)
    assert freak.centre == pytest.approx(calm.centre, abs=0.05)
    assert np.sqrt(freak.tau2 + 0.01).mean() < 1.2 * np.sqrt(calm.tau2 + 0.01).mean()


def test_a_freak_day_in_a_class_of_five_does_not_make_the_others_odd():
    y, v = draw(4)
    y[20] += 5
    own = np.abs(standardize.own_deviations(y, v, CLASSES, CLASSES, GROUPS))
    assert own[20].min() > 20
    assert own[21:25].max() < 6


@pytest.mark.parametrize("classes", [CLASSES, np.array([0] * 19 + [1] * 7 + [2] * 4)], ids=["20 5 5", "19 7 4"])
@pytest.mark.parametrize("block", [3, 4, 4000])
@pytest.mark.parametrize("digits", [1, 15], ids=["many ties", "no ties"])
def test_own_deviations_are_those_of_a_fit_without_the_day(monkeypatch, classes, block, digits):
    monkeypatch.setattr(standardize, "_BLOCK", block)
    y, v = draw(6, features=11)
    y, groups = np.round(y, digits), np.array([0, 4, 5])
    found = standardize.own_deviations(y, v, classes, classes, groups)
    for day in range(30):
        rest = np.arange(30) != day
        without = standardize.fit(y[rest], v[rest], classes[rest], groups)
        expected = standardize.deviations(without, y[[day]], v[[day]], classes[[day]], classes[[day]])
        assert found[day].tolist() == expected[0].tolist()


def test_a_holiday_lies_anywhere_between_a_sunday_and_its_weekday():
    fitted = standardize.fit(*draw(7), CLASSES, GROUPS)  # weekdays about 0, Sundays about 2
    between, above, below = (
        standardize.deviations(fitted, np.full((1, 8), y), np.full((1, 8), 0.01), np.array([2]), np.array([0]))
        for y in (1.0, 3.0, -1.0)
    )
    assert (between == 0).all()
    assert (above > 5).all() and (below < -5).all()
    sunday = standardize.deviations(fitted, np.full((1, 8), 1.0), np.full((1, 8), 0.01), np.array([2]), np.array([2]))
    assert (sunday < -5).all()


@pytest.mark.parametrize("days", [1, 2, 7, 8])
def test_medians_are_those_of_numpy(days):
    y = np.random.default_rng(days).normal(size=(days, 50))
    y[0, 3] = np.nan
    assert np.array_equal(standardize._median(y), np.median(y, axis=0), equal_nan=True)
