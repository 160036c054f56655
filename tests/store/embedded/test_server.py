import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest
from driftbook.errors import DatabaseUnavailable
from driftbook.store.embedded import binaries, server, sockets

FAST = {"fsync": "off"}
START = """
import sys
from pathlib import Path
from driftbook.store.embedded import server
print(server.start(Path(sys.argv[1])))
"""
WRONG_PID_FILES = ["", "garbage\n", "-1\n", "9" * 20, "{unrelated}\n", "{unrelated}\n{data}\n1700000000\n5432\n"]


@pytest.fixture(scope="module")
def initialised(tmp_path_factory):
    """A server folder that was started and stopped once."""
    directory = tmp_path_factory.mktemp("initialised")
    server.start(directory, FAST)
    server.stop(directory)
    return directory


@pytest.fixture
def directory(initialised):
    yield initialised
    server.stop(initialised)


def postmaster(directory):
    return psutil.Process(int((directory / "data" / "postmaster.pid").read_text().split()[0]))


def answer(uri):
    with psycopg.connect(uri) as connection:
        return connection.execute("select 6 * 7").fetchone()[0]


def test_start_is_idempotent_and_answers(directory):
    uri = server.start(directory, FAST)
    pid = postmaster(directory).pid
    assert server.start(directory) == uri == sockets.uri(directory)
    assert (postmaster(directory).pid, answer(uri)) == (pid, 42)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
        ("lc_messages", "C"),
        ("shared_buffers", "64MB"),
        ("fsync", "off"),
    ],
)
def test_small_local_and_in_utc(directory, setting, value):
    with psycopg.connect(server.start(directory, FAST)) as connection:
        assert connection.execute("select current_setting(%s)", [setting]).fetchone() == (value,)


def test_stop_twice(directory):
    server.start(directory, FAST)
    assert server.stop(directory) is True
    assert server.stop(directory) is False
    assert not server.is_running(directory)
    assert binaries.processes(directory.resolve() / "data") == []
    assert not sockets.folder(directory).exists()


def test_stop_where_nothing_ever_was(tmp_path):
    assert server.stop(tmp_path / "nowhere") is False
    assert not (tmp_path / "nowhere").exists()


def test_socket_folder_is_private_and_short(directory):
    server.start(directory, FAST)
    folder = sockets.folder(directory)
    assert (folder.stat().st_mode & 0o777, folder.stat().st_uid) == (0o700, os.getuid())
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 80


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGQUIT, signal.SIGTERM])
def test_start_after_the_server_was_killed(directory, how):
    with psycopg.connect(server.start(directory), autocommit=True) as connection:
        connection.execute("create table if not exists kept as select 1 as value")
        postmaster(directory).send_signal(how)
    with psycopg.connect(server.start(directory)) as connection:
        assert connection.execute("select value from kept").fetchall() == [(1,)]


def test_start_after_every_process_was_killed(directory):
    server.start(directory, FAST)
    for process in binaries.processes(directory.resolve() / "data"):
        with contextlib.suppress(psutil.NoSuchProcess):  # some end with the first one
            process.kill()
    assert answer(server.start(directory, FAST)) == 42


@pytest.mark.parametrize("content", WRONG_PID_FILES)
def test_start_with_a_wrong_pid_file(directory, content):
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as unrelated:
        text = content.format(unrelated=unrelated.pid, data=directory / "data")
        (directory / "data" / "postmaster.pid").write_text(text)
        folder = sockets.folder(directory)
        sockets.make_private(folder)
        (folder / ".s.PGSQL.5432").touch()
        (folder / ".s.PGSQL.5432.lock").write_text(text)
        assert server.stop(directory) is False
        assert answer(server.start(directory, FAST)) == 42
        assert unrelated.poll() is None
        unrelated.kill()


def test_four_processes_start_at_once(tmp_path):
    def start(_):
        return subprocess.run([sys.executable, "-c", START, str(tmp_path)], capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(4) as pool:
        finished = list(pool.map(start, range(4)))
    try:
        assert {(f.returncode, f.stdout.strip(), f.stderr) for f in finished} == {(0, sockets.uri(tmp_path), "")}
        assert answer(sockets.uri(tmp_path)) == 42
        assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "lock", "server.log"]
    finally:
        server.stop(tmp_path)


