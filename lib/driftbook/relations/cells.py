"""A column's values as few cells, frozen at training: what relations between columns are learnt and counted on."""

from itertools import pairwise

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from driftbook.profiles.labels import label

#: Numbers of no more distinct values than these have a cell per frequent value, others are cut at quantiles.
FEW, _QUANTILES = 40, 12
#: A value of its own cell has this share of the rows at least, and there are so many of them at most.
_LEAST_SHARE, _MOST = 0.003, 60
#: A column whose most frequent cell has more than this share of the rows is as good as constant.
_CONSTANT = 0.99
#: The cell of a missing value.
MISSING = -1


class Cells(BaseModel):
    """A column's cells.

    Attributes
    ----------
    edges
        Of a number: cell `i` holds `edges[i-1] < value <= edges[i]`.
    values
        Of anything else: the values, as text, with a cell of their own; all others share the last one.
    has_values
        Whether the edges are values of their own, and not cuts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    has_values: bool = True

    @property
    def size(self) -> int:
        """How many cells there are, that of missing values left out."""
        return len(self.edges or self.values) + 1

    @property
    def labels(self) -> list[str]:
        """What the cells are called."""
        if self.values:
            return [*self.values, "other"]
        texts = [f"{edge:.6g}" for edge in self.edges]
        if self.has_values:
            return [*texts, f"> {texts[-1]}"]
        return [f"≤ {texts[0]}", *(f"{low} – {high}" for low, high in pairwise(texts)), f"> {texts[-1]}"]


def freeze(values: pd.Series, *, is_amount: bool) -> Cells | None:
    """Return the cells of a reference's column; None if it is as good as constant."""
    values = values.dropna()
    shares = values.value_counts(normalize=True)
    if not len(values) or shares.iloc[0] > _CONSTANT:
        return None
    frequent = shares[shares >= _LEAST_SHARE].index[:_MOST]
    if not is_amount:
        found = Cells(column=values.name, values=tuple(label(value) for value in frequent))
    elif len(shares) <= FEW:
        found = Cells(column=values.name, edges=tuple(sorted(frequent)))
    else:
        cuts = np.unique(values.quantile(np.arange(1, _QUANTILES) / _QUANTILES))
        found = Cells(column=values.name, edges=tuple(cuts.tolist()), has_values=False)
    return found if found.size > 2 or len(shares) == 2 else None


def positions(cells: Cells, values: pd.Series) -> np.ndarray:
    """Return the cell of each value, `MISSING` for a missing one; a number that came as text is missing too."""
    if cells.edges:
        numbers = values.to_numpy(dtype=float) if values.dtype.kind == "f" else np.full(len(values), np.nan)
        return np.where(np.isnan(numbers), MISSING, np.searchsorted(np.array(cells.edges), numbers))
    numbered, distinct = pd.factorize(values)
    found = pd.Index(cells.values).get_indexer([label(value) for value in distinct])
    found = np.append(np.where(found < 0, len(cells.values), found), MISSING)
    return found[numbered]
