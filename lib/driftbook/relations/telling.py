"""What a page shows of a day's relations: how much columns say of each other there, and what were usual in a row."""

from collections.abc import Sequence

import numpy as np

from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.profiles import calendars
from driftbook.profiles.labels import label
from driftbook.relations import rows, surprise, trees
from driftbook.relations.surprise import Relations


def strengths(settings: Settings, relations: Relations, batch: Batch) -> dict[str, dict[str, float]]:
    """Return how much each other column says of a column on a day, as `Relation.others` does for the reference."""
    table = _table(settings, relations, rows.some(batch))
    return {
        one.column: surprise.strengths(
            one.tree, surprise.of_cells(one.table), table, relations.cells, relations.position(one.column)
        )
        for one in relations.found
    }


def expected(
    settings: Settings, relations: Relations, batch: Batch, columns: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the value of one column in each row, and the most frequent one of the reference's rows in its leaf."""
    table, by_name = _table(settings, relations, batch), {one.column: one for one in relations.found}
    values, usual = [], []
    for line, name in enumerate(columns):
        relation, cells = by_name[name], relations.cells[relations.position(name)]
        leaf = trees.follow(relation.tree, table[[line]])[0]
        values.append(label(rows.column(settings, batch, name).iloc[line]))
        usual.append(cells.labels[int(np.argmax(relation.table[leaf]))])
    return values, usual


def _table(settings: Settings, relations: Relations, batch: Batch) -> np.ndarray:
    kind = calendars.plain_class(batch.period.start)
    return rows.with_class(rows.table(settings, relations.cells, batch), kind)
