"""A period's rows as counts: what the alarms compare, without the rows."""

import pyarrow as pa

from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.measures.performance import absolute_errors
from driftbook.measures.quality import duplicates, missing_values
from driftbook.profiles import profile
from driftbook.profiles.profile import Grid, Profile


def histogram(settings: Settings, grid: Grid, batch: Batch) -> Profile:
    """Return the counts of one day, whose frame holds the prediction."""
    return profile.count(
        grid,
        batch.period.start,
        batch.frame,
        duplicates=duplicates(batch.table),
        missing={name: missing_values(batch.table[name]) for name in batch.table.column_names},
        errors=absolute_errors(settings, batch.frame).to_numpy(),
    )


def kinds(table: pa.Table) -> dict[str, str]:
    """Return the kind of type of each delivered column: number, text, time, null or other.

    Integers and floating-point numbers are of one kind: a column of ids becomes floating-point when one is missing.
    """
    return {field.name: _kind(field.type) for field in table.schema}


def _kind(kind: pa.DataType) -> str:
    types = pa.types
    if types.is_null(kind):
        return "null"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_string(kind) or types.is_large_string(kind):
        return "text"
    return "time" if types.is_temporal(kind) else "other"
