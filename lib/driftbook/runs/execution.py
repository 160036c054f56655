"""One run of one notebook: checked, executed in a kernel of its own, archived, recorded."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbformat import NotebookNode
from papermill.log import logger

from driftbook import store
from driftbook.errors import RunFailed
from driftbook.runs import archive, parameters, scrubbing, versions
from driftbook.runs.forks import ForkEngine
from driftbook.runs.kernels import against_forking, private_kernel
from driftbook.runs.parameters import Request


def execute(nb: NotebookNode, kernel_name: str, *, in_batch: bool = False, **options: Any) -> NotebookNode:
    """Return the executed notebook; its run record is written and its page archived, whatever happened.

    The archive's index is left to the caller where `in_batch`.

    Raises
    ------
    BadInput, ModelUnavailable, DatabaseUnavailable
        Before a kernel starts; nothing is recorded then.
    RunFailed
        If no cell failed, but the last one was not reached, or the rows are not in the database.
    """
    scrubbing.in_log()
    request = parameters.check(nb)
    run_id = _open(request, nb)
    died: BaseException | None = None
    try:
        with _environment(run_id, request):
            nb = _executed(nb, kernel_name, options)
    except BaseException as error:  # a dead kernel, a timeout, Ctrl-C: recorded, then raised again
        died = error
    failure = store.scrub(_failure(nb, run_id, died))
    nb = scrubbing.notebook(nb)
    try:
        page = archive.write(store.run(run_id), request, nb, failure)
    except OSError as error:
        store.close_run(run_id, "failed", error=f"{failure or 'no cell failed'}; {_unarchived(error)}")
        raise RunFailed(_unarchived(error)) from died
    store.close_run(run_id, "failed" if failure else "succeeded", error=failure, page=page)
    if not in_batch:
        archive.refresh_index()
    logger.info("Page: %s", archive.location(page))
    if died:
        raise died
    if failure and not _failed_cell(nb):  # papermill itself raises for a failed cell
        raise RunFailed(failure)
    return nb


def _executed(nb: NotebookNode, kernel_name: str, options: dict[str, Any]) -> NotebookNode:
    """Return the notebook executed in a fork of this process where that is the same as a kernel; it notes which."""
    if options.get("output_path") == os.devnull:
        options = {**options, "output_path": None}  # else it is written there after each cell
    reason = against_forking(nb, kernel_name)
    nb.metadata["driftbook"]["executed"] = f"in a kernel: {reason}" if reason else "in a fork"
    if not reason:
        return ForkEngine.execute_notebook(nb, kernel_name, **options)
    logger.info("In a kernel of its own: %s", reason)
    with private_kernel() as kernel:
        return scrubbing.KernelEngine.execute_notebook(nb, kernel_name, **{**options, **kernel})


def _open(request: Request, nb: NotebookNode) -> str:
    return store.open_run(
        notebook=request.notebook,
        model=request.model,
        day=request.period.start if request.is_day else None,
        label=request.label,
        parameters=request.parameters,
        kind="papermill",
        notebook_hash=versions.notebook_hash(nb),
        code_version=versions.library_version(),
    )


def _failure(nb: NotebookNode, run_id: str, died: BaseException | None) -> str:
    """Return why the run failed, empty if it succeeded."""
    if failed := _failed_cell(nb):
        error = next((o for o in failed.outputs if o.output_type == "error"), None)
        return f"{error.ename}: {error.evalue}" if error else "a cell failed"
    if died:
        return f"{type(died).__name__}: {died}"
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    unfinished = [cell for cell in cells if cell.source.strip() and not _finished(cell)]
    if unfinished:
        return f"the notebook ended early: {len(unfinished)} of {len(cells)} code cells did not run to their end"
    if nb.metadata["driftbook"].get("stores") and store.run(run_id)["stored_at"] is None:
        return "the notebook ended without writing its rows to the database"
    return ""


def _unarchived(error: OSError) -> str:
    return f"the page could not be archived: {error}; is there room in DRIFTBOOK_ARCHIVE_DIR, and may you write there?"


def _finished(cell: NotebookNode) -> bool:
    return cell.metadata.get("papermill", {}).get("status") == "completed" and cell.execution_count is not None


def _failed_cell(nb: NotebookNode) -> NotebookNode | None:
    """Return the cell for which papermill will raise: it lets `sys.exit(0)` pass as a success."""
    failed = [cell for cell in nb.cells if cell.metadata.get("papermill", {}).get("status") == "failed"]
    return next((cell for cell in failed if not any(_is_exit(output) for output in cell.outputs)), None)


def _is_exit(output: NotebookNode) -> bool:
    return output.output_type == "error" and output.ename == "SystemExit" and output.evalue in ("", "0")


@contextmanager
def _environment(run_id: str, request: Request) -> Iterator[None]:
    """Tell the kernel, which inherits the environment, its run and the folder of its page."""
    ours = {"DRIFTBOOK_RUN": run_id, "DRIFTBOOK_RUN_FOLDER": str(archive.folder(run_id, request))}
    ours["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # another one, of cron or Docker, draws to nowhere
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
