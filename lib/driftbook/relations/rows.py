"""Which columns may have a relation, and a day's rows as a table of their cells."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from driftbook.batches import Batch
from driftbook.batches.columns import categories, is_number, numbers
from driftbook.config import Settings
from driftbook.config.model import DeliveredModel
from driftbook.profiles import calendars
from driftbook.records import HOUR
from driftbook.relations.cells import Cells, positions

#: Of a day of more rows so many are learnt from, evenly spaced.
MOST_ROWS = 20_000


def candidates(settings: Settings, batch: Batch) -> list[str]:
    """Return the columns that may have a relation: those scored, then the others delivered; no label, no time.

    The prediction follows from the features, and its relation to them is no news. One that is delivered is left out as
    well: a model gives the same verdicts whether it is at hand or only its predictions are.
    """
    delivered = settings.model.columns if isinstance(settings.model, DeliveredModel) else []
    named = [*settings.features.all, *settings.watch.all, HOUR]
    others = [field.name for field in batch.inputs.schema if _is_plain(field.type)]
    apart = {settings.time_column, settings.target.name, *settings.label_columns, *delivered}
    return [name for name in dict.fromkeys([*named, *others]) if name not in apart]


def is_named(settings: Settings, name: str) -> bool:
    """Return whether a column is one that is scored, and not one that is delivered beside them."""
    return name in (*settings.features.all, *settings.watch.all, HOUR)


def is_amount(settings: Settings, batch: Batch, name: str) -> bool:
    """Return whether a column holds numbers whose order means something."""
    if is_named(settings, name):
        is_label = name in (*settings.features.categorical, *settings.watch.categorical)
        return not is_label and pd.api.types.is_float_dtype(batch.frame[name])
    return is_number(batch.inputs.schema.field(name).type)


def column(settings: Settings, batch: Batch, name: str) -> pd.Series:
    """Return a column's values, those scored as they are computed with; only gaps where it was not delivered."""
    if is_named(settings, name):
        return batch.frame[name]
    if name not in batch.inputs.column_names:
        return pd.Series(np.nan, index=range(len(batch.frame)), name=name)
    delivered = batch.inputs[name]
    return (numbers if is_number(delivered.type) else lambda rows, _: categories(rows))(delivered, name).rename(name)


def some(batch: Batch, most: int = MOST_ROWS) -> Batch:
    """Return a batch of at most so many rows, evenly spaced."""
    step = -(-len(batch.frame) // most)
    return batch.take(np.arange(0, len(batch.frame), step)) if step > 1 else batch


def table(settings: Settings, cells: Sequence[Cells], batch: Batch) -> np.ndarray:
    """Return a day's rows as their cells, rows by columns."""
    found = np.empty((len(batch.frame), len(cells)), dtype=np.int16)
    for at, one in enumerate(cells):
        found[:, at] = positions(one, column(settings, batch, one.column))
    return found


def with_class(found: np.ndarray, kind: str) -> np.ndarray:
    """Return a table of cells with the class of day as its last column."""
    return np.column_stack([found, np.full(len(found), calendars.CLASSES.index(kind), dtype=np.int16)])


def kinds(day_class: str, plain_class: str) -> Sequence[str]:
    """Return the classes that a day may resemble: a holiday its weekday's as well."""
    return tuple(dict.fromkeys([plain_class, day_class]))


def _is_plain(kind: pa.DataType) -> bool:
    return is_number(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)
