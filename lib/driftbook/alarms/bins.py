"""Frozen bins: a reference's histograms cut into few bins, and any day's counts in them as features.

A feature is a variance-stabilised share, `y = 2 asin(sqrt((x + 3/8) / (n + 3/4)))` with the sampling variance
`1 / (n + 3/4)` (Anscombe 1948, Biometrika 35, 246-254).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
import pandas as pd

from driftbook.profiles.grid import REST, Grid
from driftbook.profiles.labels import label
from driftbook.profiles.profile import Profile

#: Where numeric columns are cut: the outer two bins are those out of the usual range.
QUANTILES = (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)
#: The least reference share of a value that gets a bin of its own; the others share `other`.
LEAST_SHARE = 0.005
#: What bins are called that hold no value of their own.
OTHER, MISSING, UNSEEN, OUTSIDE = "other", "missing", "unseen", "outside"


@dataclass(frozen=True)
class Bins:
    """One column's bins.

    Attributes
    ----------
    starts
        Numeric columns: the first grid bin of each bin.
    edges
        Numeric columns: the value each bin but the last ends with.
    values
        Columns counted by value: the values with a bin of their own, in the order of their bins.
    seen
        Columns counted by value: on how many reference days each known value occurred.
    counts_missing
        Whether the column's missing values are a feature of its own, and not of a group missing together.
    """

    column: str
    labels: tuple[str, ...]
    is_ordered: bool
    starts: np.ndarray
    edges: np.ndarray
    values: tuple[str, ...]
    seen: dict[str, int]
    counts_missing: bool = True

    @cached_property
    def seen_once(self) -> frozenset[str]:
        """The values of a single reference day: to that day no other one has them."""
        return frozenset(value for value, days in self.seen.items() if days == 1)


@dataclass(frozen=True)
class Shares:
    """Days (lines) by features, of one column.

    `y` is the stabilised value, `v` its sampling variance, `share` the plain share (or number) it stands for.
    """

    column: str
    labels: tuple[str, ...]
    y: np.ndarray
    v: np.ndarray
    share: np.ndarray


def freeze(grid: Grid, days: Sequence[Profile]) -> list[Bins]:
    """Return the bins of every column of the grid, from the pooled days of a reference."""
    return [
        *(_numeric(grid, name, days) for name in grid.edges),
        *(_discrete(grid, name, days) for name in grid.ordered + grid.unordered),
    ]


def counts(bins: Bins, days: Sequence[Profile]) -> np.ndarray:
    """Return the days' counts (lines) in each bin of a column, in the order of its labels, `missing` left out."""
    if len(bins.starts):
        return np.add.reduceat(np.stack([day.bins[bins.column] for day in days]), bins.starts, axis=1)
    found = [day.values[bins.column] for day in days]
    own = np.array([[values.get(value, 0) for value in bins.values] for values in found], dtype=np.int64)
    own = own.reshape(len(days), -1)
    total = np.array([sum(values.values()) for values in found])
    return np.column_stack([own, total - own.sum(axis=1)])


def features(bins: Bins, days: Sequence[Profile], x: np.ndarray, *, own: bool) -> Shares:
    """Return a column's features: shares of bins and missing values; cumulative shares where an order means something.

    `x` holds `counts`, corrected where the clock changed. Numeric columns have the share out of the usual range as
    well, categories that of values no reference day has; with `own` the days are the reference's own, to which a value
    of no *other* day is unseen.
    """
    n = x.sum(axis=1)
    parts = [x]
    labels = [*bins.labels]
    if bins.is_ordered:
        parts.append(np.cumsum(x, axis=1)[:, :-1])
        labels += cumulative_labels(bins)
    if len(bins.starts):
        parts.append(x[:, :1] + x[:, -1:])
        labels.append(OUTSIDE)
    if bins.values and not bins.is_ordered:
        parts.append(np.array([[unseen(bins, day, own=own)] for day in days]))
        labels.append(UNSEEN)
    of = np.broadcast_to(n[:, None], (len(days), len(labels)))
    if bins.counts_missing:
        parts.append(np.array([[day.missing[bins.column]] for day in days]))
        labels.append(MISSING)
        of = np.column_stack([of, [day.rows for day in days]])
    counted = np.column_stack(parts)
    return Shares(bins.column, tuple(labels), stabilised(counted, of), variance(of), counted / np.maximum(of, 1))


