"""Warm processes that execute the notebooks of days: everything imported and the model loaded once."""

import datetime as dt
import gc
import itertools
import json
import multiprocessing
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from driftbook import model, paths, store
from driftbook.errors import DatabaseUnavailable
from driftbook.model import TrainedModel
from driftbook.runs import archive, kernels, shell, signals, versions

#: Seconds between looks at whether silent workers still live.
_LOOK = 1.0
#: Days that this process has taken apart.
_taken_apart = itertools.count()
#: What a worker says of a day that another process has at work, and what `Crew.run` of one that it has done.
_BUSY, DONE = "busy: another process computes it", "done: another process has computed it"
#: How often a day whose worker dies is tried.
_TRIES = 2


@dataclass
class _Worker:
    """A process and the channel to it; `item` is what it works on."""

    process: Any
    channel: Connection
    item: Any = None


@dataclass
class Crew:
    """Workers that are hired as they are needed, and ended with the context.

    Attributes
    ----------
    trained, params
        The model, and how its params were given.
    size
        How many work at a time.
    since
        What other processes have done from then on is not done again.
    """

    trained: TrainedModel
    params: str | Mapping
    size: int
    since: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    _workers: list[_Worker] = field(default_factory=list)
    _patient: list = field(default_factory=list)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def run(self, days: Iterable) -> Iterator[tuple[Any, str]]:
        """Yield each day, as it is done, with what went wrong, empty if nothing did.

        A worker that dies costs its day another try; then the day has failed.
        """
        waiting, tries = list(days)[::-1], {}
        while waiting or any(worker.item is not None for worker in self._workers):
            self._assign(waiting, tries)
            for worker in self._ready():
                day, worker.item = worker.item, None
                error = _received(worker)
                if error is None:
                    self._workers.remove(worker)
                    ended = self._lost(worker)
                    if tries[day] < _TRIES:
                        waiting.append(day)
                        continue
                    error = f"its process ended {tries[day]} times, the last time {ended}"
                elif error == _BUSY:
                    self._patient.append(day)
                    waiting.insert(0, day)  # after all others
                    continue
                yield day, error

    def _lost(self, worker: _Worker) -> str:
        """End a worker that died over a day; return how it did, which its run record says too."""
        pid, ended = worker.process.pid, signals.name(_end(worker))
        with suppress(DatabaseUnavailable):  # the next run finds it
            archive.find_lost({pid: ended})
        return ended

    def _assign(self, waiting: list, tries: dict) -> None:
        while waiting:
            idle = next((worker for worker in self._workers if worker.item is None), None)
            if idle is None and len(self._workers) >= self.size:
                return
            worker = idle or self._hire()
            worker.item = waiting.pop()
            tries[worker.item] = tries.get(worker.item, 0) + 1
            with suppress(OSError):  # it died idle, which `_ready` will see
                worker.channel.send((worker.item, self.since, worker.item in self._patient))

    def _ready(self) -> list[_Worker]:
        busy = [worker for worker in self._workers if worker.item is not None]
        spoke = wait([worker.channel for worker in busy], _LOOK)
        # Not by the pipe's end alone: a process that the day left behind may hold it open.
        return [worker for worker in busy if worker.channel in spoke or not worker.process.is_alive()]

    def _hire(self) -> _Worker:
        context = multiprocessing.get_context("fork" if kernels.can_fork() else "spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, self.trained, self.params))
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]


def _received(worker: _Worker) -> str | None:
    """Return what a worker said of its day, None if it died over it."""
    try:
        return worker.channel.recv() if worker.channel.poll() else None
    except (EOFError, OSError):
        return None


def _end(worker: _Worker) -> int | None:
    with suppress(OSError):
        if worker.item is None:
            worker.channel.send(None)
            worker.process.join(5)
    worker.channel.close()
    worker.process.kill()
    worker.process.join()
    status = worker.process.exitcode
    worker.process.close()
    return status


def work(channel: Connection, trained: TrainedModel, params: str | Mapping) -> None:
    """Execute the days that come over the channel until there is none; the work of a worker's process."""
    _settle()
    warm(trained)
    while True:
        message = channel.recv()
        if message is None:
            os._exit(0)
        channel.send(store.scrub(_in_turn(trained, params, *message)))


def warm(trained: TrainedModel) -> None:
    """Load what each day needs: forks of this process find it there."""
    shell.prepare()  # first: matplotlib asks it where figures go
    import papermill  # noqa: F401 - its entry points load the engine

    from driftbook import diagnosis, monitoring
    from driftbook.pages import (  # noqa: F401
        day_figures,
        day_sentences,
        estimate_sentences,
        headline,
        period_sentences,
        segment_figures,
        segment_sentences,
        segment_tables,
        tables,
    )
    from driftbook.runs import archive, execution, in_notebook  # noqa: F401

    archive.prepare()
    calibration, rows = trained.calibration, trained.validation
    _ = calibration.fixed, calibration.plan, calibration.by_day, [day.sha256 for day in calibration.days]
    monitoring.prepare(trained)
    diagnosis.usual_errors(trained), diagnosis.error_by_hour(trained, trained.reference_rows)
    if "sklearn" in sys.modules:  # its first look at an array goes through all packages that are installed
        from sklearn.preprocessing import StandardScaler

        StandardScaler().fit([[0.0]])
    rows.head(1).to_html()
    model.keep(trained)
    shell.find_threads()
    gc.collect()
    gc.freeze()


def _warm_causes(trained: TrainedModel) -> None:
    """Load and compute what days that are taken apart share."""
    with suppress(Exception):  # a day that needs what went wrong says so
        from driftbook import causes
        from driftbook.pages import cause_figures, cause_sentences  # noqa: F401

        with causes.crossfit.one_thread():
            causes.prepare(trained)
        gc.freeze()


def _settle() -> None:
    """Make this process a worker: ended with its parent, silent, with nothing of the run it was forked in."""
    if sys.platform == "linux":
        shell.end_with_parent()
    for name in [name for name in os.environ if name.startswith("DRIFTBOOK_RUN")]:
        del os.environ[name]
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - as long as the process
    for descriptor in (1, 2):
        os.dup2(sys.stdout.fileno(), descriptor)


def _in_turn(
    trained: TrainedModel, params: str | Mapping, item: tuple[str, Any], since: dt.datetime, wait: bool
) -> str:
    """Execute a day unless another process does, or did meanwhile; a day that one was killed over is nobody's."""
    name, day = item
    if name != "monitor":
        if next(_taken_apart) == 1:  # the first may be the only one
            _warm_causes(trained)
        return _run(params, item)
    model_name = trained.settings.name
    try:
        with store.alone(model_name, day, wait=wait) as ours:
            if not ours:
                return _BUSY
            if store.is_done_since(model_name, day, since, trained.version, versions.library_version()):
                return DONE
            return _run(params, item)
    except DatabaseUnavailable as error:
        return last_line("".join(traceback.format_exception_only(error)))


def _run(params: str | Mapping, item: tuple[str, Any]) -> str:
    """Execute a notebook's day and return the last line of what went wrong."""
    import papermill

    name, day = item
    notebook = str(paths.notebooks_dir() / f"{name}.ipynb")
    rest = {"report": False} if name == "debug" else {}
    parameters = json.loads(json.dumps({"params": params, "day": str(day), **rest}))
    try:
        papermill.execute_notebook(notebook, os.devnull, parameters, progress_bar=False, in_batch=True)
    except BaseException as error:
        return last_line("".join(traceback.format_exception_only(error)))
    return ""


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it ended without a message"