def test_half_made_data_of_a_killed_initdb_are_replaced(tmp_path):
    (tmp_path / "data.new-killed").mkdir()
    (tmp_path / "data.new-killed" / "PG_VERSION").write_text("18\n")
    try:
        assert answer(server.start(tmp_path, FAST)) == 42
        assert not (tmp_path / "data.new-killed").exists()
    finally:
        server.stop(tmp_path)


@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9])
def test_start_after_a_starter_was_killed(tmp_path, seconds):
    with subprocess.Popen([sys.executable, "-c", START, str(tmp_path)], stdout=subprocess.DEVNULL) as starter:
        with contextlib.suppress(subprocess.TimeoutExpired):
            starter.wait(seconds)
        starter.kill()
    try:
        assert answer(server.start(tmp_path, FAST)) == 42
    finally:
        server.stop(tmp_path)


def test_long_path_with_odd_characters_and_closed_parents(tmp_path):
    tmp_path.chmod(0o700)
    directory = tmp_path / ("long " * 20).strip() / ("é'\"$x" * 20)
    try:
        assert answer(server.start(directory, FAST)) == 42
        assert tmp_path.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop(directory)


def test_data_deleted_under_a_running_server(tmp_path):
    try:
        server.start(tmp_path, FAST)
        old = postmaster(tmp_path)
        shutil.rmtree(tmp_path / "data")
        assert not server.is_running(tmp_path)
        assert answer(server.start(tmp_path, FAST)) == 42
        assert not old.is_running() or old.status() == psutil.STATUS_ZOMBIE
    finally:
        server.stop(tmp_path)


def test_the_environment_of_the_caller_does_not_reach_the_server(directory, monkeypatch):
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@h/db")
    assert answer(server.start(directory, FAST)) == 42
    assert set(postmaster(directory).environ()) & {"PGPORT", "DATABASE_URL"} == set()


def test_a_folder_of_somebody_else_is_refused(initialised):
    folder = sockets.folder(initialised)
    shutil.rmtree(folder, ignore_errors=True)
    folder.symlink_to("/")
    try:
        with pytest.raises(DatabaseUnavailable, match=r"socket folder .* expected one of user"):
            server.start(initialised)
    finally:
        folder.unlink()


def test_data_that_do_not_start_show_the_end_of_the_log(tmp_path, initialised):
    shutil.copytree(initialised / "data", tmp_path / "data")
    with pytest.raises(DatabaseUnavailable, match=r"(?s)did not start: its log ends:.*nonsense.*set DATABASE_URL"):
        server.start(tmp_path, {"shared_buffers": "nonsense"})
    assert server.stop(tmp_path) is False


def test_data_folder_of_something_else_is_kept(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("keep")
    with pytest.raises(DatabaseUnavailable, match=r"holds no PostgreSQL data .* move it away"):
        server.start(tmp_path)
    assert (tmp_path / "data" / "mine.txt").read_text() == "keep"


def test_the_server_outlives_a_caller_whose_output_is_a_pipe(tmp_path):
    try:
        subprocess.run([sys.executable, "-c", START, str(tmp_path)], capture_output=True, check=True, timeout=60)
        assert server.is_running(tmp_path)
        assert os.getsid(postmaster(tmp_path).pid) != os.getsid(0)
    finally:
        server.stop(tmp_path)


def test_binaries_come_from_the_package():
    assert Path(binaries.run("postgres", "--version").args[-2]).name == "postgres"
    assert binaries.run("postgres", "--version").stdout.startswith("postgres (PostgreSQL) 18")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be somebody else")
@pytest.mark.parametrize("can_map", [True, False], ids=["namespaces", "no namespaces"])
def test_a_user_without_a_name(tmp_path, can_map):
    folder = Path(tempfile.mkdtemp(prefix="driftbook-nameless-", dir="/tmp"))
    os.chown(folder, 54321, 54321)
    code = "import sys; from pathlib import Path; from driftbook.store.embedded import binaries, server\n"
    code += "" if can_map else "binaries._as_nobody = lambda: []\n"
    code += "try: print(server.start(Path(sys.argv[1])))\nfinally: server.stop(Path(sys.argv[1]))"
    prefix = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
    command = [*prefix, sys.executable, "-c", code, str(folder / "server")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    finally:
        shutil.rmtree(folder)
    if done.returncode == 0:
        assert can_map and "driftbook-54321-" in done.stdout
    else:  # the system has no user namespaces, or they are not used
        assert "user 54321 has no entry in /etc/passwd, without which initdb does not run: add one" in done.stderr
