"""Columns whose type differs between files: one type of the same meaning, text, or one sentence."""

import datetime as dt
import re
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driftbook import batches
from driftbook.batches import joining
from driftbook.errors import BadData
from driftbook.periods import between, one_day

from tests import tables

DAYS = between("2022-02-05", "2022-02-06")
AT = dt.datetime(2022, 2, 5, 12)
DATE = dt.date(2022, 2, 5)


def two(first, second):
    return [("a", pa.table({"k": first})), ("b", pa.table({"k": second}))]


@pytest.mark.parametrize(
    ("first", "second", "kind", "values"),
    [
        (pa.array([1]), pa.array([1.5]), pa.float64(), [1, 1.5]),
        (pa.array([1], pa.int8()), pa.array([2**40]), pa.int64(), [1, 2**40]),
        (pa.array([1]), pa.array([Decimal("1.50")]), pa.float64(), [1, 1.5]),
        (pa.array([1]), pa.array([2**63], pa.uint64()), pa.string(), ["1", str(2**63)]),
        (pa.array([2**60 + 1]), pa.array([0.5]), pa.string(), [str(2**60 + 1), "0.5"]),
        (pa.array([Decimal("1.5")]), pa.array([Decimal("1000.555")]), None, [Decimal("1.500"), Decimal("1000.555")]),
        (pa.array([DATE]), pa.array([AT]), pa.timestamp("us"), [dt.datetime(2022, 2, 5), AT]),
        (pa.array([AT], pa.timestamp("s")), pa.array([AT], pa.timestamp("ms")), pa.timestamp("ms"), [AT, AT]),
        (
            pa.array([AT], pa.timestamp("us", "Asia/Tokyo")),
            pa.array([AT], pa.timestamp("s", "UTC")),
            pa.timestamp("us", "UTC"),
            [AT.replace(tzinfo=dt.UTC)] * 2,
        ),
        (pa.nulls(1), pa.array(["a"]), pa.string(), [None, "a"]),
        (pa.array(["a"]), pa.array(["b"], pa.large_string()), pa.large_string(), ["a", "b"]),
        (pa.array([True]), pa.array([2]), pa.string(), ["true", "2"]),
        (pa.array([74]), pa.array(["74"]), pa.string(), ["74", "74"]),
        (pa.array([74.0]), pa.array(["x"]), pa.string(), ["74", "x"]),
        (pa.array([AT]), pa.array([AT], pa.timestamp("us", "UTC")), pa.string(), [f"{AT}.000000", f"{AT}.000000Z"]),
        (pa.array([[1]]), pa.array(["a"]), pa.string(), ["[1]", "a"]),
        (pa.array([{"a": 1}]), pa.array([[1]]), pa.string(), ['{"a": 1}', "[1]"]),
    ],
    ids=str,
)
def test_two_types(first, second, kind, values):
    for given, expected in ((two(first, second), values), (two(second, first), values[::-1])):
        column = joining.joined(given, needed=[])["k"]
        assert column.to_pylist() == expected
        assert kind is None or column.type == kind


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (pa.array([74]), pa.array(["x"]), "column 'k' is int64 in a and string in b: write it in one type, or give it"),
        (pa.array([True]), pa.array([1]), "column 'k' is bool in a and int64 in b: write it in one type"),
        (
            pa.array([AT]),
            pa.array([AT], pa.timestamp("us", "UTC")),
            "'k' is timestamp[us] in a and timestamp[us, tz=U",
        ),
        (pa.array([[1]]), pa.array([1]), "column 'k' is list<item: int64> in a and int64 in b: write it in one type"),
    ],
    ids=str,
)
def test_a_needed_column_of_two_types(first, second, message):
    with pytest.raises(BadData, match=re.escape(message)):
        joining.joined(two(first, second), needed=["k"])


def test_a_column_that_a_file_lacks():
    tables_ = [("a", pa.table({"k": [1]})), ("b", pa.table({"other": ["x"]}))]
    assert joining.joined(tables_, needed=["k"]).to_pydict() == {"k": [1, None], "other": [None, "x"]}


@pytest.fixture
def changing(tmp_path):
    """The source of two days in two files, whose `k` is a number first and a text then."""
    for day, values in ((5, [1, 2]), (6, ["3", "x"])):
        rows = {"at": [dt.datetime(2022, 2, day)] * 2, "k": values, "price": [1.0, 2.0], "days": [2.0, 2.0]}
        pq.write_table(pa.table(rows), tmp_path / f"day-{day}.parquet")
    return {"path": str(tmp_path)}


def test_a_schema_that_changes_inside_the_period(changing):
    plain = tables.settings(changing, numeric=(), categorical=())
    assert batches.read(plain, DAYS).table["k"].to_pylist() == ["1", "2", "3", "x"]
    named = tables.settings(changing, numeric=["k"], categorical=())
    message = (
        "column 'k' is int64 in day-5.parquet and string in day-6.parquet: write it in one type, or give it one with "
        "source.derive, like `k: try_cast(k as varchar)`"
    )
    with pytest.raises(BadData, match=re.escape(message)):
        batches.read(named, DAYS)
    assert batches.read(named, one_day("2022-02-05")).frame["k"].tolist() == [1, 2]
    with pytest.raises(BadData, match=r"^column 'k' is string, and the params file takes it for a number"):
        batches.read(named, one_day("2022-02-06"))


@pytest.mark.parametrize(
    ("sql", "named", "values"),
    [
        ("try_cast(k as double)", {"numeric": ["k"], "categorical": []}, [1, 2, 3, None]),
        ("try_cast(k as varchar)", {"numeric": [], "categorical": ["k"]}, ["1", "2", "3", "x"]),
    ],
)
def test_what_the_sentence_says_helps(changing, sql, named, values):
    frame = batches.read(tables.settings(changing | {"derive": {"k": sql}}, **named), DAYS).frame
    assert frame["k"].astype(object).where(frame["k"].notna(), None).tolist() == values


def test_a_day_without_rows_takes_the_first_type(changing):
    batch = batches.read(tables.settings(changing, numeric=["k"], categorical=()), one_day("2022-03-01"))
    assert (len(batch.frame), str(batch.frame["k"].dtype)) == (0, "float64")
