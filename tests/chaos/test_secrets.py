"""Passwords planted where PostgreSQL's clients look for them, and said aloud by a notebook: none is kept anywhere."""

import html
import itertools
import logging
import os
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import nbformat
import psutil
import pytest
from driftbook import store
from driftbook.store.embedded import binaries, server
from papermill.exceptions import PapermillExecutionError
from psycopg import sql

from tests.chaos.conftest import backfill

SAY = """
import html, json, os, subprocess, sys
said = [known(), f"postgresql://me:{known()}@h/db", f"password={known()}", repr({"password": known()})]
print(*said, json.dumps({"PGPASSWORD": known()}), {**os.environ}, sep="\\n")
print(*said, sep="\\n", file=sys.stderr)
print("12 rows of the 120 the day has, 12.5 %, by then")
"""
SHOW = """
from IPython.display import HTML, JSON, Markdown
display(HTML(f"<table><tr><td>password</td><td>{html.escape(known())}</td></tr></table><p>12 of the rows</p>"))
display(Markdown(f"`postgresql://me:{known()}@h/db`"), JSON({"password": known(), "rows": 12}))
known()
"""
FAIL = "raise ValueError(f'no way to postgresql://me:{known()}@h/db, password {known()!r}, {known()}')"

STRONG = ["hunter2-äöü", "p%40s\"s<w>o'rd", "correcthorse", "4071996123", "pa55"]
WEAK = ["12", "the", "1", "a", "day", "}", '"', "\\", "<", "rows"]


def plant(way, password, uri, folder, patch):
    """Put a password where libpq finds it; return the code by which a notebook gets it."""
    quoted, escaped = quote(password, safe=""), password.replace("\\", "\\\\").replace(":", "\\:")
    user = uri.replace("//postgres@", f"//postgres:{quoted}@")
    by_libpq = "__import__('psycopg').conninfo.conninfo_to_dict(os.environ['DATABASE_URL'])['password']"
    if way == "url":
        patch.setenv("DATABASE_URL", user)
        return by_libpq
    if way == "url's parameter":
        patch.setenv("DATABASE_URL", f"{uri}&password={quoted}")
        return by_libpq
    if way == "PGPASSWORD":
        patch.setenv("PGPASSWORD", password)
        return "os.environ['PGPASSWORD']"
    if way == "pass file":
        (folder / "pass").write_text(f"# ours\n*:*:*:postgres:{escaped}\n", encoding="utf-8")
        (folder / "pass").chmod(0o600)
        patch.setenv("PGPASSFILE", str(folder / "pass"))
        return "open(os.environ['PGPASSFILE']).read().splitlines()[1].split(':', 4)[4]" + (
            ".replace('\\\\\\\\', '\\\\')" if "\\" in password else ""
        )
    (folder / "service").write_text(f"[ours]\npassword={password}\n", encoding="utf-8")
    patch.setenv("PGSERVICEFILE", str(folder / "service"))
    patch.setenv("PGSERVICE", "ours")
    return "open(os.environ['PGSERVICEFILE']).read().splitlines()[1].split('=', 1)[1]"


WAYS = ["PGPASSWORD", "pass file", "service file", "url", "url's parameter"]


@pytest.fixture
def kept(place, notebook, execute, tmp_path, monkeypatch, caplog, request):
    """Return a function that plants a password, runs a notebook that says it, and returns what was kept, by name."""

    def run(way, password):
        uri = os.environ["DATABASE_URL"]
        code = f"import os\ndef known(): return {plant(way, password, uri, tmp_path, monkeypatch)}"
        caplog.set_level(logging.INFO, "papermill")
        nb = notebook("x: int = 1", code, SAY, SHOW, FAIL, notebook="handmade")
        with (tmp_path / "said").open("w") as said, pytest.raises(PapermillExecutionError) as raised:
            execute(nb, {"log_output": True, "stdout_file": said, "stderr_file": said})
        run_id = store.runs()["run_id"].iloc[0]
        found = {
            "record": repr(store.run(run_id)),
            "log": caplog.text,
            "exception": str(raised.value),
            "said": (tmp_path / "said").read_text(),
            "index": (place / "index.html").read_text(encoding="utf-8"),
            "kept": (tmp_path / "out.ipynb").read_text(encoding="utf-8"),
        }
        found |= {file.name: file.read_text(encoding="utf-8") for file in (place / "handmade" / run_id).iterdir()}
        assert len(found) == 8
        for name in ("kept", "handmade.ipynb"):
            nbformat.validate(nbformat.reads(found[name], as_version=4))
        return found

    return run


