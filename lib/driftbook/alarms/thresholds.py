"""From scores to one day score in tail units, and from a stated budget of false alarms to its threshold."""

from dataclasses import dataclass

import numpy as np

#: The length of the month that a budget counts in.
DAYS_PER_MONTH = 30
#: How many excesses' worth the mean tail of all scores counts in each score's own.
_PRIOR_EXCESSES = 40
#: The share of a reference's day scores that the tail is fitted to, and how many excesses' worth the usual scale of
#: all scores' tails counts beside theirs.
_TAIL, _PRIOR_DAYS = 1 / 3, 10


@dataclass(frozen=True)
class Tails:
    """Median and tail scale of each score's logarithm over the reference's own days."""

    median: np.ndarray
    scale: np.ndarray


def fit_tails(scores: np.ndarray) -> Tails:
    """Return the tails of scores (days by scores), each column's excesses over its median taken as exponential.

    The largest excess counts as the second largest (one freak day must not set the unit); each scale is shrunk to the
    mean over all scores.
    """
    logs = _log(scores)
    median = np.median(logs, axis=0)
    excess = np.sort(np.maximum(logs - median, 0.0), axis=0)
    excess[-1] = excess[-2]
    sums, counts = excess.sum(axis=0), np.maximum((logs > median).sum(axis=0) - 1, 1)
    overall = max(sums.sum() / counts.sum(), 1e-9)
    return Tails(median, (sums + _PRIOR_EXCESSES * overall) / (counts + _PRIOR_EXCESSES))


def in_tail_units(tails: Tails, scores: np.ndarray) -> np.ndarray:
    """Return scores in units of their own tails, so that all of them are equally rare at the same value."""
    return (_log(scores) - tails.median) / tails.scale


def from_tail_units(tails: Tails, units: float) -> np.ndarray:
    """Return the scores that lie at a value in tail units."""
    return np.exp(tails.median + units * tails.scale)


@dataclass(frozen=True)
class Threshold:
    """A budget's threshold in tail units, and its standard error: how far another reference's might lie from it."""

    value: float
    error: float


def usual_scale(units: np.ndarray) -> float:
    """Return the usual tail scale of scores in tail units (days by scores): what a day score's tail is shrunk to.

    The day score is the largest of all scores, and far out the largest of some tails has the scale of one of them. The
    root mean square, since heavy tails reach farther than those of scores that never vary (no day has a duplicate).
    """
    tail = _tail(len(units))
    scales = _excesses(units, tail).sum(axis=0) / (tail - 1)
    return float(np.sqrt(np.mean(scales**2)))


def threshold(day_scores: np.ndarray, usual: float, per_month: float) -> Threshold:
    """Return the threshold that undisturbed days exceed `per_month` times in 30 days.

    `day_scores` are the reference days', each scored without itself; `usual` is the `usual_scale` of all scores. Where
    the budget reaches into them they are interpolated (no distribution is assumed); beyond them it is the predictive
    quantile of an exponential tail fitted to their upper third, its largest excess censored at the second largest and
    its scale shrunk to the usual one as if ten more excesses had been seen: a month of days knows more of twenty
    columns' tails than of its own.
    """
    ordered = np.sort(day_scores)[::-1]
    size, rate = len(ordered), per_month / DAYS_PER_MONTH
    tail = _tail(size)
    freedom = tail - 1 + _PRIOR_DAYS
    scale = (_excesses(ordered, tail).sum() + _PRIOR_DAYS * usual) / freedom
    rank = rate * (size + 1)
    if rank >= 2:
        below = min(int(rank), size - 1)
        value = ordered[below - 1] - (rank - below) * (ordered[below - 1] - ordered[below])
        return Threshold(float(value), float(scale * np.sqrt((1 - rate) / (rate * size))))
    reached = (tail + 1) / ((size + 1) * rate)
    value = ordered[tail] + scale * freedom * (reached ** (1 / freedom) - 1)
    error = scale * np.sqrt((1 - tail / size) / tail + np.log(reached) ** 2 / freedom)
    return Threshold(float(value), float(error))


def _tail(size: int) -> int:
    return max(round(size * _TAIL), 2)


def _excesses(scores: np.ndarray, tail: int) -> np.ndarray:
    """Return by how much the largest scores exceed the one after them; the largest counts as the second largest."""
    ordered = np.sort(scores, axis=0)[::-1]
    excess = ordered[:tail] - ordered[tail]
    excess[0] = excess[1]
    return excess


def _log(scores: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(scores, 1.0))
