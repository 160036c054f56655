"""Whether the rows are as they should be: counts, missing cells, ranges, unseen values, duplicates, strays."""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftbook.alarms.limits import Limits
from driftbook.config import Settings
from driftbook.records import Measure
from driftbook.sources import Batch

QUANTILES = (0.05, 0.5, 0.95)


def quality(settings: Settings, batch: Batch, limits: Limits) -> list[Measure]:
    """Return the quality measures of a batch whose frame holds the prediction.

    Shares are of the batch's rows (`missing_share`) or of the rows with a value (`out_of_range_share`,
    `unseen_share`); `share_missing_values` is missing cells over all cells of the delivered columns and the prediction.
    """
    frame = batch.frame
    measures = [
        Measure("rows", float(len(frame)), reference="calibration"),
        Measure("share_missing_values", missing_cells(batch, settings), reference="calibration"),
        Measure("duplicate_share", duplicates(batch.table) / len(frame), reference="calibration"),
        Measure("stray_rows", float(batch.strays)),
    ]
    for column in batch.table.column_names:
        share = missing_values(batch.table[column]) / len(frame)
        measures.append(Measure("missing_share", share, feature=column, reference="calibration"))
    for column in settings.watched.numeric:
        measures += _numeric(frame[column], limits)
    for column in settings.watched.categorical:
        measures += _categorical(frame[column], limits)
    return measures


def missing_values(column: pa.ChunkedArray) -> int:
    """Return how many values of an Arrow column are null or NaN."""
    return column.null_count if not pa.types.is_floating(column.type) else _sum(pc.is_null(column, nan_is_null=True))


def missing_cells(batch: Batch, settings: Settings) -> float:
    """Return the share of missing cells among all cells of the delivered columns and the prediction."""
    missing = sum(missing_values(column) for column in batch.table.columns)
    missing += int(batch.frame[settings.prediction].isna().sum())
    return missing / (batch.table.num_rows * (batch.table.num_columns + 1))


def duplicates(table: pa.Table) -> int:
    """Return how many rows repeat an earlier row in every delivered column."""
    # Arrow cannot group by a column of the null type, which distinguishes no rows anyway.
    keys = [field.name for field in table.schema if not pa.types.is_null(field.type)]
    return table.num_rows - table.group_by(keys).aggregate([]).num_rows


def _sum(mask: pa.ChunkedArray) -> int:
    return pc.sum(mask).as_py() or 0


def _numeric(values: pd.Series, limits: Limits) -> list[Measure]:
    present = values.dropna()
    quantiles = present.quantile(list(QUANTILES)) if len(present) else [None] * len(QUANTILES)
    measures = [
        Measure("quantile", value, feature=values.name, segment=f"p{level * 100:02.0f}", reference="calibration")
        for level, value in zip(QUANTILES, quantiles, strict=True)
    ]
    low, high = limits.ranges[values.name]
    outside = None if present.empty else float(((present < low) | (present > high)).mean())
    return [*measures, Measure("out_of_range_share", outside, feature=values.name, reference="calibration")]


def _categorical(values: pd.Series, limits: Limits) -> list[Measure]:
    present = values.dropna()
    unseen = None if present.empty else float((~present.isin(limits.seen[values.name])).mean())
    return [Measure("unseen_share", unseen, feature=values.name, reference="calibration")]
