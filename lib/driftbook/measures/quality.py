"""Whether the rows are as they should be: counts, missing cells, ranges, unseen values, duplicates, strays."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftbook.alarms import bins
from driftbook.alarms.bins import Bins
from driftbook.batches import Batch
from driftbook.batches.columns import is_nested, plain, plain_column, values
from driftbook.config import Settings
from driftbook.profiles.profile import Profile
from driftbook.records import Measure

QUANTILES = (0.05, 0.5, 0.95)


def quality(settings: Settings, batch: Batch, columns: Sequence[Bins], day: Profile) -> list[Measure]:
    """Return the quality measures of a batch with rows, whose frame holds the prediction; `day` is the same as counts.

    Shares are of the batch's rows (`missing_share`) or of the rows with a value (`out_of_range_share`,
    `unseen_share`); `share_missing_values` is missing cells over all cells of the delivered columns and the prediction.
    Out of the usual range are the values in a column's outermost bins, or those too rare for a bin of their own;
    unseen are those no day of the reference holds. Both are told by the fixed reference; what the others are compared
    with, the alarms say.
    """
    frame = batch.frame
    measures = [
        Measure("rows", float(day.rows)),
        Measure("share_missing_values", _missing_cells(batch, day, settings)),
        Measure("stray_rows", float(batch.strays)),
    ]
    for column in batch.inputs.column_names:
        measures.append(Measure("missing_share", day.missing[column] / day.rows, column))
    for column in settings.watched.numeric:
        measures += _quantiles(frame[column])
    for column in columns:
        measures.append(_unusual(column, day))
    return measures


def missing_values(column: pa.ChunkedArray) -> int:
    """Return how many values of an Arrow column of any type are null or NaN."""
    column = plain_column(column)
    return column.null_count if not pa.types.is_floating(column.type) else _sum(pc.is_null(column, nan_is_null=True))


def duplicates(table: pa.Table) -> int:
    """Return how many rows repeat an earlier row in every delivered column, whatever the columns' types."""
    table = plain(table)
    # Arrow cannot group by a column of the null type, which distinguishes no rows anyway, nor by nested ones.
    nested = [field.name for field in table.schema if is_nested(field.type)]
    keys = [field.name for field in table.schema if not pa.types.is_null(field.type) and field.name not in nested]
    if nested:  # as text, which takes long: only where all the rest is the same
        table = _repeating(table, keys) if keys else table
        for name in nested:
            texts = [None if value is None else repr(value) for value in values(table[name])]
            table = table.set_column(table.column_names.index(name), name, pa.array(texts, pa.string()))
    keys += nested
    return table.num_rows - (table.group_by(keys).aggregate([]).num_rows if keys else min(table.num_rows, 1))


def _missing_cells(batch: Batch, day: Profile, settings: Settings) -> float:
    """Return the share of missing cells among all cells of the delivered columns and the prediction."""
    names = [*batch.inputs.column_names, settings.prediction]
    return sum(day.missing[name] for name in names) / (day.rows * len(names))


def _repeating(table: pa.Table, keys: list[str]) -> pa.Table:
    """Return the rows that agree with another one in some columns."""
    rows = table.select(keys).append_column("driftbook row", pa.array(range(table.num_rows), pa.int64()))
    groups = rows.group_by(keys).aggregate([("driftbook row", "list")])["driftbook row_list"]
    return table.take(pc.list_flatten(groups.filter(pc.greater(pc.list_value_length(groups), 1))))


def _sum(mask: pa.ChunkedArray) -> int:
    return pc.sum(mask).as_py() or 0


def _quantiles(values: pd.Series) -> list[Measure]:
    numbers = values.to_numpy(dtype=float)
    present = numbers[~np.isnan(numbers)]
    quantiles = np.quantile(present, QUANTILES).tolist() if len(present) else [None] * len(QUANTILES)
    return [
        Measure("quantile", value, feature=values.name, segment=f"p{level * 100:02.0f}")
        for level, value in zip(QUANTILES, quantiles, strict=True)
    ]


def _unusual(column: Bins, day: Profile) -> Measure:
    """Return the share of values out of the usual range, or of categories never seen."""
    (counts,) = bins.counts(column, [day])
    present = counts.sum()
    if column.is_ordered:
        metric, unusual = "out_of_range_share", counts[-1] + (counts[0] if len(column.starts) else 0)
    else:
        metric, unusual = "unseen_share", bins.unseen(column, day)
    return Measure(metric, float(unusual / present) if present else None, column.column, reference="fixed")
