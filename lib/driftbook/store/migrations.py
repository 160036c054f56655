"""Numbered .sql files, each applied once to a database, in order, all or none.

Each file is plain SQL that may run twice, and that psql runs as well.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg

from driftbook.errors import DatabaseUnavailable

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 5_318_008_431  # any number, the same in every process

# `create schema if not exists` asks for a right that a login with a schema of its own need not have.
_LEDGER = """
do $$ begin if to_regnamespace('driftbook') is null then create schema driftbook; end if; end $$;
create table if not exists driftbook.migration (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default clock_timestamp()
)
"""


@dataclass(frozen=True)
class Migration:
    """One numbered file: its number, its name without `.sql`, and its text."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the text, the same whatever the checkout made of line ends."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations of a folder, in order."""
    files = sorted(folder.glob("[0-9]*_*.sql"))
    return [Migration(int(file.stem.split("_")[0]), file.stem, file.read_text(encoding="utf-8")) for file in files]


def migrate(connection: psycopg.Connection, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing in one transaction, and return the names of the files applied.

    Any number of processes may call it at once. A database that has everything is only read.

    Raises
    ------
    DatabaseUnavailable
        If an applied file was changed since, the database knows a newer one, or a statement fails.
    """
    migrations = known(folder)
    try:
        with connection.transaction():
            if not _missing(connection, migrations):
                return []
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            connection.execute(_LEDGER)
            missing = _missing(connection, migrations)
            for migration in missing:
                _apply(connection, migration)
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseUnavailable(_not_allowed(connection, error)) from None
    except psycopg.Error as error:
        raise DatabaseUnavailable(f"migrating the database failed: {' '.join(str(error).split())}") from None
    return [migration.name for migration in missing]


def _not_allowed(connection: psycopg.Connection, error: psycopg.Error) -> str:
    user, database = connection.info.user, connection.info.dbname
    return (
        f"login {user!r} may not make the tables of driftbook in database {database!r} "
        f'({" ".join(str(error).split())}): let an administrator run `grant create on database "{database}" to '
        f'"{user}"`, which may be taken back afterwards, or config/database/init.sh (docs/stack.md)'
    )


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    connection.execute(migration.sql)
    connection.execute(
        "insert into driftbook.migration (number, name, sha256) values (%s, %s, %s)",
        [migration.number, migration.name, migration.sha256],
    )


def _missing(connection: psycopg.Connection, migrations: list[Migration]) -> list[Migration]:
    if not connection.execute("select 1 where to_regclass('driftbook.migration') is not null").fetchone():
        return migrations
    rows = connection.execute("select number, name, sha256 from driftbook.migration order by number").fetchall()
    files = {migration.name: migration for migration in migrations}
    for _, name, sha256 in rows:
        if name not in files:
            raise DatabaseUnavailable(
                f"the database has migration {name!r}, which this code does not know: "
                "update driftbook, or use another database (one of before 0.1.0 has to be made anew)"
            )
        if files[name].sha256 != sha256:
            raise DatabaseUnavailable(
                f"migration {name!r} was changed after it was applied: restore the file "
                "and put the change into a new, higher-numbered one"
            )
    applied = {number for number, _, _ in rows}
    return [migration for migration in migrations if migration.number not in applied]
