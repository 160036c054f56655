"""A part's rows of a period: as little as possible is read of it, and the local day decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from driftbook.batches import columns, times
from driftbook.batches.derive import Derived, derive
from driftbook.config import Settings
from driftbook.errors import BadData
from driftbook.periods import Period
from driftbook.sources.contract import Part
from driftbook.sources.files import readable

#: Rows of a chunk: enough to compute with at once, few enough for the processor's caches.
CHUNK = 1 << 17
#: How many times are looked at for whether they are ISO texts.
_SEEN = 20


@dataclass(frozen=True)
class Piece:
    """A part's rows of a period: the delivered columns, and the derived ones if there is a row."""

    name: str
    table: pa.Table
    derived: pa.Table | None


class TooManyRows(Exception):
    """A part has more rows of a period than were asked for."""


def select(settings: Settings, part: Part, period: Period, strays: bool, most: int | None = None) -> Piece:
    """Return a part's rows of a period, with `strays` those of days it was not published to hold, too.

    Raises
    ------
    TooManyRows
        If a file gives more than `most`.
    """
    within = _overlap(period, part.days)
    with readable(part.name, part.remedy):
        check_names(part)
        wanted = _wanted(settings, part, within, strays)
        if most is None or _are_few(part, wanted, most):
            table = _delivered(part, wanted)
        else:
            table = pa.concat_tables(_at_most(most, _chunks(part, wanted, settings.time_column)))
    return _piece(settings, part, table, within, strays)


def pieces(settings: Settings, part: Part, period: Period) -> Iterator[Callable[[], Piece]]:
    """Yield what returns a part's rows of a period, some at a time, in order; the first piece has no row."""
    within = _overlap(period, part.days)
    with readable(part.name, part.remedy):
        check_names(part)
        for table in _chunks(part, _wanted(settings, part, within, strays=False), settings.time_column):
            yield partial(_piece, settings, part, table, within, strays=False)


def _piece(settings: Settings, part: Part, table: pa.Table, within: Period, strays: bool) -> Piece:
    if not table.num_rows and settings.time_column in table.column_names:
        return Piece(part.name, table, None)
    derived = derive(settings.source, table, settings.calendar.time_zone)
    exact = not strays and _is_exact(settings, part)
    wanted = derived.kept if exact else _chosen(settings, part, table, derived, within, strays)
    if wanted is None or pc.all(wanted).as_py():
        return Piece(part.name, table, derived.columns)
    return Piece(part.name, table.filter(wanted), derived.columns.filter(wanted))


def strays(settings: Settings, part: Part) -> int:
    """Return how many rows of a part have no day among those it was published to hold."""
    if part.days is None:
        return 0
    name, zone, kind = settings.time_column, settings.calendar.time_zone, _time_type(settings, part)
    with readable(part.name, part.remedy):
        if kind is not None and not isinstance(part.rows, pa.Table) and times.is_time(kind):
            return part.rows.count_rows(filter=times.outside(name, kind, part.days, zone))
        table = _delivered(part, None)
    derived = derive(settings.source, table, zone)
    return int((~_is_in(times.local(_time(settings, part, table, derived), name, zone), part.days)).sum())


def _delivered(part: Part, wanted: pc.Expression | None) -> pa.Table:
    """Return a part's rows that pass a filter, in plain types."""
    rows = part.rows
    if all(columns.can_be_filtered(kind) for kind in rows.schema.types):
        return columns.plain(_filtered(rows, wanted) if isinstance(rows, pa.Table) else rows.to_table(filter=wanted))
    if isinstance(rows, pa.Table):
        return _filtered(columns.plain(rows), wanted)
    # Batch by batch, so that rows that are not wanted do not come into memory together.
    batches = (columns.plain(pa.Table.from_batches([batch])) for batch in rows.to_batches())
    empty = columns.plain(rows.schema.empty_table())
    return pa.concat_tables([empty, *(_filtered(batch, wanted) for batch in batches)])


