import datetime as dt
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driftbook import batches
from driftbook.errors import BadData
from driftbook.periods import between, one_day
from driftbook.sources import files
from pandas.testing import assert_frame_equal

ROWS = 60  # of a published month: 20 on each of three days
DAY = one_day("2022-02-05")
MONTH = between("2022-02-01", "2022-02-28")


def read(settings, period=DAY, **options):
    return batches.read(settings, period, **options)


def broken(file, group):
    """Overwrite the data of one row group, but not the file's footer."""
    chunks = [pq.read_metadata(file).row_group(group).column(number) for number in range(20)]
    start = min(chunk.dictionary_page_offset or chunk.data_page_offset for chunk in chunks)
    content = bytearray(file.read_bytes())
    end = start + sum(chunk.total_compressed_size for chunk in chunks)
    content[start:end] = b"\xff" * (end - start)
    file.write_bytes(content)


def test_a_day_holds_its_rows_in_file_order(green, publish):
    month = pq.read_table(publish())
    batch = read(green)
    assert batch.table.equals(month.slice(20, 20))
    assert set(batch.frame["lpep_pickup_datetime"].dt.date) == {dt.date(2022, 2, 5)}
    assert (batch.period, batch.strays, len(batch.frame)) == (DAY, 0, 20)


def test_only_needed_columns_become_pandas(green, publish):
    publish()
    batch = read(green)
    assert batch.frame.columns.tolist() == [*green.columns, "duration_min", "hour"]
    assert set(batch.frame.dtypes.astype(str)) == {"datetime64[us]", "float64"}
    assert batch.table.num_columns == 20
    lasting = batch.table["lpep_dropoff_datetime"].to_numpy() - batch.table["lpep_pickup_datetime"].to_numpy()
    assert batch.frame["duration_min"].tolist() == (lasting / np.timedelta64(60, "s")).tolist()
    assert batch.frame["hour"].tolist() == [time.hour for time in batch.table["lpep_pickup_datetime"].to_pylist()]


def test_the_rows_of_other_days_are_not_even_read(green, publish):
    broken(publish(row_group_size=20), group=0)
    assert read(green).table.num_rows == 20
    with pytest.raises(
        BadData, match=r"green_tripdata_2022-02.parquet cannot be read \(.*\): delete it, and it is fetched again"
    ):
        read(green, one_day("2022-02-04"))


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2022-02-04T23:59:59.999999", "2022-02-04"),
        ("2022-02-05T00:00:00", "2022-02-05"),
        ("2022-02-05T23:59:59.999999", "2022-02-05"),
        ("2022-02-06T00:00:00", "2022-02-06"),
    ],
)
@pytest.mark.parametrize("unit", ["us", "ns"])
def test_a_day_is_half_open(green, publish, time, day, unit):
    publish(
        days=["2022-02-05"],
        rows=1,
        lpep_pickup_datetime=pa.array([dt.datetime.fromisoformat(time)], pa.timestamp(unit)),
    )
    days = [f"2022-02-0{number}" for number in (4, 5, 6)]
    assert [each for each in days if len(read(green, one_day(each)).frame)] == [day]


def test_strays_are_counted_and_part_of_a_reference_only(green, publish):
    publish(days=("2008-12-31", "2009-01-01", "2022-01-31", "2022-02-05", "2022-03-01"), rows=3)
    day, reference = read(green), read(green, MONTH, strays=True)
    assert (day.strays, len(day.frame)) == (12, 3)
    assert (reference.strays, len(reference.frame)) == (12, 15)
    assert reference.in_period(green.time_column).tolist() == [False] * 9 + [True] * 3 + [False] * 3
    assert len(read(green, MONTH).frame) == 3


def test_years_that_no_nanosecond_clock_knows(green, publish):
    times = [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31), dt.datetime(2022, 2, 5, 12)]
    publish(days=["2022-02-05"], rows=3, lpep_pickup_datetime=pa.array(times, pa.timestamp("us")))
    batch = read(green, MONTH, strays=True)
    assert batch.frame["lpep_pickup_datetime"].dt.year.tolist() == [1, 9999, 2022]
    assert batch.strays == 2


def test_a_row_without_a_time_has_no_day(green, publish):
    times = [None, dt.datetime(2022, 2, 5, 12)]
    publish(days=["2022-02-05"], rows=2, lpep_pickup_datetime=pa.array(times, pa.timestamp("us")))
    assert (len(read(green).frame), read(green).strays) == (1, 1)
    assert read(green, MONTH, strays=True).in_period(green.time_column).tolist() == [False, True]


def test_several_months(green, publish):
    publish("2022-02", days=["2022-02-28", "2022-03-01"], rows=3)
    publish("2022-03", days=["2022-03-01", "2022-02-28"], rows=5, payment_type=pa.array([1] * 10), ehail_fee=None)
    batch = read(green, between("2022-02-28", "2022-03-01"))
    # A day is looked for in its own month only.
    assert batch.frame["lpep_pickup_datetime"].dt.day.tolist() == [28] * 3 + [1] * 5
    assert batch.strays == 3 + 5
    assert batch.table["ehail_fee"].null_count == 8


