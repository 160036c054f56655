"""Papermill's execution of a notebook with its cells in a fork of this process instead of a kernel started anew."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.log import logger

from driftbook import store
from driftbook.runs import archive, scrubbing, shell

#: Seconds between looks at whether a silent process still lives.
_LOOK = 0.5


class ForkEngine(NBClientEngine):
    """Papermill's engine, all but the kernel."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        log_output: bool = False,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **options: Any,
    ) -> NotebookNode:
        """Execute the notebook in a fork of this process; the options are those of papermill's engine."""
        scrubbing.in_saves(nb_man)
        options = scrubbing.in_options(options)
        options.pop("input_path", None)
        memory_mb = options.pop("memory_mb", None)
        options["timeout"] = execution_timeout or options.get("timeout")
        client = ForkClient(nb_man, kernel_name=kernel_name, log=logger, log_output=log_output, **options)
        return client.execute(memory_mb=memory_mb)


class ForkClient(PapermillNotebookClient):
    """Papermill's client, its messages over a pipe from a fork of this process."""

    def execute(self, *, memory_mb: float | None = None, **_: Any) -> NotebookNode:
        """Run all cells; outputs, counts and times are noted as from a kernel."""
        self.reset_execution_trackers()
        # No thread for what a worker has loaded already.
        beside = nullcontext() if archive.prepare.cache_info().currsize else _beside(archive.prepare)
        with _forked(memory_mb) as (self._process, self._channel), beside:
            self.log.info("Executing notebook in a fork of this process")
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = _language()
        return self.nb

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_: Any) -> NotebookNode:
        """Run one cell.

        Raises
        ------
        CellExecutionError, CellTimeoutError, DeadKernelError
            If it raises, takes too long, or ends its process.
        """
        skipped = self.skip_cells_with_tag in cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or skipped:
            return cell
        cell.metadata["execution"] = {}
        cell.outputs = []
        self.clear_before_next_output = False
        reply = self._reply(cell, cell_index)
        cell.metadata["execution"]["shell.execute_reply"] = timestamp(reply)
        run_sync(self._check_raise_for_error)(cell, cell_index, reply)
        return cell

    def _reply(self, cell: NotebookNode, cell_index: int) -> dict:
        timeout = self._get_timeout(cell)
        end = time.monotonic() + timeout if timeout else float("inf")
        try:
            self._channel.send(cell.source)
            for message in self._messages(end):
                if message["msg_type"] == "execute_reply":
                    return message
                with suppress(CellExecutionComplete):
                    self.process_message(message, cell, cell_index)
        except TimeoutError:  # an OSError too
            said = "Cell execution timed out"
            raise CellTimeoutError.error_from_timeout_and_cell(said, round(timeout), cell) from None
        except (EOFError, OSError):
            raise DeadKernelError("Kernel died") from None

    def _messages(self, end: float) -> Iterator[dict]:
        while True:
            yield from self._received(end)

    def _received(self, end: float) -> tuple[dict, ...]:
        while (left := end - time.monotonic()) > 0:
            if self._channel.poll(min(_LOOK, left)):
                return self._channel.recv()
            # Not by the pipe's end alone: a process that the cell left behind may hold it open.
            if not self._process.is_alive() and not self._channel.poll():
                raise EOFError
        raise TimeoutError


@contextmanager
def _forked(memory_mb: float | None = None) -> Iterator[tuple[Any, Any]]:
    """Yield a process forked from this one that runs cells, and the channel to it; it and its children are ended."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(ours, theirs, memory_mb), daemon=False)
    process.start()
    theirs.close()
    try:
        yield process, ours
        ours.close()
        process.join(5)
    finally:
        ours.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # its session, which may hold processes that a cell started
        process.kill()
        process.join()
        process.close()


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[None]:
    """Do some work in a thread while this one waits for cells; it is done at the end."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@store.kept()
def _child(ours: Any, theirs: Any, memory_mb: float | None) -> None:
    ours.close()  # else it would never see the end of its parent
    shell.serve(theirs, memory_mb)


def _language() -> dict[str, Any]:
    """Return what a kernel of this Python says of its language."""
    return {
        "name": "python",
        "version": ".".join(map(str, sys.version_info[:3])),
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": 3},
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    }
