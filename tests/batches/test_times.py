"""Which day a row belongs to, whatever its time is written as."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driftbook import batches
from driftbook.batches import times
from driftbook.errors import BadData
from driftbook.periods import one_day
from pyarrow import csv

from tests import tables

NEW_YORK = "America/New_York"
INSTANT = dt.datetime(2022, 2, 6, 3, 30)  # in UTC; half past ten in the evening before, in New York


def table(values, kind=None):
    values = pa.array(values, kind)
    return pa.table({"at": values, "price": [float(n) for n in range(len(values))], "days": [2.0] * len(values)})


def read(source, day, zone=NEW_YORK, **more):
    settings = tables.settings(source, numeric=(), categorical=(), zone=zone, **more)
    return batches.read(settings, one_day(day))


def in_memory(rows, folder):
    return tables.held(rows)


def in_parquet(rows, folder):
    pq.write_table(rows, folder / "rows.parquet", row_group_size=1)
    return {"path": str(folder / "rows.parquet")}


def in_csv(rows, folder):
    csv.write_csv(rows, folder / "rows.csv")
    return {"path": str(folder / "rows.csv")}


@pytest.mark.parametrize("form", [in_memory, in_parquet, in_csv], ids=lambda form: form.__name__)
@pytest.mark.parametrize(
    ("values", "kind", "day", "hour"),
    [
        *(([INSTANT], pa.timestamp(unit), "2022-02-06", 3) for unit in ("s", "ms", "us", "ns")),
        *(([INSTANT], pa.timestamp(unit, "UTC"), "2022-02-05", 22) for unit in ("s", "ms", "us", "ns")),
        ([INSTANT], pa.timestamp("us", "Asia/Tokyo"), "2022-02-05", 22),
        ([INSTANT], pa.timestamp("us", "+05:30"), "2022-02-05", 22),
        ([dt.date(2022, 2, 6)], pa.date32(), "2022-02-06", 0),
        ([dt.date(2022, 2, 6)], pa.date64(), "2022-02-06", 0),
        (["2022-02-06"], pa.string(), "2022-02-06", 0),
        (["2022-02-06T03:30:00"], pa.string(), "2022-02-06", 3),
        (["2022-02-06 03:30"], pa.large_string(), "2022-02-06", 3),
        (["2022-02-06T03:30:00.123456"], pa.string(), "2022-02-06", 3),
        (["2022-02-06T03:30:00Z"], pa.string(), "2022-02-05", 22),
        (["2022-02-06 03:30:00+00"], pa.string(), "2022-02-05", 22),
        (["2022-02-06T12:30:00+0900"], pa.string(), "2022-02-05", 22),
        (["2022-02-05T22:30:00-05:00"], pa.string(), "2022-02-05", 22),
        (["20220206T033000Z"], pa.string(), "2022-02-05", 22),
    ],
    ids=str,
)
def test_the_local_day_decides(values, kind, day, hour, form, tmp_path):
    source = form(table(values, kind), tmp_path)
    found = {f"2022-02-0{each}": read(source, f"2022-02-0{each}").frame["hour"].tolist() for each in range(3, 9)}
    assert {each: hours for each, hours in found.items() if hours} == {day: [hour]}


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_texts_of_few_values(kind, tmp_path):
    rows = table(pa.array(["2022-02-05T10:00:00", "2022-02-06T10:00:00", None] * 3).cast(kind))
    assert read(in_parquet(rows, tmp_path), "2022-02-06").frame["price"].tolist() == [1, 4, 7]


@pytest.mark.parametrize(
    ("day", "hours"), [("2022-03-13", 23), ("2022-11-06", 25), ("2022-03-14", 24)], ids=["spring", "autumn", "usual"]
)
def test_days_of_23_and_25_hours(day, hours, tmp_path):
    start = pd.Timestamp(day, tz="UTC") - pd.Timedelta(days=1)
    instants = [(start + pd.Timedelta(hours=hour)).to_pydatetime() for hour in range(72)]
    batch = read(in_parquet(table(instants, pa.timestamp("us", "UTC")), tmp_path), day)
    assert len(batch.frame) == hours
    assert set(batch.frame["at"].dt.date.astype(str)) == {day}
    assert batch.frame["hour"].nunique() == min(hours, 24)


@pytest.mark.parametrize("form", [in_memory, in_parquet], ids=lambda form: form.__name__)
@pytest.mark.parametrize(
    ("derive", "kind", "values"),
    [
        ("to_timestamp(seconds)", "seconds", [1_644_118_200, 1_644_118_200 + 86_400]),
        ("make_timestamp(seconds * 1000000)", "seconds", [1_644_118_200 - 18_000, 1_644_118_200]),
        ("strptime(texts, '%d.%m.%Y %H:%M')", "texts", ["05.02.2022 22:30", "06.02.2022 22:30"]),
    ],
)
def test_a_derived_time(derive, kind, values, form, tmp_path):
    rows = table([INSTANT, INSTANT]).append_column(kind, pa.array(values))
    rows = rows.drop_columns(["at"]) if kind == "seconds" else rows  # one goes before a delivered one of its name
    batch = read(form(rows, tmp_path) | {"derive": {"at": derive}}, "2022-02-05")
    assert (batch.frame["price"].tolist(), batch.frame["hour"].tolist()) == ([0], [22])


@pytest.mark.parametrize("form", [in_memory, in_parquet, in_csv], ids=lambda form: form.__name__)
@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["2022-02-05T10:00:00Z", "2022-02-05T11:00:00"], "the time column 'at' holds texts with and without a zone"),
        (["2022-02-05", "2022-02-05T11:00:00+01:00"], "like '2022-02-05T11:00:00\\+01:00' and '2022-02-05': give"),
        (["05/02/2022 10:00", "06/02/2022"], "holds texts that are no ISO times, like '05/02/2022 10:00': make"),
        (["soon", "later"], "'at' holds texts that are no ISO times, like 'soon': make times of them"),
        ([1_644_118_200, 1], "the time column 'at' is int64: expected timestamps, dates or ISO text; make one of them"),
        ([True, False], "the time column 'at' is bool: expected timestamps, dates or ISO text"),
        ([dt.time(10), dt.time(11)], r"the time column 'at' (is time64\[us\]: expected|holds texts that are no ISO)"),
    ],
)
def test_times_that_have_no_day(values, message, form, tmp_path):
    with pytest.raises(BadData, match=message):
        read(form(table(values), tmp_path), "2022-02-05")


@pytest.mark.parametrize("form", [in_memory, in_parquet, in_csv], ids=lambda form: form.__name__)
def test_no_time_column(form, tmp_path):
    rows = table([INSTANT]).rename_columns(["when", "price", "days"])
    message = r"has no time column 'at', only when, price, days: correct time_column in the params file"
    with pytest.raises(BadData, match=message):
        read(form(rows, tmp_path), "2022-02-05")


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_years_that_no_calendar_has(unit, zone):
    seconds = [*times._YEARS, times._YEARS[0] - 1, times._YEARS[1] + 1, 0, None]
    seconds += [2**62, -(2**62)] if unit == "s" else []
    per_second = times._PER_SECOND[unit]
    counts = pa.array([None if each is None else each * per_second for each in seconds], pa.int64())
    for kind in (pa.timestamp(unit), pa.timestamp(unit, "UTC")):
        local = times.local(pa.chunked_array([counts.cast(kind)]), "at", zone)
        assert local.isna().tolist()[2:4] == [True, True]
        assert local.isna().tolist()[4:6] == [False, True]
        assert len(local.dt.date.dropna()) == local.notna().sum()
