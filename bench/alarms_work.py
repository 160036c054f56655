"""Work in two processes, and tables."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

#: Whether each thing asked so far was met.
outcomes: list[bool] = []

_work: tuple[Callable, Any] | None = None


def in_processes(function: Callable, shared: Any, tasks: Iterable[tuple], processes: int | None = None) -> list:
    """Return `function(shared, *task)` for every task, in order; children inherit function and data by forking."""
    global _work  # what a fork inherits needs no pickling
    _work = (function, shared)
    with ProcessPoolExecutor(processes or min(2, os.cpu_count() or 1), get_context("fork")) as pool:
        return list(pool.map(_call, tasks))


def table(title: str, header: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Print a table, its columns aligned, in Markdown."""
    rows = [list(header), *([str(cell) for cell in line] for line in lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(header))]
    ruled = [rows[0], ["-" * width for width in widths], *rows[1:]]
    print(f"\n### {title}\n")
    for row in ruled:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    print(flush=True)


def met(holds: bool) -> str:
    """Return what stands beside a bound, and note it in `outcomes`."""
    outcomes.append(bool(holds))
    return "met" if holds else "MISSED"


def _call(task: tuple) -> Any:
    function, shared = _work
    return function(shared, *task)
