"""Connections to the embedded server, which no variable of libpq is meant for."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = re.compile(r"PG[A-Z_]+")
_lock = threading.RLock()


@contextmanager
def unset() -> Iterator[None]:
    """Take `PGSERVICE`, `PGSSLMODE`, `PGOPTIONS` and their like out of the environment for a while.

    They are meant for another server: a channel binding or TLS that is required cannot be had over a socket of one's
    own, a service may not exist, and options would change the session. libpq reads them from the environment alone.
    """
    with _lock:
        before = {name: value for name, value in os.environ.items() if _NAMES.fullmatch(name)}
        for name in before:
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(before)
