"""Rows by a query to any SQL database that SQLAlchemy knows; the only importer of SQLAlchemy."""

import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote, quote_plus

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.pool import NullPool

from driftbook import paths
from driftbook.errors import BadData, BadInput, DriftbookError
from driftbook.periods import Period

_ROWS_AT_ONCE = 50_000
_USERINFO = re.compile(r"://[^:/@?]*:(.*)@", re.DOTALL)
_SECRET = re.compile(r"pass|pwd|secret|token|key|credential", re.I)


def parameters(query: str) -> set[str]:
    """Return the names that a query has a colon before, but for casts and quoted clock times."""
    return {*sa.text(query).compile().params}


def url(variable: str) -> str:
    """Return the database URL that an environment variable holds.

    Raises
    ------
    BadInput
        If it is not set.
    """
    found = os.environ.get(variable, "").strip()
    if not found:
        raise BadInput(
            f"source.url_env is {variable!r}, and no such environment variable is set: set it to the database's URL, "
            "like postgresql://user:password@host/database"
        )
    return found


def read(query: str, variable: str, period: Period) -> pa.Table:
    """Return what a query gives for a period and the day before and after it.

    `:start` and `:end` are bound to the dates of that wider period, since the database's clock may be another than the
    calendar's. Nothing is ever committed.

    Raises
    ------
    BadInput
        If the variable is not set.
    BadData
        If the database cannot be reached, or the query fails or gives no table. The message never holds a secret of
        the URL.
    """
    address = url(variable)
    with _said(variable, address), _engine(address).connect() as connection:
        statement = sa.text(query).bindparams(
            sa.bindparam("start", max(period.start, _FIRST) - _DAY, sa.Date),
            sa.bindparam("end", min(period.end, _LAST) + _DAY, sa.Date),
        )
        result = connection.execution_options(stream_results=True).execute(statement)
        if not result.returns_rows or not (names := [*result.keys()]):
            raise BadData("source.query gives no columns: expected a select")
        found = [_table(names, rows) for rows in result.partitions(_ROWS_AT_ONCE)]
        return pa.concat_tables(found or [_table(names, [])], promote_options="permissive")


_DAY = dt.timedelta(days=1)
_FIRST, _LAST = dt.date.min + _DAY, dt.date.max - _DAY


def _engine(address: str) -> sa.Engine:
    if address.startswith(("postgresql://", "postgres://")):  # libpq's own form, sockets and several hosts too
        connect = partial(PGDialect_psycopg.import_dbapi().connect, address)
        return sa.create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    parsed = sa.make_url(address)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not parsed.database.startswith((":", "file:")):
        parsed = parsed.set(database=str(paths.anchored(parsed.database)))
    return sa.create_engine(parsed, poolclass=NullPool)


def _table(names: list[str], rows: Sequence[Any]) -> pa.Table:
    columns = [*zip(*rows, strict=True)] if rows else [()] * len(names)
    return pa.Table.from_arrays([_array(values) for values in columns], names=names)


def _array(values: Sequence[Any]) -> pa.Array:
    """Return a column's values in the type they have; what Arrow has no type for becomes text."""
    if any(isinstance(value, Decimal) and value.is_nan() for value in values):
        values = [None if isinstance(value, Decimal) and value.is_nan() else value for value in values]
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        pass
    if all(value is None or isinstance(value, int | float | Decimal) for value in values):  # an infinite one among them
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())


@contextmanager
def _said(variable: str, address: str) -> Iterator[None]:
    """Turn whatever a database or its driver says into a sentence without secrets."""
    try:
        yield
    except DriftbookError:
        raise
    except ImportError as error:
        raise BadData(
            f"{variable} needs a driver that is not installed ({error.name or error}): pip install it"
        ) from None
    except sa.exc.ArgumentError:  # its message repeats the URL
        raise BadData(
            f"{variable} holds no database URL: expected one like postgresql://user:password@host/database"
        ) from None
    except Exception as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise BadData(
            f"source.query to the database of {variable} fails ({_scrubbed(reason, address)[:500]}): "
            f"correct the query, or the URL in {variable}"
        ) from None


def _scrubbed(text: str, address: str) -> str:
    secrets = {address, *_USERINFO.findall(address)}
    with suppress(sa.exc.ArgumentError):
        parsed = sa.make_url(address)
        given = {name: value if isinstance(value, tuple) else (value,) for name, value in parsed.query.items()}
        secrets |= {str(parsed.password or "")} | {
            each for name, values in given.items() if _SECRET.search(name) for each in values
        }
    forms = {write(secret) for secret in secrets for write in (str, quote, quote_plus)} - {""}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
