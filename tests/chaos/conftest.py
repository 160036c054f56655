"""Faults that are planted: what takes minutes runs by `pytest tests/chaos --whole`."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import nbformat
import psutil
import psycopg
import pytest
from driftbook import paths, store
from driftbook.store.embedded import server, sockets
from nbformat.v4 import new_code_cell, new_notebook

# The hand-made notebooks of `tests/runs`.
_spec = importlib.util.spec_from_file_location("runs_conftest", Path(__file__).parents[1] / "runs" / "conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
notebook, execute = _module.notebook, _module.execute

DAYS = ("2022-02-08", "2022-02-11")
#: Current numbers without what names the run, the revision or the time.
MEASURES = """
    select day, metric, feature, segment, value, lower, upper, verdict, rows, model_version, reference, low, high
    from driftbook.measure where current order by day, metric, feature, segment
"""
JUDGEMENTS = """
    select day, verdict, reason, feature, cell, severity, fixed_score, fixed_threshold, trailing_score,
        trailing_threshold, trailing_days::text, counts::text, summary, since, lasted
    from driftbook.judgement where current order by day
"""
#: A server that is killed has what it was told is kept: tests' servers usually forget.
KEPT = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "on"}


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Return a function that starts papermill on code cells (the first holds the parameters) or on one of ours."""
    started = []
    temporary = tempfile.mkdtemp(dir="/tmp", prefix="chaos-")  # short enough for a kernel's sockets
    monkeypatch.setenv("TMPDIR", temporary)

    def run(notebook, *arguments, **ours):
        if not isinstance(notebook, str):
            write(tmp_path / "in.ipynb", notebook, {"notebook": "handmade", **ours})
        command = [sys.executable, "-m", "papermill", notebook if isinstance(notebook, str) else "in.ipynb"]
        process = subprocess.Popen(
            [*command, os.devnull, *map(str, arguments)],
            cwd=paths.notebooks_dir() if isinstance(notebook, str) else tmp_path,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
    shutil.rmtree(temporary)


def write(path, cells, ours):
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}, "driftbook": ours}
    code = [new_code_cell(cell, metadata={"tags": []}) for cell in cells]
    code[0].metadata["tags"] = ["parameters"]
    nbformat.write(new_notebook(metadata=metadata, cells=code), path)


def until(holds, process=None, seconds=120):
    """Wait until something holds; fail if the process ends before, or it takes too long."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it takes too long"
        assert process is None or process.poll() is None or holds(), process.stdout.read()
        time.sleep(0.02)


def is_gone(pid):
    """Return whether a process has ended; one that nobody has waited for yet counts as ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """The folder of a server that is nobody else's."""
    directory = tmp_path_factory.mktemp("own").resolve()
    yield directory
    server.stop(directory)


@pytest.fixture(scope="module")
def anew(prepared, directory, tmp_path_factory):
    """Return a function that gives an empty database and an archive of their own."""

    @contextlib.contextmanager
    def place():
        uri, name = server.start(directory, KEPT), f"chaos_{uuid.uuid4().hex}"
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"create database {name}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", sockets.uri(directory, name))
            patch.setenv("DRIFTBOOK_MODELS_DIR", prepared["DRIFTBOOK_MODELS_DIR"])
            patch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path_factory.mktemp("archive")))
            yield
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")

    return place


def backfill(run, /, **parameters):
    given = {"start": DAYS[0], "end": DAYS[-1], "workers": 2, "debug": "False", **parameters}
    return run("backfill.ipynb", *(word for name, value in given.items() for word in ("-p", name, value)))


def rows():
    with store.connect() as connection:
        return [connection.execute(query).fetchall() for query in (MEASURES, JUDGEMENTS)]


def statuses():
    return set(store.runs()["status"])
