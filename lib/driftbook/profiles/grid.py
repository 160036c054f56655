"""The frozen fine grid that every day of a model is counted on."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from driftbook.profiles.labels import label
from driftbook.relations import Relations

#: Bins of equal reference share that a numeric column's fine grid begins with.
_FINE = 300
#: Evenly spaced bins beside them, over the usual range and as far again above it: a rise must stay visible.
_EVEN = 100
#: Numeric columns of no more distinct values than these are counted value by value.
_FEW = 40
#: A day's most frequent values of a column that are counted one by one; the rest are counted together.
MOST_VALUES = 2000
#: What the rest is called; no label ends so.
REST = "… rest …"


class Grid(BaseModel):
    """The frozen fine grid.

    Attributes
    ----------
    edges
        Numeric column to its ascending inner edges; bin `i` holds `edges[i-1] < value <= edges[i]`.
    ordered, unordered
        The columns counted value by value: numbers, whose order means something, and categories.
    partial
        The columns that only some rows have a value of: their missing values are not counted.
    relations
        How the columns go together in the reference, None where that is not looked at.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    edges: dict[str, tuple[float, ...]]
    ordered: tuple[str, ...]
    unordered: tuple[str, ...]
    partial: tuple[str, ...] = ()
    relations: Relations | None = None

    @property
    def columns(self) -> list[str]:
        """Every column of the grid."""
        return [*self.edges, *self.ordered, *self.unordered]

    def without(self, columns: Collection[str]) -> "Grid":
        """Return the grid without some columns."""
        return Grid(
            edges={name: edges for name, edges in self.edges.items() if name not in columns},
            ordered=tuple(name for name in self.ordered if name not in columns),
            unordered=tuple(name for name in self.unordered if name not in columns),
            partial=self.partial,
            relations=self.relations,
        )


def freeze(
    frame: pd.DataFrame, numeric: Sequence[str], categorical: Sequence[str], partial: Sequence[str] = ()
) -> Grid:
    """Return the fine grid of a reference period's rows, of the columns named."""
    few = [name for name in numeric if frame[name].nunique() <= _FEW]
    edges = {name: _edges(frame[name].dropna()) for name in numeric if name not in few}
    return Grid(edges=edges, ordered=tuple(few), unordered=tuple(categorical), partial=tuple(partial))


def bin_counts(grid: Grid, values: pd.Series) -> np.ndarray:
    """Return a numeric column's counts per bin, missing values left out; the series' name says which column."""
    ascending = np.sort(values.to_numpy(dtype=float))  # missing ones come last
    upto = np.searchsorted(ascending, np.array(grid.edges[values.name]), side="right")
    return np.diff(upto, prepend=0, append=len(ascending) - np.isnan(ascending).sum())


def value_counts(values: pd.Series) -> dict[str, int]:
    """Return a column's count per value as text, missing values left out, in the values' order.

    Of more than `MOST_VALUES` different ones the rarest are counted together, as `REST`.
    """
    return listed(values.value_counts())


def listed(counted: pd.Series) -> dict[str, int]:
    """Return counts by value as `value_counts` does."""
    counted = counted.sort_index()
    if len(counted) <= MOST_VALUES:
        return {label(value): int(n) for value, n in counted.items()}
    ranked = counted.sort_values(ascending=False, kind="stable")
    kept = ranked.iloc[:MOST_VALUES].sort_index()
    return {**{label(value): int(n) for value, n in kept.items()}, REST: int(ranked.iloc[MOST_VALUES:].sum())}


def _edges(values: pd.Series) -> tuple[float, ...]:
    low, high = values.quantile([0.01, 0.99])
    even = np.linspace(low, high + (high - low), _EVEN)
    fine = values.quantile(np.arange(1, _FINE) / _FINE).to_numpy()
    outer = values.quantile([0.01, 0.99]).to_numpy()  # these cut off the bins out of the usual range
    return tuple(np.unique(np.concatenate([fine, outer, even])).tolist())
