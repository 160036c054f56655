"""How surprising a row's values are beside its other values, and what a day's surprises add up to.

For each column a tree tells, from the other columns, which leaf a row belongs to. With `p` the share of a value in the
reference and `q` its share in the leaf, `q / p` says how much likelier the other columns make it. A value's surprise is

    s = p / ((1 - e) q + e p),   e = 0.1

the likelihood ratio of a value dealt at random against one of the reference's rows of which a tenth were dealt: the
best test against a few such rows (Neyman and Pearson 1933), and at most 1 / e, so that no rare value decides a day.
Over undisturbed rows its mean is at most about 1 (each value weighs q, and q s is at most p / (1 - e)), and it hangs
little on how frequent the values are: a day of other trips is no day of other relations.
"""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.profiles import calendars
from driftbook.relations import rows, trees
from driftbook.relations.cells import MISSING, Cells
from driftbook.relations.trees import Tree

#: The share of rows taken for dealt: what bounds a single surprise.
_DEALT = 0.1
#: A surprise is a multiple of one over this: sums, also of squares, are exact, in whatever pieces a day is counted.
_STEPS = 1024
#: How many rows' worth a column's own shares count in each leaf's.
_PRIOR_ROWS = 20


class Relation(BaseModel):
    """How one column goes with the others: the tree, and the reference's rows by leaf and cell.

    `dealt` is the mean surprise of values dealt at random, `others` how much each other column's values say of it: the
    logarithm of how much the mean surprise grows if those are dealt anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    tree: Tree
    counts: tuple[tuple[int, ...], ...]
    dealt: float
    others: dict[str, float]

    @cached_property
    def table(self) -> np.ndarray:
        """The counts as an array, nodes by cells."""
        return np.array(self.counts, dtype=float)


class Relations(BaseModel):
    """What is learnt of a reference's rows.

    Attributes
    ----------
    cells
        The columns that the trees look at, in the order of their table; the class of day comes after them.
    found
        One relation for each column that has any.
    days
        The days whose rows are counted in them: each is measured without itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cells: tuple[Cells, ...]
    found: tuple[Relation, ...]
    days: tuple[dt.date, ...]

    @property
    def columns(self) -> list[str]:
        """The columns that have a relation."""
        return [one.column for one in self.found]

    def position(self, column: str) -> int:
        """Return the position of a column in the table of cells."""
        return [one.column for one in self.cells].index(column)


def surprises(settings: Settings, relations: Relations, batch: Batch) -> pd.DataFrame:
    """Return the surprise of each value of a day that has a relation, rows as in the batch; NaN where it is missing.

    On a holiday some rows are like those of its weekday and some like a Sunday's (surcharges of one fleet apply, those
    of another do not), so each value has the smaller of its two surprises.
    """
    day = batch.period.start
    kinds = rows.kinds(calendars.day_class(settings.calendar, day), calendars.plain_class(day))
    table = rows.table(settings, relations.cells, batch)
    is_own = day in relations.days
    by_kind = [_surprises(relations, rows.with_class(table, kind), is_own=is_own) for kind in kinds]
    return pd.DataFrame(np.minimum.reduce(by_kind), columns=relations.columns)


def sums(settings: Settings, relations: Relations | None, batch: Batch) -> dict[str, tuple[int, float, float]]:
    """Return of each column how many surprises a day or a piece of it has, their sum and that of their squares."""
    if relations is None or batch.frame.empty:
        return {}
    found = surprises(settings, relations, batch).to_numpy()
    known, found = ~np.isnan(found), np.nan_to_num(found)
    added = [known.sum(axis=0), found.sum(axis=0), np.square(found).sum(axis=0)]
    return dict(zip(relations.columns, zip(*(one.tolist() for one in added), strict=True), strict=True))


def count(leaves: np.ndarray, cells: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return how many rows each leaf and cell have, missing values left out."""
    known = cells != MISSING
    flat = np.bincount(leaves[known] * shape[1] + cells[known], minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(float)


def of_cells(table: np.ndarray) -> np.ndarray:
    """Return the surprise of each cell in each leaf, from counted rows; 1 for a cell that no row has."""
    share = table.sum(axis=0) / max(table.sum(), 1.0)
    within = (table + _PRIOR_ROWS * share) / (table.sum(axis=1, keepdims=True) + _PRIOR_ROWS)
    mixed = (1 - _DEALT) * within + _DEALT * share
    found = np.divide(share, mixed, out=np.ones_like(within), where=mixed > 0)
    return np.round(found * _STEPS) / _STEPS


def strengths(tree: Tree, by_leaf: np.ndarray, table: np.ndarray, cells: Sequence[Cells], at: int) -> dict[str, float]:
    """Return how much each column that a tree looks at says of the column at a position, in the rows of a table.

    `by_leaf` holds the surprise `of_cells`. The logarithm of the mean surprise with the other column's values dealt
    anew, over that with its values as they are: 0 if they might as well be anybody's.
    """
    table = table[table[:, at] != MISSING]
    rng = np.random.default_rng(0)
    now = by_leaf[trees.follow(tree, table), table[:, at]].mean()
    found = {}
    for other, one in enumerate(cells):
        if other != at and other in tree.column:
            dealt = table.copy()
            dealt[:, other] = rng.permutation(dealt[:, other])
            found[one.column] = float(np.log(by_leaf[trees.follow(tree, dealt), dealt[:, at]].mean() / now))
    return found


def _surprises(relations: Relations, table: np.ndarray, *, is_own: bool) -> np.ndarray:
    found = []
    for relation in relations.found:
        cells, leaves = table[:, relations.position(relation.column)], trees.follow(relation.tree, table)
        counts = relation.table
        if is_own:
            counts = np.maximum(counts - count(leaves, cells, counts.shape), 0.0)
        found.append(np.where(cells == MISSING, np.nan, of_cells(counts)[leaves, cells]))
    return np.column_stack(found)
