"""Reading one period of monthly parquet files: only its rows come into memory, only needed columns become pandas."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from driftbook.config import Settings
from driftbook.errors import BadData
from driftbook.periods import Period
from driftbook.sources import schema


@dataclass(frozen=True)
class Batch:
    """The rows of a period.

    Attributes
    ----------
    table
        Every delivered column, every row of the period in file order.
    frame
        The same rows for computing: the params file's columns, the target and `hour` (of the time column). Numbers are
        float64, NaN where missing, whatever type they were delivered in.
    strays
        How many rows of the period's files have a day outside of the file's own month, or none.
    """

    period: Period
    table: pa.Table
    frame: pd.DataFrame
    strays: int

    @cached_property
    def sha256(self) -> str:
        """Hash of everything delivered: the same rows in the same order give the same hash."""
        digest = hashlib.sha256(b"%d" % self.strays)
        for name, column in zip(self.table.column_names, self.table.itercolumns(), strict=True):
            for part in (column.drop_null(), column.is_valid()):  # what lies in the place of a null is arbitrary
                digest.update(_as_bytes(pa.table({name: part})))
        return digest.hexdigest()

    def in_period(self, time_column: str) -> pd.Series:
        """Return which rows of the frame lie in the period: all but strays."""
        times = self.frame[time_column]
        return (times >= pd.Timestamp(self.period.start)) & (times < pd.Timestamp(self.period.end))


def read(settings: Settings, period: Period, files: Sequence[Path], *, strays: bool) -> Batch:
    """Return the rows of a period from the files of its months, given in the order of `period.months`.

    Raises
    ------
    BadData
        If a file is no whole parquet file, or a column is missing or mistyped.
    """
    tables, outside = [], 0
    for file, name in zip(files, period.months, strict=True):
        opened, month = _open(settings, file), _month(name)
        with _whole(file):
            tables.append(opened.to_table(filter=_wanted(settings, period, month, strays)))
            outside += opened.count_rows(filter=_outside(settings, month))
    table = pa.concat_tables(tables, promote_options="permissive")
    return Batch(period, table, _frame(settings, table), outside)


def check_whole(file: Path) -> None:
    """Raise `BadData` if a file is no whole parquet file; reads its footer only."""
    with _whole(file):
        pq.read_metadata(file)


@contextmanager
def _whole(file: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise BadData(f"{file} is no whole parquet file ({reason}): delete it, and it is fetched again") from None


def _as_bytes(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return sink.getvalue()


def _open(settings: Settings, file: Path) -> ds.Dataset:
    check_whole(file)
    schema.check(settings, file, pq.read_schema(file))
    return ds.dataset(file)


def _month(month: str) -> Period:
    first = dt.date.fromisoformat(f"{month}-01")
    return Period(first, (first + dt.timedelta(days=31)).replace(day=1))


def _wanted(settings: Settings, period: Period, month: Period, strays: bool) -> pc.Expression:
    """Return the filter for a period's rows in one month's file: a day is looked for in its own month only."""
    inside = ~_outside(settings, Period(max(period.start, month.start), min(period.end, month.end)))
    return inside | _outside(settings, month) if strays else inside


def _outside(settings: Settings, period: Period) -> pc.Expression:
    start, end = (dt.datetime.combine(day, dt.time()) for day in (period.start, period.end))
    time = pc.field(settings.time_column)
    return (time < start) | (time >= end) | time.is_null()  # a row without a time has no day


def _frame(settings: Settings, table: pa.Table) -> pd.DataFrame:
    needed = table.select(list(dict.fromkeys([*settings.columns, *schema.REQUIRED])))
    frame = needed.cast(pa.schema([(field.name, _computed(field)) for field in needed.schema])).to_pandas()
    frame[settings.target.name] = schema.target(frame)
    frame["hour"] = frame[settings.time_column].dt.hour.astype(float)
    return frame[[*settings.columns, settings.target.name, "hour"]]


def _computed(field: pa.Field) -> pa.DataType:
    """Return the type a column is computed in; one without any value may have been delivered in the null type."""
    kind = field.type
    if pa.types.is_null(kind):
        return pa.timestamp("us") if field.name in schema.REQUIRED else pa.float64()
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return pa.float64() if is_number else kind
