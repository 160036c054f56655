"""One table in every form that it can lie in, and what is said of one that cannot be read."""

import datetime as dt
import gzip
import re
import zipfile

import psycopg
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from driftbook import batches, paths
from driftbook.errors import BadData, BadInput
from driftbook.periods import between, one_day
from pandas.testing import assert_frame_equal
from pyarrow import csv

from tests import tables

ORDERS = tables.orders()
DAY, ALL = one_day("2022-02-05"), between("2022-02-04", "2022-02-06")
QUERY = "select * from orders where at >= :start and at < :end order by row"


def zoned(table):
    """Return the orders with the same local times as instants of New York."""
    at = pa.compute.assume_timezone(table["at"], "America/New_York").cast(pa.timestamp("us", "UTC"))
    return table.set_column(0, "at", at)


def as_parquet(folder, table):
    pq.write_table(table, folder / "orders.parquet")
    return {"path": str(folder / "orders.parquet")}


def as_glob(folder, table):
    for number in range(3):
        pq.write_table(table.slice(20 * number, 20), folder / f"orders-{number}.parquet")
    pq.write_table(table.slice(0, 5), folder / "_orders-9.parquet")
    return {"path": str(folder / "*orders-?.parquet")}


def as_csv(folder, table):
    csv.write_csv(table, folder / "orders.csv")
    return {"path": str(folder / "orders.csv")}


def as_semicolons(folder, table):
    csv.write_csv(table, folder / "orders.txt", csv.WriteOptions(delimiter=";"))
    return {"path": str(folder / "orders.txt")}


def as_gzip(folder, table):
    as_csv(folder, table)
    (folder / "orders.csv.gz").write_bytes(gzip.compress((folder / "orders.csv").read_bytes()))
    return {"path": str(folder / "orders.csv.gz")}


def as_zip(folder, table):
    as_csv(folder, table)
    with zipfile.ZipFile(folder / "orders.zip", "w") as archive:
        archive.write(folder / "orders.csv", "deep/orders.csv")
        archive.write(folder / "orders.csv", "__MACOSX/deep/orders.csv")
    return {"path": str(folder / "orders.zip")}


def as_hive(folder, table):
    days = pa.compute.strftime(table["at"], "%Y-%m-%d")
    flavour = ds.partitioning(pa.schema([("day", pa.string())]), flavor="hive")
    ds.write_dataset(table.append_column("day", days), folder / "orders", format="parquet", partitioning=flavour)
    return {"path": str(folder / "orders")}


def as_hive_of_csv(folder, table):
    for number in range(3):
        inside = folder / "orders" / f"part={number}"
        inside.mkdir(parents=True)
        csv.write_csv(table.slice(20 * number, 20), inside / "rows.csv")
    return {"path": str(folder / "orders")}


def as_spark(folder, table):
    home = folder / "orders"
    (home / "_temporary").mkdir(parents=True)
    for number in range(2):
        name = f"part-0000{number}-6a1c.snappy.parquet"
        pq.write_table(table.slice(30 * number, 30), home / name)
        (home / f".{name}.crc").write_bytes(b"crc")
    pq.write_table(table.slice(0, 9), home / "_temporary" / "part-00000.parquet")
    (home / "_SUCCESS").touch()
    (home / "README.md").write_text("not a table", encoding="utf-8")
    return {"path": str(home)}


FORMS = [as_parquet, as_glob, as_csv, as_semicolons, as_gzip, as_zip, as_hive, as_hive_of_csv, as_spark]


@pytest.fixture(autouse=True)
def unpacked_here(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "unpacked_dir", lambda: tmp_path / "unpacked")


@pytest.fixture
def orders(database, monkeypatch):
    """A function that puts orders into a table of a real PostgreSQL; returns the source."""

    def stored(table):
        at = "timestamptz" if table.schema.field("at").type.tz else "timestamp"
        with psycopg.connect(database) as connection:
            connection.execute(
                f"create table orders (row serial, at {at}, price double precision, weight bigint, shop text, "
                "paid boolean, days double precision)"
            )
            with connection.cursor().copy("copy orders (at, price, weight, shop, paid, days) from stdin") as copy:
                for row in table.to_pylist():
                    copy.write_row(row.values())
        monkeypatch.setenv("ORDERS_URL", database)
        return {"query": QUERY.replace("*", "at, price, weight, shop, paid, days"), "url_env": "ORDERS_URL"}

    return stored


