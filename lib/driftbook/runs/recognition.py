"""A notebook of driftbook's whose metadata a tool has stripped (nbstripout, nb-clean): recognised by its cells."""

import re
from functools import cache

import nbformat
from nbformat import NotebookNode
from papermill.log import logger

from driftbook import paths
from driftbook.errors import BadInput
from driftbook.runs import versions

#: What only a notebook does that is a job: an analysis of somebody's own reads `store`.
_JOB = re.compile(r"^\s*(?:from|import)\s+driftbook\.runs\b", re.MULTILINE)
_INJECTED = "injected-parameters"


def restore(nb: NotebookNode) -> bool:
    """Give a notebook of ours back the metadata it lost; return whether it is one of ours now.

    Raises
    ------
    BadInput
        If it is a job, but none of the project's notebooks: it would run like any other and store nothing.
    """
    if original := _originals().get(versions.notebook_hash(nb)):
        name = original.metadata["driftbook"]["notebook"]
        logger.warning("The notebook lost its metadata (nbstripout?), and has the cells of %r: it runs as that", name)
        _put_back(nb, original)
        return True
    if any(_JOB.search(cell.source) for cell in nb.cells if cell.cell_type == "code"):
        raise BadInput(
            "the notebook imports driftbook.runs, but has no `driftbook` in its metadata: it would run as a foreign "
            "one, recorded nowhere; restore the metadata (git checkout, and keep nbstripout from this file), "
            "or run it with --engine nbclient"
        )
    return False


@cache
def _originals() -> dict[str, NotebookNode]:
    found = [nbformat.read(path, as_version=4) for path in sorted(paths.notebooks_dir().glob("*.ipynb"))]
    return {versions.notebook_hash(nb): nb for nb in found if "driftbook" in nb.metadata}


def _put_back(nb: NotebookNode, original: NotebookNode) -> None:
    """Put metadata and tags back, and the parameters given behind those they replace: papermill put them on top."""
    nb.metadata["driftbook"] = original.metadata["driftbook"].copy()
    injected = [cell for cell in nb.cells if _INJECTED in cell.metadata.get("tags", [])]
    cells = [cell for cell in nb.cells if cell not in injected]
    for cell, its in zip(cells, original.cells, strict=True):
        cell.metadata["tags"] = [*its.metadata.get("tags", [])]
    first = next((number for number, cell in enumerate(cells) if "parameters" in cell.metadata["tags"]), -1)
    nb.cells = [*cells[: first + 1], *injected, *cells[first + 1 :]]
