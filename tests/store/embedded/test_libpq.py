import os
import subprocess
import sys

import psycopg
import pytest
from driftbook import store
from driftbook.store.embedded import libpq, server, sockets

#: What libpq of this process would use, were it meant for the embedded server.
ODD = {
    "PGCHANNELBINDING": "require",
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": "/nowhere",
    "PGGSSENCMODE": "require",
    "PGREQUIREAUTH": "scram-sha-256",
    "PGOPTIONS": "-c default_transaction_read_only=on",
    "PGSERVICE": "none",
    "PGSERVICEFILE": "/nowhere",
    "PGHOSTADDR": "192.0.2.1",
    "PGHOST": "192.0.2.1",
    "PGPORT": "1",
    "PGUSER": "nobody",
    "PGDATABASE": "none",
    "PGPASSWORD": "12",
    "PGPASSFILE": "/nowhere",
    "PGTARGETSESSIONATTRS": "standby",
    "PGLOADBALANCEHOSTS": "oops",
    "PGCLIENTENCODING": "LATIN1",
    "PGDATESTYLE": "German",
    "PGTZ": "Asia/Tokyo",
    "PGCONNECT_TIMEOUT": "x",
    "PGMINPROTOCOLVERSION": "oops",
}


@pytest.fixture
def odd(monkeypatch):
    for name, value in ODD.items():
        monkeypatch.setenv(name, value)


def test_nothing_of_it_reaches_the_embedded_server(odd, server_directory, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("driftbook.paths.postgres_dir", lambda: server_directory)
    assert server.is_running(server_directory)
    for _ in range(2):  # the second one knows the server
        with store.connect() as connection:
            shown = "current_setting('transaction_read_only'), current_setting('timezone'), date '2022-02-01'::text"
            assert connection.execute(f"select {shown}").fetchone() == ("off", "UTC", "2022-02-01")
            assert (connection.info.user, connection.info.dbname) == ("postgres", "driftbook")
    assert {name: os.environ[name] for name in ODD} == ODD


def test_a_server_starts_among_it(odd, tmp_path):
    try:
        uri = server.start(tmp_path, {"fsync": "off"})
        with libpq.unset(), psycopg.connect(uri) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        server.stop(tmp_path)
    assert not sockets.folder(tmp_path.resolve()).exists()


def test_it_is_put_back_after_an_error(odd):
    with pytest.raises(RuntimeError), libpq.unset():
        assert not ODD.keys() & os.environ.keys()
        raise RuntimeError
    assert {name: os.environ[name] for name in ODD} == ODD


DURING = """
import sys
from pathlib import Path
from driftbook.store.embedded import server
directory = Path(sys.argv[1])
with server.during(directory):
    server.start(directory, {"fsync": "off"})
    print("in", flush=True)
    sys.stdin.readline()
print(server.is_running(directory), flush=True)
"""


@pytest.fixture
def enter(tmp_path):
    """A function that starts a process which enters the context; the server is stopped at the end."""
    entered = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", DURING, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        entered.append(process)
        assert process.stdout.readline() == "in\n"
        return process

    yield start
    for process in entered:
        process.kill()
        process.communicate()
    server.stop(tmp_path)


def leave(process):
    return process.communicate("\n")[0].strip()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first first", "last first"])
def test_the_last_of_two_stops_the_server(enter, order):
    both = [enter(), enter()]
    assert [leave(both[number]) for number in order] == ["True", "False"]


def test_a_server_that_ran_before_goes_on(enter, tmp_path):
    server.start(tmp_path, {"fsync": "off"})
    both = [enter(), enter()]
    assert [leave(process) for process in both] == ["True", "True"]


def test_one_that_was_killed_is_gone(enter):
    both = [enter(), enter()]
    both[0].kill()
    both[0].wait()
    assert leave(both[1]) == "False"
