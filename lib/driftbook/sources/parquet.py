"""Reading one period of monthly parquet files: only its rows come into memory, only needed columns become pandas."""

import datetime as dt
import hashlib
from collections.abc import Sequence
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
        How many rows of the period's files have a day outside of the file's own month.
    """

    period: Period
    table: pa.Table
    frame: pd.DataFrame
    strays: int

    @cached_property
    def sha256(self) -> str:
        """Hash of everything delivered: the same rows in the same order give the same hash."""
        sink = pa.BufferOutputStream()
        rows = self.table.replace_schema_metadata(None).combine_chunks()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        return hashlib.sha256(b"%d" % self.strays + sink.getvalue()).hexdigest()

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
    opened = [_open(settings, file) for file in files]
    months = [_month(month) for month in period.months]
    tables = [
        file.to_table(filter=_wanted(settings, period, month, strays))
        for file, month in zip(opened, months, strict=True)
    ]
    table = pa.concat_tables(tables, promote_options="permissive")
    outside = sum(file.count_rows(filter=_outside(settings, month)) for file, month in zip(opened, months, strict=True))
    return Batch(period, table, _frame(settings, table), outside)


def check_whole(file: Path) -> None:
    """Raise `BadData` if a file is no whole parquet file; reads its footer only."""
    try:
        pq.read_metadata(file)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise BadData(f"{file} is no whole parquet file ({reason}): delete it, and it is fetched again") from None


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
    return (time < start) | (time >= end)


def _frame(settings: Settings, table: pa.Table) -> pd.DataFrame:
    needed = table.select(list(dict.fromkeys([*settings.columns, *schema.REQUIRED])))
    for position, field in enumerate(needed.schema):
        if _is_number(field.type):
            needed = needed.set_column(position, field.name, needed[position].cast(pa.float64()))
    frame = needed.to_pandas()
    frame[settings.target.name] = schema.target(frame)
    frame["hour"] = frame[settings.time_column].dt.hour.astype(float)
    return frame[[*settings.columns, settings.target.name, "hour"]]


def _is_number(kind: pa.DataType) -> bool:
    # A column without any value may have the null type; it is a number without values then.
    return (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    )
