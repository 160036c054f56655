"""How far segments err above what they should, all of them at once, and how far the farthest does by chance."""

from dataclasses import dataclass

import numpy as np

from driftbook.diagnosis.conditions import Conditions

#: A segment has at most this share of the rows: half of them are the day.
_MOST_SHARE = 0.5
#: So many permutations.
_DRAWS = 200
#: A reference segment's error and its variance lean on those of all rows with the weight of so many rows.
_WEIGHT, _VARIANCE_WEIGHT = 20, 200
#: In so many rounds what is usual is fitted.
_ROUNDS = 3
#: Two conditions are worth more words than one where they tell more than each of them by so many standard errors.
_WORTH = 3.0


def of_like_rows(given: Conditions, loss: np.ndarray, usual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the reference errs on rows like each of the day's and of its own; without one the day's mean.

    The mean loss times a factor for each column's condition: the factors are fitted in turn until the rows of each
    condition err as much as is expected of them (a Poisson regression by Bailey and Simon's method).
    """
    expected = [np.full(len(rows), (usual if len(usual) else loss).mean()) for rows in (loss, usual)]
    if not len(usual) or not usual.mean() > 0:
        return expected[0], expected[1]
    codes = [[_codes(holds.T[given.columns == column]) for holds in (given.day, given.reference)]
             for column in np.unique(given.columns)]  # fmt: skip
    lean = _WEIGHT * usual.mean()
    for _ in range(_ROUNDS):
        for day, reference in codes:
            size = 1 + max(day.max(initial=0), reference.max(initial=0))
            sums = [np.bincount(reference, rows, size) for rows in (usual, expected[1])]
            factor = (sums[0] + lean) / (sums[1] + lean)
            expected = [expected[0] * factor[day], expected[1] * factor[reference]]
    return expected[0], expected[1]


def _codes(holds: np.ndarray) -> np.ndarray:
    """Return which of some conditions (lines) each row holds, counted from 1; 0 for none."""
    numbers = np.arange(1, 1 + len(holds), dtype=np.int16)[:, None]
    return (holds * numbers).max(axis=0, initial=0).astype(int)


@dataclass(frozen=True)
class Candidates:
    """The segments of enough rows, by the numbers of their conditions; one alone has the same number twice."""

    one: np.ndarray
    other: np.ndarray

    @classmethod
    def of(cls, given: Conditions, least: int) -> "Candidates":
        """Return the segments of at least so many of the day's rows."""
        holds = given.day.astype(np.float32)
        counts = holds.T @ holds
        differ = given.columns[:, None] != given.columns[None, :]
        # What half of the rows hold is no segment but the day, and a condition may add next to nothing to another.
        single = np.diag(counts)
        some = (single >= least) & (single <= _MOST_SHARE * len(holds))
        smaller = np.minimum(single[:, None], single[None, :])
        is_some = (counts >= least) & (counts <= _MOST_SHARE * len(holds))
        pair = np.triu(differ & is_some & (counts < 0.95 * smaller), 1)
        pair[np.diag_indices_from(pair)] = some
        return cls(*np.nonzero(pair))

    @property
    def is_pair(self) -> np.ndarray:
        """Which of them have two conditions."""
        return self.one != self.other

    def rows(self, holds: np.ndarray, number: int) -> np.ndarray:
        """Return which rows a segment holds."""
        return holds[:, self.one[number]] & holds[:, self.other[number]]

    def name(self, given: Conditions, number: int) -> str:
        """Return what a segment is called."""
        names = dict.fromkeys([given.names[self.one[number]], given.names[self.other[number]]])
        return " and ".join(names)


@dataclass(frozen=True)
class Sums:
    """Rows, losses and squared losses of every two conditions together; `whole` of all rows."""

    rows: np.ndarray
    loss: np.ndarray
    squares: np.ndarray
    whole: tuple[float, float, float]

    @classmethod
    def of(cls, holds: np.ndarray, loss: np.ndarray) -> "Sums":
        """Return them of some rows."""
        columns = holds.astype(np.float32)
        weighted = [columns, *(columns * weight[:, None].astype(np.float32) for weight in (loss, loss**2))]
        parts = [(columns.T @ one).astype(float) for one in weighted]
        return cls(*parts, (float(len(loss)), float(loss.sum()), float((loss**2).sum())))

    def at(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return rows, losses and squares (lines) of some segments."""
        return np.stack([self.rows[one, other], self.loss[one, other], self.squares[one, other]])


def ranked(score: np.ndarray, error: np.ndarray, limit: float) -> np.ndarray:
    """Return what segments are ranked by: how far they err too much at least, where that is no chance; else the score.

    A small segment that errs twice as much as it should goes before half of the day that errs a tenth more.
    """
    least = np.where(score > limit, (score - limit) * error, -np.inf)
    return least if np.isfinite(least).any() else score


def scores(candidates: Candidates, now: Sums, before: Sums, least: int) -> tuple[np.ndarray, ...]:
    """Return how many standard errors each segment errs above what it should, that error, and what it should err.

    -inf for a segment of too few rows, and for two conditions that tell no more than one of them.
    """
    both = (candidates.one, candidates.other)
    day, usual = now.at(*both), before.at(*both)
    excess, variance, expected = _excess(day, usual, now.whole, before.whole)
    with np.errstate(all="ignore"):
        score = np.where(day[0] >= least, excess / np.sqrt(variance), -np.inf)
    for place in both:  # the rows of one condition that the other leaves out
        rest, usual_rest = now.at(place, place) - day, before.at(place, place) - usual
        beside, other_variance, _ = _excess(rest, usual_rest, now.whole, before.whole)
        with np.errstate(all="ignore"):
            more = (excess - beside) / np.sqrt(variance + other_variance)
        score = np.where(candidates.is_pair & ~(more >= _WORTH), -np.inf, score)
    return np.where(np.isfinite(score), score, -np.inf), np.sqrt(variance), expected


def _excess(
    day: np.ndarray, usual: np.ndarray, whole: tuple[float, ...], usual_whole: tuple[float, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return by how much segments err above what they should, the variance of that, and what they should err."""
    whole, usual_whole = np.array(whole)[:, None], np.array(usual_whole)[:, None]
    with np.errstate(all="ignore"):
        others = whole - day
        level, variance = others[1] / others[0], whole[2] / whole[0] - (whole[1] / whole[0]) ** 2
        there, weight = np.ones(day.shape[1]), np.inf
        of_others = variance / others[0]
        if usual_whole[0, 0]:
            weight, mean = usual[0] + _WEIGHT, usual_whole[1:] / usual_whole[0]
            there = (usual[1] + _WEIGHT * mean[0]) / weight
            usual_others = usual_whole - usual
            level = np.maximum(level / (usual_others[1] / usual_others[0]), 1.0)  # of a good day no more is asked
            own = np.maximum(usual[2] - usual[1] ** 2 / usual[0].clip(1), 0)
            every = mean[1] - mean[0] ** 2
            variance = level**2 * (own + _VARIANCE_WEIGHT * every) / (usual[0] + _VARIANCE_WEIGHT)
        expected = level * there
        return day[1] / day[0] - expected, variance * (1 / day[0] + 1 / weight) + of_others, expected


def by_chance(candidates: Candidates, holds: np.ndarray, times: np.ndarray, seed: int) -> np.ndarray:
    """Return the farthest segment's score of each of some permutations among the rows."""
    rng = np.random.default_rng(seed)
    columns = (holds.T[candidates.one] & holds.T[candidates.other]).T.astype(np.float32)
    rows, size = columns.sum(axis=0, dtype=float), len(times)
    standardized = ((times - times.mean()) / times.std()).astype(np.float32)
    drawn = rng.permuted(np.tile(standardized, (_DRAWS, 1)), axis=1)
    return ((drawn @ columns) / (rows * np.sqrt(1 / rows - 1 / size))).max(axis=1)
