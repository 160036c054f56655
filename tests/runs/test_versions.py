import subprocess
import sys

from driftbook.runs import versions
from nbformat.v4 import new_code_cell, new_output


def test_outputs_and_injected_parameters_do_not_count(notebook):
    nb = notebook("x: int = 1", "x")
    before = versions.notebook_hash(nb)
    nb.cells[2].outputs = [new_output("stream", text="1")]
    nb.cells[2].execution_count = 7
    nb.cells.insert(2, new_code_cell("x = 2", metadata={"tags": ["injected-parameters"]}))
    assert versions.notebook_hash(nb) == before


def test_every_cell_counts(notebook):
    nb = notebook("x: int = 1", "x")
    hashes = {versions.notebook_hash(nb)}
    for change in ("# other", "x: int = 2", "x + 1"):
        nb = notebook("x: int = 1", "x")
        nb.cells[{"#": 0, "x:": 1}.get(change.split()[0], 2)].source = change
        hashes.add(versions.notebook_hash(nb))
    assert len(hashes) == 4
    assert all(len(digest) == 12 for digest in hashes)


def test_the_library_has_one_version_in_every_process():
    script = "from driftbook.runs import versions; print(versions.library_version())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == versions.library_version()


def test_the_library_version_changes_with_a_source_file(tmp_path, monkeypatch):
    monkeypatch.setattr(versions, "_LIBRARY", tmp_path)
    found = set()
    for name, content in (("a.py", "1"), ("a.py", "2"), ("b.py", "2"), ("a.txt", "no code")):
        (tmp_path / name).write_text(content)
        found.add(versions.library_version.__wrapped__())
    assert len(found) == 3
