"""How a notebook's kernel is reached: over Unix sockets in a private folder, not over TCP."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from traitlets.config import Config

#: A socket's path may take 107 bytes; the longest name a kernel adds to its folder is well below this rest.
_LONGEST_FOLDER = 60


@contextmanager
def private_kernel() -> Iterator[dict[str, Any]]:
    """Yield the options for an nbclient (or papermill) client whose kernel no other user can reach."""
    usual = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(
        prefix="driftbook-", dir=usual if len(usual) < _LONGEST_FOLDER else "/tmp"
    ) as folder:
        connection = {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}
        yield {
            "config": Config({"AsyncKernelManager": connection}),
            "extra_arguments": ["--HistoryManager.hist_file=:memory:"],
        }
