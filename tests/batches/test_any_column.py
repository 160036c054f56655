"""Columns of every type, read unnamed, as a category and as a number: right counts, or one sentence."""

import datetime as dt
import re
import uuid
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from driftbook import batches
from driftbook.errors import BadData, BadInput
from driftbook.measures import quality
from driftbook.periods import one_day
from driftbook.profiles import counting, grid
from pyarrow import csv

from tests import tables

DAY = one_day("2022-02-05")
LONG = "x" * 9000
IDS = [uuid.UUID(int=1), uuid.UUID(int=2)]
YEAR_9999 = dt.datetime(9999, 12, 31)


def three(first, second, kind=None):
    """Return four values: one twice, another one, none."""
    return pa.array([first, first, second, None], kind)


def stored(kind, first, second, storage):
    return pa.ExtensionArray.from_storage(kind, three(first, second, storage))


# The column, its labels, its numbers (or the type that is none).
COLUMNS = {
    "list": (three([1], [2, 3]), ["[1]", "[2, 3]"], "list<item: int64>"),
    "list of texts": (three(["a"], []), ['["a"]', "[]"], "list<item: string>"),
    "list with a gap": (three([None], [1]), ["[null]", "[1]"], "list<item: int64>"),
    "large list": (three([1], [2], pa.large_list(pa.int64())), ["[1]", "[2]"], "large_list<item: int64>"),
    "list of two": (three([1, 2], [3, 4], pa.list_(pa.int64(), 2)), ["[1, 2]", "[3, 4]"], "fixed_size_list"),
    "struct": (three({"a": 1}, {"a": None}), ['{"a": 1}', '{"a": null}'], "struct<a: int64>"),
    "struct in a list": (three([{"a": 1}], [{"a": 2}]), ['[{"a": 1}]', '[{"a": 2}]'], "list<item: struct<a: int64>>"),
    "map": (three([("a", 1)], [("b", 2)], pa.map_(pa.string(), pa.int64())), ['[["a", 1]]', '[["b", 2]]'], "map<"),
    "uuid": (stored(pa.uuid(), IDS[0].bytes, IDS[1].bytes, pa.binary(16)), [str(each) for each in IDS], "string"),
    "json": (stored(pa.json_(), "{}", "[]", pa.string()), ["{}", "[]"], "string"),
    "bool8": (stored(pa.bool8(), 1, 0, pa.int8()), ["1", "0"], [1, 0]),
    "dictionary": (three("a", "b").dictionary_encode(), ["a", "b"], "string"),
    "dictionary of numbers": (three(7, 8).dictionary_encode(), ["7", "8"], [7, 8]),
    "text view": (three("a", "b", pa.string_view()), ["a", "b"], "string"),
    "large text": (three("a", "b", pa.large_string()), ["a", "b"], "large_string"),
    "bytes view": (three(b"a", b"\xff", pa.binary_view()), ["a", r"\xff"], "binary"),
    "bytes": (three(b"a", b"\xff"), ["a", r"\xff"], "binary"),
    "bytes of two": (three(b"ab", b"cd", pa.binary(2)), ["ab", "cd"], "fixed_size_binary[2]"),
    "bool": (three(True, False), ["true", "false"], [1, 0]),
    "half": (pa.array(np.array([1.5, 1.5, 2, np.nan], np.float16)), ["1.5", "2"], [1.5, 2]),
    "float": (pa.array([1.5, 1.5, 2, np.nan]), ["1.5", "2"], [1.5, 2]),
    "decimal": (three(Decimal("1.50"), Decimal("2.25")), ["1.5", "2.25"], [1.5, 2.25]),
    "short decimal": (three(Decimal("1.50"), Decimal("2.25"), pa.decimal32(5, 2)), ["1.5", "2.25"], [1.5, 2.25]),
    "wide decimal": (three(Decimal("1.50"), Decimal("2.25"), pa.decimal256(60, 2)), ["1.5", "2.25"], [1.5, 2.25]),
    "long ids": (three(2**60, 2**60 + 1), [str(2**60), str(2**60 + 1)], [2.0**60, 2.0**60]),
    "unsigned ids": (three(2**63, 2**63 + 1, pa.uint64()), [str(2**63), str(2**63 + 1)], [2.0**63, 2.0**63]),
    "short integer": (three(1, 2, pa.uint8()), ["1", "2"], [1, 2]),
    "date": (three(dt.date(2022, 2, 5), dt.date(2022, 2, 6)), ["2022-02-05", "2022-02-06"], "date32[day]"),
    "time": (three(dt.time(1), dt.time(2), pa.time32("s")), ["01:00:00.000000", "02:00:00.000000"], "time32[s]"),
    "duration": (three(dt.timedelta(1), dt.timedelta(2)), ["86400000000", "172800000000"], "duration[us]"),
    "far time": (
        three(YEAR_9999, YEAR_9999.replace(month=1), pa.timestamp("s")),
        ["9999-12-31 00:00:00.000000", "9999-01-31 00:00:00.000000"],
        "timestamp[s]",
    ),
    "time of a zone": (
        three(dt.datetime(2022, 2, 5), dt.datetime(2022, 2, 6), pa.timestamp("ms", "Asia/Tokyo")),
        ["2022-02-05 00:00:00.000000Z", "2022-02-06 00:00:00.000000Z"],
        "timestamp[ms, tz=Asia/Tokyo]",
    ),
    "NUL": (three("a\x00b", "a"), [r"a\x00b", "a"], "string"),
    "undecodable": (three(b"caf\xe9", b"caf\xc3\xa9").view(pa.string()), [r"caf\xe9", "café"], "string"),
    "undecodable in a list": (
        pa.ListArray.from_arrays(pa.array([0, 1, 2, 3, 3]), pa.array([b"\xe9", b"\xe9", b"a"]).view(pa.string())),
        None,
        "list<item: string>",
    ),
    "long text": (three(LONG, LONG + "y"), None, "string"),
    "called other": (three("other", "… rest …"), ["other", "… rest …"], "string"),
    "empty text": (three("", " "), ["", " "], "string"),
}
#: What Arrow has, but no parquet file.
HELD = {
    "run-end encoded": (pc.run_end_encode(three("a", "b")), ["a", "b"], "string"),
    "interval": (
        three(pa.MonthDayNano([1, 0, 0]), pa.MonthDayNano([0, 2, 0])),
        ["[1, 0, 0]", "[0, 2, 0]"],
        "month_day_nano_interval",
    ),
    "date of milliseconds": (three(dt.date(2022, 2, 5), dt.date(2022, 2, 6), pa.date64()), None, "date64[ms]"),
}