def unseen(bins: Bins, day: Profile, *, own: bool = False) -> int:
    """Return how many values of a day no reference day has; to an `own` day, no other reference day."""
    values = day.values[bins.column]
    unknown = values.keys() - bins.seen.keys()
    if own:
        unknown |= values.keys() & bins.seen_once
    return sum(values[value] for value in unknown)


def cumulative_labels(bins: Bins) -> list[str]:
    """Return the labels of the cumulative shares: of all bins but the last, each named by the value it ends with."""
    return [f"up to {label.split(' ')[-1]}" for label in bins.labels[:-1]]


def positions(grid: Grid, bins: Bins, values: pd.Series) -> np.ndarray:
    """Return the position of each value's bin among the labels, `len(labels)` for a missing one."""
    if len(bins.starts):
        fine = np.searchsorted(np.array(grid.edges[bins.column]), values.to_numpy(dtype=float))
        found = np.searchsorted(bins.starts, fine, side="right") - 1
    else:
        found = pd.Index(bins.values).get_indexer(values.map(label, na_action="ignore"))
        found = np.where(found < 0, len(bins.values), found)
    return np.where(values.isna(), len(bins.labels), found)


def stabilised(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the variance-stabilised share `x / n` (Anscombe 1948)."""
    return 2 * np.arcsin(np.sqrt(np.clip((x + 3 / 8) / (n + 3 / 4), 0, 1)))


def variance(n: np.ndarray) -> np.ndarray:
    """Return the sampling variance of a stabilised share of `n` rows."""
    return 1 / (n + 3 / 4)


def unstabilised(y: np.ndarray) -> np.ndarray:
    """Return the share that a stabilised value stands for, up to the correction for few rows."""
    return np.sin(np.clip(y, 0, np.pi) / 2) ** 2


def _numeric(grid: Grid, column: str, days: Sequence[Profile]) -> Bins:
    edges = np.array(grid.edges[column])
    pooled = np.sum([day.bins[column] for day in days], axis=0)
    cumulative = np.cumsum(pooled) / max(pooled.sum(), 1)
    cuts = np.unique(np.minimum(np.searchsorted(cumulative, np.array(QUANTILES) - 1e-9), len(edges) - 1))
    texts = _distinct(edges[cuts])
    labels = (f"≤ {texts[0]}", *(f"{low} – {high}" for low, high in pairwise(texts)), f"> {texts[-1]}")
    return Bins(column, labels, True, np.concatenate([[0], cuts + 1]), edges[cuts], (), {})


def _discrete(grid: Grid, column: str, days: Sequence[Profile]) -> Bins:
    by_day = [day.values[column] for day in days]
    totals = [sum(values.values()) for values in by_day]
    # Frequent in all of them is only what is so on one of them, but for rounding.
    least = [0.999 * LEAST_SHARE * total for total in totals]
    some = {value for values, most in zip(by_day, least, strict=True) for value, n in values.items() if n >= most}
    pooled = {value: sum(values.get(value, 0) for values in by_day) for value in some - {REST}}
    seen = dict(Counter(chain.from_iterable(by_day)))
    is_ordered = column in grid.ordered
    frequent = [value for value, n in pooled.items() if n >= LEAST_SHARE * sum(totals)]
    frequent = (
        sorted(frequent, key=float) if is_ordered else sorted(frequent, key=lambda value: (-pooled[value], value))
    )
    labels = (*map(_told_apart, frequent), OTHER)
    return Bins(column, labels, is_ordered, np.array([], dtype=int), np.array([]), tuple(frequent), seen)


def _told_apart(value: str) -> str:
    """Return a value's label: in quotes where it is called what a bin of ours is."""
    return f"'{value}'" if value.strip("'") in (OTHER, MISSING, UNSEEN) else value


def _distinct(edges: np.ndarray) -> list[str]:
    """Return numbers as short texts that tell them apart."""
    for digits in range(4, 17):
        texts = [f"{edge:.{digits}g}" for edge in edges]
        if len(set(texts)) == len(texts):
            return texts
    return [repr(float(edge)) for edge in edges]
