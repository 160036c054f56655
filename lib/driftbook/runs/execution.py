"""One run of one notebook: checked, executed in a kernel of its own, archived, recorded."""

import os
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from papermill.log import logger

from driftbook import batches, store
from driftbook.errors import DatabaseUnavailable, DriftbookError, RunFailed
from driftbook.pages import compact
from driftbook.runs import (
    archive,
    failures,
    identity,
    kernels,
    limits,
    listing,
    memory,
    parameters,
    scrubbing,
    signals,
    unsent,
    values,
    versions,
)
from driftbook.runs.forks import ForkEngine
from driftbook.runs.limits import Limits
from driftbook.runs.parameters import Request


@store.kept()
def execute(nb: NotebookNode, kernel_name: str, *, in_batch: bool = False, **options: Any) -> NotebookNode:
    """Return the executed notebook; its run record is written and its page archived, whatever happened.

    The archive's index, and looking for runs that were lost, are left to the caller where `in_batch`, who gets an empty
    notebook of a run that succeeded.

    Raises
    ------
    BadInput, ModelUnavailable, DatabaseUnavailable
        Before a kernel starts; nothing is recorded then.
    Stopped
        If a signal asked this process to end.
    RunFailed
        If no cell failed, but the last one was not reached, the rows are not in the database, or there is no page.
    """
    scrubbing.in_log()
    values.settle(nb, kernel_name)
    request = parameters.check(nb)
    if not in_batch:
        unsent.send()
        archive.find_lost()
        kernels.sweep()
    run_id, run_limits = _open(request, nb), limits.of(request)
    died: BaseException | None = None
    with signals.caught() as reaction:
        try:
            with identity.environment(run_id, str(archive.draft(run_id, request))):
                nb = _executed(nb, kernel_name, options, run_limits)
        except BaseException as error:  # a dead kernel, a timeout, Ctrl-C: recorded, then raised again
            died = error
        reaction.hold()
        nb, failure, unmade = _recorded(nb, run_id, request, died, run_limits)
        if not in_batch:
            _leave_in_order()
        reaction.release()
    if unmade:
        raise RunFailed(unmade) from died
    if died:
        raise died
    if failure and not failures.failed_cell(nb):  # papermill itself raises for a failed cell
        raise RunFailed(failure)
    return new_notebook() if in_batch and not failure else nb  # papermill writes it out, to /dev/null too


def _executed(nb: NotebookNode, kernel_name: str, options: dict[str, Any], limits: Limits) -> NotebookNode:
    """Return the notebook executed in a fork of this process where that is the same as a kernel; it notes which."""
    if options.get("output_path") == os.devnull:
        options = {**options, "output_path": None}  # else it is written there after each cell
    options = {**options, "timeout_func": limits.timeout(options.get("execution_timeout"))}
    reason = kernels.against_forking(nb, kernel_name)
    nb.metadata["driftbook"]["executed"] = f"in a kernel: {reason}" if reason else "in a fork"
    if not reason:
        if nb.metadata["driftbook"]["notebook"] == "backfill":
            archive.prepare()  # its workers are forked from the process of its cells, and find it there
        return ForkEngine.execute_notebook(nb, kernel_name, **options, memory_mb=limits.memory_mb)
    logger.info("In a kernel of its own: %s", reason)
    at_start = [identity.AT_START, *([memory.at_start(limits.memory_mb)] if limits.memory_mb else [])]
    with kernels.private_kernel(at_start if kernels.is_ours(kernel_name) else ()) as kernel:
        return scrubbing.KernelEngine.execute_notebook(nb, kernel_name, **{**options, **kernel})


def _recorded(
    nb: NotebookNode, run_id: str, request: Request, died: BaseException | None, limits: Limits
) -> tuple[NotebookNode, str, str]:
    """Archive and record a run; return its notebook without secrets, why it failed, and why it has no whole page."""
    failure = unmade = ""
    try:
        row, failure = _ended(nb, run_id, request, died, limits)
        failure = store.scrub(failure)
        if versions.has_changed(nb):
            nb.metadata["driftbook"]["changed"] = True
            logger.warning("The notebook's file changed during its run: archived are the cells that ran")
        nb = scrubbing.notebook(nb)
        page = archive.write(row, request, compact.outputs(nb), failure)
    except Exception as error:
        unmade = store.scrub(_unmade(error))
        failure = f"{failure or 'no cell failed'}; {unmade}"
        page = archive.write_plain(run_id, request, failure)
    unsent.close(run_id, "failed" if failure else "succeeded", failure, page)
    logger.info("Page: %s", archive.location(page) if page else "none")
    return nb, failure, unmade


def _ended(
    nb: NotebookNode, run_id: str, request: Request, died: BaseException | None, limits: Limits
) -> tuple[Mapping[str, Any], str]:
    """Return a run's row and why it failed; a database that is away makes it fail, but not lose its page."""
    row = {"run_id": run_id, "revision": None, "notebook_hash": versions.notebook_hash(nb)}
    row |= {"data_hash": "", "model_version": "", "code_version": versions.library_version()}
    failure = ""
    try:
        failure = failures.found(nb, run_id, died, limits)
        return store.run(run_id), failure
    except DatabaseUnavailable as error:
        return row, failure or f"the database was away when the run ended, so that its end is not stored yet: {error}"


def _leave_in_order() -> None:
    """Find the runs that ended with this one, and write the index, which the next run does if this one cannot."""
    try:
        archive.find_lost()
        listing.refresh()
    except (OSError, DriftbookError) as error:
        logger.error("The run is recorded, but the archive's index is not written anew: %s", store.scrub(str(error)))


def _unmade(error: Exception) -> str:
    if isinstance(error, OSError):
        return (
            f"the page could not be archived: {error}; is there room in DRIFTBOOK_ARCHIVE_DIR, and may you write there?"
        )
    return f"the page could not be made: {type(error).__name__}: {error}"


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
        source_state=batches.state(request.settings, request.period) if request.is_day and request.settings else "",
    )
