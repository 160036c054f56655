"""Where the model errs more than it should: the worst segments of a day, of one condition or two, found by search.

A row's loss is taken over what the reference errs on rows like it, at most `_MOST_TIMES` of that, so that a few absurd
errors make no segment. The mean of every segment with enough rows is compared with the reference's in the same segment,
times as many as the day's other rows err more than theirs; without a reference, with the day's other rows. How far the
farthest of so many segments lies by chance is told by permutations among the rows (the single-step maxT of Westfall and
Young 1993): a segment's `p` is adjusted for having been selected.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from driftbook.batches import Batch
from driftbook.diagnosis.conditions import Conditions, conditions
from driftbook.measures import intervals
from driftbook.measures.performance import losses
from driftbook.measures.segments import aligned
from driftbook.model import TrainedModel

#: The least rows of a segment, alone and as a share of the day's.
LEAST_ROWS, LEAST_SHARE = 30, 0.01
_MOST_SHARE = 0.5
#: A segment whose adjusted p is at most this is no chance.
LEVEL = 0.05
_DRAWS, _SEED = 200, 20130208
#: More rows are drawn from: of the day, and of the reference.
_MOST_ROWS, _MOST_REFERENCE = 5_000, 20_000
#: A reference segment's error leans on that of all rows with the weight of so many rows.
_WEIGHT = 20
#: A row counts at most so many times what is usual; in so many rounds what is usual is fitted.
_MOST_TIMES, _ROUNDS = 4.0, 3
#: Two conditions are worth more words than one where they tell more than each of them by so many standard errors.
_WORTH = 2.5
_COLUMNS = ("rows", "share", "error", "low", "high", "usual", "p")


def worst_segments(trained: TrainedModel, batch: Batch, most: int = 5) -> pd.DataFrame:
    """Return the segments of a day whose error is farthest above what it should be, the worst first.

    One line per segment, named by its conditions: its labelled `rows` and their `share`, the `error` with the ends of
    its interval, the error that is `usual` there, and `p`, the chance of such a segment where losses have nothing to do
    with columns. Each line is found among the rows that no line above it holds. Empty without enough labelled rows.

    Parameters
    ----------
    batch
        The day's rows, with the prediction; of more than 5,000 labelled ones as many are drawn with a fixed seed.
    """
    settings, reference = trained.settings, trained.validation
    found = conditions(trained, batch)
    loss, usual = aligned(losses(settings, batch.frame), batch.frame), aligned(losses(settings, reference), reference)
    rows, usual_rows = _drawn(~np.isnan(loss), _MOST_ROWS), _drawn(~np.isnan(usual), _MOST_REFERENCE)
    chosen = Conditions(found.names, found.columns, found.day[rows], found.reference[usual_rows])
    return search(chosen, loss[rows], usual[usual_rows], most)


def search(given: Conditions, loss: np.ndarray, usual: np.ndarray, most: int = 5) -> pd.DataFrame:
    """Return what `worst_segments` does, from conditions and losses, NaN in none; `usual` are the reference's losses.

    Without rows in the reference a segment is compared with the day's other rows.
    """
    least = max(LEAST_ROWS, int(np.ceil(LEAST_SHARE * len(loss))))
    if len(loss) < 2 * least or not np.ptp(loss) > 0:
        return _table([])
    candidates = _Candidates.of(given, least)
    like, usual_like = _of_like_rows(given, loss, usual)
    times, usual_times = np.minimum(loss / like, _MOST_TIMES), np.minimum(usual / usual_like, _MOST_TIMES)
    if not len(candidates.one) or not np.ptp(times) > 0:
        return _table([])
    farthest = _by_chance(candidates, given.day, times)
    before, left, lines = _Sums.of(given.reference, usual_times), np.ones(len(loss), dtype=bool), []
    while len(lines) < most:
        score, error, expected = _scores(candidates, _Sums.of(given.day[left], times[left]), before, least)
        best = int(np.argmax(_ranked(score, error, np.quantile(farthest, 1 - LEVEL))))
        if not score[best] > 0:
            break
        inside = candidates.rows(given.day, best) & left
        p = (1 + (farthest >= score[best]).sum()) / (1 + len(farthest))
        lines.append((candidates.name(given, best), loss[inside], len(loss), expected[best] * like[inside].mean(), p))
        if p > LEVEL:
            break
        left &= ~inside
    return _table(lines)


def _of_like_rows(given: Conditions, loss: np.ndarray, usual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the reference errs on rows like each of the day's and of its own; without one the day's mean.

    The mean loss times a factor for each column's condition: the factors are fitted in turn until the rows of each
    condition err as much as is expected of them (a Poisson regression by Bailey and Simon's method).
    """
    expected = [np.full(len(rows), (usual if len(usual) else loss).mean()) for rows in (loss, usual)]
    if not len(usual) or not usual.mean() > 0:
        return expected[0], expected[1]
    codes = [[_codes(holds[:, given.columns == column]) for holds in (given.day, given.reference)]
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
    """Return which of some conditions each row holds, counted from 1; 0 for none."""
    return np.where(holds.any(axis=1), 1 + holds.argmax(axis=1), 0)


@dataclass(frozen=True)
class _Candidates:
    """The segments of enough rows, by the numbers of their conditions; one alone has the same number twice."""

    one: np.ndarray
    other: np.ndarray

    @classmethod
    def of(cls, given: Conditions, least: int) -> "_Candidates":
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
        return self.one != self.other

    def rows(self, holds: np.ndarray, number: int) -> np.ndarray:
        return holds[:, self.one[number]] & holds[:, self.other[number]]

    def name(self, given: Conditions, number: int) -> str:
        names = dict.fromkeys([given.names[self.one[number]], given.names[self.other[number]]])
        return " and ".join(names)


@dataclass(frozen=True)
class _Sums:
    """Rows, losses and squared losses of every two conditions together; `whole` of all rows."""

    rows: np.ndarray
    loss: np.ndarray
    squares: np.ndarray
    whole: tuple[float, float, float]

    @classmethod
    def of(cls, holds: np.ndarray, loss: np.ndarray) -> "_Sums":
        columns = holds.astype(np.float32)
        weights = (np.ones(len(loss)), loss, loss**2)
        parts = [columns.T @ (columns * weight[:, None].astype(np.float32)) for weight in weights]
        return cls(*(part.astype(float) for part in parts), tuple(float(weight.sum()) for weight in weights))

    def at(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return rows, losses and squares (lines) of some segments."""
        return np.stack([self.rows[one, other], self.loss[one, other], self.squares[one, other]])


def _ranked(score: np.ndarray, error: np.ndarray, limit: float) -> np.ndarray:
    """Return what segments are ranked by: how far they err too much at least, where that is no chance; else the score.

    A small segment that errs twice as much as it should goes before half of the day that errs a tenth more.
    """
    least = np.where(score > limit, (score - limit) * error, -np.inf)
    return least if np.isfinite(least).any() else score


def _scores(candidates: _Candidates, now: _Sums, before: _Sums, least: int) -> tuple[np.ndarray, ...]:
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
        others, mean = whole - day, whole[1] / whole[0]
        level, variance = others[1] / others[0], whole[2] / whole[0] - mean**2
        there, weight = np.ones(day.shape[1]), np.inf
        of_others = variance / others[0]
        if usual_whole[0, 0]:
            weight = usual[0] + _WEIGHT
            there, squares = (usual[1:] + _WEIGHT * usual_whole[1:] / usual_whole[0]) / weight
            usual_others = usual_whole - usual
            level = np.maximum(level / (usual_others[1] / usual_others[0]), 1.0)  # of a good day no more is asked
            variance = level**2 * np.maximum(squares - there**2, 0)
        expected = level * there
        return day[1] / day[0] - expected, variance * (1 / day[0] + 1 / weight) + of_others, expected


def _by_chance(candidates: _Candidates, holds: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the farthest segment's score of each of some permutations among the rows, with a fixed seed."""
    rng = np.random.default_rng(_SEED)
    columns = (holds[:, candidates.one] & holds[:, candidates.other]).astype(np.float32)
    rows, size = columns.sum(axis=0, dtype=float), len(times)
    standardized = ((times - times.mean()) / times.std()).astype(np.float32)
    drawn = rng.permuted(np.tile(standardized, (_DRAWS, 1)), axis=1)
    return ((drawn @ columns) / (rows * np.sqrt(1 / rows - 1 / size))).max(axis=1)


def _drawn(usable: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of usable rows, of more than `most` so many."""
    rows = np.flatnonzero(usable)
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(_SEED).choice(rows, most, replace=False))


def _table(lines: list[tuple[str, np.ndarray, int, float, float]]) -> pd.DataFrame:
    found = {}
    for name, loss, size, expected, p in lines:
        low, high = intervals.of_loss(len(loss), loss.sum(), (loss**2).sum())
        found[name] = (len(loss), len(loss) / size, loss.mean(), float(low), float(high), expected, p)
    table = pd.DataFrame.from_dict(found, orient="index", columns=[*_COLUMNS])
    return table.astype({"rows": int}).rename_axis("segment") if len(table) else table.rename_axis("segment")
