"""An executed notebook, its interim copies, its streams and papermill's log without the passwords of the environment.

Values are scrubbed, never the notebook as one text: whatever the password is, the notebook stays one.
"""

import logging
from typing import Any

from nbformat import NotebookNode
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.iorw import write_ipynb
from papermill.log import logger

from driftbook.store import scrub

#: What these hold is no text.
_BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf")
_MARKUP = ("text/html", "image/svg+xml", "text/markdown")


def notebook(nb: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook without passwords: in sources, outputs and what papermill notes of parameters."""
    cells = [_cell(cell) for cell in nb.cells]
    metadata = NotebookNode(nb.metadata)
    if "papermill" in metadata:
        metadata["papermill"] = _values(metadata["papermill"])
    return NotebookNode({**nb, "cells": cells, "metadata": metadata})


def in_saves(nb_man: NotebookExecutionManager) -> None:
    """Have what papermill saves while cells run hold no password either: a kill would leave it there."""

    def save(nb: NotebookNode | None = None, **_: Any) -> None:
        nb_man.nb = nb or nb_man.nb
        if nb_man.output_path:
            write_ipynb(notebook(nb_man.nb), nb_man.output_path)
        nb_man.last_save_time = nb_man.now()

    nb_man.save = save


def in_log() -> None:
    """Have papermill's log hold no password; it repeats what cells print."""
    if _scrubbed not in logger.filters:
        logger.addFilter(_scrubbed)


class Stream:
    """A file that is written to without passwords."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write a text."""
        self._file.write(scrub(text))

    def flush(self) -> None:
        """Flush the file."""
        self._file.flush()


def in_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return an engine's options, the files for what cells print wrapped."""
    files = {name: Stream(options[name]) for name in ("stdout_file", "stderr_file") if options.get(name)}
    return {**options, **files}


class KernelEngine(NBClientEngine):
    """Papermill's engine, its interim saves scrubbed."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> NotebookNode:
        """Execute the notebook in a kernel."""
        in_saves(nb_man)
        return super().execute_managed_notebook(nb_man, kernel_name, **in_options(options))


def _scrubbed(record: logging.LogRecord) -> bool:
    record.msg, record.args = scrub(record.getMessage()), None
    return True


def _cell(cell: NotebookNode) -> NotebookNode:
    given = "injected-parameters" in cell.metadata.get("tags", [])
    changed = {**cell, "source": scrub(cell.source, "text" if given else "code")}
    if "outputs" in cell:
        changed["outputs"] = [_output(output) for output in cell.outputs]
    return NotebookNode(changed)


def _output(output: NotebookNode) -> NotebookNode:
    changed = {name: _values(output[name]) for name in ("text", "evalue", "traceback") if name in output}
    if "data" in output:
        changed["data"] = NotebookNode({mime: _shown(mime, value) for mime, value in output.data.items()})
    return NotebookNode({**output, **changed})


def _shown(mime: str, value: Any) -> Any:
    if mime in _BINARY:
        return value
    return scrub(value, "markup") if mime in _MARKUP and isinstance(value, str) else _values(value)


def _values(value: Any) -> Any:
    """Return a value of JSON with each text in it scrubbed, but no key."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return NotebookNode({name: _values(one) for name, one in value.items()})
    return [_values(one) for one in value] if isinstance(value, list) else value
