"""Processes that work on the days of a backfill side by side: hired as needed, replaced when they die, all ended."""

import datetime as dt
import gc
import multiprocessing
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from driftbook.errors import DatabaseUnavailable
from driftbook.model import TrainedModel
from driftbook.runs import archive, kernels, signals, workers
from driftbook.runs.workers import BUSY

#: Seconds between looks at whether silent workers still live.
_LOOK = 1.0
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
    _waiting: list = field(default_factory=list)
    _patient: list = field(default_factory=list)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def run(self, days: Iterable) -> Iterator[tuple[Any, str]]:
        """Yield each day, as it is done, with what went wrong, empty if nothing did; those added meanwhile, too.

        A worker that dies costs its day another try; then the day has failed.
        """
        self._waiting, tries = list(days)[::-1], {}
        while self._waiting or any(worker.item is not None for worker in self._workers):
            self._assign(tries)
            for worker in self._ready():
                day, worker.item = worker.item, None
                error = _received(worker)
                if error is None:
                    self._workers.remove(worker)
                    ended = self._lost(worker)
                    if tries[day] < _TRIES:
                        self._waiting.append(day)
                        continue
                    error = f"its process ended {tries[day]} times, the last time {ended}"
                elif error == BUSY:
                    self._patient.append(day)
                    self._waiting.insert(0, day)  # after all others
                    continue
                yield day, error

    def add(self, day: Any) -> None:
        """Have a day done next while `run` goes on."""
        self._waiting.append(day)

    def _lost(self, worker: _Worker) -> str:
        """End a worker that died over a day; return how it did, which its run record says too."""
        pid, ended = worker.process.pid, signals.name(_end(worker))
        with suppress(DatabaseUnavailable):  # the next run finds it
            archive.find_lost({pid: ended})
        return ended

    def _assign(self, tries: dict) -> None:
        while self._waiting:
            idle = next((worker for worker in self._workers if worker.item is None), None)
            if idle is None and len(self._workers) >= self.size:
                return
            worker = idle or self._hire()
            worker.item = self._waiting.pop()
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
        gc.freeze()  # what they share is looked through for garbage by none of them, nor at the end here
        process = context.Process(target=workers.work, args=(theirs, self.trained, self.params))
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