def _chunks(part: Part, wanted: pc.Expression | None, time: str) -> Iterator[pa.Table]:
    """Yield what `_delivered` returns some rows at a time, first none; `time` is the column of the filter."""
    rows = part.rows
    yield columns.plain(rows.schema.empty_table())
    if isinstance(rows, pa.Table):
        table = _delivered(part, wanted)
        yield from (table.slice(start, CHUNK) for start in range(0, len(table), CHUNK))
        return
    is_filtered = all(columns.can_be_filtered(kind) for kind in rows.schema.types)
    little = {"filter": wanted if is_filtered else None, "batch_size": CHUNK, "batch_readahead": 1}
    for batch in _by_group(rows, little) if _is_parquet(rows) else rows.to_batches(**little, fragment_readahead=1):
        table = columns.plain(pa.Table.from_batches([batch]))
        is_whole = wanted is None or table.select([time]).filter(wanted).num_rows == len(table)  # or all is copied
        yield table if is_whole else table.filter(wanted)


def _by_group(rows: ds.FileSystemDataset, little: dict) -> Iterator[pa.RecordBatch]:
    """Yield the batches of parquet files, those of groups that hold no wanted row left out.

    A scanner has a whole row group in memory, and of several ones runs far ahead of its reader; it is needed only where
    a file has not all columns as the others have them.
    """
    read = {**little, "schema": rows.schema, "fragment_scan_options": ds.ParquetFragmentScanOptions(pre_buffer=False)}
    for fragment in rows.get_fragments(little["filter"]):
        groups = fragment.split_by_row_group(little["filter"], rows.schema)
        if fragment.physical_schema.equals(rows.schema):
            with pq.ParquetFile(fragment.open(), coerce_int96_timestamp_unit="us") as file:
                numbers = [one.id for group in groups for one in group.row_groups]
                yield from file.iter_batches(CHUNK, numbers, use_threads=False)
            continue
        for group in groups:
            yield from group.to_batches(**read)


def _are_few(part: Part, wanted: pc.Expression | None, most: int) -> bool:
    """Return whether a parquet file, which is quick to ask, has no more rows than `most`."""
    rows = part.rows
    if not _is_parquet(rows):
        return False
    if rows.count_rows() <= most:
        return True
    if wanted is not None and rows.count_rows(filter=wanted) <= most:
        return True
    raise TooManyRows


def _is_parquet(rows: ds.Dataset | pa.Table) -> bool:
    return isinstance(rows, ds.FileSystemDataset) and isinstance(rows.format, ds.ParquetFileFormat)


def _at_most(most: int, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    rows = 0
    for table in tables:
        rows += len(table)
        if rows > most:
            raise TooManyRows
        yield table


def _filtered(table: pa.Table, wanted: pc.Expression | None) -> pa.Table:
    return table if wanted is None else table.filter(wanted)


def _wanted(settings: Settings, part: Part, within: Period, strays: bool) -> pc.Expression | None:
    """Return a filter for what a file need not give out; none where the time is derived or of a type without order."""
    name, zone, kind = settings.time_column, settings.calendar.time_zone, _time_type(settings, part)
    if kind is None or not (times.is_time(kind) or (times.is_text(kind) and _begins_iso(part, name))):
        return None
    wanted = times.inside(name, kind, within, zone)
    return wanted | times.outside(name, kind, part.days, zone) if strays and part.days else wanted


def _is_exact(settings: Settings, part: Part) -> bool:
    """Return whether every row that passes the filter of a period is one of it: texts and zones need a closer look."""
    kind = _time_type(settings, part)
    return kind is not None and times.is_time(kind) and not getattr(kind, "tz", None)


def _time_type(settings: Settings, part: Part) -> pa.DataType | None:
    """Return the type of a part's time column, None where it is derived or not there."""
    name, schema = settings.time_column, part.rows.schema
    return schema.field(name).type if name in schema.names and name not in settings.source.derive else None


def _begins_iso(part: Part, name: str) -> bool:
    """Return whether a part's first times are texts in the order of their days."""
    rows = part.rows
    first = rows.slice(0, _SEEN) if isinstance(rows, pa.Table) else rows.head(_SEEN, columns=[name])
    return times.are_iso(first[name])


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


def check_names(part: Part) -> None:
    """Raise `BadData` if two columns of a part bear one name."""
    names = part.rows.schema.names
    doubled = [f"{field.name!r} ({field.type})" for field in part.rows.schema if names.count(field.name) > 1]
    if doubled:
        raise BadData(
            f"{part.name} has several columns of one name, {', '.join(doubled)}: rename them where they are written"
        )
