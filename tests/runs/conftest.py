"""Small hand-made notebooks, and their execution by papermill in this process."""

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.fixture
def notebook():
    """Return a function that makes a notebook of code cells, the first one tagged `parameters`."""

    def make(*cells, **ours):
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nb = new_notebook(metadata=metadata | ({"driftbook": ours} if ours else {}))
        code = [new_code_cell(cell, metadata={"tags": []}) for cell in cells]
        code[0].metadata["tags"] = ["parameters"]
        nb.cells = [new_markdown_cell("# Hand-made", metadata={"tags": []}), *code]
        return nbformat.from_dict(nb)

    return make


@pytest.fixture
def execute(tmp_path):
    """Return a function that has papermill execute a notebook; the output is `out.ipynb` in the test's folder."""

    def run(nb, options=(), **parameters):
        nbformat.write(nb, tmp_path / "in.ipynb")
        return papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", parameters, progress_bar=False, **dict(options)
        )

    return run
