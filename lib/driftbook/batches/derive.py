"""Columns by SQL expressions over the delivered ones, and the rows a condition leaves: DuckDB over Arrow, in memory."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa

from driftbook.batches import columns
from driftbook.errors import BadInput
from driftbook.sources.contract import SourceSettings

_KEPT = "driftbook kept"
#: Where in a params file a source's expressions stand.
_SOURCE = "source.derive or source.where"
# No file, no network, no Python variable: an expression sees the rows and nothing else. One thread keeps their order,
# and it is the caller's: a database without threads of its own works on in a fork, whose copy is not shared.
_CLOSED = {"threads": 1, "async_threads": 0, "enable_external_access": False, "python_enable_replacements": False}


@dataclass(frozen=True)
class Derived:
    """The derived columns of some rows, and which rows `where` keeps."""

    columns: pa.Table
    kept: pa.ChunkedArray | None


def derive(source: SourceSettings, table: pa.Table, zone: str) -> Derived:
    """Return what the expressions of a source give for every row of a table, in its order.

    Times with a zone are shown in `zone`.

    Raises
    ------
    BadInput
        If an expression is no SQL, names a column that is not there, or fails on the rows.
    """
    expressions = dict(source.derive) | ({_KEPT: f"coalesce(({source.where})::boolean, false)"} if source.where else {})
    if not expressions:
        return Derived(table.select([]), None)
    found = _selected(expressions, table, zone)
    kept = found[_KEPT] if source.where else None
    return Derived(found.select(list(source.derive)), kept)


def conditions(given: dict[str, str], table: pa.Table, zone: str, key: str) -> dict[str, np.ndarray]:
    """Return for which rows of a table each of some named conditions is true; `key` says where they were written.

    Raises
    ------
    BadInput
        As `derive` does.
    """
    found = _selected({name: f"coalesce(({sql})::boolean, false)" for name, sql in given.items()}, table, zone, key)
    return {name: found[name].to_numpy() for name in given}


def _selected(expressions: dict[str, str], table: pa.Table, zone: str, key: str = _SOURCE) -> pa.Table:
    seen = table.select(named(expressions.values(), table.column_names, key))
    if not seen.num_columns:  # constants need rows all the same
        seen = pa.table({"driftbook row": pa.nulls(table.num_rows)})
    chosen = ", ".join(f"({sql}) as {_quoted(name)}" for name, sql in expressions.items())
    try:
        return columns.plain(_queried(seen, chosen, zone))
    except duckdb.Error as error:
        raise BadInput(_complaint(expressions, table.column_names, error, key)) from None


def row_hashes(table: pa.Table) -> np.ndarray:
    """Return a 64-bit hash of each row's columns, in order: rows are as equal as their hashes, but for one in 10^19."""
    named = ", ".join(map(_quoted, table.column_names)) or "null"
    return _queried(table, f"hash({named}) as hash", "UTC")["hash"].to_numpy()


def _queried(table: pa.Table, chosen: str, zone: str) -> pa.Table:
    connection = _connection(threading.get_ident(), zone)
    connection.register("delivered", table)
    try:
        return connection.sql(f"select {chosen} from delivered").to_arrow_table()
    finally:
        connection.unregister("delivered")


def prepare(zone: str) -> None:
    """Open what expressions are computed by, which would take each fork of this process 20 ms."""
    _queried(pa.table({"row": [0.0]}), "row", zone)


@cache
def _connection(thread: int, zone: str) -> duckdb.DuckDBPyConnection:
    """Return a thread's connection, whose times with a zone are shown in one."""
    connection = _database().cursor()
    connection.execute(f"set TimeZone = '{zone}'")
    return connection


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config=_CLOSED)


def named(expressions: Iterable[str], names: Iterable[str], key: str = _SOURCE) -> list[str]:
    """Return the columns that some expressions name, in any case as SQL has it: the others may be of any type."""
    text, found = "\n".join(expressions), {}
    for flags in (re.NOFLAG, re.IGNORECASE):
        for name in names:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags):
                other = found.setdefault(name.casefold(), name)
                if flags == re.NOFLAG and other != name:
                    raise BadInput(
                        f"{key} names columns that SQL cannot tell apart, {other} and {name}: "
                        "rename them where they are written"
                    )
    return [*found.values()]


def _complaint(expressions: dict[str, str], columns: Iterable[str], error: duckdb.Error, key: str) -> str:
    reason = " ".join(str(error).partition("\n\nLINE")[0].split())
    named = "; ".join(f"{'where' if name == _KEPT else name}: {sql}" for name, sql in expressions.items())
    return f"{key} cannot be computed ({reason}): {named}; the columns are {', '.join(columns)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