def each(cases, *shown):
    """Return cases, those not shown marked as of the whole."""
    return [case if case in shown else pytest.param(*case, marks=pytest.mark.whole) for case in cases]


@pytest.mark.parametrize(
    ("way", "password"), each(list(itertools.product(WAYS, STRONG)), *zip(WAYS, STRONG, strict=True))
)
def test_a_planted_password_is_kept_nowhere(kept, way, password):
    found = kept(way, password)
    forms = {password, quote(password), quote(password, safe=""), html.escape(password), repr(password)[1:-1]}
    assert {name: form for name, text in found.items() for form in forms if form in text} == {}
    assert "12 rows of the 120 the day has" in found["handmade.html"]


@pytest.mark.parametrize(("password",), each([(one,) for one in WEAK], ("12",), ("the",), ('"',)))
def test_a_short_or_common_one_leaves_the_notebook_whole(kept, password):
    found = kept("PGPASSWORD", password)
    forms = {f"me:{password}@h", f"password={password}\n", f"'PGPASSWORD': {password!r}", f"'password': {password!r}"}
    assert {name: form for name, text in found.items() for form in forms if form in text} == {}
    for name in ("handmade.html", "kept", "log", "said"):
        assert "12 rows of the 120 the day has, 12.5 %, by then" in found[name]
    assert "<p>12 of the rows</p>" in found["handmade.html"]
    assert "def known(): return os.environ" in found["handmade.ipynb"]


@pytest.mark.parametrize("kernel", ["any", "own"])
def test_interim_copies_hold_none(place, notebook, execute, tmp_path, monkeypatch, kernel):
    """What a killed run leaves: a cell reads the copy that papermill saved before it."""
    monkeypatch.setenv("PGPASSWORD", "hunter2-x")
    read = f"copy = open({str(tmp_path / 'out.ipynb')!r}).read()"
    cells = ["import os; print(os.environ['PGPASSWORD'])", read, "assert 'completed' in copy and '***' in copy"]
    execute(notebook("x: int = 1", *cells, "assert 'hunter' '2' not in copy", notebook="handmade", kernel=kernel))


def test_no_table_holds_one(place, notebook, execute, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "hunter2-x")
    with pytest.raises(PapermillExecutionError):
        execute(notebook("x: int = 1", "import os; raise ValueError(os.environ['PGPASSWORD'])", notebook="handmade"))
    with store.connect() as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'driftbook'").fetchall()
        assert len(tables) > 5
        for (table,) in tables:
            query = sql.SQL("select t::text from driftbook.{} t").format(sql.Identifier(table))
            assert [row for row in connection.execute(query) if "hunter2" in row[0]] == []


def shown(secrets):
    """Return whether a backfill runs, and which commands, as any user sees them by `ps`, hold a secret."""
    commands = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    if shutil.which("ps"):
        commands += subprocess.run(["ps", "-efww"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(commands) > 5
    return any("backfill.ipynb" in command for command in commands), {
        command for command in commands for secret in secrets if secret in command
    }


def test_no_process_shows_one(place, start, tmp_path, monkeypatch):
    """Neither papermill's, its workers' and kernels', nor those of a server that is started meanwhile."""
    secrets = {way: f"hunter{number}-q7x" for number, way in enumerate(WAYS)}
    uri = os.environ["DATABASE_URL"]
    for way, secret in secrets.items():
        if way != "url's parameter":
            plant(way, secret, uri, tmp_path, monkeypatch)
    monkeypatch.setenv("DATABASE_URL", f"{os.environ['DATABASE_URL']}&password={secrets[WAYS[-1]]}")
    monkeypatch.delenv("PGSERVICE")  # it would name another server
    forms = {form for secret in secrets.values() for form in (secret, quote(secret, safe=""))}
    server.start(tmp_path / "server", {"fsync": "off"})
    try:
        process, looks, found = backfill(start, end="2022-02-08", workers=1), 0, set()
        while process.poll() is None:
            is_there, those = shown(forms)
            looks, found = looks + is_there, found | those
            time.sleep(0.02)
        first = binaries.processes((tmp_path / "server" / "data").resolve())[0]
        environment = Path(f"/proc/{first.pid}/environ").read_text(errors="replace")
    finally:
        server.stop(tmp_path / "server")
    assert process.returncode == 0, process.stdout.read()
    assert (found, looks > 20) == (set(), True)
    assert [secret for secret in forms if secret in environment] == []  # whom root's server runs as may read that
