"""From a day's rows to its profile."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftbook import relations
from driftbook.batches import Batch
from driftbook.batches.columns import plain_column, plain_type
from driftbook.config import Settings
from driftbook.config.alarms import Calendar
from driftbook.measures.performance import losses
from driftbook.measures.quality import duplicates, missing_values
from driftbook.profiles import calendars
from driftbook.profiles.grid import MOST_VALUES, Grid, bin_counts, value_counts
from driftbook.profiles.labels import label
from driftbook.profiles.profile import Profile

#: A day of more rows is counted some at a time; what is no count is computed of `SAMPLE` of them.
MOST_ROWS, SAMPLE = 250_000, 100_000
#: Greater errors count as this one, whose square can still be added up.
_LARGEST = 1e150


def profile(settings: Settings, grid: Grid, batch: Batch) -> Profile:
    """Return the profile of one day, whose frame holds the prediction."""
    return _profile(
        settings,
        grid,
        batch,
        losses(settings, batch.frame),
        duplicates=duplicates(batch.inputs),
        modes=modes(few_values(unwatched(grid, batch))),
        together=relations.sums(settings, grid.relations, batch),
    )


def unwatched(grid: Grid, batch: Batch) -> pa.Table:
    """Return the delivered columns that are not scored."""
    return batch.inputs.drop_columns([name for name in grid.columns if name in batch.inputs.column_names])


def piece(settings: Settings, grid: Grid, batch: Batch, losses: pd.Series) -> Profile:
    """Return the profile of a piece of a day, to be `added` to others.

    Duplicates, modes and what is counted by value are left out: those need all rows. So are the surprises of columns
    together, of which a sample tells enough.
    """
    return _profile(settings, grid, batch, losses, values={}, together={})


def _profile(settings: Settings, grid: Grid, batch: Batch, losses: pd.Series, **known: Any) -> Profile:
    inputs = batch.inputs
    return count(
        settings.calendar,
        grid,
        batch.period.start,
        batch.frame,
        missing={name: missing_values(inputs[name]) for name in inputs.column_names},
        invalid={name: len(rows) for name, rows in batch.invalid.items()},
        kinds=kinds(inputs),
        errors=losses.to_numpy(),
        **known,
    )


def count(
    calendar: Calendar,
    grid: Grid,
    day: dt.date,
    frame: pd.DataFrame,
    *,
    missing: Mapping[str, int],
    errors: np.ndarray,
    duplicates: int = 0,
    invalid: Mapping[str, int] | None = None,
    values: Mapping[str, Mapping[str, int]] | None = None,
    kinds: Mapping[str, str] | None = None,
    modes: Mapping[str, tuple[str, int]] | None = None,
    together: Mapping[str, tuple[int, float, float]] | None = None,
) -> Profile:
    """Return a day's profile.

    Parameters
    ----------
    frame
        The day's rows, with every column of the grid.
    missing
        The missing values of each delivered column; those of the grid's other columns are counted here.
    errors
        The losses of the labelled rows (absolute errors in the target's unit).
    invalid
        The values of each column that stand for none; the frame has NaN in their place.
    values
        The counts of the columns counted by value, counted here where they are not given.
    """
    if values is None:
        values = {name: value_counts(frame[name]) for name in (*grid.ordered, *grid.unordered)}
    invalid = dict(invalid or {})
    whole = [name for name in grid.columns if name not in grid.partial]
    counted = {name: int(frame[name].isna().sum()) - invalid.get(name, 0) for name in whole}
    return Profile(
        day=day,
        day_class=calendars.day_class(calendar, day),
        is_special=calendars.is_special(calendar, day),
        clock=calendars.clock_change(calendar.time_zone, day),
        rows=len(frame),
        duplicates=duplicates,
        bins={name: bin_counts(grid, frame[name]) for name in grid.edges},
        values=dict(values),
        missing={**missing, **counted},
        invalid=invalid,
        kinds=dict(kinds if kinds is not None else dict.fromkeys(missing, "other")),
        modes=dict(modes or {}),
        together=dict(together or {}),
        errors=summed(errors),
    )


def added(one: Profile, other: Profile) -> Profile:
    """Return the profile of two pieces of a day together."""
    return replace(
        one,
        rows=one.rows + other.rows,
        bins={name: counts + other.bins[name] for name, counts in one.bins.items()},
        missing={name: count + other.missing[name] for name, count in one.missing.items()},
        invalid=dict(Counter(one.invalid) + Counter(other.invalid)),
        errors=_added(one.errors, other.errors),
        together={name: _added(sums, other.together[name]) for name, sums in one.together.items()},
    )


def _added(one: tuple[int, float, float], other: tuple[int, float, float]) -> tuple[int, float, float]:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])


def recount(
    grid: Grid, day: Profile, frame: pd.DataFrame, changed: Collection[str], errors: np.ndarray | None
) -> Profile:
    """Return a profile after some columns changed; the day's rows are the same, the other counts are kept.

    Without `errors` those are kept too, and so is how the columns go together, which takes longer to count.
    """
    bins = {name: bin_counts(grid, frame[name]) for name in changed if name in grid.edges}
    values = {name: value_counts(frame[name]) for name in changed if name in grid.ordered + grid.unordered}
    missing = {
        name: int(frame[name].isna().sum()) - day.invalid.get(name, 0) for name in changed if name in day.missing
    }
    return replace(
        day,
        bins=day.bins | bins,
        values=day.values | values,
        missing=day.missing | missing,
        errors=day.errors if errors is None else summed(errors),
    )


def summed(errors: np.ndarray) -> tuple[int, float, float]:
    """Return how many errors there are, their sum and the sum of their squares, all finite: JSON knows no infinity."""
    errors = np.clip(errors, -_LARGEST, _LARGEST)
    return len(errors), float(np.sum(errors)), float(np.sum(np.square(errors)))


def few_values(table: pa.Table, many: Collection[str] = ()) -> dict[str, Counter | None]:
    """Return the counts by value, as text, of each column that holds numbers, text or truth values.

    None where a column has more than `MOST_VALUES` different ones; those known for it are left out.
    """
    found = {}
    for name, kind in kinds(table).items():
        if kind in ("number", "text", "boolean") and name not in many:
            counted = pc.value_counts(plain_column(table[name]).drop_null())
            few = len(counted) <= MOST_VALUES
            found[name] = Counter({label(one["values"]): one["counts"] for one in counted.to_pylist()}) if few else None
    return found


def modes(values: Mapping[str, Counter | None]) -> dict[str, tuple[str, int]]:
    """Return the most frequent value of each column that `few_values` counted, and in how many rows it stands."""
    ranked = {name: min((-n, value) for value, n in counts.items()) for name, counts in values.items() if counts}
    return {name: (value, -n) for name, (n, value) in ranked.items()}


def kinds(table: pa.Table) -> dict[str, str]:
    """Return the kind of type of each delivered column: number, text, boolean, time, null or other.

    Integers and floating-point numbers are of one kind: a column of ids becomes floating-point when one is missing.
    """
    return {field.name: _kind(plain_type(field.type)) for field in table.schema}


def _kind(kind: pa.DataType) -> str:
    types = pa.types
    if types.is_null(kind):
        return "null"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_string(kind) or types.is_large_string(kind):
        return "text"
    if types.is_boolean(kind):
        return "boolean"
    return "time" if types.is_temporal(kind) else "other"
