"""Which run a notebook executes in: given by the environment, kept against cells that change it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_RUN, _FOLDER = "DRIFTBOOK_RUN", "DRIFTBOOK_RUN_FOLDER"
#: What a kernel does before its first cell; a fork calls `keep` itself.
AT_START = "from driftbook.runs.identity import keep; keep(); del keep"

_kept: dict[str, str] = {}


def keep() -> None:
    """Remember the run this process was started for: a cell that clears the environment would orphan its rows."""
    _kept.clear()
    _kept.update({name: os.environ[name] for name in (_RUN, _FOLDER) if name in os.environ})


def run_id() -> str:
    """Return the id of the run this process executes the cells of, empty in Jupyter."""
    return _kept.get(_RUN) or os.environ.get(_RUN, "")


def run_folder() -> str:
    """Return the folder of that run's page, empty in Jupyter."""
    return _kept.get(_FOLDER) or os.environ.get(_FOLDER, "")


@contextmanager
def environment(run_id: str, folder: str) -> Iterator[None]:
    """Tell the process of the cells, which inherits the environment, its run and the folder of its page."""
    ours = {_RUN: run_id, _FOLDER: folder}
    ours["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # another one, of cron or Docker, draws to nowhere
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
