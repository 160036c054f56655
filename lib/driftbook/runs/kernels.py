"""Where a notebook's cells run: in a fork of this process, or in a kernel behind sockets of a private folder."""

import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock
from IPython.paths import get_ipython_dir
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbformat import NotebookNode
from traitlets.config import Config

from driftbook.runs import shell

#: What only a kernel has: widgets, questions to a person, cells of other languages, its own inside.
_NEEDS_KERNEL = re.compile(
    r"\b(?:ipywidgets|input\s*\(|getpass|ipykernel|tqdm\.(?:auto|notebook))|get_ipython\(\)\.kernel"
    r"|^%%(?:bash|sh|script|perl|ruby|javascript|js|html|latex|svg|markdown|writefile|R)\b|^%(?:gui|connect_info|qtconsole)\b",
    re.MULTILINE,
)

#: A socket's path may take 107 bytes; the longest name a kernel adds to its folder is well below this rest.
_LONGEST_FOLDER = 60
_PREFIX = "driftbook-"
#: Locked by the run for as long as it lives, and no longer, however it ends.
_ALIVE = "alive"


@contextmanager
def private_kernel(at_start: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield the options for an nbclient (or papermill) client whose kernel no other user can reach.

    Parameters
    ----------
    at_start
        Lines of Python that the kernel runs before the first cell.
    """
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=_home()) as folder, FileLock(Path(folder) / _ALIVE):
        connection = {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}
        first = [f"--IPKernelApp.exec_lines={line}" for line in at_start]
        yield {
            "config": Config({"AsyncKernelManager": connection}),
            "extra_arguments": ["--HistoryManager.hist_file=:memory:", *first],
        }


def sweep() -> list[Path]:
    """Remove the folders of kernels, their keys in them, whose run was killed; return them."""
    swept = []
    for mark in sorted(Path(_home()).glob(f"{_PREFIX}*/{_ALIVE}")):
        with suppress(OSError):  # held by its run (a Timeout is one), another user's, or gone meanwhile
            with FileLock(mark, timeout=0):
                shutil.rmtree(mark.parent)
            swept.append(mark.parent)
    return swept


def _home() -> str:
    usual = tempfile.gettempdir()
    return usual if len(usual) < _LONGEST_FOLDER else "/tmp"


def against_forking(nb: NotebookNode, kernel_name: str) -> str:
    """Return why a notebook's cells need a kernel, empty if a fork of this process does what a kernel would."""
    found = next((match for cell in _code(nb) if (match := _NEEDS_KERNEL.search(cell.source))), None)
    reasons = {
        "its metadata asks for one": nb.metadata["driftbook"].get("kernel") == "own",
        "this system cannot fork": not can_fork(),
        "this process draws already": not shell.can_draw(),
        f"kernel {kernel_name!r} is not this Python": not is_ours(kernel_name),
        f"a cell says {found and found.group()!r}": found,
        "IPython's profile has a configuration": _is_configured(),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def can_fork() -> bool:
    """Return whether this process may be forked: on Linux, from its only thread."""
    others = [thread for thread in threading.enumerate() if type(thread).__name__ != "TMonitor"]  # tqdm's
    return sys.platform == "linux" and len(others) == 1 and threading.current_thread() is threading.main_thread()


def _code(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def is_ours(kernel_name: str) -> bool:
    """Return whether a kernel is one of this Python's."""
    try:
        command = KernelSpecManager().get_kernel_spec(kernel_name).argv
    except NoSuchKernel:
        return False
    # jupyter_client starts a bare `python` as the interpreter it runs in.
    return command[0] in ("python", "python3", sys.executable) and "ipykernel_launcher" in command


def _is_configured() -> bool:
    profile = Path(get_ipython_dir()) / "profile_default"
    files = [*profile.glob("ipython*_config.*"), *profile.glob("startup/*.*py")]
    return bool(files)
