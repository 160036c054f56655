"""A day as counts: mergeable, small, and enough to score the day against any reference, without its rows."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

#: Cells of equal reference share that a numeric column's fine grid begins with.
_FINE = 300
#: Evenly spaced cells beside them, over the usual range and as far again above it: a rise must stay visible.
_EVEN = 100
#: Numeric columns of no more distinct values than these are counted value by value.
_FEW = 40


class Grid(BaseModel):
    """The frozen fine grid.

    Attributes
    ----------
    edges
        Numeric column to its ascending inner edges; cell `i` holds `edges[i-1] < value <= edges[i]`.
    ordered, unordered
        The columns counted value by value: numbers, whose order means something, and categories.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    edges: dict[str, tuple[float, ...]]
    ordered: tuple[str, ...]
    unordered: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """Every column of the grid."""
        return [*self.edges, *self.ordered, *self.unordered]


@dataclass(frozen=True)
class Profile:
    """One day as counts.

    Attributes
    ----------
    rows, duplicates
        Rows of the day, and those that repeat an earlier row exactly.
    cells
        Numeric column to its counts per grid cell.
    values
        Column counted value by value to its count per value, values written as text.
    missing
        Delivered and watched column to its number of missing values.
    delivered
        The columns that were delivered.
    errors
        Number of labelled rows, sum of their absolute errors and of those squared, in the target's unit.
    """

    day: dt.date
    rows: int
    duplicates: int
    cells: dict[str, np.ndarray]
    values: dict[str, dict[str, int]]
    missing: dict[str, int]
    delivered: tuple[str, ...]
    errors: tuple[int, float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the histogram as JSON data; cells without a row are left out."""
        cells = {name: {str(i): int(counts[i]) for i in np.flatnonzero(counts)} for name, counts in self.cells.items()}
        sizes = {name: len(counts) for name, counts in self.cells.items()}
        rest = {"rows": self.rows, "duplicates": self.duplicates, "values": self.values, "missing": self.missing}
        rest |= {"delivered": list(self.delivered), "errors": list(self.errors)}
        return {"day": str(self.day), "cells": cells, "sizes": sizes, **rest}

    @cached_property
    def sha256(self) -> str:
        """Hash of the counts: equal days give equal hashes."""
        digest = hashlib.sha256(f"{self.day}".encode())
        for name, counts in sorted(self.cells.items()):
            digest.update(name.encode() + counts.astype("<i8").tobytes())
        rest = [self.rows, self.duplicates, self.values, self.missing, self.delivered, self.errors]
        digest.update(json.dumps(rest, sort_keys=True).encode())
        return digest.hexdigest()


def from_dict(data: dict[str, Any]) -> Profile:
    """Return the histogram that `to_dict` gave."""
    cells = {name: np.zeros(size, dtype=np.int64) for name, size in data["sizes"].items()}
    for name, counts in data["cells"].items():
        cells[name][[int(i) for i in counts]] = list(counts.values())
    labelled, *sums = data["errors"]
    return Profile(
        dt.date.fromisoformat(data["day"]),
        data["rows"],
        data["duplicates"],
        cells,
        data["values"],
        data["missing"],
        tuple(data["delivered"]),
        (labelled, *sums),
    )


def freeze(frame: pd.DataFrame, numeric: list[str], categorical: list[str]) -> Grid:
    """Return the fine grid of a reference period's rows, of the columns named."""
    few = [name for name in numeric if frame[name].nunique() <= _FEW]
    edges = {name: _edges(frame[name].dropna()) for name in numeric if name not in few}
    return Grid(edges=edges, ordered=tuple(few), unordered=tuple(categorical))


def count(
    grid: Grid, day: dt.date, frame: pd.DataFrame, *, duplicates: int, missing: dict[str, int], errors: np.ndarray
) -> Profile:
    """Return a day's histogram.

    Parameters
    ----------
    frame
        The day's rows, with every column of the grid.
    duplicates
        How many rows repeat an earlier one.
    missing
        The missing values of each delivered column; those of the grid's other columns are counted here.
    errors
        The absolute errors of the labelled rows, in the target's unit.
    """
    return Profile(
        day=day,
        rows=len(frame),
        duplicates=duplicates,
        cells={name: cell_counts(grid, frame[name]) for name in grid.edges},
        values={name: value_counts(frame[name]) for name in (*grid.ordered, *grid.unordered)},
        delivered=tuple(missing),
        missing=missing | {name: int(frame[name].isna().sum()) for name in grid.columns},
        errors=(len(errors), float(np.sum(errors)), float(np.sum(np.square(errors)))),
    )


def cell_counts(grid: Grid, values: pd.Series) -> np.ndarray:
    """Return a numeric column's counts per grid cell, missing values left out; the series' name says which column."""
    edges = np.array(grid.edges[values.name])
    present = values.to_numpy(dtype=float)
    return np.bincount(np.searchsorted(edges, present[~np.isnan(present)]), minlength=len(edges) + 1)


def value_counts(values: pd.Series) -> dict[str, int]:
    """Return a column's count per value as text, missing values left out, in the values' order."""
    counted = values.value_counts().sort_index()
    return {value_label(value): int(n) for value, n in counted.items()}


def value_label(value: float | str) -> str:
    """Return a value as text: ids read as floats (beside missing ones) lose their `.0`."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _edges(values: pd.Series) -> tuple[float, ...]:
    low, high = values.quantile([0.01, 0.99])
    even = np.linspace(low, high + (high - low), _EVEN)
    fine = values.quantile(np.arange(1, _FINE) / _FINE).to_numpy()
    outer = values.quantile([0.01, 0.99]).to_numpy()  # these cut off the cells out of the usual range
    return tuple(np.unique(np.concatenate([fine, outer, even])).tolist())
