"""Other days made of real rows: drawn anew, thinned, multiplied; coded once, so that a month is counted in a moment."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from alarms_days import Pair, comparable
from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.config.alarms import Calendar
from driftbook.measures.performance import losses
from driftbook.profiles import calendars, counting
from driftbook.profiles.grid import Grid
from driftbook.profiles.labels import label
from driftbook.profiles.profile import Profile
from driftbook.relations import surprises


@dataclass(frozen=True)
class Rows:
    """Rows as codes: everything a histogram counts of them.

    Attributes
    ----------
    codes
        Rows by the grid's columns: the grid cell, or the position of the value; `sizes` of the column if missing.
    values
        The values of the columns counted by value, as text.
    lacks
        Rows by delivered columns: whether the value is missing.
    errors
        Absolute error of each row, NaN if it is not labelled.
    surprises
        Column that goes with others to the surprise of each row's value, NaN if it is missing.
    """

    calendar: Calendar
    grid: Grid
    codes: np.ndarray
    sizes: tuple[int, ...]
    values: dict[str, list[str]]
    kinds: dict[str, str]
    lacks: np.ndarray
    errors: np.ndarray
    surprises: dict[str, np.ndarray]

    def count(self, day: dt.date, rows: np.ndarray) -> Profile:
        """Return the histogram of some rows (positions, repeated ones count again) as a day without duplicates."""
        counted = {
            name: np.bincount(self.codes[rows, at], minlength=size + 1)
            for at, (name, size) in enumerate(zip(self.grid.columns, self.sizes, strict=True))
        }
        errors = self.errors[rows]
        errors = errors[~np.isnan(errors)]
        missing = dict(zip(self.kinds, self.lacks[rows].sum(axis=0).tolist(), strict=True))
        return Profile(
            day=day,
            day_class=calendars.day_class(self.calendar, day),
            is_special=calendars.is_special(self.calendar, day),
            clock=calendars.clock_change(self.calendar.time_zone, day),
            rows=len(rows),
            duplicates=0,
            bins={name: counted[name][:-1] for name in self.grid.edges},
            values={name: _present(self.values[name], counted[name]) for name in self.values},
            missing=missing | {name: int(found[-1]) for name, found in counted.items()},
            kinds=self.kinds,
            errors=counting.summed(errors),
            together={name: _known(found[rows]) for name, found in self.surprises.items()},
        )


@dataclass(frozen=True)
class Pool:
    """The days that are shuffled: their rows as codes, which rows each has, and its class."""

    rows: Rows
    days: tuple[dt.date, ...]
    own: tuple[np.ndarray, ...]
    classes: np.ndarray

    @property
    def grid(self) -> Grid:
        """The grid the rows are coded on."""
        return self.rows.grid


def pool(pairs: list[Pair]) -> Pool:
    """Return all days of the pairs' months that may be shuffled, on the first model's grid."""
    first = pairs[0].trained
    return coded(first.settings, first.calibration.grid, comparable(pairs))


def coded(settings: Settings, grid: Grid, days: list[Batch]) -> Pool:
    """Return days with the prediction as a pool."""
    frame = pd.concat([day.frame for day in days], ignore_index=True)
    codes, sizes, values = [], [], {}
    for name in grid.columns:
        if name in grid.edges:
            size = len(grid.edges[name]) + 1
            found = np.searchsorted(np.array(grid.edges[name]), frame[name].to_numpy(dtype=float))
        else:
            found, known = pd.factorize(frame[name], sort=True)
            values[name] = [label(value) for value in known]
            size = len(known)
        codes.append(np.where(frame[name].isna(), size, found))
        sizes.append(size)
    kinds = counting.kinds(days[0].table)
    lacks = pd.concat([day.table.to_pandas()[list(kinds)].isna() for day in days], ignore_index=True)
    errors = losses(settings, frame).reindex(frame.index).to_numpy()
    learnt = grid.relations
    surprising = pd.concat([surprises(settings, learnt, day) for day in days]) if learnt else pd.DataFrame()
    coded = (np.column_stack(codes), tuple(sizes), values, kinds, lacks.to_numpy(), errors)
    rows = Rows(settings.calendar, grid, *coded, {name: surprising[name].to_numpy() for name in surprising})
    ends = np.cumsum([len(day.frame) for day in days])
    own = tuple(np.arange(end - len(day.frame), end) for day, end in zip(days, ends, strict=True))
    dates = tuple(day.period.start for day in days)
    classes = np.array([calendars.day_class(settings.calendar, day) for day in dates])
    return Pool(rows, dates, own, classes)


#: What makes the days of one split from a pool.
Variant = Callable[[Pool, np.random.Generator], list[Profile]]


def as_they_are(pool: Pool, _: np.random.Generator) -> list[Profile]:
    """Return the days themselves."""
    return [pool.rows.count(day, own) for day, own in zip(pool.days, pool.own, strict=True)]


def pure_noise(pool: Pool, rng: np.random.Generator) -> list[Profile]:
    """Return days without a day effect: a Poisson number of rows, drawn from all rows of the day's class."""
    found = []
    for day, kind in zip(pool.days, pool.classes, strict=True):
        of_class = [own for own, other in zip(pool.own, pool.classes, strict=True) if other == kind]
        rows = np.concatenate(of_class)
        found.append(pool.rows.count(day, rng.choice(rows, rng.poisson(len(rows) / len(of_class)))))
    return found


def thinned(pool: Pool, rng: np.random.Generator) -> list[Profile]:
    """Return the days with a tenth of their rows."""
    drawn = [own[rng.random(len(own)) < 0.1] for own in pool.own]
    return [pool.rows.count(day, rows) for day, rows in zip(pool.days, drawn, strict=True)]


def ten_times(pool: Pool, rng: np.random.Generator) -> list[Profile]:
    """Return the days with ten times their rows, drawn with replacement; the repeated rows count as distinct."""
    drawn = [rng.choice(own, 10 * len(own)) for own in pool.own]
    return [pool.rows.count(day, rows) for day, rows in zip(pool.days, drawn, strict=True)]


def _known(found: np.ndarray) -> tuple[int, float, float]:
    return counting.summed(found[~np.isnan(found)])


def _present(values: list[str], counts: np.ndarray) -> dict[str, int]:
    return {value: int(n) for value, n in zip(values, counts[:-1], strict=True) if n}
