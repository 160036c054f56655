"""Connections to the database: `DATABASE_URL`, or the embedded server where it is not set."""

import contextlib
import os
import re
from collections.abc import Iterator
from multiprocessing.connection import wait
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from driftbook.errors import DatabaseUnavailable
from driftbook.store import away
from driftbook.store.migrations import migrate
from driftbook.store.passwords import scrub

_DATABASE = "driftbook"
_OLDEST = 15
_EXPECTED = "expected postgresql://user:password@host:port/database, special characters of the password percent-encoded"
# After the user's part no unencoded @ is left: one there is the rest of a password that was not percent-encoded.
_URI = re.compile(r"postgres(ql)?://([^@/]*@)?[^@?]*(\?.*)?")

# What a server says that cannot be used yet or not for long; what it says of a login that waiting does not help.
_COMING = re.compile(
    r"system is (starting up|shutting down|in recovery)|not (yet )?accepting connections|too many clients"
)
_REFUSED = re.compile(r"authentication failed|does not exist|no pg_hba\.conf entry|permission denied")

_migrated: set[str] = set()
#: Open connections that nobody uses now, by the process whose they are: opening one costs 6 ms and a login.
_kept: dict[int, list["_Connection"]] = {}


class _Connection(psycopg.Connection):
    """One whose end as a context manager leaves its session open where this process keeps its connections."""

    key = ""

    def __exit__(self, kind: type | None, error: BaseException | None, its_traceback: Any) -> None:
        idle = _kept.get(os.getpid())
        if idle is None or kind or self.closed:
            super().__exit__(kind, error, its_traceback)
            return
        self.commit()
        idle.append(self)


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Have this process, not those forked from it, use its connections again until the context ends."""
    if (process := os.getpid()) in _kept:
        yield
        return
    _kept[process] = []
    try:
        yield
    finally:
        for connection in _kept.pop(process):
            connection.close()


@away.again
def connect(url: str = "", *, migrates: bool = True) -> psycopg.Connection:
    """Return a connection to a migrated database, its session in UTC.

    Uses `url` if given, else `DATABASE_URL` if set, else the database `driftbook` of the embedded server, which is
    started and created as needed. The first connection of a process applies the missing migrations, unless told not to
    by who only reads. As a context manager the connection commits and closes.

    A database that this process has used before, or the one that it was forked from, is waited for while it is away.

    Raises
    ------
    DatabaseUnavailable
        If the server is down, refuses the login, is too old or was migrated by newer code, or the URL is malformed.
        The message never holds the password.
    """
    url = url or os.environ.get("DATABASE_URL", "").strip()
    parameters = _parsed(url) if url else _embedded_address()
    key = make_conninfo(**parameters)
    if connection := _used_before(key, migrates=migrates):
        return connection
    connection = _opened(parameters) if url else _embedded(parameters)
    try:
        _prepare(connection, key, migrates=migrates)
    except BaseException as error:
        connection.close()
        if isinstance(error, psycopg.Error):
            raise _unavailable(parameters, error, may_pass=away.may_pass(error)) from None
        raise
    away.is_back()
    return connection


def _used_before(key: str, *, migrates: bool) -> _Connection | None:
    """Return a connection that this process keeps, if there is one that its server has not closed."""
    idle = _kept.get(os.getpid(), [])
    while idle:
        connection = idle.pop()
        is_closed = wait([connection], 0)  # nothing else comes unasked
        if connection.key == key and (not migrates or key in _migrated) and not is_closed:
            return connection
        connection.close()
    return None


def _parsed(url: str) -> dict[str, Any]:
    try:
        parameters = conninfo_to_dict(url) if _URI.fullmatch(url) else None
    except (psycopg.Error, UnicodeError):
        parameters = None
    ports = str((parameters or {}).get("port", "")).split(",")
    # Nothing of a malformed URL is repeated: no part of it is certain not to be the password.
    if parameters is None or not all(port.isdecimal() for port in ports if port):
        raise DatabaseUnavailable(f"DATABASE_URL is no libpq URI: {_EXPECTED}")
    return parameters


def _embedded_address() -> dict[str, Any]:
    # Imported here so that `python -m driftbook.store.embedded.server` does not find itself imported already.
    from driftbook.store.embedded import server

    return {**conninfo_to_dict(server.address()), "dbname": _DATABASE}


def _embedded(parameters: dict[str, Any]) -> _Connection:
    """Return a connection to the embedded server; only one that was not used before, or is gone, is started."""
    from driftbook.store.embedded import libpq, server

    with libpq.unset():
        if make_conninfo(**parameters) in _migrated:
            with contextlib.suppress(DatabaseUnavailable):
                if server.seems_running():
                    return _opened(parameters)
            server.start()
        else:
            _create_database(server.start())
        return _opened(parameters)


def _create_database(uri: str) -> None:
    with _opened(conninfo_to_dict(uri)) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [_DATABASE]).fetchone():
            return
        # Another process may be faster.
        with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(f"create database {_DATABASE}")


def _opened(parameters: dict[str, Any]) -> _Connection:
    # libpq's own environment variables keep their say where the URL leaves something open.
    defaults = {"application_name": "driftbook", "client_encoding": "utf8"}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        defaults["connect_timeout"] = "5"
    try:
        return _Connection.connect(autocommit=True, **{**defaults, **parameters})
    except (psycopg.Error, UnicodeError) as error:
        raise _unavailable(parameters, error, may_pass=_may_pass(parameters, error)) from None


def _may_pass(parameters: dict[str, Any], error: Exception) -> bool:
    """Return whether a server that does not let us in may do so in a moment."""
    if _COMING.search(str(error)):
        return True
    # A kernel of its own was not forked from the process that used the database to open its run.
    was_used = make_conninfo(**parameters) in _migrated or "DRIFTBOOK_RUN" in os.environ
    return was_used and isinstance(error, psycopg.OperationalError) and not _REFUSED.search(str(error))


def _prepare(connection: _Connection, key: str, *, migrates: bool) -> None:
    version = connection.info.server_version // 10000
    if version < _OLDEST:
        raise DatabaseUnavailable(
            f"PostgreSQL {version} runs at {connection.info.host!r}: expected {_OLDEST} or newer; "
            "set DATABASE_URL to a newer server, or unset it for the embedded one"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            f"database {connection.info.dbname!r} has the encoding {encoding}, expected UTF8: make another one, "
            "`create database driftbook encoding 'UTF8' template template0`, and name it in DATABASE_URL"
        )
    connection.execute("set time zone 'UTC'")
    connection.autocommit, connection.key = False, key
    if migrates and key not in _migrated:
        migrate(connection)
        _migrated.add(key)


def _unavailable(parameters: dict[str, Any], error: Exception, *, may_pass: bool) -> DatabaseUnavailable:
    message = f"cannot use PostgreSQL at {_named(parameters)}: {' '.join(str(error).split())}"
    return DatabaseUnavailable(f"{scrub(message)}; check DATABASE_URL and that the server is up", may_pass=may_pass)


def _named(parameters: dict[str, Any]) -> str:
    names = {"host": "host", "port": "port", "dbname": "database", "user": "user"}
    defaults = {"port": "5432"}
    given = {label: parameters.get(name) or defaults.get(name) for name, label in names.items()}
    return ", ".join(f"{label} {value!r}" if value else f"{label} not given" for label, value in given.items())
