import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, quote_plus

import psycopg
import pytest
from driftbook.errors import DatabaseUnavailable
from driftbook.store import connect, connection
from driftbook.store.embedded import server, sockets
from driftbook.verdicts import VERDICTS

PASSWORD = "s3cret/ü&?\"w%41rd' @:x"
ENCODED = quote(PASSWORD, safe="")


def settings(*names):
    with connect() as opened:
        return [opened.execute("select current_setting(%s)", [name]).fetchone()[0] for name in names]


def test_session(database, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("PGTZ", "America/New_York")
    assert settings("TimeZone", "application_name", "client_encoding") == ["UTC", "driftbook", "UTF8"]


def test_the_url_may_name_the_application(database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"{database}&application_name=mine")
    assert settings("application_name", "TimeZone") == ["mine", "UTC"]


def test_commits_at_the_end_and_rolls_back_on_an_error(database):
    with connect() as opened:
        opened.execute("create table kept (value int)")
    with pytest.raises(ZeroDivisionError), connect() as opened:
        opened.execute("insert into kept values (1)")
        raise ZeroDivisionError
    with connect() as opened:
        assert opened.execute("select * from kept").fetchall() == []


def test_migrates_once_per_process(database, monkeypatch):
    connect().close()
    monkeypatch.setattr(connection, "migrate", lambda _: pytest.fail("migrated again"))
    connect().close()


@pytest.mark.parametrize("unset", [None, ""])
def test_embedded_without_a_url(tmp_path, monkeypatch, unset):
    if unset is None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("DATABASE_URL", unset)
    monkeypatch.setattr(server.paths, "postgres_dir", lambda: tmp_path)
    script = f"""
from pathlib import Path
from driftbook import paths, store
paths.postgres_dir = lambda: Path({str(tmp_path)!r})
with store.connect() as opened:
    print(opened.info.dbname, opened.execute("select count(*) from driftbook.verdict").fetchone()[0])
"""

    def run(_):
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
        )

    try:
        with ThreadPoolExecutor(3) as pool:
            outcomes = {(done.stdout, done.stderr) for done in pool.map(run, range(3))}
        assert outcomes == {(f"driftbook {len(VERDICTS)}\n", "")}
        log = (tmp_path / "server.log").read_text()
        assert run(None).stdout == f"driftbook {len(VERDICTS)}\n"
        assert "ERROR" not in (tmp_path / "server.log").read_text().removeprefix(log)
    finally:
        server.stop(tmp_path)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
def test_an_embedded_server_that_ended_is_started_again_and_one_that_runs_is_not_asked(tmp_path, monkeypatch, end):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(server.paths, "postgres_dir", lambda: tmp_path)
    try:
        with connect() as opened:
            opened.execute("create table kept (x int)")
        with monkeypatch.context() as running:
            running.setattr(server, "start", lambda: pytest.fail("asked whether it runs"))
            connect().close()
        with server._locked(tmp_path):
            server._end(tmp_path, end)
        with connect() as opened:
            assert opened.execute("select * from kept").fetchall() == []
    finally:
        server.stop(tmp_path)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """The URI, up to the user, and query of a server that wants a password from the user `guarded`."""
    directory = tmp_path_factory.mktemp("guarded").resolve()
    with psycopg.connect(server.start(directory, {"fsync": "off"}), autocommit=True) as opened:
        opened.execute(f"create role guarded superuser login password {psycopg.sql.quote(PASSWORD)}")
        rules = directory / "data" / "pg_hba.conf"
        rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
        opened.execute("select pg_reload_conf()")
    yield f"host={sockets.folder(directory)}&port=5432"
    server.stop(directory)


@pytest.mark.parametrize("written", [ENCODED, ENCODED.lower(), quote(PASSWORD, safe="'")])
def test_the_right_password(guarded, monkeypatch, written):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://guarded:{written}@/postgres?{guarded}")
    assert settings("TimeZone") == ["UTC"]


