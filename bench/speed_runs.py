"""Commands, what they cost, and the machine they ran on."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from driftbook import paths

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and of CPU of a command with all that it started, and the megabytes of its largest process."""

    wall: float
    cpu: float
    peak: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


def cost(environment: Mapping[str, str], *command: str | Path, folder: Path = paths.ROOT) -> Cost:
    """Run a command and return its cost; raise if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=folder, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    errors = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {errors[-2000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def papermill(environment: Mapping[str, str], notebook: str, **parameters: object) -> Cost:
    """Run one of the project's notebooks as a user does."""
    given = [part for name, value in parameters.items() for part in ("-p", name, str(value))]
    command = (BIN / "papermill", f"{notebook}.ipynb", "/dev/null", *given)
    return cost(environment, *command, folder=paths.notebooks_dir())


def stock(environment: Mapping[str, str], folder: Path, **parameters: object) -> Cost:
    """Run the monitor notebook as stock papermill and nbconvert do: a kernel, then a page of it."""
    nb = json.loads((paths.notebooks_dir() / "monitor.ipynb").read_text(encoding="utf-8"))
    del nb["metadata"]["driftbook"]  # so that driftbook's engine leaves it alone
    (folder / "plain.ipynb").write_text(json.dumps(nb), encoding="utf-8")
    given = [part for name, value in parameters.items() for part in ("-p", name, str(value))]
    executed = cost(environment, BIN / "papermill", folder / "plain.ipynb", folder / "out.ipynb", *given)
    return executed + cost(environment, BIN / "jupyter", "nbconvert", "--to", "html", folder / "out.ipynb")


def paired(rounds: int, ours: Callable[[], Cost], other: Callable[[], Cost]) -> dict[str, list[float]]:
    """Return wall and CPU of both sides by round; the sides take turns in who goes first, so that load hits both."""
    found: dict[str, list[float]] = {name: [] for name in ("wall", "cpu", "other wall", "other cpu")}
    for number in range(rounds):
        if number % 2:
            theirs, mine = other(), ours()
        else:
            mine, theirs = ours(), other()
        for name, value in zip(found, (mine.wall, mine.cpu, theirs.wall, theirs.cpu), strict=True):
            found[name].append(round(value, 2))
    return found


def ratios(found: Mapping[str, list[float]], kind: str = "wall", scale: float = 1.0) -> list[float]:
    """Return the ratio of each round, the other side's cost taken `scale` times."""
    return [ours / (scale * other) for ours, other in zip(found[kind], found[f"other {kind}"], strict=True)]


def spread(values: list[float], digits: int = 2) -> str:
    """Return a median with the range around it."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def machine() -> dict[str, object]:
    """Return what the figures depend on: processors, memory, versions, bytecode, load."""
    cpu = Path("/proc/cpuinfo")
    models = [line.partition(": ")[2] for line in cpu.read_text().splitlines() if line.startswith("model name")]
    origin = find_spec("evidently").origin
    names = ("driftbook", "papermill", "nbconvert", "evidently", "pandas", "numpy", "pyarrow", "scikit-learn")
    return {
        "time": time.strftime("%Y-%m-%d %H:%M"),
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory GB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "bytecode": "compiled" if Path(cache_from_source(origin)).exists() else "not compiled",
        "load": [round(value, 1) for value in os.getloadavg()],
        **{name: version(name) for name in names},
    }
