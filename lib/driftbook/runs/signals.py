"""A run that a signal ends is recorded like one that failed, whoever sends it: a person, `timeout`, Kubernetes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: What schedulers, `timeout` and closed terminals send. Ctrl-C raises without help.
_ASKS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(SystemExit):
    """The process was asked to end; its exit status is what a shell says of that signal."""

    def __init__(self, number: int) -> None:
        self.name = signal.Signals(number).name
        super().__init__(128 + number)

    def __str__(self) -> str:
        return f"the run was stopped by {self.name} before its end"


class Reaction:
    """What a signal does: it raises at once, or, while it is `held`, is kept for later."""

    def __init__(self) -> None:
        self._held, self._came = False, None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if self._held:
            self._came = number
            return
        raise KeyboardInterrupt if number == signal.SIGINT else Stopped(number)

    def hold(self) -> None:
        """Keep what comes from now on: what was computed is archived and recorded first."""
        self._held = True

    def release(self) -> None:
        """Raise what came meanwhile."""
        self._held = False
        if self._came is not None:
            self(self._came, None)


@contextmanager
def caught() -> Iterator[Reaction]:
    """Raise `Stopped` when a signal asks this process to end, where nobody else handles it; it can be held back."""
    reaction, before = Reaction(), {}
    if threading.current_thread() is threading.main_thread():  # no other may handle signals
        unhandled = dict.fromkeys(_ASKS, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
        before = {number: usual for number, usual in unhandled.items() if signal.getsignal(number) == usual}
    for number in before:
        signal.signal(number, reaction)
    try:
        yield reaction
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave() -> None:
    """Take back what this process inherited from the one it was forked from."""
    for number in _ASKS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def name(status: int | None) -> str:
    """Return in words how a process ended, given multiprocessing's exit code.

    Examples
    --------
    >>> name(-9)
    'killed by SIGKILL'
    >>> name(1)
    'with status 1'
    """
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"with status {status}"
