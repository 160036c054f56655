"""A reference: some undisturbed days, and how far any other day lies from them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from driftbook.alarms import measurement, standardize, thresholds
from driftbook.alarms.bins import Shares
from driftbook.alarms.measurement import BinPlan
from driftbook.alarms.standardize import Spread
from driftbook.alarms.thresholds import Tails, Threshold
from driftbook.profiles import calendars
from driftbook.profiles.grid import Grid
from driftbook.profiles.profile import Profile

#: Of these only a rise counts.
_ONLY_RISES = (measurement.ERROR, measurement.MISSING, measurement.TOGETHER)
#: How many times rarer than another column the columns together may alarm without a fault: what goes together changes
#: with the season and the timetable too.
_RARER = 2.0
#: Fewer days than these, or fewer of a class, calibrate nothing.
LEAST_DAYS, LEAST_OF_CLASS = 20, 3


@dataclass(frozen=True)
class Layout:
    """Which features there are: the columns, their labels, the first feature of each, and which may only rise."""

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    starts: np.ndarray
    only_rises: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """How many features each column has."""
        return np.diff([*self.starts, len(self.labels)])


@dataclass(frozen=True)
class Reference:
    """A calibrated reference.

    Attributes
    ----------
    days
        The days it was fitted on.
    classes
        The classes it can judge, those with enough days.
    own_columns
        The columns' scores of each of its days (lines), each scored without itself, in tail units.
    usual_scale
        The usual scale of all scores' tails.
    """

    plan: BinPlan
    layout: Layout
    days: tuple[dt.date, ...]
    classes: tuple[str, ...]
    spread: Spread
    tails: Tails
    own_columns: np.ndarray
    usual_scale: float

    @cached_property
    def own_scores(self) -> np.ndarray:
        """The scores of its own days, each scored without itself, in tail units."""
        return self.own_columns.max(axis=1)

    def can_judge(self, day: Profile) -> bool:
        """Return whether there are enough days, and enough of the day's class."""
        return len(self.days) >= LEAST_DAYS and day.day_class in self.classes

    def limit(self, per_month: float) -> Threshold:
        """Return the threshold of a budget with its standard error, in tail units."""
        return thresholds.threshold(self.own_scores, self.usual_scale, per_month)

    def threshold(self, per_month: float) -> float:
        """Return the threshold of a budget, in tail units."""
        return self.limit(per_month).value


@dataclass(frozen=True)
class Scores:
    """Days (lines) scored against a reference, in tail units.

    `columns` holds one score per column; of each feature `deviations` are standardised, `shares` plain, `v` is the
    sampling variance. `classes` are the positions of the days' classes among the reference's, and of those that they
    may resemble as well.
    """

    reference: Reference
    columns: np.ndarray
    deviations: np.ndarray
    shares: np.ndarray
    v: np.ndarray
    classes: tuple[np.ndarray, np.ndarray]

    @cached_property
    def days(self) -> np.ndarray:
        """The day scores: the largest of the columns'."""
        return self.columns.max(axis=1)


def usable_classes(days: Sequence[Profile]) -> tuple[str, ...]:
    """Return the classes of which there are enough days."""
    found = [day.day_class for day in days]
    return tuple(name for name in calendars.CLASSES if found.count(name) >= LEAST_OF_CLASS)


def fit(grid: Grid, days: Sequence[Profile]) -> Reference | None:
    """Return the reference of some days, None where they are too few to calibrate anything.

    Special days and days of a class with fewer than three are left out. The result does not depend on the days' order.
    """
    days = sorted((day for day in days if not day.is_special), key=lambda day: day.day)
    classes = usable_classes(days)
    days = [day for day in days if day.day_class in classes]
    if len(days) < LEAST_DAYS:
        return None
    plan = measurement.freeze(grid, days)
    found = [column for column in measurement.measure(plan, days, own=True) if np.isfinite(column.y).all()]
    layout = _layout(found)
    y, v = np.column_stack([column.y for column in found]), np.column_stack([column.v for column in found])
    kinds, resembled = _classes(classes, days)
    own = column_scores(layout, standardize.own_deviations(y, v, kinds, resembled, layout.starts))
    tails = _with_rarer(layout, thresholds.fit_tails(own))
    units = thresholds.in_tail_units(tails, own)
    whole = standardize.fit(y, v, kinds, layout.starts)
    dates = tuple(day.day for day in days)
    usual = thresholds.usual_scale(units)
    return Reference(plan, layout, dates, classes, whole, tails, _by_column(layout, units), usual)


def score(reference: Reference, days: Sequence[Profile]) -> Scores:
    """Return the scores of days of classes the reference can judge, none of them its own."""
    layout = reference.layout
    measured = {column.column: column for column in measurement.measure(reference.plan, days)}
    found = [measured[name] for name in layout.columns]
    y, v, shares = (np.column_stack([getattr(column, name) for column in found]) for name in ("y", "v", "share"))
    classes = _classes(reference.classes, days)
    z = np.nan_to_num(standardize.deviations(reference.spread, y, v, *classes))  # a day without labels has no error
    units = thresholds.in_tail_units(reference.tails, column_scores(layout, z))
    return Scores(reference, _by_column(layout, units), z, shares, v, classes)


def column_scores(layout: Layout, z: np.ndarray) -> np.ndarray:
    """Return two scores per column, the largest and the root-mean-square deviation (one if it has 1 or 2 features).

    The largest sees one zone that swallows trips, the root mean square a broad shift.
    """
    size = np.where(layout.only_rises, np.maximum(z, 0.0), np.abs(z))
    largest = np.maximum.reduceat(size, layout.starts, axis=1)
    mean_square = np.add.reduceat(size**2, layout.starts, axis=1) / layout.sizes
    return np.column_stack([largest, np.sqrt(mean_square[:, layout.sizes > 2])])


def largest_limits(reference: Reference, threshold: float) -> np.ndarray:
    """Return how far each feature may deviate, in standard deviations, before its column reaches a threshold."""
    limits = thresholds.from_tail_units(reference.tails, threshold)[: len(reference.layout.columns)]
    return np.repeat(limits, reference.layout.sizes)


def _with_rarer(layout: Layout, tails: Tails) -> Tails:
    """Return tails in whose units, exponential with mean 1, the scores of the columns together are rarer."""
    columns = np.array(layout.columns)
    is_rarer = np.concatenate([columns, columns[layout.sizes > 2]]) == measurement.TOGETHER
    return Tails(tails.median + np.where(is_rarer, np.log(_RARER) * tails.scale, 0.0), tails.scale)


def _by_column(layout: Layout, units: np.ndarray) -> np.ndarray:
    """Return the larger of each column's scores."""
    largest, rest = units[:, : len(layout.columns)].copy(), units[:, len(layout.columns) :]
    many = np.flatnonzero(layout.sizes > 2)
    largest[:, many] = np.maximum(largest[:, many], rest)
    return largest


def _layout(found: Sequence[Shares]) -> Layout:
    sizes = [len(column.labels) for column in found]
    only_rises = np.repeat([column.column in _ONLY_RISES for column in found], sizes)
    labels = tuple(label for column in found for label in column.labels)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return Layout(tuple(column.column for column in found), labels, starts, only_rises)


def _classes(classes: Sequence[str], days: Sequence[Profile]) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the days' classes, and of those they may resemble as well: a holiday its weekday's."""
    own = [classes.index(day.day_class) for day in days]
    plain = [calendars.plain_class(day.day) for day in days]
    other = [classes.index(name) if name in classes else at for name, at in zip(plain, own, strict=True)]
    return np.array(own), np.array(other)