@pytest.mark.parametrize("rows", [ORDERS, zoned(ORDERS)], ids=["naive", "zoned"])
@pytest.mark.parametrize("form", [*FORMS, "sql"], ids=lambda form: getattr(form, "__name__", form))
def test_the_same_rows_give_the_same_frame_in_every_form(form, rows, tmp_path, orders):
    expected = batches.read(tables.settings(tables.held(rows)), DAY)
    settings = tables.settings(orders(rows) if form == "sql" else form(tmp_path, rows))
    day = batches.read(settings, DAY)
    assert_frame_equal(day.frame, expected.frame)
    assert (len(day.frame), day.strays) == (20, 0)
    assert set(day.frame["at"].dt.date) == {dt.date(2022, 2, 5)}
    assert_frame_equal(batches.read(settings, ALL).frame, batches.read(tables.settings(tables.held(rows)), ALL).frame)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_day_without_rows_is_empty(form, tmp_path):
    settings = tables.settings(form(tmp_path, ORDERS))
    full, empty = batches.read(settings, DAY), batches.read(settings, one_day("2021-07-01"))
    assert (len(empty.frame), empty.table.num_rows) == (0, 0)
    assert set(ORDERS.column_names) <= {*empty.table.column_names}
    assert empty.frame.dtypes.to_dict()["price"] == full.frame.dtypes.to_dict()["price"]


def test_files_of_other_days_are_not_read(tmp_path):
    source = as_glob(tmp_path, ORDERS)
    file = tmp_path / "orders-0.parquet"
    footer = int.from_bytes(file.read_bytes()[-8:-4], "little") + 8
    content = file.read_bytes()
    file.write_bytes(b"PAR1" + b"\xff" * (len(content) - footer - 4) + content[-footer:])
    assert len(batches.read(tables.settings(source), DAY).frame) == 20
    message = r"^orders-0.parquet cannot be read \(.+\): correct the file, or where it is$"
    with pytest.raises(BadData, match=message):
        batches.read(tables.settings(source), one_day("2022-02-04"))


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        (["7", "8"], pa.int64(), [7, 8]),
        (["2022-02-04", "2022-02-05"], pa.date32(), [dt.date(2022, 2, 4), dt.date(2022, 2, 5)]),
        (["A%2Fb", "__HIVE_DEFAULT_PARTITION__"], pa.string(), ["A/b", None]),
        (["7", "x"], pa.string(), ["7", "x"]),
    ],
    ids=str,
)
def test_columns_that_folders_stand_for(values, kind, read, tmp_path):
    for number, value in enumerate(values):
        (tmp_path / f"k={value}").mkdir()
        pq.write_table(ORDERS.slice(20 * number, 20), tmp_path / f"k={value}" / "rows.parquet")
    table = batches.read(tables.settings({"path": str(tmp_path)}), ALL).table
    assert table.schema.field("k").type == kind
    assert table["k"].to_pylist() == [read[0]] * 20 + [read[1]] * 20


def test_the_time_may_be_what_a_folder_stands_for(tmp_path):
    settings = tables.settings(as_hive(tmp_path, ORDERS), time="day")
    assert batches.read(settings, DAY).frame["price"].tolist() == ORDERS["price"].to_pylist()[20:40]


