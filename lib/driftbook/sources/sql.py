"""Rows by a query to any SQL database that SQLAlchemy knows; the only importer of SQLAlchemy."""

import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.pool import NullPool

from driftbook import paths
from driftbook.errors import BadData, BadInput, DriftbookError
from driftbook.periods import Period

_ROWS_AT_ONCE = 50_000
_POSTGRES = re.compile(r"postgres(ql)?://")
# After the user's part no unencoded @ is left: one there is the rest of a password that was not percent-encoded.
_LIBPQ = re.compile(r"postgres(ql)?://([^@/]*@)?([^@?/:\[]*|\[[^]]*\])(:\d*)?(,[^@?/:]*(:\d*)?)*(/[^@?]*)?(\?.*)?")
_USERINFO = re.compile(r"://[^:/@?]*:(.*)@", re.DOTALL)
#: A colon before a word is no parameter in JSON (`{"a":1}`) or other texts.
_OTHER_COLON = re.compile(r"(?<![:\w\\]):(?=\w)(?!(?:start|end)\b)")
#: Where in the statement PostgreSQL stopped, which is not what the user wrote.
_PLACE = re.compile(r" LINE \d+: .*")
_SECRET = re.compile(r"pass|pwd|secret|token|key|credential", re.I)


def has_bounds(query: str) -> bool:
    """Return whether a query has both `:start` and `:end`."""
    return {*_statement(query).compile().params} == {"start", "end"}


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


def read(query: str, variable: str, period: Period) -> Iterator[pa.Table]:
    """Yield what a query gives for a period and the day before and after it, in tables of some rows each.

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
    with _said(variable, address), _opened(variable, address).connect() as connection:
        statement = _statement(query).bindparams(
            sa.bindparam("start", max(period.start, _FIRST) - _DAY, sa.Date),
            sa.bindparam("end", min(period.end, _LAST) + _DAY, sa.Date),
        )
        result = connection.execution_options(stream_results=True).execute(statement)
        if not result.returns_rows or not (names := [*result.keys()]):
            raise BadData("source.query gives no columns: expected a select")
        found = (_table(names, rows) for rows in result.partitions(_ROWS_AT_ONCE))
        first = next(found, None)
        yield _table(names, []) if first is None else first
        yield from found


_DAY = dt.timedelta(days=1)
_FIRST, _LAST = dt.date.min + _DAY, dt.date.max - _DAY


def _statement(query: str) -> sa.TextClause:
    return sa.text(_OTHER_COLON.sub(r"\:", query))


def _engine(address: str) -> sa.Engine:
    if _POSTGRES.match(address):  # libpq's own form, of sockets and several hosts too
        if not _LIBPQ.fullmatch(address):
            raise ValueError  # what libpq says of it might repeat a part of the password
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


def _opened(variable: str, address: str) -> sa.Engine:
    """Return an engine; nothing of a malformed URL is repeated, since any part of it may be the password."""
    try:
        return _engine(address)
    except sa.exc.NoSuchModuleError as error:
        raise BadData(f"{variable} needs a dialect of SQLAlchemy that is not installed ({error})") from None
    except ImportError as error:
        raise BadData(f"{variable} needs a driver that is not installed: no module {error.name!r}") from None
    except (sa.exc.ArgumentError, ValueError, TypeError):
        raise BadData(
            f"{variable} holds no database URL: expected postgresql://user:password@host:port/database, special "
            "characters of the password percent-encoded, or another URL that SQLAlchemy knows"
        ) from None


@contextmanager
def _said(variable: str, address: str) -> Iterator[None]:
    """Turn whatever a database or its driver says into a sentence without secrets."""
    try:
        yield
    except DriftbookError:
        raise
    except Exception as error:
        reason = _PLACE.sub("", " ".join(str(getattr(error, "orig", None) or error).split()))
        raise BadData(
            f"source.query to the database of {variable} fails ({_scrubbed(reason, address)[:500]}): "
            f"correct the query, or the URL in {variable}"
        ) from None


def _scrubbed(text: str, address: str) -> str:
    secrets = {address, *_USERINFO.findall(address)}
    with suppress(sa.exc.ArgumentError, ValueError):
        parsed = sa.make_url(address)
        given = {name: value if isinstance(value, tuple) else (value,) for name, value in parsed.query.items()}
        hidden = {value for name, values in given.items() if _SECRET.search(name) for value in values}
        secrets |= {str(parsed.password or ""), *hidden}
    forms = {write(secret) for secret in secrets for write in (str, quote, quote_plus, unquote)} - {""}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
