"""The types of CSV files hold for every line, also beyond the block that Arrow looks at."""

import datetime as dt

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from driftbook.sources import csv

HALF_PAST = dt.datetime(2022, 2, 5, 10, 0, 0, 500_000)
MANY = 200_000  # lines, more than a block's worth


def read(path):
    return ds.dataset(path, format=csv.reader(path)).to_table()


def written(path, values):
    path.write_bytes(b"x,y\n" + b"".join(value + b",1\n" for value in values))
    return path


@pytest.mark.parametrize(
    ("first", "last", "kind", "read_as"),
    [
        (b"1", b"2", pa.int64(), 2),
        (b"1", b"1.5", pa.float64(), 1.5),
        (b"1", b"n/a", pa.int64(), None),
        (b"1", b"unknown", pa.string(), "unknown"),
        (b"1", b"inf", pa.float64(), float("inf")),
        (b"", b"7", pa.int64(), 7),
        (b"", b"0.5", pa.float64(), 0.5),
        (b"", b"true", pa.bool_(), True),
        (b"", b"2022-02-05", pa.date32(), dt.date(2022, 2, 5)),
        (b"", b"2022-02-05T10:00:00Z", pa.timestamp("s", "UTC"), dt.datetime(2022, 2, 5, 10, tzinfo=dt.UTC)),
        (b"", b"text", pa.string(), "text"),
        (b"", b"", pa.null(), None),
        (b"true", b"maybe", pa.string(), "maybe"),
        (b"0", b"true", pa.bool_(), True),
        (b"10:30:00", b"noon", pa.string(), "noon"),
        (b"2022-02-05", b"2022-02-06 12:00", pa.timestamp("s"), dt.datetime(2022, 2, 6, 12)),
        (
            b"2022-02-05 10:00:00",
            b"2022-02-05 10:00:00.5",
            pa.timestamp("us"),
            dt.datetime(2022, 2, 5, 10, 0, 0, 500000),
        ),
        (b"2022-02-05 10:00:00", b"2022-02-05 10:00:00Z", pa.string(), "2022-02-05 10:00:00Z"),
        (b"a", b"caf\xe9", pa.binary(), b"caf\xe9"),
        (b"a", b'"b\nc"', pa.string(), "b\nc"),
        (b"a", b'""', pa.string(), None),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_line_beyond_the_first_block(first, last, kind, read_as, tmp_path):
    column = read(written(tmp_path / "x.csv", [first] * MANY + [last]))["x"]
    assert column.type == kind
    assert column[MANY].as_py() == read_as
    assert len(column) == MANY + 1


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (b"a,b\n1,2\n", {"a": [1], "b": [2]}),
        (b"a;b\n1,5;2\n", {"a": ["1,5"], "b": [2]}),
        (b"a\tb\n1\t2\n", {"a": [1], "b": [2]}),
        (b"a|b\n1|2\n", {"a": [1], "b": [2]}),
        (b"a\n1\n", {"a": [1]}),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", {"a": [1], "b": [2]}),
        (b"a,b\n", {"a": [], "b": []}),
        (b"a,b\nNA,null\nx,1\n", {"a": [None, "x"], "b": [None, 1]}),
    ],
    ids=["comma", "semicolon", "tab", "bar", "one column", "Windows", "no line", "missing"],
)
def test_files_of_several_makers(content, columns, tmp_path):
    (tmp_path / "x.csv").write_bytes(content)
    assert read(tmp_path / "x.csv").to_pydict() == columns


def test_a_file_that_changes_is_looked_at_again(tmp_path):
    assert read(written(tmp_path / "x.csv", [b"1"]))["x"].to_pylist() == [1]
    assert read(written(tmp_path / "x.csv", [b"one"]))["x"].to_pylist() == ["one"]


def test_rows_of_a_small_file_stay_in_memory_until_it_changes(tmp_path, monkeypatch):
    path = written(tmp_path / "x.csv", [b"1", b"one"])
    held = csv.held(path)
    assert held.equals(read(path)) and csv.held(path) is held
    assert csv.held(written(path, [b"2"]))["x"].to_pylist() == [2]
    monkeypatch.setattr(csv, "_HELD", 5)
    assert csv.held(path) is None