def gapless(column):
    return column is COLUMNS["undecodable in a list"][0]


def table(column, name="k"):
    """Return four rows of a day, the first two alike, and one of the day after."""
    at = pa.array([dt.datetime(2022, 2, 5, hour) for hour in (1, 1, 2, 3)], pa.timestamp("us"))
    return pa.table({"at": at, name: column, "price": [1.0, 1.0, 2.0, 3.0], "days": [2.0, 2.0, 2.0, 2.0]})


def read(source, named=(), numeric=(), **more):
    return batches.read(tables.settings(source, numeric=[*numeric], categorical=[*named], **more), DAY)


def counted(batch, named=(), numeric=()):
    settings = tables.settings({"path": "x"}, numeric=[*numeric], categorical=[*named])
    frame = batch.frame.assign(prediction=batch.frame["price"])
    watched = settings.watched
    plan = grid.freeze(frame, list(watched.numeric), list(watched.categorical))
    return counting.profile(settings, plan, batches.Batch(DAY, batch.table, frame, 0, batch.invalid))


@pytest.fixture(params=[*COLUMNS, *(f"{name} in memory" for name in (*COLUMNS, *HELD))])
def odd(request, tmp_path):
    """A column's case with the source that gives it: a parquet file of row groups, or a table in memory."""
    name = request.param.removesuffix(" in memory")
    column, labels, numbers = {**COLUMNS, **HELD}[name]
    if name != request.param:
        return tables.held(table(column)), column, labels, numbers
    pq.write_table(table(column), tmp_path / "odd.parquet", row_group_size=2)
    return {"path": str(tmp_path / "odd.parquet")}, column, labels, numbers


