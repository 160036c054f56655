"""What safety adds to a warm day: `python bench/overhead.py`.

A day of the demo is run again and again in this process, as a worker of `backfill` does, in turns as it is and without
what keeps a run safe: trying again, the run's process and host, the day's lock, the state of the source's files, the
hashes of notebook and pages, the search for secrets; page and database are as they are otherwise. Wall and CPU seconds
of this process and of the forks it waited for; everything written goes to a temporary folder.
"""

import argparse
import contextlib
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from driftbook import batches, config, model, store, training
from driftbook.runs import archive, scrubbing, versions, workers
from driftbook.store.embedded import server

DAY = "2022-02-08"


def days(tries: int) -> tuple[list, list]:
    """Return the costs of so many days with, and of as many without, in turns."""
    with_, without = [], []
    for number in range(tries):
        for found, part in ((with_, safe), (without, bare))[:: 1 if number % 2 else -1]:
            with part() as run:
                found.append(cost(run))
    return with_, without


def cost(run: Callable[[], str]) -> tuple[float, float]:
    """Return the wall and CPU seconds of a run."""
    began, used = time.perf_counter(), cpu()
    said = run()
    assert said == "", said
    return time.perf_counter() - began, cpu() - used


def cpu() -> float:
    """Return the CPU seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextlib.contextmanager
def safe() -> Iterator[Callable[[], str]]:
    """Yield a run of the day as it is."""

    def run() -> str:
        with store.alone("demo", DAY, wait=True) as ours:
            assert ours
            return workers._run("demo", ("monitor", DAY))

    yield run


@contextlib.contextmanager
def bare() -> Iterator[Callable[[], str]]:
    """Yield a run of the day without what keeps it safe."""
    with contextlib.ExitStack() as stack:

        def replace(place: object, name: str, value: object) -> None:
            stack.enter_context(mock.patch.object(place, name, value))

        plain(replace)
        replace(batches, "state", lambda *_: "")
        replace(archive, "hashes", lambda _: {})
        replace(versions, "has_changed", lambda *_: False)
        replace(scrubbing, "in_log", lambda: None)
        replace(scrubbing, "in_saves", lambda *_: None)
        replace(scrubbing, "notebook", lambda nb: nb)
        replace(store, "scrub", lambda text, *_: text)
        replace(sys.modules["driftbook.store.runs"], "scrub", lambda text, *_: text)
        replace(sys.modules["driftbook.store.runs"], "host", lambda: "here")
        replace(sys.modules["driftbook.store.runs"], "process", lambda: "1 1")
        yield lambda: workers._run("demo", ("monitor", DAY))


def plain(replace: Callable[[object, str, object], None]) -> None:
    """Replace each function that is tried again by what it wraps, wherever it was imported."""
    for module in [one for name, one in sys.modules.items() if name.startswith("driftbook")]:
        for name, value in list(vars(module).items()):
            wrapped = getattr(value, "__wrapped__", None)
            if wrapped and getattr(wrapped, "__module__", "").startswith("driftbook.store") and callable(value):
                replace(module, name, wrapped)


def spread(values: list[float]) -> str:
    """Return the median with the middle half of the values."""
    first, middle, last = statistics.quantiles(values, n=4)
    return f"{middle:.3f} ({first:.3f} to {last:.3f})"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=40, help="days with, and as many without")
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory(prefix="driftbook-bench-") as folder:
        os.environ["DATABASE_URL"] = server.start(Path(folder) / "postgres")
        os.environ["DRIFTBOOK_ARCHIVE_DIR"] = f"{folder}/archive"
        os.environ["DRIFTBOOK_MODELS_DIR"] = f"{folder}/models"
        try:
            settings = config.load("demo")
            trained = training.train(settings, training.reference(settings))[0]
            model.save(trained)
            workers.warm(trained)
            days(3)
            with_, without = days(tries)
        finally:
            server.stop(Path(folder) / "postgres")
    print(f"A warm day of the demo, {tries} with and {tries} without in turns, load {os.getloadavg()[0]:.1f}\n")
    print("| seconds | as it is | without | ratio of the medians | median of the ratios |\n|---|---|---|---|---|")
    for kind, at in (("wall", 0), ("CPU", 1)):
        one, other = [cost[at] for cost in with_], [cost[at] for cost in without]
        ratio = statistics.median(one) / statistics.median(other)
        pairs = statistics.median(a / b for a, b in zip(one, other, strict=True))
        print(f"| {kind} | {spread(one)} | {spread(other)} | {ratio:.3f} | {pairs:.3f} |")


if __name__ == "__main__":
    main()