def test_relative_paths(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(paths, "ROOT", tmp_path / "root")
    for folder in ("data", "root"):
        (tmp_path / folder).mkdir()
    settings = tables.settings({"path": "orders.parquet"})
    as_parquet(tmp_path / "root", ORDERS)
    assert len(batches.read(settings, DAY).frame) == 20
    as_parquet(tmp_path / "data", ORDERS.slice(0, 21))
    assert len(batches.read(settings, DAY).frame) == 1  # the data folder goes first


def test_data_of_an_installed_package(tmp_path, monkeypatch):
    (tmp_path / "warehouse" / "data").mkdir(parents=True)
    (tmp_path / "warehouse" / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    as_zip(tmp_path / "warehouse" / "data", ORDERS)
    monkeypatch.syspath_prepend(tmp_path)
    settings = tables.settings({"path": "warehouse:data/orders.zip"})
    for _ in range(2):
        assert len(batches.read(settings, DAY).frame) == 20
    assert [re.sub(r"_\w{8}", "_", file.name) for file in (tmp_path / "unpacked").iterdir()] == ["orders_.csv"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({}, "source: Value error, expected one of path and query: a table has files, or a database"),
        ({"path": "x", "query": QUERY, "url_env": "X"}, "source: Value error, expected one of path and query"),
        ({"query": QUERY}, "source: Value error, query and url_env go together: name the environment variable"),
        ({"path": "x", "url_env": "X"}, "source: Value error, query and url_env go together"),
        ({"query": "select 1", "url_env": "X"}, "source: Value error, query lacks :start or :end: ask for the days"),
        ({"query": "select ':start', 1::int", "url_env": "X"}, "query lacks :start or :end"),
        (
            {"query": QUERY, "url_env": "postgresql://u:s3cret@h"},
            "source.url_env holds an address with a password",
        ),
        ({"query": QUERY, "url_env": "not a name"}, "source.url_env: String should match pattern"),
        ({"path": "x", "format": "excel"}, "source.format: Input should be '', 'parquet' or 'csv'"),
        ({"path": "x", "pathh": "y"}, "source.pathh: Extra inputs are not permitted"),
    ],
)
def test_a_table_that_is_not_described(source, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        tables.settings(source)


def write_delta(folder):
    (folder / "orders" / "_delta_log").mkdir(parents=True)
    pq.write_table(ORDERS, folder / "orders" / "part.parquet")


def write_zip(folder, *names):
    with zipfile.ZipFile(folder / "orders.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "at\n")


@pytest.mark.parametrize(
    ("write", "path", "message"),
    [
        (
            None,
            "none.parquet",
            "^source.path is 'none.parquet', and no parquet or CSV file is at .* and .*none",
        ),
        (None, "none/*.csv", "^source.path is 'none/\\*.csv', and no parquet or CSV file is at "),
        (None, "no_such_package:flights.csv", "'no_such_package' is installed: pip install no_such_package"),
        (None, "json:nothing.csv", "^source.path is 'json:nothing.csv', and no parquet or CSV file is at "),
        (None, "s3://bucket/x.parquet", "^source.path is 's3://bucket/x.parquet': expected a path of this machine"),
        (lambda at: (at / "orders").mkdir(), "orders", "and no parquet or CSV file is at .*orders"),
        (lambda at: (at / "orders").touch(), "orders", "or give source.format if the files' names do not say it"),
        (lambda at: (at / "orders.csv").touch(), "orders.csv", "^orders.csv cannot be read .*Empty CSV file"),
        (
            lambda at: (at / "orders.csv").write_text("a,b\n1,2\n3\n"),
            "orders.csv",
            r"Expected 2 columns, got 1: 3\)",
        ),
        (lambda at: (at / "orders.parquet").write_bytes(b"PAR1x"), "orders.parquet", "^orders.parquet cannot be read"),
        (lambda at: (at / "orders.csv.gz").write_bytes(b"a,b\n"), "orders.csv.gz", "^orders.csv.gz cannot be read"),
        (
            lambda at: (at / "orders.zip").write_bytes(b"a,b\n"),
            "orders.zip",
            "orders.zip cannot be unpacked: File",
        ),
        (lambda at: write_zip(at), "orders.zip", r"orders.zip holds 0 files \(none\): expected one"),
        (
            lambda at: write_zip(at, "a.csv", "b.csv"),
            "orders.zip",
            r"orders.zip holds 2 files \(a.csv, b.csv\)",
        ),
        (write_delta, "orders", "orders is a Delta table, whose log says which files count: export it"),
    ],
)
def test_files_that_cannot_be_read(write, path, message, tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_DATA_DIR", str(tmp_path))
    if write:
        write(tmp_path)
    with pytest.raises(BadData, match=message) as caught:
        batches.read(tables.settings({"path": path}), DAY)
    assert "\n" not in str(caught.value)
    assert "delete it" not in str(caught.value)


def test_a_file_whose_name_does_not_say_what_it_holds(tmp_path):
    pq.write_table(ORDERS, tmp_path / "orders")
    assert len(batches.read(tables.settings({"path": str(tmp_path / "orders"), "format": "parquet"}), DAY).frame) == 20


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_what_was_prepared_is_read_as_ever(form, tmp_path):
    settings = tables.settings(form(tmp_path, ORDERS))
    batches.prepare(settings)
    assert len(batches.read(settings, DAY).frame) == 20
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        file.unlink()
    batches.prepare(settings)  # a day says what is wrong
    with pytest.raises(BadData):
        batches.read(settings, DAY)
