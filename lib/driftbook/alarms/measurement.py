"""A reference's frozen bins with all that turns days into features, column by column."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from driftbook.alarms import bins
from driftbook.alarms.bins import Bins, Shares
from driftbook.profiles.grid import Grid
from driftbook.profiles.profile import Profile
from driftbook.records import HOUR, WHOLE_DAY

ROWS, DUPLICATES, MISSING, ERROR, TOGETHER = WHOLE_DAY
#: Columns are missing together if their daily numbers of missing values differ by no more than this share of them.
ALIKE = 0.02
#: Fewer labelled rows than this say nothing about the error, and fewer values nothing about what goes with them.
LEAST_LABELLED = 30
#: Errors that are all alike, such as those of a day on which every class is wrong, have no variance of their own.
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True)
class BinPlan:
    """How days are turned into features.

    Frozen bins, the columns missing together, the shares of hours by class, the columns that go with others.
    """

    bins: tuple[Bins, ...]
    groups: tuple[tuple[str, ...], ...]
    hour_shares: dict[str, dict[str, dict[str, float]]]
    together: tuple[str, ...] = ()


def freeze(grid: Grid, days: Sequence[Profile]) -> BinPlan:
    """Return the frame of a reference's days."""
    groups = _missing_together(grid, days)
    elsewhere = {*grid.partial, *(name for group in groups for name in group)}
    together = tuple(grid.relations.columns) if grid.relations else ()
    return BinPlan(tuple(bins.freeze(grid, days, elsewhere)), groups, _hour_shares(grid, days), together)


def _missing_together(grid: Grid, days: Sequence[Profile]) -> tuple[tuple[str, ...], ...]:
    """Return the columns whose missing values are one fact, in groups: missing in the same rows, as far as counts tell.

    A watched column that shares its gaps with no other is left out: it counts them itself. Columns that are never
    missing have no gaps to share, and those that are not watched are one group.
    """
    delivered = sorted(set.intersection(*(set(day.missing) for day in days)))
    counts = {name: np.array([day.missing[name] for day in days]) for name in delivered}
    groups: list[list[str]] = []
    watched = {*grid.columns}
    for name in delivered:
        own = counts[name]
        known = (group for group in groups if np.abs(counts[group[0]] - own).sum() <= ALIKE * own.sum())
        if not own.any() and name in watched:
            continue
        group = next(known, None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return tuple(tuple(group) for group in groups if len(group) > 1 or group[0] not in watched)


def group_label(group: Sequence[str]) -> str:
    """Return what columns missing together are called among the features of `MISSING`."""
    return ", ".join(group)


def measure(plan: BinPlan, days: Sequence[Profile], *, own: bool = False) -> list[Shares]:
    """Return the features of some days, one entry per scored column; `own` days are the reference's."""
    counted = [_counted(plan, column, days, own=own) for column in plan.bins]
    found = bins.features(plan.bins, days, counted, own=own)
    rows = np.array([day.rows for day in days], dtype=float)
    if plan.groups:
        names, starts = [*chain(*plan.groups)], np.cumsum([0, *map(len, plan.groups[:-1])])
        missing = np.array([[day.missing.get(name, day.rows) for name in names] for day in days])
        missing = np.maximum.reduceat(missing, starts, axis=1)
        found.append(_shares(MISSING, [group_label(group) for group in plan.groups], missing, rows))
    duplicates = np.array([[day.duplicates] for day in days])
    found.append(_shares(DUPLICATES, (DUPLICATES,), duplicates, rows))
    found.append(Shares(ROWS, (ROWS,), np.log(rows)[:, None], 1 / rows[:, None], rows[:, None]))
    found.append(_error(days))
    return [*found, _together(plan, days)] if plan.together else found


def _counted(plan: BinPlan, column: Bins, days: Sequence[Profile], *, own: bool) -> np.ndarray:
    x = column.own if own else bins.counts(column, days)
    if _is_hour(column.column):
        x = x.astype(float)
        for line, day in enumerate(days):
            _correct_clock(plan, column, x[line], day)
    return x


def _correct_clock(plan: BinPlan, column: Bins, x: np.ndarray, day: Profile) -> None:
    """Put a skipped hour back with its usual share of the day, and halve a repeated one."""
    usual = plan.hour_shares.get(column.column, {}).get(day.day_class, {})
    for hour, times in day.clock.items():
        if str(hour) not in column.labels:
            continue
        position = column.labels.index(str(hour))
        share = usual.get(str(hour), 0.0)
        x[position] = round(x.sum() * share / (1 - share)) if times == 0 else x[position] / times


def _is_hour(column: str) -> bool:
    return column == HOUR or column.startswith(f"{HOUR} where ")


def _hour_shares(grid: Grid, days: Sequence[Profile]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the share of each hour by class of day, of each column that holds hours."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for column in filter(_is_hour, grid.ordered):
        pooled: dict[str, Counter] = {}
        for day in days:
            if not day.clock:
                pooled.setdefault(day.day_class, Counter()).update(day.values[column])
        found[column] = {
            name: {hour: n / counts.total() for hour, n in counts.items()} for name, counts in pooled.items()
        }
    return found


def _shares(column: str, labels: Sequence[str], x: np.ndarray, rows: np.ndarray) -> Shares:
    v = np.broadcast_to(bins.variance(rows)[:, None], x.shape)
    return Shares(column, tuple(labels), bins.stabilised(x, rows[:, None]), v, x / np.maximum(rows, 1)[:, None])


def _error(days: Sequence[Profile]) -> Shares:
    """Return the logarithm of the mean error."""
    return Shares(ERROR, (ERROR,), *_log_mean([[day.errors] for day in days]))


def _together(plan: BinPlan, days: Sequence[Profile]) -> Shares:
    """Return the logarithm of the mean surprise of each column that goes with others: 0 is as usual.

    A column with too few values on a day says nothing: as usual, with a variance that lets it pass for anything. So a
    column that is gone is left to its own alarm, and the others are still judged.
    """
    found = _log_mean([[day.together.get(name, (0, 0.0, 0.0)) for name in plan.together] for day in days])
    y, v, mean = (np.where(np.isnan(found[0]), usual, one) for usual, one in zip((0.0, 1.0, 1.0), found, strict=True))
    y[[not day.together for day in days]] = np.nan  # counted before columns were looked at together
    return Shares(TOGETHER, plan.together, y, v, mean)


def _log_mean(sums: Sequence[Sequence[tuple[int, float, float]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the logarithm of means, its sampling variance, and the means, from numbers of values, sums and squares.

    The variance is that of a mean over its square. NaN where there are too few values; a mean of 0 counts as half a
    value of 1: the logarithm of nothing is no number.
    """
    n, total, squares = np.moveaxis(np.array(sums, dtype=float), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n >= LEAST_LABELLED, total / n, np.nan)
        v = np.maximum(squares / n - mean**2, 0) / n / mean**2
        floored, v = np.where(mean == 0, 0.5 / n, mean), np.where(mean == 0, 2.0, np.maximum(v, _LEAST_VARIANCE))
    return np.log(floored), v, mean
