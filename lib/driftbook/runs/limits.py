"""How long a run may take, and how much memory: what has no end must end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from driftbook.runs.parameters import Request

#: One of these a day of the period: a backfill may take as long as its days one after the other.
_BY_PERIOD = "backfill"


@dataclass(frozen=True)
class Limits:
    """A run's limits, from its start on.

    Attributes
    ----------
    seconds
        How long all its cells may take; None is for ever.
    memory_mb
        How many megabytes the process of its cells may take beyond those it starts with; None is all there are.
    """

    seconds: float | None = None
    memory_mb: float | None = None
    _start: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.seconds is not None and time.monotonic() >= self._start + self.seconds

    def timeout(self, of_cell: float | None) -> Callable[[Any], float | None]:
        """Return a function of a cell: how many seconds it may take, given how many any cell may, by papermill."""

        def left(cell: Any) -> float | None:
            rest = None if self.seconds is None else max(0.1, self._start + self.seconds - time.monotonic())
            given = [limit for limit in (rest, of_cell) if limit is not None and limit >= 0]
            return min(given, default=None)

        return left


def of(request: Request) -> Limits:
    """Return the limits of a run: its params file's, none for a notebook without one."""
    if request.settings is None:
        return Limits()
    service = request.settings.service
    days = len(request.period.days) if request.notebook == _BY_PERIOD and request.period else 1
    return Limits(service.timeout_seconds * days, service.memory_limit_mb)
