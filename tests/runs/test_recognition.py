"""A notebook of ours that lost its metadata is run as ours or refused: never as a foreign one that stores nothing."""

import nbformat
import pytest
from driftbook import paths, store
from driftbook.errors import BadInput
from driftbook.runs import recognition


def stripped(name):
    """Return a notebook as the hardest of the tools leaves it: no metadata of its own, none of its cells."""
    nb = nbformat.read(paths.notebooks_dir() / f"{name}.ipynb", 4)
    nb.metadata = nbformat.from_dict({"kernelspec": nb.metadata.kernelspec})
    for cell in nb.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


NAMES = sorted(path.stem for path in paths.notebooks_dir().glob("*.ipynb"))


@pytest.mark.parametrize("name", NAMES)
def test_each_notebook_gets_its_metadata_back(name):
    nb, original = stripped(name), nbformat.read(paths.notebooks_dir() / f"{name}.ipynb", 4)
    assert recognition.restore(nb)
    assert nb.metadata["driftbook"] == original.metadata["driftbook"]
    assert [cell.metadata.get("tags", []) for cell in nb.cells] == [
        cell.metadata.get("tags", []) for cell in original.cells
    ]


def test_a_stripped_notebook_stores_with_the_parameters_given(place, execute):
    nb = execute(stripped("smoke"), rows=2)  # papermill put them above those they replace
    run = store.run(store.runs()["run_id"].iloc[0])
    assert (run["notebook"], run["status"], run["parameters"]["rows"]) == ("smoke", "succeeded", 2)
    assert len(store.smoke_values(run["run_id"])) == 2
    tags = [cell.metadata["tags"] for cell in nb.cells if cell.cell_type == "code"]
    assert tags[:2] == [["parameters"], ["injected-parameters"]]


@pytest.mark.parametrize("cell", ["from driftbook.runs import in_notebook", "x\nimport driftbook.runs.backfill"])
def test_a_job_that_is_none_of_ours_is_refused(notebook, execute, cell):
    with pytest.raises(BadInput, match="has no `driftbook` in its metadata"):
        execute(notebook("x: int = 1", cell))


def test_an_analysis_that_reads_runs_as_ever(database, notebook, execute):
    nb = execute(notebook("x: int = 1", "from driftbook import store\nprint(len(store.runs()))"))
    assert nb.cells[-1].outputs[0].text == "0\n"
