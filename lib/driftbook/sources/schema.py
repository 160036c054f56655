"""The columns of a green-taxi month, and the types they had since 2013."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from driftbook.config import Settings
from driftbook.errors import BadData, BadInput

#: Column to its kind. Ids and counts were integers or doubles, `ehail_fee` null or double; other columns come and go.
COLUMNS = {
    "lpep_pickup_datetime": "local time",
    "lpep_dropoff_datetime": "local time",
    "store_and_fwd_flag": "text",
    "PULocationID": "number",
    "DOLocationID": "number",
    "RatecodeID": "number",
    "passenger_count": "number",
    "trip_distance": "number",
    "fare_amount": "number",
    "extra": "number",
    "mta_tax": "number",
    "tip_amount": "number",
    "tolls_amount": "number",
    "ehail_fee": "number",
    "improvement_surcharge": "number",
    "total_amount": "number",
    "payment_type": "number",
    "trip_type": "number",
    "congestion_surcharge": "number",
}
#: Without these a file is no month of green trips; what else a params file names is needed too.
REQUIRED = ("lpep_pickup_datetime", "lpep_dropoff_datetime")
#: Targets this source computes.
TARGETS = ("duration_min",)

_KINDS: dict[str, Callable[[pa.DataType], bool]] = {
    "local time": lambda kind: pa.types.is_timestamp(kind) and kind.tz is None,
    "text": lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind),
    "number": lambda kind: pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind),
}


def check(settings: Settings, file: Path, schema: pa.Schema) -> None:
    """Check a file's columns before its rows are read.

    A column without any value may have the null type, whatever its kind.

    Raises
    ------
    BadData
        If a column that is needed is missing, or one has a type of another kind.
    BadInput
        If the params file's target is none this source computes.
    """
    if settings.target.name not in TARGETS:
        raise BadInput(f"target is {settings.target.name!r}: this source computes {', '.join(TARGETS)}")
    for name in dict.fromkeys([*REQUIRED, *settings.columns]):
        if name not in schema.names:
            raise BadData(
                f"{file.name} has no column {name!r}, only {', '.join(schema.names)}: correct the params or the data"
            )
    for field in schema:
        kind = COLUMNS.get(field.name)
        if kind and not pa.types.is_null(field.type) and not _KINDS[kind](field.type):
            raise BadData(f"{file.name}: column {field.name!r} is {field.type}, expected a {kind}: correct the data")


def target(frame: pd.DataFrame) -> pd.Series:
    """Return the trips' duration in minutes: drop-off minus pick-up."""
    return (frame["lpep_dropoff_datetime"] - frame["lpep_pickup_datetime"]).dt.total_seconds() / 60
