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
#: About how many numbers, those of each pair of days, are worked on at a time: they stay in a processor's cache.
_BLOCK = 500_000


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
    members, median, mean_v = _members(classes), _medians(y, classes), v.mean(axis=0)
    residual = y - median[classes]
    bound = _WINSOR * np.maximum(1.4826 * _median(np.abs(residual)), np.sqrt(mean_v))
    np.clip(residual, -bound, bound, out=residual)
    shift = np.stack([residual[own].mean(axis=0) for own in members])
    residual -= shift[classes]
    tau2 = _tau2((residual**2).sum(axis=0), len(y) - len(members), mean_v, groups)
    return Spread(median + shift, tau2, np.array([own.sum() for own in members]))


def _members(classes: np.ndarray) -> list[np.ndarray]:
    return [classes == kind for kind in range(classes.max() + 1)]


def _medians(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.stack([_median(y[own]) for own in _members(classes)])


def _median(y: np.ndarray) -> np.ndarray:
    """Return the median of the lines, column by column: what numpy's does, whose own takes five times as long."""
    ordered = _ordered(y)
    return np.where(np.isnan(ordered[-1]), np.nan, (ordered[(len(y) - 1) // 2] + ordered[len(y) // 2]) / 2)


def _ordered(y: np.ndarray) -> np.ndarray:
    return np.sort(y.T.copy(), axis=1).T


def _tau2(squares: np.ndarray, freedom: int, mean_v: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the between-day variance from the sum of squared residuals."""
    freedom = max(freedom, 1)
    own = np.maximum(0.0, squares / freedom - mean_v)
    sizes = np.diff([*groups, own.shape[-1]])
    of_column = np.repeat(np.add.reduceat(own, groups, axis=-1) / sizes, sizes, axis=-1)
    return (_PRIOR_DAYS * of_column + freedom * own) / (_PRIOR_DAYS + freedom)


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
    firsts = groups[np.diff(groups // max(_BLOCK // len(y) ** 2, 1), prepend=-1) > 0]
    for first, last in pairwise([*firsts, y.shape[1]]):
        block, own = slice(first, last), groups[(groups >= first) & (groups < last)] - first
        found[:, block] = _own_deviations(y[:, block], v[:, block], classes, resembled, own)
    return found


def _own_deviations(
    y: np.ndarray, v: np.ndarray, classes: np.ndarray, resembled: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """Return the deviations of all days at once: of what is fitted, lines stand for the days it is fitted without."""
    members, lines = _members(classes), np.arange(len(y))
    medians, sizes = _without_each_day(y, classes)
    mean_v = _mean_without_each(v)
    bound = _WINSOR * np.maximum(1.4826 * sizes, np.sqrt(mean_v))
    days = np.array([own.sum() - own for own in members])
    squares: list = [None] * len(y)
    for kind, own in enumerate(members):
        residual = y[own][:, None] - medians[kind]
        np.minimum(np.maximum(residual, -bound, out=residual), bound, out=residual)
        itself = np.arange(len(residual)), lines[own]
        residual[itself] = 0.0
        shift = residual.sum(axis=0) / days[kind][:, None]
        residual -= shift
        residual *= residual
        residual[itself] = 0.0
        medians[kind] += shift
        for line, square in zip(lines[own], residual, strict=True):
            squares[line] = square
    tau2 = _tau2(sum(squares), len(y) - 1 - len(members), mean_v, groups)
    spread = Spread(medians.reshape(-1, y.shape[1]), tau2, days.ravel())
    return deviations(spread, y, v, classes * len(y) + lines, resembled * len(y) + lines)


def _without_each_day(y: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each class's median without each day, and the median size of the other days' residuals from these.

    Without one of its days a class has one of two or three medians, so few sorts tell the sizes of all.
    """
    whole = _medians(y, classes)
    medians, sizes = np.repeat(whole[:, None], len(y), axis=1), np.empty_like(y)
    usual = np.abs(y - whole[classes])
    for kind, own in enumerate(_members(classes)):
        candidates, medians[kind, own] = _median_without_each(y[own], y[own])
        for median in candidates:
            size = usual.copy()
            size[own] = np.abs(y[own] - median)
            _, found = _median_without_each(size, size[own])
            sizes[own] = np.where(medians[kind, own] == median, found, sizes[own])
    return medians, sizes


def _median_without_each(y: np.ndarray, some: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Return for some of the lines the median of the others, column by column, and before it all that it can be."""
    ordered, rest = _ordered(y), len(y) - 1
    places = sorted({(rest - 1) // 2, rest // 2})
    # of the others, the one at a place stands one later among all where the line's own value comes before it
    found = sum(np.where(some > ordered[at], ordered[at], ordered[at + 1]) for at in places) / len(places)
    options = [
        sum(ordered[at + (after <= number)] for number, at in enumerate(places)) / len(places)
        for after in range(len(places) + 1)
    ]
    return options, found


def _mean_without_each(v: np.ndarray) -> np.ndarray:
    """Return for each line the mean of the others, column by column; columns like the one before are not added anew."""
    is_new = np.append(True, (v[:, 1:] != v[:, :-1]).any(axis=0))
    found = np.zeros((len(v), is_new.sum()))
    for line, one in enumerate(v[:, is_new]):
        found[:line] += one
        found[line + 1 :] += one
    return found[:, np.cumsum(is_new) - 1] / (len(v) - 1)
