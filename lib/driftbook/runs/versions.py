"""Which code computed a run: hashes that change when, and only when, the numbers could."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from driftbook import paths

_LIBRARY = Path(__file__).resolve().parents[1]


def notebook_hash(nb: NotebookNode) -> str:
    """Return a hash of a notebook's cells as written: outputs and the injected parameters left out."""
    sources = [
        f"{cell.cell_type}\n{cell.source}"
        for cell in nb.cells
        if "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:12]


def has_changed(nb: NotebookNode) -> bool:
    """Return whether the file that a notebook was read from holds other cells by now."""
    path = nb.metadata.get("papermill", {}).get("input_path")
    try:
        return _hash_of(Path(path).read_text(encoding="utf-8")) != notebook_hash(nb)
    except (TypeError, OSError):  # from standard input, a bucket, another folder; or gone
        return False
    except (ValueError, nbformat.ValidationError):  # half written
        return True


@lru_cache(maxsize=8)
def _hash_of(text: str) -> str:
    """Return the hash of a notebook's file: the same for each day of a backfill."""
    return notebook_hash(nbformat.reads(text, as_version=4))


def of_days() -> tuple[str, str]:
    """Return the versions that a day is monitored with now: of the library and of the notebook."""
    return library_version(), notebook_hash(nbformat.read(paths.notebooks_dir() / "monitor.ipynb", as_version=4))


@cache
def library_version() -> str:
    """Return a hash of the library's source files."""
    digest = hashlib.sha256()
    for path in sorted(_LIBRARY.rglob("*.py")):
        digest.update(path.relative_to(_LIBRARY).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
