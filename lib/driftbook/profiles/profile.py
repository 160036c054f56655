"""A day as counts: mergeable, small, and enough to score the day against any reference, without its rows."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Profile:
    """One day as counts, and what kind of day it is.

    Attributes
    ----------
    day_class
        Days are compared within their class, one of `calendars.CLASSES`.
    is_special
        Whether it is a day like no other, which calibrates nothing and is not judged by its scores.
    clock
        How often the clock showed an hour of the day, for the hours it did not show once.
    rows, duplicates
        Rows of the day, and those that repeat an earlier row exactly.
    bins
        Numeric column to its counts per bin of the fine grid.
    values
        Column counted value by value to its count per value, values written as text.
    missing
        Delivered and watched column to its number of missing values.
    invalid
        Column to its number of values that stand for none (infinite, absurd, a fill value), where there are any.
    kinds
        Delivered column to its kind of type: number, text, boolean, time, null or other.
    modes
        Delivered column that is not watched to its most frequent value, as text, and in how many rows it stands.
    together
        Column that goes with others to its surprises (`driftbook.relations`): how many, their sum and that of squares.
    errors
        Number of labelled rows, sum of their losses (the absolute errors, in the target's unit) and of those squared.
    estimated
        On how many rows the error will be measured, and the sum of the losses they are expected to have; zeros where
        nothing estimates them.
    """

    day: dt.date
    day_class: str
    is_special: bool
    clock: dict[int, int]
    rows: int
    duplicates: int
    bins: dict[str, np.ndarray]
    values: dict[str, dict[str, int]]
    missing: dict[str, int]
    kinds: dict[str, str]
    errors: tuple[int, float, float]
    invalid: dict[str, int] = field(default_factory=dict)
    modes: dict[str, tuple[str, int]] = field(default_factory=dict)
    estimated: tuple[int, float] = (0, 0.0)
    together: dict[str, tuple[int, float, float]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as JSON data with its hash."""
        bins = {name: counts.tolist() for name, counts in self.bins.items()}
        return self._rest() | {"bins": bins, "estimated": list(self.estimated), "sha256": self.sha256}

    @cached_property
    def sha256(self) -> str:
        """Hash of what was counted: equal days give equal hashes. What is only estimated is no part of it."""
        filled = {name: np.flatnonzero(counts).tolist() for name, counts in self.bins.items()}
        bins = {name: dict(zip(map(str, at), self.bins[name][at].tolist(), strict=True)) for name, at in filled.items()}
        counted = self._rest() | {"bins": bins, "sizes": {name: len(counts) for name, counts in self.bins.items()}}
        return hashlib.sha256(json.dumps(counted, sort_keys=True, allow_nan=False).encode()).hexdigest()

    def _rest(self) -> dict[str, Any]:
        rest = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("bins", "estimated")}
        clock = {str(hour): times for hour, times in self.clock.items()}
        return rest | {"day": str(self.day), "clock": clock, "errors": list(self.errors)}

    def without(self, columns: Collection[str]) -> "Profile":
        """Return the profile without some columns and without errors: what it was before its labels came."""
        left = {
            name: {column: counts for column, counts in getattr(self, name).items() if column not in columns}
            for name in ("bins", "values", "missing", "invalid", "kinds", "modes")
        }
        return replace(self, **left, errors=(0, 0.0, 0.0))


def from_dict(data: dict[str, Any]) -> Profile:
    """Return the profile that `to_dict` gave, or gave once: without its hash, and without the bins that are empty."""
    bins = {name: _filled(counts, data.get("sizes", {}).get(name)) for name, counts in data["bins"].items()}
    labelled, *sums = data["errors"]
    given = {name: value for name, value in data.items() if name not in ("sizes", "sha256")}
    clock = {int(hour): times for hour, times in data["clock"].items()}
    modes = {name: (value, n) for name, (value, n) in data.get("modes", {}).items()}
    together = {name: tuple(of) for name, of in data.get("together", {}).items()}
    rows, expected = data.get("estimated", (0, 0.0))
    known = {"day": dt.date.fromisoformat(data["day"]), "modes": modes, "bins": bins, "clock": clock}
    sums = {"together": together, "errors": (labelled, *sums), "estimated": (rows, expected)}
    found = Profile(**{**given, **known, **sums})
    if "sha256" in data:
        vars(found)["sha256"] = data["sha256"]  # where the cached property keeps it
    return found


def _filled(counts: list[int] | dict[str, int], size: int | None) -> np.ndarray:
    if size is None:
        return np.array(counts, dtype=np.int64)
    found = np.zeros(size, dtype=np.int64)
    found[[*map(int, counts)]] = [*counts.values()]
    return found