def test_a_column_that_nobody_named(odd):
    source, column, *_ = odd
    batch = read(source)
    day = counted(batch)
    assert (day.rows, day.duplicates) == (4, 1)
    assert day.missing["k"] == (0 if gapless(column) else 1)
    assert len(batch.sha256) == 64
    assert batch.take(np.array([3, 0])).table.num_rows == 2
    assert [len(each.frame) for each in batch.by_day("at")] == [4]


def test_a_column_as_a_category(odd):
    source, _, labels, _ = odd
    batch = read(source, named=["k"])
    day = counted(batch, named=["k"])
    assert sorted(day.values["k"].values()) == sorted([2, 1] if day.missing["k"] else [2, 1, 1])
    assert all(len(label) <= 200 and "\x00" not in label for label in day.values["k"])
    if labels:
        assert day.values["k"] == {labels[0]: 2, labels[1]: 1}


def test_a_column_as_a_number(odd):
    source, _, _, numbers = odd
    if isinstance(numbers, str):
        kind = re.match(r"\w+", numbers)[0]  # parquet gives a list's values another name, and times another unit
        with pytest.raises(BadData, match=rf"^column 'k' is {kind}\b.*, and the params file takes it for a number"):
            read(source, numeric=["k"])
    else:
        frame = read(source, numeric=["k"]).frame
        assert frame["k"].dtype == float
        assert frame["k"].tolist()[:3] == [numbers[0], numbers[0], numbers[1]]
        assert np.isnan(frame["k"].tolist()[3])


def test_dictionaries_that_differ_by_row_group(tmp_path):
    parts = [table(pa.array(values).dictionary_encode()) for values in (["a", "b", "a", None], ["c", "b", "b", "c"])]
    with pq.ParquetWriter(tmp_path / "odd.parquet", parts[0].schema) as writer:
        for part in parts:
            writer.write_table(part)
    batch = read({"path": str(tmp_path / "odd.parquet")}, named=["k"])
    assert batch.frame["k"].tolist() == ["a", "b", "a", None, "c", "b", "b", "c"]
    assert counted(batch, named=["k"]).duplicates == 1  # the sixth row is the second again


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("pick-up", "pick-up"),
        ('say "k"', 'say "k"'),
        ("it's; drop table k", "it's; drop table k"),
        ("select", "select"),
        ("", ""),
        ("Größe 📦", "Größe 📦"),
        ("a\x00b", r"a\x00b"),
        (LONG, f"{'x' * 190}… 6f4dc0a1"),
    ],
    ids=["minus", "quotes", "SQL", "word", "nothing", "no ASCII", "NUL", "long"],
)
@pytest.mark.parametrize("where", ["file", "memory"])
def test_names_of_any_kind(name, called, where, tmp_path):
    rows = table(three(1, 2), name)
    pq.write_table(rows, tmp_path / "odd.parquet")
    source = {"path": str(tmp_path / "odd.parquet")} if where == "file" else tables.held(rows)
    batch = read(source)
    assert batch.table.column_names[1][:191] == called[:191]
    assert len(batch.table.column_names[1]) <= 200
    assert counted(batch).missing[batch.table.column_names[1]] == 1
    found = read(source | {"derive": {"more": "price * 2"}}, numeric=[batch.table.column_names[1], "more"]).frame
    assert found.iloc[:3, 1].tolist() == [1, 1, 2]
    assert found["more"].tolist() == [2, 2, 4, 6]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("parquet", r"^odd.parquet has several columns of one name, 'k' \(int64\), 'k' \(string\): rename them where"),
        ("memory", r"^memory has several columns of one name, 'k' \(int64\), 'k' \(string\): rename them where they"),
        ("csv", r"^odd.csv cannot be read \(.*CSV file contained multiple columns named k\): correct the file"),
    ],
)
def test_two_columns_of_one_name(where, message, tmp_path):
    rows = pa.table([*table(three(1, 2)).columns, three("a", "b")], names=["at", "k", "price", "days", "k"])
    pq.write_table(rows, tmp_path / "odd.parquet")
    csv.write_csv(rows, tmp_path / "odd.csv")
    with pytest.raises(BadData, match=message):
        read(tables.held(rows) if where == "memory" else {"path": str(tmp_path / f"odd.{where}")})


