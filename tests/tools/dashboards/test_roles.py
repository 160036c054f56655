"""Who may do what, on the database as `config/database/init.sh` leaves it."""

import re
import shutil

import psycopg
import pytest
from driftbook import exporter, store
from driftbook.store.migrations import FOLDER, known, migrate
from psycopg import errors

READ_ONLY = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
FORBIDDEN = [
    "insert into driftbook.smoke values ('x', now(), 1)",
    "update driftbook.run set page = ''",
    "delete from driftbook.measure",
    "truncate driftbook.judgement",
    "create table driftbook.mine ()",
    "create view driftbook.mine as select 1",
    "create table public.mine ()",
    "create temporary table mine ()",
    "create schema mine",
    "create role mine",
    "create function driftbook.mine() returns int language sql as 'select 1'",
    "drop view driftbook.alarm",
    "alter view driftbook.alarm owner to grafana_reader",
    "select * from driftbook.run",
    "select * from driftbook.measure",
    "select * from driftbook.migration",
    "select * from elsewhere.secret",
    "select driftbook.grant_views()",
    "select driftbook.refresh_days()",
    "select pg_read_file('/etc/passwd')",
    "copy (select 1) to '/tmp/x'",
    "copy (select 1) to program 'true'",
    "select pg_advisory_lock(1)",
    "select pg_advisory_xact_lock_shared(1, 2)",
    "select pg_try_advisory_lock(1)",
    "select pg_try_advisory_xact_lock(hashtextextended('demo 2022-02-10', 0))",
    "select pg_advisory_unlock_all()",
    "select lo_create(0)",
    "select lo_creat(-1)",
    "select lo_from_bytea(0, 'x')",
    "select lo_open(1, 131072)",
    "select lo_import('/etc/passwd')",
    "select lo_unlink(1)",
    "select pg_notify('a', 'b')",
    "set temp_file_limit = -1",
    "alter role grafana_reader set temp_file_limit = -1",
    "alter role grafana_reader reset temp_file_limit",
    "alter role grafana_reader superuser",
    "alter role grafana_reader connection limit 1000",
    "alter role driftbook password 'x'",
    "alter role driftbook set search_path = elsewhere",
    "alter database stack set statement_timeout = 0",
    "lock table driftbook.run",
    "lock table driftbook.daily_overview in exclusive mode",
    "comment on view driftbook.alarm is 'mine'",
    "set role driftbook",
    "set session authorization postgres",
]


@pytest.fixture(scope="module", autouse=True)
def elsewhere(stack):
    """Another schema in the same database, as a team's own server has it."""
    with psycopg.connect(stack.admin) as connection:
        connection.execute("create schema if not exists elsewhere")
        connection.execute("create table if not exists elsewhere.secret ()")


@pytest.mark.parametrize("sql", FORBIDDEN)
@pytest.mark.parametrize("first", ["", "set default_transaction_read_only = off", "set transaction read write"])
def test_the_reader_may_only_read_views(stack, sql, first):
    with psycopg.connect(stack.reader) as connection:
        if first:
            connection.execute(first)
            if first.startswith("set default"):
                connection.commit()
        with pytest.raises(READ_ONLY + (errors.UndefinedFunction,) * ("refresh_days" in sql)):
            connection.execute(sql)


def test_the_reader_reads_every_view(stack):
    with psycopg.connect(stack.writer) as connection:
        views = connection.execute("select viewname from pg_views where schemaname = 'driftbook'").fetchall()
    assert len(views) > 10
    for (view,) in views:
        stack.rows(f"select * from driftbook.{view} limit 1")


