"""Queries to a real PostgreSQL and to SQLite: exact types, only the period's days, no secret in any message."""

import datetime as dt
import re
import sqlite3
import traceback
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest
from driftbook import batches, paths
from driftbook.errors import BadData, BadInput
from driftbook.periods import one_day
from driftbook.sources import sql

from tests import tables

DAY = one_day("2022-02-05")
ROWS = "(values (1, timestamp '2022-02-05 10:00'), (2, '2022-02-05 11:00')) as given (n, at)"
BOUNDS = "where at >= :start and at < :end order by n"


@pytest.fixture
def source(database, monkeypatch):
    """A function that returns the source of a query of some expressions over two rows."""
    monkeypatch.setenv("ORDERS_URL", database)

    def described(expressions, rows=ROWS):
        return {"query": f"select {expressions} from {rows} {BOUNDS}", "url_env": "ORDERS_URL"}

    return described


def read(given, day=DAY, **more):
    given = tables.settings(given, numeric=(), categorical=(), **{"target": {"name": "n"}, "model": DELIVERED} | more)
    return batches.read(given, day)


DELIVERED = {"kind": "delivered", "column": "n"}


@pytest.mark.parametrize(
    ("expression", "kind", "values"),
    [
        ("case when n = 1 then 9007199254740993 end", pa.int64(), [2**53 + 1, None]),
        ("0.1::float8 + n", pa.float64(), [1.1, 2.1]),
        ("'NaN'::numeric", pa.null(), [None, None]),
        ("(n * 1.25)::numeric(10, 2)", pa.decimal128(3, 2), [Decimal("1.25"), Decimal("2.50")]),
        ("case when n = 1 then 'Infinity'::numeric else 2 end", pa.float64(), [float("inf"), 2]),
        ("n = 1", pa.bool_(), [True, False]),
        ("case when n = 1 then 'a' end", pa.string(), ["a", None]),
        ("'x'::bytea", pa.binary(), [b"x", b"x"]),
        ("date '2022-02-05'", pa.date32(), [dt.date(2022, 2, 5)] * 2),
        ("time '10:00'", pa.time64("us"), [dt.time(10)] * 2),
        ("at", pa.timestamp("us"), [dt.datetime(2022, 2, 5, 10), dt.datetime(2022, 2, 5, 11)]),
        ("interval '1 day'", pa.duration("us"), [dt.timedelta(1)] * 2),
        ("'00000000-0000-0000-0000-000000000001'::uuid", pa.string(), ["00000000-0000-0000-0000-000000000001"] * 2),
        ("array[n]", pa.list_(pa.int64()), [[1], [2]]),
        ("json_build_object('n', n)", pa.struct({"n": pa.int64()}), [{"n": 1}, {"n": 2}]),
        ("case when n = 1 then '{\"a\":1}'::jsonb else '[2]' end", pa.string(), ["{'a': 1}", "[2]"]),
        ("int4range(1, n + 1)", pa.string(), ["[1, 2)", "[1, 3)"]),
        ("'10.0.0.1'::inet", pa.string(), ["10.0.0.1"] * 2),
        ("null::int", pa.null(), [None, None]),
        ("'50%:x'", pa.string(), ["50%:x"] * 2),
    ],
    ids=str,
)
def test_types_are_exact(source, expression, kind, values):
    table = read(source(f"n, at, {expression} as k")).table
    assert table.schema.field("k").type == kind
    assert table["k"].to_pylist() == values


