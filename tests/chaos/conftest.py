"""Faults that are planted: what takes minutes runs by `pytest tests/chaos --whole`."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from driftbook import paths
from nbformat.v4 import new_code_cell, new_notebook

# The hand-made notebooks of `tests/runs`.
_spec = importlib.util.spec_from_file_location("runs_conftest", Path(__file__).parents[1] / "runs" / "conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
notebook, execute = _module.notebook, _module.execute


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
