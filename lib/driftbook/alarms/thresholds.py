"""From scores to one day score in tail units, and from a stated budget of false alarms to its threshold."""

from dataclasses import dataclass

import numpy as np

#: The length of the month that a budget counts in.
DAYS_PER_MONTH = 30
#: How many excesses' worth the mean tail of all scores counts in each score's own.
_PRIOR_EXCESSES = 40
#: The share of a reference's day scores that the tail is fitted to.
_TAIL = 1 / 3


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


def threshold(day_scores: np.ndarray, per_month: float) -> float:
    """Return the threshold that undisturbed days exceed `per_month` times in 30 days.

    `day_scores` are the reference days', each scored without itself. Where the budget reaches into them they are
    interpolated (no distribution is assumed); beyond them it is the exact predictive quantile of an exponential tail
    fitted to their upper third, its largest excess censored at the second largest.
    """
    ordered = np.sort(day_scores)[::-1]
    size, rate = len(ordered), per_month / DAYS_PER_MONTH
    rank = rate * (size + 1)
    if rank >= 2:
        below = min(int(rank), size - 1)
        return float(ordered[below - 1] - (rank - below) * (ordered[below - 1] - ordered[below]))
    tail = max(round(size * _TAIL), 2)
    excess = ordered[:tail] - ordered[tail]
    excess[0] = excess[1]
    freedom = tail - 1
    factor = ((tail + 1) / ((size + 1) * rate)) ** (1 / freedom) - 1
    return float(ordered[tail] + excess.sum() * factor)


def _log(scores: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(scores, 1.0))
