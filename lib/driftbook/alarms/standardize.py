"""Centre and spread of features over a reference's days: how far a day may lie from its class without meaning anything.

A day's feature is its class's centre, plus what differs from day to day (variance `tau2`), plus sampling noise (`v`).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

#: Residuals beyond this many robust standard deviations are pulled in: one blizzard must not widen every band.
_WINSOR = 3.0
#: How many days' worth the column's mean between-day variance counts in each of its features' own.
_PRIOR_DAYS = 10
#: About how many features are fitted at a time: their numbers of all days stay in a processor's cache.
_BLOCK = 4000


@dataclass(frozen=True)
class Spread:
    """Centre per class (lines) and feature, between-day variance per feature, number of days per class."""

    centre: np.ndarray
    tau2: np.ndarray
    days: np.ndarray


def fit(y: np.ndarray, v: np.ndarray, classes: np.ndarray, groups: np.ndarray) -> Spread:
    """Return the spread of reference days.

    Parameters
    ----------
    y, v
        Stabilised features and their sampling variances, days by features.
    classes
        The class of each day, as a number from 0 without gaps.
    groups
        The first feature of each column.

    Notes
    -----
    Class medians first, so that a freak day in a class of four does not make the other three look odd; then means of
    residuals winsorised at 3 robust standard deviations. The between-day variance is the part of the residuals'
    variance that sampling does not explain, shrunk to its mean over the column's features.
    """
    return _around(_medians(y, classes), y, v, classes, groups)


def _members(classes: np.ndarray) -> list[np.ndarray]:
    return [classes == kind for kind in range(classes.max() + 1)]


def _medians(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.stack([_median(y[own]) for own in _members(classes)])


def _median(y: np.ndarray) -> np.ndarray:
    """Return the median of the lines, column by column: what numpy's does, whose own takes five times as long."""
    ordered = np.sort(y.T.copy(), axis=1)
    middle = (ordered[:, (len(y) - 1) // 2] + ordered[:, len(y) // 2]) / 2
    return np.where(np.isnan(ordered[:, -1]), np.nan, middle)


def _around(median: np.ndarray, y: np.ndarray, v: np.ndarray, classes: np.ndarray, groups: np.ndarray) -> Spread:
    """Return the spread of days whose class medians are known."""
    members = _members(classes)
    mean_v = v.mean(axis=0)
    residual = y - median[classes]
    scale = np.maximum(1.4826 * _median(np.abs(residual)), np.sqrt(mean_v))
    np.clip(residual, -_WINSOR * scale, _WINSOR * scale, out=residual)
    shift = np.stack([residual[own].mean(axis=0) for own in members])
    freedom = max(len(y) - len(members), 1)
    residual -= shift[classes]
    residual *= residual
    own_tau2 = np.maximum(0.0, residual.sum(axis=0) / freedom - mean_v)
    sizes = np.diff([*groups, y.shape[1]])
    column_tau2 = np.repeat(np.add.reduceat(own_tau2, groups) / sizes, sizes)
    tau2 = (_PRIOR_DAYS * column_tau2 + freedom * own_tau2) / (_PRIOR_DAYS + freedom)
    return Spread(median + shift, tau2, np.array([own.sum() for own in members]))


def deviations(spread: Spread, y: np.ndarray, v: np.ndarray, classes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return standardised deviations `(y - centre) / sqrt((tau2 + v) (1 + 1 / days of the class))`.

    `others` are the classes that the days may resemble as well: a holiday lies anywhere between a Sunday and its
    weekday. A value between the two centres deviates by nothing, one beyond them from the nearer one.
    """
    own, other = ((y - spread.centre[kinds]) / width(spread, v, kinds) for kinds in (classes, others))
    return np.where(own * other < 0, 0.0, np.where(np.abs(own) <= np.abs(other), own, other))


def width(spread: Spread, v: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return one standard deviation of each feature of a day that the reference does not hold."""
    return np.sqrt((spread.tau2 + v) * (1 + 1 / spread.days[classes])[:, None])


def own_deviations(
    y: np.ndarray, v: np.ndarray, classes: np.ndarray, resembled: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """Return each reference day's deviations from a spread fitted without it: what an undisturbed new day shows."""
    found = np.empty_like(y)
    firsts = groups[np.diff(groups // _BLOCK, prepend=-1) > 0]
    for first, last in pairwise([*firsts, y.shape[1]]):
        block, own = slice(first, last), groups[(groups >= first) & (groups < last)] - first
        found[:, block] = _own_deviations(y[:, block], v[:, block], classes, resembled, own)
    return found


def _own_deviations(
    y: np.ndarray, v: np.ndarray, classes: np.ndarray, resembled: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    found, without = np.empty_like(y), np.empty_like(y)
    for own in _members(classes):
        without[own] = _medians_without_each(y[own])
    whole = _medians(y, classes)
    for day, kind in enumerate(classes):
        others = np.arange(len(y)) != day
        medians = whole.copy()
        medians[kind] = without[day]
        spread = _around(medians, y[others], v[others], classes[others], groups)
        found[day] = deviations(spread, y[[day]], v[[day]], classes[[day]], resembled[[day]])[0]
    return found


def _medians_without_each(y: np.ndarray) -> np.ndarray:
    """Return for each line the median of the others, column by column, from one sort of them all."""
    ordered, rest = np.sort(y, axis=0), len(y) - 1
    # of the others, the one at a place stands one later among all where the line's own value comes before it
    lower, upper = (np.where(y > ordered[at], ordered[at], ordered[at + 1]) for at in ((rest - 1) // 2, rest // 2))
    return (lower + upper) / 2
