"""How far a histogram moved from the reference's."""

import numpy as np

#: Added to each bin's count, so that an empty bin gives a large score and not an infinite one.
SMOOTHING = 0.5


def psi(reference: np.ndarray, current: np.ndarray) -> float:
    """Return the population stability index of two histograms over the same bins (0: the same shares).

    Sum over the bins of `(q - p) * ln(q / p)`, the symmetric Kullback-Leibler divergence (Jeffreys 1946), with add-half
    smoothed shares p and q.

    Examples
    --------
    >>> round(psi(np.array([50, 50]), np.array([80, 20])), 3)
    0.406
    """
    p, q = _shares(reference), _shares(current)
    return float(np.sum((q - p) * np.log(q / p)))


def own_days(days: np.ndarray) -> np.ndarray:
    """Return each reference day's score against the other days.

    `days` holds one row of counts per day. Scored against a reference without it, a day tells what an undisturbed new
    day scores.
    """
    total = days.sum(axis=0)
    return np.array([psi(total - day, day) for day in days])


def _shares(counts: np.ndarray) -> np.ndarray:
    smoothed = np.asarray(counts) + SMOOTHING
    return smoothed / smoothed.sum()
