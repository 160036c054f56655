"""Trying again, with growing pauses, what failed for a reason that may pass: the only importer of tenacity."""

import logging
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay, stop_never
from tenacity.wait import wait_exponential, wait_random

#: Seconds of the first pause, of the longest one, and of what is added by chance, lest all come back at once.
FIRST, LONGEST, CHANCE = 0.1, 5.0, 0.3

_Found = TypeVar("_Found")
_log = logging.getLogger("papermill")


def again(
    attempt: Callable[[], _Found],
    passes: Callable[[BaseException], bool],
    *,
    seconds: float | None = None,
    tries: int | None = None,
) -> _Found:
    """Return what an attempt returns, made again while it raises what may pass; the first such error is logged.

    Parameters
    ----------
    attempt
        Leaves nothing behind where it fails.
    passes
        Whether what it raised may pass: anything else is raised at once.
    seconds, tries
        How long, and how often at most, it is tried; then what it raised last is raised.
    """
    retrying = Retrying(
        retry=retry_if_exception(passes),
        wait=wait_exponential(FIRST, max=LONGEST) + wait_random(0, CHANCE),
        stop=(stop_never if seconds is None else stop_before_delay(seconds))
        | (stop_never if tries is None else stop_after_attempt(tries)),
        before_sleep=_say,
        reraise=True,
    )
    return retrying(attempt)


def _say(state: RetryCallState) -> None:
    if state.attempt_number == 1:
        _log.warning("Trying again, as this may pass: %s", state.outcome.exception())
