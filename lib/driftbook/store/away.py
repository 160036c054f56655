"""A database that goes away in the middle: what was asked of it is asked again, as a whole, until it is back."""

import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import ParamSpec, TypeVar

import psycopg

from driftbook import patience
from driftbook.errors import BadInput, DatabaseUnavailable
from driftbook.store.passwords import scrub

VARIABLE = "DRIFTBOOK_DATABASE_PATIENCE"
#: A restart takes seconds, recovery after a crash or a fail-over some more. Who waits longer had better be started
#: again: `backfill` does what a run without its database left undone.
SECONDS = 30.0
#: Lost connections, servers that end, crash or start, transactions that lost against another one.
_STATES = ("08", "57P01", "57P02", "57P03", "57P05", "40001", "40P01")

_Given, _Found = ParamSpec("_Given"), TypeVar("_Found")
_thread = threading.local()
_gave_up = False


def again(function: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    """Have a function that may be done twice done again, from its beginning, while the database is away.

    What one calls that is tried again itself is not: the outermost is. Nobody waits twice: once it stayed away, the
    next ones fail at once, until somebody reaches it.
    """

    @wraps(function)
    def whole(*arguments: _Given.args, **named: _Given.kwargs) -> _Found:
        attempt = partial(_attempt, partial(function, *arguments, **named))
        if getattr(_thread, "inside", False):
            return attempt()
        with at_once():
            return _patient(attempt)

    return whole


@contextmanager
def at_once() -> Iterator[None]:
    """Let what is done of the database inside fail at once where it is away."""
    before, _thread.inside = getattr(_thread, "inside", False), True
    try:
        yield
    finally:
        _thread.inside = before


def is_back() -> None:
    """Note that the database was reached."""
    global _gave_up
    _gave_up = False


def may_pass(error: Exception) -> bool:
    """Return whether what went wrong on a connection that was open may go well on another one."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(_STATES)


def _patient(attempt: Callable[[], _Found]) -> _Found:
    global _gave_up
    seconds = 0.0 if _gave_up else _seconds()
    try:
        return patience.again(attempt, lambda error: getattr(error, "may_pass", False), seconds=seconds)
    except DatabaseUnavailable as error:
        if not (error.may_pass and seconds):
            raise
        _gave_up = True
        raise DatabaseUnavailable(f"{error}; it was waited for {seconds:g} s ({VARIABLE})") from None


def _attempt(function: Callable[[], _Found]) -> _Found:
    try:
        return function()
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        if not may_pass(error):
            raise
        said = scrub(" ".join(str(error).split()))
        raise DatabaseUnavailable(
            f"the connection to the database was lost: {said}; check that the server is up", may_pass=True
        ) from None


def _seconds() -> float:
    given = os.environ.get(VARIABLE, "").strip() or SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < math.inf:
        raise BadInput(f"{VARIABLE} is {given!r}: expected for how many seconds to wait for the database, 0 for none")
    return seconds