N = pa.nulls(ROWS)
ONES = pa.array([1] * ROWS)
SCHEMAS = [
    {"passenger_count": ONES, "PULocationID": ONES, "payment_type": ONES},
    {"passenger_count": ONES.cast(pa.int32()), "PULocationID": ONES.cast(pa.int32())},
    {"passenger_count": ONES.cast(pa.float64()), "PULocationID": ONES.cast(pa.float64())},
    {"passenger_count": ONES.cast(pa.float32()), "DOLocationID": ONES.cast(pa.decimal128(24, 2))},
    {"RatecodeID": ONES, "trip_type": ONES, "VendorID": ONES.cast(pa.int32())},
    {"ehail_fee": N},
    {"ehail_fee": pa.nulls(ROWS, pa.float64())},
    {"ehail_fee": pa.array([0.5] * ROWS)},
    {"ehail_fee": None},
    {"cbd_congestion_fee": pa.array([0.75] * ROWS)},
    {"store_and_fwd_flag": pa.array(["N"] * ROWS, pa.large_string())},
    {"store_and_fwd_flag": pa.array(["N"] * ROWS, pa.string())},
    {"congestion_surcharge": N, "improvement_surcharge": None, "an_added_column": pa.array(["x"] * ROWS)},
]


@pytest.mark.parametrize("columns", SCHEMAS, ids=lambda columns: " ".join(columns))
def test_the_types_of_the_series(green, publish, columns):
    publish(**{"payment_type": ONES, "PULocationID": ONES, "DOLocationID": ONES, "passenger_count": ONES})
    plain = read(green).frame
    publish(**{**dict.fromkeys(["payment_type", "PULocationID", "DOLocationID", "passenger_count"], ONES), **columns})
    batch = read(green)
    assert_frame_equal(batch.frame, plain)
    for name, values in columns.items():
        assert (name in batch.table.column_names) == (values is not None)


@pytest.mark.parametrize("column", ["passenger_count", "trip_distance", "fare_amount", "PULocationID", "payment_type"])
@pytest.mark.parametrize("kind", [pa.null(), pa.float64(), pa.int64()], ids=str)
def test_a_column_without_any_value(green, publish, column, kind):
    publish(**{column: pa.nulls(ROWS, kind)})
    frame = read(green).frame
    assert len(frame) == 20
    assert frame[column].isna().all()
    assert str(frame[column].dtype) == "float64"


@pytest.mark.parametrize("kind", [pa.null(), pa.timestamp("us")], ids=str)
def test_times_without_any_value(green, publish, kind):
    publish(lpep_dropoff_datetime=pa.nulls(ROWS, kind))
    assert read(green).frame["duration_min"].isna().tolist() == [True] * 20
    publish(lpep_pickup_datetime=pa.nulls(ROWS, kind))
    batch = read(green)
    assert (len(batch.frame), batch.strays) == (0, ROWS)
    assert str(batch.frame["hour"].dtype) == "float64"


def test_an_empty_day_has_all_columns(green, publish):
    publish()
    full, empty = read(green), read(green, one_day("2022-02-07"))
    assert (len(empty.frame), empty.table.num_rows) == (0, 0)
    assert empty.frame.dtypes.to_dict() == full.frame.dtypes.to_dict()


def test_an_empty_month(green, publish):
    publish(days=())
    assert (len(read(green).frame), read(green).strays) == (0, 0)


def test_the_hash_is_of_what_was_delivered(green, publish):
    flags = pa.array([True, None, False] * 20)
    publish(flag=flags)
    plain = read(green).sha256
    publish(flag=flags, row_group_size=7)  # the same rows, grouped otherwise
    assert read(green).sha256 == plain
    publish()
    plain = read(green).sha256
    publish(days=("2022-02-04", "2022-02-05", "2022-02-06", "2022-02-07"))
    assert read(green).sha256 == plain  # another day changes nothing
    different = [{"tip_amount": pa.array([0.0] * ROWS)}, {"ehail_fee": None}, {"fee": ONES}, {"days": ["2022-02-05"]}]
    hashes = [publish(**columns) and read(green).sha256 for columns in different]
    assert len({plain, *hashes}) == 5


def test_the_order_of_rows_counts(green, publish):
    file = publish()
    plain, table = read(green).sha256, pq.read_table(file)
    pq.write_table(table.take(list(reversed(range(ROWS)))), file)
    assert read(green).sha256 != plain


@pytest.mark.parametrize("content", ["nothing", "half", "no footer", "text", "a folder"])
def test_no_whole_parquet_file(green, publish, content):
    file = publish()
    whole = file.read_bytes()
    if content == "a folder":
        file.unlink()
        file.mkdir()
    else:
        parts = {"nothing": b"", "half": whole[: len(whole) // 2], "no footer": whole[:-8], "text": b"<html>" * 9}
        file.write_bytes(parts[content])
    message = (
        re.escape(f"{file} is no whole parquet file (") + ".*" + re.escape("): delete it, and it is fetched again")
    )
    for call in (lambda: files.check_whole(file), lambda: read(green)):
        with pytest.raises(BadData, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


def test_frames_do_not_depend_on_how_rows_are_grouped(green, publish):
    publish()
    plain = read(green).frame
    publish(row_group_size=3)
    assert_frame_equal(read(green).frame, plain)
    assert isinstance(plain.index, pd.RangeIndex)