def test_instants_belong_to_the_day_of_the_calendar(database, monkeypatch):
    monkeypatch.setenv("ORDERS_URL", database)
    monkeypatch.setenv("PGTZ", "Pacific/Kiritimati")  # the session's clock must not matter
    with psycopg.connect(database) as connection:
        connection.execute("create table orders (n int, at timestamptz)")
        for hour in range(72):
            at = dt.datetime(2022, 2, 4, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
            connection.execute("insert into orders values (%s, %s)", [hour, at])
    given = {"query": f"select * from orders {BOUNDS}", "url_env": "ORDERS_URL"}
    found = [read(given, zone=zone).frame["n"].tolist() for zone in ("UTC", "America/New_York", "Asia/Tokyo")]
    assert found == [[*range(24, 48)], [*range(29, 53)], [*range(15, 39)]]


def test_many_rows_come_in_several_tables(source, monkeypatch):
    monkeypatch.setattr(sql, "_ROWS_AT_ONCE", 7)
    rows = "(select n, timestamp '2022-02-05 10:00' as at from generate_series(1, 20) as n) as given"
    batch = read(source("n, at, case when n > 10 then 1.5::numeric end as k", rows))
    assert batch.frame["n"].tolist() == [*range(1, 21)]
    assert batch.table.schema.field("k").type == pa.decimal128(2, 1)


def test_nothing_is_written(source, database):
    with psycopg.connect(database) as connection:
        connection.execute("create table log (n int); create function logged(n int) returns int language sql as "
                           "'insert into log values (n) returning n'")  # fmt: skip
    assert len(read(source("logged(n) as n, at")).frame) == 2
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from log").fetchone() == (0,)


def test_an_empty_day(source):
    batch = read(source("n, at"), one_day("2021-01-01"))
    assert (len(batch.frame), batch.table.column_names) == (0, ["n", "at"])
    assert str(batch.frame["n"].dtype) == "float64"


def test_sqlite_below_the_root(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("ORDERS_URL", "sqlite:///orders.db")
    with sqlite3.connect(tmp_path / "orders.db") as connection:
        connection.execute("create table orders (n integer, at text)")
        rows = [(n, f"2022-02-0{n} 10:00:00") for n in range(3, 8)]
        connection.executemany("insert into orders values (?, ?)", rows)
    connection.close()
    assert read({"query": f"select * from orders {BOUNDS}", "url_env": "ORDERS_URL"}).frame["n"].tolist() == [5]
    with pytest.raises(BadData, match=r"^source.query gives no columns: expected a select$"):
        read({"query": "update orders set n = 1 where at >= :start and at < :end", "url_env": "ORDERS_URL"})


@pytest.mark.parametrize(
    ("expressions", "message"),
    [
        ("nope", r'fails \(column "nope" does not exist\): correct the query, or the URL in ORDERS_URL$'),
        ("1 / (n - 1)", r"fails \(division by zero\): correct the query"),
        ("'infinity'::timestamp as at", r"fails \(timestamp too large \(after year 10K\): 'infinity'\): correct"),
        ("n, at, at", "has several columns of one name, 'at' .*: rename them where they are written"),
        ("n", "the query to ORDERS_URL has no time column 'at', only n: correct time_column in the params file"),
    ],
)
def test_a_query_that_fails(source, expressions, message):
    with pytest.raises(BadData, match=message):
        read(source(expressions))


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_variable_that_is_not_set(monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("ORDERS_URL", value)
    settings = tables.settings({"query": f"select 1 {BOUNDS}", "url_env": "ORDERS_URL"})
    with pytest.raises(
        BadInput, match=r"^source.url_env is 'ORDERS_URL', and no such environment variable is set: set"
    ):
        batches.check_covers(settings, DAY)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "postgresql://bob:s3cret@127.0.0.1:1/x",
            "port 1 failed.*: correct the query, or the URL in ORDERS_URL",
        ),
        ("postgresql://bob:s3%63ret@127.0.0.1:1/x", "port 1 failed"),
        ("postgresql+psycopg://bob:s3cret@127.0.0.1:1/x", "port 1 failed"),
        ("postgresql://127.0.0.1:1/x?user=bob&password=s3cret", "port 1 failed"),
        ("postgresql://bob:x@s3cret@127.0.0.1:1/x", "ORDERS_URL holds no database URL: expected postgresql://user:"),
        ("postgresql://bob:s3cret/y@127.0.0.1:1/x", "ORDERS_URL holds no database URL"),
        ("postgresql://bob:s3cret", "ORDERS_URL holds no database URL"),
        ("postgresql:/bob:s3cret@127.0.0.1/x", "ORDERS_URL holds no database URL"),
        (
            "mssql+nothing://bob:s3cret@h/x",
            r"ORDERS_URL needs a dialect of SQLAlchemy that is not installed \(.*mssql",
        ),
        ("oracle+cx_oracle://bob:s3cret@h/x", "ORDERS_URL needs a driver that is not installed: no module 'cx_Oracle'"),
        ("s3cret", "ORDERS_URL holds no database URL"),
        ("sqlite:////nowhere/orders.db", "fails .*unable to open database file"),
    ],
)
def test_secrets_are_never_shown(monkeypatch, url, message):
    monkeypatch.setenv("ORDERS_URL", url)
    with pytest.raises(BadData, match=message) as caught:
        read({"query": f"select n, at from {ROWS} {BOUNDS}", "url_env": "ORDERS_URL"})
    shown = "".join(traceback.format_exception(caught.value))
    assert re.findall("s3cret|s3%63ret", shown) == []
