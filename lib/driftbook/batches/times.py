"""Which day a row belongs to: the time column as local time, naive, zone-aware, a date or ISO text."""

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftbook.errors import BadData
from driftbook.periods import Period

#: A local day lies within a UTC day and its neighbours.
_AROUND = dt.timedelta(days=2)
_HAS_ZONE = r"(?:Z|[+-]\d\d:?\d\d)$"


def inside(column: str, kind: pa.DataType, period: Period, zone: str) -> pc.Expression:
    """Return a filter that every row of a period passes; for text others may pass too."""
    field = pc.field(column)
    if pa.types.is_timestamp(kind):
        start, end = (_bound(day, kind, zone) for day in (period.start, period.end))
    elif pa.types.is_date(kind):
        start, end = (pa.scalar(day, pa.date32()).cast(kind) for day in (period.start, period.end))
    else:
        start, end = _text(period.start, -_AROUND), _text(period.end, _AROUND)
    return (field >= start) & (field < end)


def outside(column: str, kind: pa.DataType, period: Period, zone: str) -> pc.Expression:
    """Return a filter that every row outside of a period passes, rows without a time among them."""
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return pc.scalar(True)  # which day a text names is known only after parsing
    return ~inside(column, kind, period, zone) | pc.field(column).is_null()


def can_filter(kind: pa.DataType) -> bool:
    """Return whether a file can leave out rows by a time column of this type."""
    return any(
        check(kind) for check in (pa.types.is_timestamp, pa.types.is_date, pa.types.is_string, pa.types.is_large_string)
    )


def local(column: pa.ChunkedArray, name: str, zone: str) -> pd.Series:
    """Return a time column as local times without a zone, in microseconds, `NaT` where there is none.

    Raises
    ------
    BadData
        If the column holds no times, or texts with and without a zone.
    """
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        column = pc.local_timestamp(column.cast(pa.timestamp(kind.unit, zone)))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _parsed(column.to_pandas(), name, zone)
    elif not (pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_null(kind)):
        raise BadData(
            f"the time column {name!r} is {kind}: expected timestamps, dates or ISO text; "
            "make one of them with source.derive"
        )
    return column.cast(pa.timestamp("us"), safe=False).to_pandas().astype("datetime64[us]")


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
    aware = texts.dropna().astype(str).str.contains(_HAS_ZONE, regex=True)
    if aware.nunique() > 1:
        examples = [texts.dropna()[aware].iloc[0], texts.dropna()[~aware].iloc[0]]
        raise BadData(
            f"the time column {name!r} holds texts with and without a zone, like {examples[0]!r} and {examples[1]!r}: "
            "give all of them one, or none, with source.derive"
        )
    times = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    times = times.dt.tz_convert(zone) if aware.any() else times
    return times.dt.tz_localize(None).astype("datetime64[us]")
