"""`make` sets up its own environment only, wherever the checkout lies and whatever else is active."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from driftbook import paths

SMALL = ("uv", "click")


@pytest.fixture
def checkout(tmp_path):
    """A checkout of the Makefile with two small requirements, in a folder whose name is no plain word."""
    home = tmp_path / "ein Ordner für $alles"
    home.mkdir()
    shutil.copy(paths.ROOT / "Makefile", home)
    locked = (paths.ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = [re.search(rf"^{name}==\S+", locked, re.MULTILINE).group() for name in SMALL]
    (home / "requirements.txt").write_text("\n".join(pins) + "\n")
    (home / "pyproject.toml").write_text("")
    return home


def make(checkout, **environment):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | environment
    command = ["make", ".venv/ready", f"PYTHON={sys.executable}"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.whole
def test_only_its_own_environment_is_installed_into(checkout, tmp_path):
    for name in ("other", "user", "target", "path"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "path" / "click.py").write_text("raise SystemExit('not this one')")
    other = {"VIRTUAL_ENV": f"{tmp_path}/other", "CONDA_PREFIX": f"{tmp_path}/other", "UV_SYSTEM_PYTHON": "1"}
    other |= {"PIP_USER": "1", "PIP_TARGET": f"{tmp_path}/target", "PYTHONUSERBASE": f"{tmp_path}/user"}
    other |= {"UV_TARGET": f"{tmp_path}/target", "UV_PYTHON": "3.1", "PYTHONPATH": f"{tmp_path}/path"}
    done = make(checkout, HOME=f"{tmp_path}/file", **other)  # a home that cannot be written to
    assert done.returncode == 0, done.stdout + done.stderr
    assert [list((tmp_path / name).iterdir()) for name in ("other", "user", "target")] == [[], [], []]
    assert list(checkout.glob(".venv/lib/python*/site-packages/click"))
    assert "is up to date" in make(checkout).stdout

    moved = checkout.rename(tmp_path / "anderswo")
    done = make(moved)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (moved / ".venv" / "bin" / "pip").read_text().splitlines()[0].startswith(f"#!{moved}")
    assert "is up to date" in make(moved).stdout


@pytest.mark.parametrize("metadata", ["python3119jvsc74a57bd0", ".venv (Python 3.11)", "../x"])
def test_a_kernel_of_another_name(place, notebook, execute, metadata):
    nb = notebook("x: int = 1", "import sys; print(sys.executable)", notebook="handmade")
    nb.metadata["kernelspec"] = {"name": metadata, "display_name": "x", "language": "python"}
    done = execute(nb, x=2)
    assert done.cells[-1].outputs[0].text == f"{sys.executable}\n"
    assert "is not this Python" not in done.metadata["driftbook"]["executed"]


def test_a_home_that_cannot_be_written_to(place, notebook, tmp_path):
    nb = notebook("x: int = 1", "import matplotlib.pyplot as plt; plt.plot([1]); plt.show()", notebook="handmade")
    nbformat.write(nb, tmp_path / "in.ipynb")
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "papermill", str(tmp_path / "in.ipynb"), os.devnull]
    environment = {**os.environ, "HOME": f"{tmp_path}/file"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
