import shutil
import subprocess
import sys

import nbformat
import pytest
from driftbook import config, model, paths
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebooks


def test_the_tracked_notebooks():
    names = [path.name for path in notebooks.tracked()]
    known = ["acknowledge", "adopt", "backfill", "debug", "monitor", "smoke", "train"]
    assert names == [f"{name}.ipynb" for name in known]
    assert {path.parent for path in notebooks.tracked()} == {paths.notebooks_dir()}


def test_without_git_the_folder_is_listed(monkeypatch):
    tracked = notebooks.tracked()
    monkeypatch.setenv("PATH", "")
    assert notebooks.tracked() == tracked


def test_a_prepared_place_is_found_by_other_processes(prepared):
    script = """
import sys
from pathlib import Path
from tools import notebooks
print(sorted(notebooks.prepare(Path(sys.argv[1])).items()))"""
    home = notebooks.Path(prepared["DRIFTBOOK_MODELS_DIR"]).parent
    manifest = home / "models" / "demo" / "manifest.json"
    before = manifest.stat().st_mtime_ns
    command = [sys.executable, "-W", "error", "-c", script, str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(sorted(prepared.items()))
    assert manifest.stat().st_mtime_ns == before


def test_the_model_of_a_prepared_place_is_the_demo(place):
    assert len(model.load(config.load("demo")).calibration.days) == 31


@pytest.fixture
def copy(tmp_path):
    """A notebook with a cell that changes from run to run, and stale outputs."""
    nb = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "p"}})
    nb.cells = [
        new_code_cell("import os; print(os.path.basename(os.getcwd()))"),
        new_code_cell("import time; time.time()", metadata={"tags": [notebooks.IGNORED]}),
    ]
    nbformat.write(nb, tmp_path / "copy.ipynb")
    return tmp_path / "copy.ipynb"


def test_nothing_that_changes_is_stored(copy):
    once, again = (nbformat.writes(notebooks.execute(copy)) for _ in range(2))
    assert once == again
    nb = nbformat.reads(once, 4)
    assert [len(cell.outputs) for cell in nb.cells] == [1, 0]
    assert nb.cells[0].outputs[0].text == f"{copy.parent.name}\n"  # executed where nbval executes it
    assert nb.metadata.language_info == {"name": "python"}
    assert all("execution" not in cell.metadata for cell in nb.cells)


def test_make_notebooks_stores_in_place(place, copy, monkeypatch, capsys):
    shutil.copy(copy, copy.parent / "other.ipynb")
    untouched = (copy.parent / "other.ipynb").read_bytes()
    homes = []
    monkeypatch.setattr(notebooks, "tracked", lambda: [copy])
    monkeypatch.setattr(notebooks, "prepare", homes.append)
    notebooks.main()
    assert capsys.readouterr().out == "executing copy.ipynb\n"
    assert nbformat.read(copy, 4).cells[0].outputs[0].text == f"{copy.parent.name}\n"
    assert (copy.parent / "other.ipynb").read_bytes() == untouched
    assert not homes[0].exists()
