"""Which day a row belongs to: the time column as local time, naive, zone-aware, a date or ISO text."""

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftbook.errors import BadData
from driftbook.periods import Period

_types = pa.types
#: A local day lies within a UTC day and its neighbours.
_AROUND = dt.timedelta(days=2)
_HAS_ZONE = r"(?:Z|[+-]\d\d(?::?\d\d)?)$"
_HAS_CLOCK = r"[T ]\d"
#: The years that a day can be named in, as seconds since 1970.
_YEARS = tuple(int(dt.datetime(*day, tzinfo=dt.UTC).timestamp()) for day in ((1, 1, 1), (9999, 12, 31, 23, 59, 59)))
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def is_time(kind: pa.DataType) -> bool:
    """Return whether a type is one of times or dates."""
    return _types.is_timestamp(kind) or _types.is_date(kind)


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type is one of texts that a file can be filtered by."""
    return _types.is_string(kind) or _types.is_large_string(kind)


def are_iso(texts: pa.ChunkedArray) -> bool:
    """Return whether texts begin with a day as `YYYY-MM-DD`, so that their order is that of the days."""
    return bool(pc.all(pc.match_substring_regex(texts.drop_null(), r"^\d{4}-\d\d-\d\d"), min_count=0).as_py())


def inside(column: str, kind: pa.DataType, period: Period, zone: str) -> pc.Expression:
    """Return a filter that every row of a period passes; for text others may pass too."""
    field = pc.field(column)
    if _types.is_timestamp(kind):
        start, end = (_bound(day, kind, zone) for day in (period.start, period.end))
    elif _types.is_date(kind):
        start, end = (pa.scalar(day, pa.date32()).cast(kind) for day in (period.start, period.end))
    else:
        start, end = _text(period.start, -_AROUND), _text(period.end, _AROUND)
    return (field >= start) & (field < end)


def outside(column: str, kind: pa.DataType, period: Period, zone: str) -> pc.Expression:
    """Return a filter that every row outside of a period passes, rows without a time among them."""
    if not is_time(kind):
        return pc.scalar(True)  # which day a text names is known only after parsing
    return ~inside(column, kind, period, zone) | pc.field(column).is_null()


def local(column: pa.ChunkedArray, name: str, zone: str) -> pd.Series:
    """Return a time column as local times without a zone, in microseconds, `NaT` where there is none.

    A time outside of the years 1 to 9999 has no day.

    Raises
    ------
    BadData
        If the column holds no times, texts that are no ISO times, or texts with and without a zone.
    """
    kind = column.type
    if is_text(kind):
        return _parsed(column.to_pandas(), name, zone)
    if not (is_time(kind) or _types.is_null(kind)):
        raise BadData(
            f"the time column {name!r} is {kind}: expected timestamps, dates or ISO text; "
            "make one of them with source.derive"
        )
    if _types.is_timestamp(kind):
        # As what they are in UTC, so that the system's tz database is not needed, which small images lack.
        column = _with_a_day(column.cast(pa.timestamp(kind.unit)))
    times = column.cast(pa.timestamp("us"), safe=False).to_pandas().astype("datetime64[us]")
    return _local(times, zone) if _types.is_timestamp(kind) and kind.tz else times


def _with_a_day(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return naive times, null where their year is not one of 1 to 9999."""
    per_second = _PER_SECOND[column.type.unit]
    if column.type.unit == "ns":  # which ends long before
        return column
    first, last = (bound * per_second for bound in _YEARS)
    count = column.cast(pa.int64())
    has_day = pc.and_(pc.greater_equal(count, first), pc.less(count, last + per_second))
    return pc.if_else(has_day, column, pa.scalar(None, column.type))


def _local(times: pd.Series, zone: str) -> pd.Series:
    shifted = times.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    return shifted.where((shifted >= pd.Timestamp(dt.datetime.min)) & (shifted <= pd.Timestamp(dt.datetime.max)))


def _bound(day: dt.date, kind: pa.DataType, zone: str) -> pa.Scalar:
    midnight = dt.datetime.combine(day, dt.time())
    if not kind.tz:
        return pa.scalar(midnight, pa.timestamp("us"))
    utc = midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    return pa.scalar(utc, pa.timestamp("us", "UTC")).cast(kind)


def _text(day: dt.date, shift: dt.timedelta) -> pa.Scalar:
    limits = dt.date.min + _AROUND, dt.date.max - _AROUND
    return pa.scalar(str(min(max(day, limits[0]), limits[1]) + shift))


def _parsed(texts: pd.Series, name: str, zone: str) -> pd.Series:
    present = texts.dropna().astype(str)
    aware = present.str.contains(_HAS_CLOCK, regex=True) & present.str.contains(_HAS_ZONE, regex=True)
    if aware.nunique() > 1:
        examples = [present[aware].iloc[0], present[~aware].iloc[0]]
        raise BadData(
            f"the time column {name!r} holds texts with and without a zone, like {examples[0]!r} and {examples[1]!r}: "
            "give all of them one, or none, with source.derive"
        )
    times = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    if len(present) and times.isna().all():
        raise BadData(
            f"the time column {name!r} holds texts that are no ISO times, like {present.iloc[0]!r:.60}: make times of "
            f"them with source.derive, like `{name}: strptime({name}, '%d/%m/%Y %H:%M')`"
        )
    times = times.dt.tz_convert(zone) if aware.any() else times
    return times.dt.tz_localize(None).astype("datetime64[us]")