def test_the_reader_may_tell_prometheus(stack, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", stack.reader)
    assert "driftbook_up 1.0" in exporter.text()


def test_the_readers_transactions_are_read_only_and_limited(stack):
    assert stack.rows("show transaction_read_only") == [("on",)]
    assert stack.rows("show statement_timeout") == [("15s",)]


def test_the_script_takes_back_what_the_reader_did_to_itself(stack):
    stored = "select rolpassword from pg_authid where rolname = 'grafana_reader'"
    before = stack.rows(stored, "admin")
    with psycopg.connect(stack.reader) as connection:
        connection.execute("set transaction read write")
        connection.execute("alter role grafana_reader set statement_timeout = 0")
        connection.execute("alter role grafana_reader set work_mem = '1GB'")
        connection.execute("alter role grafana_reader reset all")
        connection.execute("alter role grafana_reader password 'mine'")
    assert stack.rows("show statement_timeout") == [("0",)]
    assert stack.rows("show temp_file_limit") == [("256MB",)], "an administrator's"
    taken = stack.rows(stored, "admin")
    assert stack.initialise() == ""
    assert stack.rows("show statement_timeout") == [("15s",)]
    assert before != taken != stack.rows(stored, "admin")


def test_the_writer_may_wait_for_other_writers(stack):
    assert stack.rows("select pg_try_advisory_xact_lock(1)", "writer") == [(True,)]


def test_a_statement_longer_than_the_timeout_is_ended(stack):
    with psycopg.connect(stack.admin) as connection:
        connection.execute("alter role grafana_reader set statement_timeout = '200ms'")
    try:
        with pytest.raises(errors.QueryCanceled, match="statement timeout"):
            stack.rows("select pg_sleep(30)")
    finally:
        with psycopg.connect(stack.admin) as connection:
            connection.execute("alter role grafana_reader set statement_timeout = '15s'")


def test_the_writer_owns_its_schema_and_nothing_else(stack):
    owned = """
        select n.nspname, pg_get_userbyid(c.relowner), count(*)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
        group by 1, 2
    """
    assert {row[:2] for row in stack.rows(owned)} == {("driftbook", "driftbook"), ("elsewhere", "postgres")}
    role = (
        "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles where rolname = '{}'"
    )
    assert stack.rows(role.format("driftbook")) == stack.rows(role.format("grafana_reader")) == [(False,) * 5]


@pytest.mark.parametrize(
    "sql",
    [
        "create schema mine",
        "create table public.mine ()",
        "create temporary table mine ()",
        "select * from elsewhere.secret",
        "create role mine",
        "alter role grafana_reader superuser",
    ],
)
def test_the_writer_is_kept_to_its_schema(stack, sql):
    with psycopg.connect(stack.writer) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(sql)


def test_nobody_else_gets_in(stack):
    with psycopg.connect(stack.admin) as connection:
        connection.execute("create role stranger login")
    try:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(stack.admin.replace("postgres@", "stranger@")).close()
    finally:
        with psycopg.connect(stack.admin) as connection:
            connection.execute("drop role stranger")


def test_the_library_finds_the_schema_as_the_script_left_it(stack):
    with psycopg.connect(stack.writer, autocommit=True) as connection:
        assert migrate(connection) == []
        ledger = connection.execute("select number, name, sha256 from driftbook.migration order by number").fetchall()
    assert ledger == [(m.number, m.name, m.sha256) for m in known()]


def test_the_writer_may_apply_a_later_migration(stack, tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "migrations")
    (folder / "9999_later.sql").write_text(
        "create view driftbook.later as select 1 as one; select driftbook.grant_views()"
    )
    with psycopg.connect(stack.writer, autocommit=True) as connection:
        assert migrate(connection, folder) == ["9999_later"]
        try:
            assert stack.rows("select one from driftbook.later") == [(1,)]
        finally:
            connection.execute("drop view driftbook.later; delete from driftbook.migration where number = 9999")


def test_the_script_may_run_again_and_changes_nothing_but_passwords(stack):
    before = stack.rows("select * from driftbook.daily_overview order by model, day")
    assert stack.initialise() == ""
    assert stack.rows("select * from driftbook.daily_overview order by model, day") == before


def test_passwords_are_what_the_environment_says(stack):
    stored = dict(
        stack.rows(
            "select rolname, rolpassword from pg_authid where rolname in ('driftbook', 'grafana_reader')", "admin"
        )
    )
    assert set(stored) == {"driftbook", "grafana_reader"}
    assert all(re.match(r"SCRAM-SHA-256\$", hashed) for hashed in stored.values())


def test_planted_passwords_are_in_no_log_no_page_and_no_table(stack):
    texts = {stack.log: stack.log.read_text(encoding="utf-8", errors="replace")}
    texts |= {file: file.read_bytes().decode("utf-8", "replace") for file in stack.archive.rglob("*") if file.is_file()}
    assert "insert into driftbook.run" in texts[stack.log], "the log holds the statements"
    assert len(texts) > 10
    for secret in stack.passwords:
        assert [str(file) for file, text in texts.items() if secret in text] == []
    for table in ("run", "measure", "judgement"):
        found = f"select count(*) from driftbook.{table} t where t::text like any(%s)"
        with psycopg.connect(stack.admin) as connection:
            assert connection.execute(found, [[f"%{secret}%" for secret in stack.passwords]]).fetchone() == (0,)


# Without the stack: the library's own database, where an operator adds the reader later.


def test_without_the_reader_migrations_say_so(server_uri, database):
    notices = []
    with psycopg.connect(database, autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        migrate(connection)
    (notice,) = {text for text in notices if "grafana_reader" in text}
    assert notice == "there is no role grafana_reader: create it, then run `select driftbook.grant_views()`"


def test_an_operator_adds_the_reader_later(server_uri, database):
    store.connect().close()
    reader = re.sub(r"//[^@]*@", "//grafana_reader@", database)
    with psycopg.connect(database) as connection:
        connection.execute("create role grafana_reader login")
    try:
        with psycopg.connect(reader) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute("select * from driftbook.daily_overview")
        notices = []
        with psycopg.connect(database) as connection:
            connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
            connection.execute("select driftbook.grant_views()")
        assert "let an administrator run config/database/init.sh" in " ".join(notices)
        with psycopg.connect(reader) as connection:
            assert connection.execute("select * from driftbook.daily_overview").fetchall() == []
    finally:
        with psycopg.connect(database) as connection:
            connection.execute("drop owned by grafana_reader; drop role grafana_reader")
