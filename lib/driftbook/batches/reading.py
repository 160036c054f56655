"""Reading one period of any table: only its rows come into memory, only needed columns become pandas."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from driftbook.batches import columns, times
from driftbook.batches.batch import Batch
from driftbook.batches.derive import Derived, derive
from driftbook.config import Settings
from driftbook.config.model import DeliveredModel
from driftbook.errors import BadData
from driftbook.periods import Period
from driftbook.profiles.labels import label
from driftbook.records import HOUR
from driftbook.sources import registry
from driftbook.sources.contract import Part


def read(settings: Settings, period: Period, *, strays: bool = False) -> Batch:
    """Return every row of a period, in the source's order, unfiltered but for the source's own `where`.

    May download or simulate what it needs first. With `strays` the rows of the period's parts whose day lies outside of
    the days a part was published to hold are among them: a reference is the published month as it is.

    Raises
    ------
    BadInput
        If the source has no such period, or an expression of the params file cannot be computed.
    BadData
        If a part cannot be had or read, or lacks or mistypes a column.
    """
    check_covers(settings, period)
    parts = list(registry.source(settings.source.kind).rows(settings.source, period))
    if not parts:
        raise BadData(f"the source {settings.source.kind!r} holds nothing for {period.start} to {period.days[-1]}")
    found = [_read(settings, part, period, strays) for part in parts]
    with _readable(" and ".join(dict.fromkeys(part.name for part in parts))):
        table, derived = (pa.concat_tables(each, promote_options="permissive") for each in zip(*found, strict=True))
    frame, invalid = _frame(settings, table, derived)
    return Batch(period, table, frame, sum(_strays(settings, part) for part in parts), invalid)


def check_covers(settings: Settings, period: Period) -> None:
    """Raise `BadInput` if a period cannot be in the source; reads nothing."""
    registry.source(settings.source.kind).covers(settings.source, period)


def notice(settings: Settings) -> str:
    """Return a sentence that every page must show about the data, empty for real data."""
    return registry.source(settings.source.kind).NOTICE


def _read(settings: Settings, part: Part, period: Period, strays: bool) -> tuple[pa.Table, pa.Table]:
    """Return a part's rows of a period: the delivered columns, and the derived ones."""
    within = _overlap(period, part.days)
    with _readable(part.name):
        rows = ds.dataset(part.rows) if isinstance(part.rows, pa.Table) else part.rows
        table = columns.plain(rows.to_table(filter=_wanted(settings, part, rows.schema, within, strays)))
    _check_names(part.name, table)
    derived = derive(settings.source, table, settings.calendar.time_zone)
    wanted = _chosen(settings, part, table, derived, within, strays)
    return table.filter(wanted), derived.columns.filter(wanted)


def _wanted(settings: Settings, part: Part, schema: pa.Schema, within: Period, strays: bool) -> pc.Expression | None:
    """Return a filter for what a file need not give out; none where the time is derived or of a type without order."""
    name, zone = settings.time_column, settings.calendar.time_zone
    if name not in schema.names or name in settings.source.derive:
        return None
    kind = columns.plain_type(schema.field(name).type)
    if not times.can_filter(kind) or kind != schema.field(name).type:
        return None
    wanted = times.inside(name, kind, within, zone)
    return wanted | times.outside(name, kind, part.days, zone) if strays and part.days else wanted


def _chosen(
    settings: Settings, part: Part, table: pa.Table, derived: Derived, within: Period, strays: bool
) -> pa.Array:
    """Return which rows belong to a period, by the local time; strays too, if asked for."""
    local = times.local(_time(settings, part, table, derived), settings.time_column, settings.calendar.time_zone)
    chosen = _is_in(local, within)
    if strays and part.days:
        chosen |= ~_is_in(local, part.days)
    mask = pa.array(chosen.to_numpy())
    return mask if derived.kept is None else pc.and_(mask, derived.kept.combine_chunks())


def _time(settings: Settings, part: Part, table: pa.Table, derived: Derived) -> pa.ChunkedArray:
    for rows in (derived.columns, table):
        if settings.time_column in rows.column_names:
            return rows[settings.time_column]
    raise BadData(
        f"{part.name} has no time column {settings.time_column!r}, only {', '.join(table.column_names)}: "
        "correct time_column in the params file"
    )


def _is_in(local: pd.Series, period: Period) -> pd.Series:
    return (local >= pd.Timestamp(period.start)) & (local < pd.Timestamp(period.end))


def _overlap(period: Period, days: Period | None) -> Period:
    if days is None:
        return period
    start = max(period.start, days.start)
    return Period(start, max(start, min(period.end, days.end)))


def _strays(settings: Settings, part: Part) -> int:
    """Return how many rows of a part have no day among those it was published to hold."""
    if part.days is None:
        return 0
    name, zone = settings.time_column, settings.calendar.time_zone
    with _readable(part.name):
        rows = ds.dataset(part.rows) if isinstance(part.rows, pa.Table) else part.rows
        kind = rows.schema.field(name).type if name in rows.schema.names else None
        if kind is not None and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
            return rows.count_rows(filter=times.outside(name, kind, part.days, zone))
        table = columns.plain(rows.to_table())
    derived = derive(settings.source, table, zone)
    return int((~_is_in(times.local(_time(settings, part, table, derived), name, zone), part.days)).sum())


def _frame(settings: Settings, table: pa.Table, derived: pa.Table) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return the frame of the rows, and which of its numbers stand for none.

    A derived column goes before a delivered one of its name.
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
    return pd.DataFrame(frame), invalid


def _labels(settings: Settings) -> set[str]:
    """Return the columns that are read as categories: those named so, and segments that are no numbers of the model."""
    named = {*settings.features.categorical, *settings.watch.categorical}
    is_class = settings.task == "multiclass" and isinstance(settings.model, DeliveredModel)
    predicted = {settings.model.column} if is_class else set()
    numeric = {*settings.features.numeric, *settings.watch.numeric, *settings.filters, HOUR}
    return named | predicted | ({*settings.segments} - numeric)


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


def _check_names(part: str, table: pa.Table) -> None:
    names = table.column_names
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise BadData(f"{part} has several columns of the names {doubled}: rename them where they are written")


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turn what Arrow says of rows that cannot be read into a sentence that names them, and keeps the cause."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise BadData(f"{name} cannot be read: {' '.join(str(error).split())}") from error