def test_two_names_that_differ_in_case_only():
    rows = table(three(1, 2)).append_column("K", three(5, 6))
    source = tables.held(rows)
    assert read(source | {"derive": {"more": '"K" + 1'}}, numeric=["k", "K", "more"]).frame.iloc[0, 1:4].tolist() == [
        *(1, 5, 6)
    ]
    with pytest.raises(BadInput, match="names columns that SQL cannot tell apart, k and K: rename them where they are"):
        read(source | {"derive": {"more": "k + K"}}, numeric=["more"])


@pytest.mark.parametrize("year", [1900, 2022, 2300, 9999])
def test_times_of_96_bits(year, tmp_path):
    far = dt.datetime(year, 12, 31, 5)
    pq.write_table(
        table(three(far, far)), tmp_path / "odd.parquet", use_deprecated_int96_timestamps=True, store_schema=False
    )
    batch = read({"path": str(tmp_path / "odd.parquet")}, named=["k"])
    assert batch.table.schema.field("at").type == pa.timestamp("us")
    assert batch.frame["k"].tolist()[:2] == [f"{far}.000000"] * 2


def test_numbers_that_stand_for_none(tmp_path):
    values = pa.array([np.inf, -np.inf, 1e200, -999.0, 3.0, None, np.nan])
    at = pa.array([dt.datetime(2022, 2, 5, 1)] * 7, pa.timestamp("us"))
    rows = pa.table({"at": at, "k": values, "price": [1.0] * 7, "days": [2.0] * 7})
    batch = read(tables.held(rows), numeric=["k"], fill_values={"k": [-999]})
    assert batch.invalid["k"].tolist() == [0, 1, 2, 3]
    assert batch.frame["k"].isna().tolist() == [True, True, True, True, False, True, True]
    day = counted(batch, numeric=["k"])
    assert (day.invalid["k"], day.missing["k"], day.values["k"]) == (4, 2, {"3": 1})


def test_rows_of_nested_columns_only():
    assert quality.duplicates(pa.table({"k": [[1], [1], [2]], "n": pa.nulls(3)})) == 1
    assert quality.duplicates(pa.table({"n": pa.nulls(3)})) == 2


def test_a_column_without_a_type_in_an_expression_is_left_alone():
    rows = table(pc.run_end_encode(three("a", "b"))).append_column(
        "wide", three(Decimal(1), Decimal(2), pa.decimal256(60, 2))
    )
    frame = read(tables.held(rows) | {"derive": {"more": "PRICE + 1"}, "where": "Days > 1"}, numeric=["more"]).frame
    assert frame["more"].tolist() == [2, 2, 3, 4]


def test_an_expression_that_names_a_column_it_cannot_have():
    rows = table(three(Decimal(1), Decimal(2), pa.decimal256(60, 2)))
    with pytest.raises(
        BadInput, match=r"source.derive or source.where cannot be computed \(.*\): more: k \+ 1; the col"
    ):
        read(tables.held(rows) | {"derive": {"more": "k + 1"}}, numeric=["more"])
