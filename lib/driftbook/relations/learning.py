"""What is learnt of a reference's rows: for each column a tree that tells it from the others, and counts in its leaves.

Each is a classifier of the rows as they are against rows of which one column was dealt anew (Hastie, Tibshirani and
Friedman 2009, The Elements of Statistical Learning, 14.2.4): what no column shows alone.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.profiles import calendars
from driftbook.relations import rows, surprise, trees
from driftbook.relations.cells import FEW, MISSING, Cells, freeze
from driftbook.relations.surprise import Relation, Relations

#: Trees grow on so many of the reference's rows at most; their leaves are counted on all.
_GROWN_ON = 20_000
#: How much the columns say of each other is weighed on so many.
_WEIGHED_ON = 5_000
#: A tree has so many leaves at most, each of so many of the rows it grows on at least.
_LEAVES, _LEAST_ROWS = 64, 50
#: No more columns than these are looked at, those scored first.
_MOST_COLUMNS = 30
#: A column that tells days apart, such as a running number, says of no row what the others say.
_OF_DAYS = 0.5
#: How many times more values dealt at random must surprise than those of other rows of the reference. A surcharge by
#: the hour is a law, and broken by a fault; weaker relations are habits (which airline flies when), and change without.
_LEAST_DEALT = 3.0


def learn(settings: Settings, days: Sequence[Batch]) -> Relations | None:
    """Return how the columns of a reference's days go together; None where no two columns do, or there are few rows.

    Special days and holidays are left out, since they resemble no class of day for sure. Nothing is random in it.
    """
    usual = [rows.some(day) for day in days if _is_usual(settings, day)]
    if sum(len(day.frame) for day in usual) < 2 * _LEAST_ROWS:
        return None
    cells = _cells(settings, usual)
    if len(cells) < 2:
        return None
    tables = [
        rows.with_class(rows.table(settings, cells, day), calendars.plain_class(day.period.start)) for day in usual
    ]
    kept = [at for at in range(len(cells)) if not _tells_days(tables, at)][:_MOST_COLUMNS]
    cells = [cells[at] for at in kept]
    table = np.concatenate(tables)[:, [*kept, -1]]
    found = [one for at in range(len(cells)) if (one := _relation(cells, table, at))]
    if not found:
        return None
    return Relations(cells=tuple(cells), found=tuple(found), days=tuple(day.period.start for day in usual))


def _is_usual(settings: Settings, batch: Batch) -> bool:
    day, calendar = batch.period.start, settings.calendar
    is_holiday = calendars.day_class(calendar, day) != calendars.plain_class(day)
    return not is_holiday and not calendars.is_special(calendar, day)


def _cells(settings: Settings, days: Sequence[Batch]) -> list[Cells]:
    """Return the cells of the columns that may have a relation.

    Of those delivered beside the named ones, only codes and flags: numbers of many values that nobody named are often
    ids, or times of a timetable, which changes without a fault.
    """
    found = []
    for name in rows.candidates(settings, days[0]):
        values = pd.concat([rows.column(settings, day, name) for day in days], ignore_index=True)
        is_known = rows.is_named(settings, name) or values.nunique() <= FEW
        frozen = freeze(values, is_amount=rows.is_amount(settings, days[0], name)) if is_known else None
        found += [frozen] if frozen else []
    return found


def _tells_days(tables: Sequence[np.ndarray], at: int) -> bool:
    """Return whether the day explains most of a column's variance."""
    columns = [table[:, at].astype(float) for table in tables]
    sizes, means = np.array([len(one) for one in columns]), np.array([one.mean() for one in columns])
    whole = np.concatenate(columns)
    return float(sizes @ np.square(means - whole.mean())) > _OF_DAYS * whole.var() * len(whole)


def _relation(cells: Sequence[Cells], table: np.ndarray, at: int) -> Relation | None:
    """Return the relation of one column to the others, None if they say nothing of it."""
    own, others = table[:, at], table.copy()
    others[:, at] = MISSING  # a column says nothing of itself
    known = np.flatnonzero(own != MISSING)
    grown_on = known[:: -(-len(known) // _GROWN_ON)]
    tree = trees.grow(others[grown_on], own[grown_on], _LEAVES, _LEAST_ROWS)
    leaves, shape = trees.follow(tree, others), (tree.size, cells[at].size)
    first, second = (surprise.count(leaves[half::2], own[half::2], shape) for half in (0, 1))
    if _dealt(first, second) < _LEAST_DEALT * _mean(surprise.of_cells(first), second):
        return None
    counts = first + second
    sample = table[:: -(-len(table) // _WEIGHED_ON)]
    return Relation(
        column=cells[at].column,
        tree=tree,
        counts=counts.astype(int).tolist(),
        dealt=_dealt(counts, counts),
        others=surprise.strengths(tree, surprise.of_cells(counts), sample, cells, at),
    )


def _dealt(known: np.ndarray, counts: np.ndarray) -> float:
    """Return the mean surprise, to who knows some counted rows, of others whose values are dealt at random."""
    return _mean(surprise.of_cells(known), counts.sum(axis=1, keepdims=True) * counts.sum(axis=0))


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float((values * weights).sum() / max(weights.sum(), 1.0))
