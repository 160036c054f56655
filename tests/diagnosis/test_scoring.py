import numpy as np
import pytest
from driftbook.diagnosis.scoring import Candidates, by_chance, of_like_rows, ranked

from tests.diagnosis.test_worst import REFERENCE, given


def test_what_is_usual_for_rows_like_a_row():
    found, loss, usual = given()
    day, reference = of_like_rows(found, loss, usual)
    first = found.day[:, :7].argmax(axis=1)
    for value in range(7):
        assert day[first == value].mean() == pytest.approx(2 * (1 + value / 4), rel=0.1)  # the mean of the draws
    assert reference.sum() == pytest.approx(usual.sum(), rel=0.01)


def test_without_a_reference_all_rows_are_alike():
    found, loss, usual = given()
    day, none = of_like_rows(found, loss, usual[:0])
    assert set(day) == {loss.mean()} and not len(none)


def test_segments_of_enough_rows_and_of_two_columns():
    found, _, _ = given()
    candidates = Candidates.of(found, 45)
    sizes = [candidates.rows(found.day, at).sum() for at in range(len(candidates.one))]
    assert min(sizes) >= 45 and max(sizes) < 0.5 * len(found.day)
    pairs = candidates.is_pair
    assert (found.columns[candidates.one[pairs]] != found.columns[candidates.other[pairs]]).all()
    assert candidates.name(found, int(np.flatnonzero(pairs)[0])).count(" and ") == 1
    assert len(candidates.one[~pairs]) == len(found.names)


def test_the_farthest_by_chance_is_what_other_draws_give():
    found, loss, _ = given()
    candidates = Candidates.of(found, 30)
    one, other = (by_chance(candidates, found.day, np.minimum(loss, 6), seed) for seed in (1, 2))
    assert np.median(one) == pytest.approx(np.median(other), rel=0.05)
    assert 2.5 < np.median(one) < 4.5
    assert REFERENCE > len(one) >= 200


@pytest.mark.parametrize(
    ("score", "error", "best"),
    [
        ([3.0, 2.0], [0.1, 0.1], 0),
        ([6.0, 5.0], [0.03, 0.15], 1),
        ([6.0, 3.9], [0.03, 0.15], 0),
        ([1.0, 2.0], [1.0, 0.1], 1),
    ],
)
def test_what_surely_errs_most_goes_first(score, error, best):
    assert int(np.argmax(ranked(np.array(score), np.array(error), limit=4.0))) == best
