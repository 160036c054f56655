"""What follows from something that does not change, a model or its rows: computed once while that lives."""

import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

_T = TypeVar("_T")


def once(function: Callable[..., _T]) -> Callable[..., _T]:
    """Return a function that keeps its results by its first argument, that very object, and by the others' values.

    Processes forked later find them, too. No result may be changed, nor refer to the first argument, which would then
    live as long as the process.
    """
    kept: dict[tuple, tuple[weakref.ref, _T]] = {}

    @wraps(function)
    def found(given: Any, *others: Any) -> _T:
        key = (id(given), *others)
        if key not in kept or kept[key][0]() is not given:
            kept[key] = weakref.ref(given, lambda _: kept.pop(key, None)), function(given, *others)
        return kept[key][1]

    return found
