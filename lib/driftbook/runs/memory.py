"""The memory of a run's processes: how much its cells may take; imports nothing heavy, for a kernel loads it first."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def limit_memory(megabytes: float) -> None:
    """Let this process take so many megabytes beyond what it has: a cell that wants more gets a `MemoryError`."""
    if sys.platform != "linux":  # elsewhere nothing says how much it has
        return
    import resource  # which Windows lacks

    status = Path("/proc/self/status").read_text(encoding="utf-8")
    has = int(status.partition("VmData:")[2].split()[0]) * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = has + int(megabytes * 1e6)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


def at_start(megabytes: float) -> str:
    """Return the line of Python that does so at a kernel's start."""
    return f"from driftbook.runs import memory; memory.limit_memory({megabytes!r}); del memory"


@contextmanager
def without_collections() -> Iterator[None]:
    """Collect no garbage while modules load, nor among them later, in a fork or at the end: it cost a second a run.

    What is left in circles meanwhile is never freed: for what a process does once.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
