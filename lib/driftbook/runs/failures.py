"""Why a run failed, read off its executed notebook and off what ended it."""

from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode

from driftbook import store
from driftbook.runs.limits import Limits
from driftbook.runs.signals import Stopped


def found(nb: NotebookNode, run_id: str, died: BaseException | None, limits: Limits) -> str:
    """Return why the run failed, empty if it succeeded; a cell that raised is marked as failed in the notebook."""
    failed = failed_cell(nb)
    if isinstance(died, Stopped | CellTimeoutError):  # whose kernel was interrupted, and its cell with it
        return _ended(died, limits)
    if failed:
        error = next((output for output in failed.outputs if output.output_type == "error"), None)
        return f"{error.ename}: {error.evalue}{_of_memory(error, limits)}" if error else "a cell failed"
    if died:
        return _ended(died, limits)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    unfinished = [cell for cell in cells if cell.source.strip() and not _finished(cell)]
    if unfinished:
        return f"the notebook ended early: {len(unfinished)} of {len(cells)} code cells did not run to their end"
    if nb.metadata["driftbook"].get("stores") and store.run(run_id)["stored_at"] is None:
        return "the notebook ended without writing its rows to the database"
    return ""


def failed_cell(nb: NotebookNode) -> NotebookNode | None:
    """Return the cell for which papermill will raise, whatever its tags; it lets `sys.exit(0)` pass as a success."""
    for cell in nb.cells:
        if any(output.output_type == "error" and not _is_exit(output) for output in cell.get("outputs", ())):
            cell.metadata.setdefault("papermill", NotebookNode())["status"] = "failed"  # what the page marks
    failed = [cell for cell in nb.cells if cell.metadata.get("papermill", {}).get("status") == "failed"]
    return next((cell for cell in failed if not any(_is_exit(output) for output in cell.outputs)), None)


def _ended(died: BaseException, limits: Limits) -> str:
    overdue = isinstance(died, CellTimeoutError) and limits.is_over
    said = f"the run took longer than service.timeout_seconds allows, {limits.seconds:g} s; " if overdue else ""
    return f"{said}{type(died).__name__}: {died}"


def _finished(cell: NotebookNode) -> bool:
    return cell.metadata.get("papermill", {}).get("status") == "completed" and cell.execution_count is not None


def _is_exit(output: NotebookNode) -> bool:
    return output.output_type == "error" and output.ename == "SystemExit" and output.evalue in ("", "0")


def _of_memory(error: NotebookNode, limits: Limits) -> str:
    is_ours = limits.memory_mb and ("MemoryError" in error.ename or "malloc" in error.evalue)
    return f" (service.memory_limit_mb lets a run take {limits.memory_mb:g} MB)" if is_ours else ""
