"""How named segments of the params file divide some rows: by values, bands, groups of values, or a condition."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from driftbook.batches import columns
from driftbook.batches.derive import conditions, named
from driftbook.config import Settings
from driftbook.config.performance import WEEKDAY, Segment
from driftbook.errors import BadInput
from driftbook.once import once
from driftbook.profiles.labels import label

#: What the segments of a column are called that have no value of their own.
OTHER, MISSING = "other", "missing"
#: The names of the two sides of a condition.
YES, NO = "yes", "no"
#: A value of a column is a segment from this share of rows on, if it is among the most frequent ones.
_LEAST_SHARE, _MOST_VALUES = 0.02, 12
_WRITTEN = "performance.segments"
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass(frozen=True)
class Parts:
    """How a segment divides some rows: the names of its parts, and which part each row belongs to."""

    names: tuple[str, ...]
    codes: np.ndarray

    def of(self, rows: np.ndarray) -> "Parts":
        """Return the same of some rows."""
        return Parts(self.names, self.codes[rows])

    def sums(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return of each part the number of rows with a value, and the values' sum and sum of squares."""
        is_known = ~np.isnan(values)
        codes, values = self.codes[is_known], values[is_known]
        with np.errstate(over="ignore"):
            weights = (None, values, values**2)
            return tuple(np.bincount(codes, one, len(self.names)).astype(float) for one in weights)


def divide(
    settings: Settings,
    frame: pd.DataFrame,
    table: pa.Table | None = None,
    *,
    reference: pd.DataFrame,
    known: Collection[str] = (),
) -> dict[str, Parts]:
    """Return how each named segment divides the rows of a frame.

    Parameters
    ----------
    table
        The same rows as delivered, with columns that the frame lacks.
    reference
        The reference's rows, which say what values are frequent.
    known
        Names of columns that the reference had: one that is not there now has only missing values.

    Raises
    ------
    BadInput
        If a segment names a column that neither these rows nor the reference have, or a condition cannot be computed.
    """
    given, known = settings.performance.segments, {*known, *reference.columns}
    found = {one.title: _of_column(settings, one, frame, table, reference, known) for one in given if one.column}
    wheres = {one.title: one.where for one in given if one.where}
    if wheres:
        rows = _rows(wheres, frame, table, known)
        for name, is_true in conditions(wheres, rows, settings.calendar.time_zone, _WRITTEN).items():
            found[name] = Parts((YES, NO), np.where(is_true, 0, 1))
    return {one.title: found[one.title] for one in given}


def _of_column(
    settings: Settings,
    one: Segment,
    frame: pd.DataFrame,
    table: pa.Table | None,
    reference: pd.DataFrame,
    known: Collection[str],
) -> Parts:
    values = _values(settings, one.column, frame, table, known)
    if one.bands:
        return _in_bands(one.bands, values)
    codes, unique = pd.factorize(values)
    names = [label(value) for value in unique]
    if one.groups:
        named = {_plain(value): name for name, group in one.groups.items() for value in group}
        names = [named.get(name, OTHER) for name in names]
        listed = [*one.groups]
    else:
        seen = reference if one.column in reference else pd.DataFrame({one.column: values})
        listed = _WEEKDAYS if one.column == WEEKDAY else _frequent(seen, one.column)
        names = [name if name in listed else OTHER for name in names]
    return _parts(names, codes, listed)


def _parts(names: list[str], codes: np.ndarray, listed: list[str]) -> Parts:
    """Return the parts from the name of each code, `-1` being a missing value."""
    all_names = tuple(dict.fromkeys([*listed, OTHER, MISSING]))
    places = np.array([all_names.index(name) for name in [*names, MISSING]])
    return Parts(all_names, places[codes])


def _in_bands(bands: tuple[float, ...], values: pd.Series) -> Parts:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    at = np.searchsorted(bands, numbers, side="right") - 1
    codes = np.where(np.isnan(numbers), -1, np.where((at < 0) | (at >= len(bands) - 1), len(bands) - 1, at))
    names = [f"{first:g} to {end:g}" for first, end in pairwise(bands)]
    return _parts([*names, OTHER], codes, names)


@once
def _frequent(rows: pd.DataFrame, column: str) -> list[str]:
    shares = rows[column].value_counts(normalize=True)
    return [label(value) for value in shares[shares >= _LEAST_SHARE].index[:_MOST_VALUES]]


def _values(
    settings: Settings, column: str, frame: pd.DataFrame, table: pa.Table | None, known: Collection[str]
) -> pd.Series:
    """Return a column's values, as numbers or text."""
    if column in frame:
        return frame[column]
    if column == WEEKDAY:
        return frame[settings.time_column].dt.day_name()
    if table is not None and column in table.column_names:
        return columns.categories(columns.plain_column(table[column])).set_axis(frame.index)
    if column in known:
        return pd.Series(np.nan, index=frame.index)
    there = sorted({*frame.columns, *(table.column_names if table is not None else ())})
    raise BadInput(
        f"{_WRITTEN} names the column {column!r}, which neither these rows nor the reference have: expected one of "
        f"{there} or {WEEKDAY!r}"
    )


def _rows(wheres: Mapping[str, str], frame: pd.DataFrame, table: pa.Table | None, known: Collection[str]) -> pa.Table:
    """Return the columns that conditions name: as delivered, else of the frame, else without a value."""
    found = pa.table({}) if table is None else table
    there = set(found.column_names)
    others = [name for name in dict.fromkeys([*frame.columns, *known]) if name not in there]
    for name in named(wheres.values(), others, _WRITTEN):
        column = pa.array(frame[name], from_pandas=True) if name in frame else pa.nulls(len(frame))
        found = found.append_column(name, column) if found.num_columns else pa.table({name: column})
    return found if found.num_columns else pa.table({"driftbook row": pa.nulls(len(frame))})


def _plain(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else label(value)
