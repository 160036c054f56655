"""Which time zone a table's days are cut in: the data say it only if a column beside the time holds the local hour."""

import numpy as np
import pandas as pd
import pyarrow as pa

from driftbook.batches import times

#: The zones that are tried, the most populous first.
_ZONES = (
    *("America/New_York", "Europe/Berlin", "Asia/Shanghai", "Asia/Kolkata", "Europe/London", "America/Los_Angeles"),
    *("America/Chicago", "America/Denver", "America/Sao_Paulo", "America/Mexico_City", "Asia/Tokyo", "Asia/Dubai"),
    *("Europe/Athens", "Europe/Istanbul", "Africa/Lagos", "Africa/Johannesburg", "Asia/Bangkok", "Australia/Sydney"),
)
#: Rows that the hours are compared on.
_COMPARED = 20_000


def guess(rows: pa.Table, time: str) -> tuple[str, str]:
    """Return the time zone in which a table's days begin and end, and why."""
    column = rows[time]
    if not is_aware(column, time):
        return "UTC", "the times carry no zone, so they are taken as they are; name the zone where the clock changes"
    some = rows.slice(0, _COMPARED)
    hours = {name: some[name].to_numpy() for name in rows.column_names if _are_hours(some[name])}
    for zone in _ZONES if hours else ():
        local = times.local(some[time], time, zone).dt.hour.to_numpy()
        for name, values in hours.items():
            if np.array_equal(values, local):
                return zone, f"the column {name} is the hour of the day there in every row"
    return "UTC", "the times carry a zone, and nothing says in which one your days begin: name yours"


def is_aware(column: pa.ChunkedArray, name: str) -> bool:
    """Return whether the times of a column carry a zone."""
    some = column.slice(0, 1000)
    here, there = (times.local(some, name, zone) for zone in ("UTC", "Etc/GMT+12"))
    return not here.equals(there)


def _are_hours(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_integer(column.type) or column.null_count:
        return False
    values = pd.Series(column.to_numpy())
    return bool(values.between(0, 23).all()) and values.nunique() > 1
