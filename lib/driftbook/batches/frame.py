"""The frame that everything computes with: numbers, categories, the local time, the target and the hour."""

import numpy as np
import pandas as pd
import pyarrow as pa

from driftbook.batches import columns, times
from driftbook.config import Settings
from driftbook.config.model import DeliveredModel
from driftbook.errors import BadData
from driftbook.profiles.labels import label
from driftbook.records import HOUR


def frame_of(
    settings: Settings, table: pa.Table, derived: pa.Table, *, copy: bool = True
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return the frame of the rows, and which of its numbers stand for none.

    A derived column goes before a delivered one of its name. Without a copy the rows of the table may be those of the
    frame, which must not be changed then.
    """
    labels, frame, invalid = _labels(settings), {}, {}
    for name in dict.fromkeys([*settings.columns, settings.target.name]):
        column = _column(table, derived, name)
        if name == settings.time_column:
            frame[name] = times.local(column, name, settings.calendar.time_zone)
        elif name == settings.target.name:
            frame[name] = _target(settings, column)
        else:
            frame[name] = columns.categories(column) if name in labels else columns.numbers(column, name)
        if pd.api.types.is_float_dtype(frame[name]) and name not in labels:
            struck = columns.invalid(frame[name], settings.fill_values.get(name, ()))
            if struck.any():
                frame[name], invalid[name] = frame[name].mask(struck), np.flatnonzero(struck)
    frame[HOUR] = frame[settings.time_column].dt.hour.astype(float)
    for one in settings.within:
        of = frame[one.of].map(label, na_action="ignore")
        frame |= {name: frame[one.column].where(of == label(value)) for name, value in one.names.items()}
    return pd.DataFrame(frame, copy=copy), invalid


def _labels(settings: Settings) -> set[str]:
    """Return the columns that are read as categories: those named so, and segments that are no numbers of the model."""
    named = {*settings.features.categorical, *settings.watch.categorical}
    is_class = settings.task == "multiclass" and isinstance(settings.model, DeliveredModel)
    predicted = {settings.model.column} if is_class else set()
    numeric = {*settings.features.numeric, *settings.watch.numeric, *settings.filters, HOUR}
    return named | predicted | ({*settings.segments, *(one.of for one in settings.within)} - numeric)


def _target(settings: Settings, column: pa.ChunkedArray) -> pd.Series:
    """Return the target: a number, 1 or 0 for the positive class and the other, or the class as a label."""
    target = settings.target
    if settings.task == "regression" or (settings.task == "binary" and target.positive is None):
        return columns.numbers(column, target.name)
    found = columns.categories(column)
    found = found.map(label, na_action="ignore") if settings.task == "multiclass" else found
    if settings.task == "multiclass":
        return found
    positive = str(target.positive).lower() if isinstance(target.positive, bool) else label(target.positive)
    return (found.map(label, na_action="ignore") == positive).astype(float).where(found.notna())


def _column(table: pa.Table, derived: pa.Table, name: str) -> pa.ChunkedArray:
    for rows in (derived, table):
        if name in rows.column_names:
            return rows[name]
    raise BadData(
        f"there is no column {name!r} among the delivered ones ({', '.join(table.column_names)}) "
        f"and the derived ones ({', '.join(derived.column_names) or 'none'}): correct the params file or the data"
    )