def test_the_wrong_password_is_not_in_the_error(guarded, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://guarded:{ENCODED}wrong@/postgres?{guarded}")
    with pytest.raises(DatabaseUnavailable, match=r"database 'postgres', user 'guarded': .*authentication failed") as e:
        connect()
    refuse_password(e.value)


def refuse_password(error):
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    for form in ("s3cret", "w%41rd", "wArd", ENCODED, PASSWORD, quote_plus(PASSWORD)):
        assert form not in str(error)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://me:{}@127.0.0.1:1/db", r"host '127.0.0.1', port '1', database 'db', user 'me': .*refused"),
        ("postgresql://me@127.0.0.1:1/db?password={}", r"port '1', database 'db', user 'me'"),
        ("postgresql://127.0.0.1:1/db?user=me%40here&password={}", "user 'me@here'"),
        ("postgresql://me:{}@/db?host=/nonexistent/s", r"host '/nonexistent/s', port '5432', database 'db'"),
        ("postgresql://me:{}@no-such-host.invalid/{}", r"host 'no-such-host.invalid', port '5432', database '\*\*\*'"),
        ("postgresql://me:{}@127.0.0.1:1,127.0.0.1:2/db", r"host '127.0.0.1,127.0.0.1', port '1,2'"),
        ("postgresql://me:{}@127.0.0.1:1/db?sslmode=nonsense", "invalid sslmode"),
    ],
)
def test_a_server_that_is_not_there(monkeypatch, url, message):
    monkeypatch.setenv("DATABASE_URL", url.replace("{}", ENCODED))
    with pytest.raises(DatabaseUnavailable, match=message) as e:
        connect()
    refuse_password(e.value)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "postgresql",
        f"mysql://me:{ENCODED}@h/db",
        f"postgresql+psycopg://me:{ENCODED}@h/db",
        f"host=h user=me password='{ENCODED}'",
        "postgresql://me:s3cret%zz@h/db",
        "postgresql://me:s3cret@w%41rd@h/db",
        "postgresql://me:s3cret/w%41rd@h/db",
        "postgresql://me:1/s3cret@h/db",
        "postgresql://me:s3cret/x?w%41rd@h/db",
        "postgresql://me:1/x?s3cret=w%41rd@h/db",
        f"postgresql://me:{ENCODED}@h:port/db",
        f"postgresql://me:{ENCODED}@[::1/db",
        f"postgresql://me:{ENCODED}@h/db?nonsense=1",
        f"postgresql://me:{ENCODED}%00@h/db",
        "postgresql://me:s3cret\n@h/d b@",
    ],
)
def test_a_url_that_cannot_be_parsed_is_not_repeated(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL is no libpq URI: expected postgresql://") as e:
        connect()
    refuse_password(e.value)
    assert "nonsense" not in str(e.value)


def test_a_missing_database(database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database.replace("/test_", "/missing_"))
    with pytest.raises(DatabaseUnavailable, match=r"database 'missing_.* does not exist"):
        connect()


def test_an_old_server(database, monkeypatch):
    monkeypatch.setattr(connection, "_OLDEST", 99)
    with pytest.raises(DatabaseUnavailable, match=r"PostgreSQL \d\d runs at .*: expected 99 or newer"):
        connect()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "EUC_JP"])
def test_a_database_of_another_encoding_is_refused(server_uri, monkeypatch, encoding):
    name = f"other_{encoding.lower()}"
    with psycopg.connect(server_uri, autocommit=True) as connection:
        connection.execute(f"create database {name} encoding '{encoding}' locale 'C' template template0")
    try:
        monkeypatch.setenv("DATABASE_URL", server_uri.replace("/postgres?", f"/{name}?"))
        with pytest.raises(DatabaseUnavailable, match=f"'{name}' has the encoding {encoding}, expected UTF8: make"):
            connect()
        with psycopg.connect(server_uri.replace("/postgres?", f"/{name}?")) as connection:
            assert connection.execute("select to_regnamespace('driftbook')").fetchone() == (None,)
    finally:
        with psycopg.connect(server_uri, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")


def test_a_login_that_may_not_create_says_the_way_out(database, monkeypatch):
    with psycopg.connect(database) as connection:
        connection.execute("create role weak login")
    try:
        monkeypatch.setenv("DATABASE_URL", database.replace("postgres@", "weak@"))
        with pytest.raises(DatabaseUnavailable, match="login 'weak' may not make the tables of driftbook") as caught:
            connect()
        (statement,) = re.findall("`(.*?)`", str(caught.value))
        with psycopg.connect(database) as connection:
            connection.execute(statement)
        connect().close()
    finally:
        with psycopg.connect(database) as connection:
            connection.execute("drop owned by weak cascade; drop role weak")


def session(opened):
    return opened.execute("select pg_backend_pid()").fetchone()[0]


def test_a_process_that_keeps_its_connections_uses_them_again(database):
    with connection.kept():
        with connect() as opened:
            first = session(opened)
            opened.execute("create table kept_rows (value int)")
        with connection.kept(), connect() as opened, connect() as second:  # the outer one is in use
            assert session(opened) == first != session(second)
            assert second.execute("select * from kept_rows").fetchall() == []
        with pytest.raises(ZeroDivisionError), connect() as opened:
            opened.execute("insert into kept_rows values (1)")
            raise ZeroDivisionError
        with connect() as opened:
            assert opened.execute("select * from kept_rows").fetchall() == []
            assert settings("TimeZone") == ["UTC"]
    assert opened.closed and second.closed
    with connect() as opened:
        assert session(opened) != first
    assert opened.closed


def test_a_kept_connection_that_was_lost_is_opened_anew(database):
    with connection.kept():
        with connect() as opened:
            first = session(opened)
        with psycopg.connect(database, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [first])
        with connect() as opened:
            assert session(opened) != first


def test_a_kept_connection_is_of_its_database(database, monkeypatch):
    with connection.kept():
        with connect() as opened:
            first = session(opened)
        monkeypatch.setenv("DATABASE_URL", f"{database}&application_name=mine")
        with connect() as opened:
            assert session(opened) != first


def test_a_fork_leaves_the_connections_of_its_parent_alone(database):
    with connection.kept():
        with connect() as opened:
            first = session(opened)
        child = os.fork()
        if not child:
            with connect() as own:
                os._exit(session(own) == first)
        assert os.waitpid(child, 0)[1] == 0
        with connect() as opened:
            assert session(opened) == first
