import re

import pandas as pd
import pyarrow as pa
import pytest
from driftbook import batches, paths
from driftbook.errors import BadData, BadInput
from driftbook.periods import one_day
from driftbook.sources import schema, trips

DAY = one_day("2022-02-05")
ROWS = 60
FILE = paths.ROOT / "m.parquet"  # is not opened


def typed(**kinds):
    fields = {field.name: field.type for field in trips.SCHEMA}
    return pa.schema([(name, kind) for name, kind in {**fields, **kinds}.items() if kind])


@pytest.mark.parametrize(
    "kinds",
    [
        {},
        {"passenger_count": pa.int64(), "ehail_fee": pa.float64(), "store_and_fwd_flag": pa.large_string()},
        {"cbd_congestion_fee": pa.float64(), "request_source": pa.list_(pa.string())},
        {"ehail_fee": None, "trip_type": None, "VendorID": None},
        {"lpep_pickup_datetime": pa.timestamp("ns"), "payment_type": pa.null(), "lpep_dropoff_datetime": pa.null()},
    ],
    ids=str,
)
def test_types_that_were_published(green, kinds):
    schema.check(green, FILE, typed(**kinds))


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({"trip_distance": None}, "m.parquet has no column 'trip_distance', only VendorID, lpep_pickup_datetime, "),
        ({"payment_type": None}, "m.parquet has no column 'payment_type'"),
        ({"lpep_pickup_datetime": None}, "m.parquet has no column 'lpep_pickup_datetime'"),
        ({"lpep_dropoff_datetime": None}, "m.parquet has no column 'lpep_dropoff_datetime'"),
        ({"trip_distance": pa.string()}, "column 'trip_distance' is string, expected a number: correct the data"),
        ({"passenger_count": pa.bool_()}, "column 'passenger_count' is bool, expected a number"),
        ({"PULocationID": pa.list_(pa.int64())}, "column 'PULocationID' is list<item: int64>, expected a number"),
        ({"fare_amount": pa.timestamp("us")}, "column 'fare_amount' is timestamp[us], expected a number"),
        ({"tip_amount": pa.string()}, "column 'tip_amount' is string, expected a number"),
        ({"store_and_fwd_flag": pa.int64()}, "column 'store_and_fwd_flag' is int64, expected a text"),
        ({"lpep_pickup_datetime": pa.string()}, "column 'lpep_pickup_datetime' is string, expected a local time"),
        ({"lpep_pickup_datetime": pa.date32()}, "column 'lpep_pickup_datetime' is date32[day], expected a local time"),
        ({"lpep_pickup_datetime": pa.timestamp("us", "UTC")}, "is timestamp[us, tz=UTC], expected a local time"),
        ({"lpep_dropoff_datetime": pa.float64()}, "column 'lpep_dropoff_datetime' is double, expected a local time"),
    ],
    ids=str,
)
def test_a_missing_or_mistyped_column(green, kinds, message):
    with pytest.raises(BadData, match=re.escape(message)):
        schema.check(green, FILE, typed(**kinds))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"fare_amount": None}, "green_tripdata_2022-02.parquet has no column 'fare_amount', only VendorID"),
        ({"fare_amount": pa.array(["1"] * ROWS)}, "green_tripdata_2022-02.parquet: column 'fare_amount' is string"),
    ],
)
def test_reading_checks_before_any_row_is_read(green, publish, columns, message):
    publish(**columns)
    with pytest.raises(BadData, match=re.escape(message)):
        batches.read(green, DAY)


def test_a_target_this_source_does_not_compute(green):
    settings = green.model_copy(update={"target": green.target.model_copy(update={"name": "tip"})})
    with pytest.raises(BadInput, match="target is 'tip': this source computes duration_min"):
        schema.check(settings, FILE, typed())


def test_the_target_in_minutes():
    start = pd.Timestamp("2022-02-05 23:50")
    end = [start + pd.Timedelta(lasting) for lasting in ("90s", "0s", "-30s", "2days")] + [pd.NaT]
    frame = pd.DataFrame({"lpep_pickup_datetime": start, "lpep_dropoff_datetime": end})
    assert schema.target(frame).fillna(-1).tolist() == [1.5, 0.0, -0.5, 2880.0, -1]
