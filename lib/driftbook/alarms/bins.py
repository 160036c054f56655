"""Frozen bins: a reference's histograms cut into few bins, and any day's counts in them as features.

A feature is a variance-stabilised share, `y = 2 asin(sqrt((x + 3/8) / (n + 3/4)))` with the sampling variance
`1 / (n + 3/4)` (Anscombe 1948, Biometrika 35, 246-254).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress, count, filterfalse, pairwise, repeat

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
        Columns counted by value: the values that occurred on the reference's days.
    counts_missing
        Whether the column's missing values are a feature of its own, and not of a group missing together.
    own, own_unseen
        What `counts` gives of the reference's own days, and how many values of each of them no other one has.
    """

    column: str
    labels: tuple[str, ...]
    is_ordered: bool
    starts: np.ndarray
    edges: np.ndarray
    values: tuple[str, ...]
    seen: Collection[str]
    counts_missing: bool = True
    own: np.ndarray | None = None
    own_unseen: np.ndarray | None = None

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The labels of the column's features: its bins, and what else `features` makes of them."""
        cumulative = cumulative_labels(self) if self.is_ordered else []
        others = {OUTSIDE: len(self.starts), UNSEEN: self.values and not self.is_ordered, MISSING: self.counts_missing}
        return (*self.labels, *cumulative, *(label for label, is_one in others.items() if is_one))


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


def freeze(grid: Grid, days: Sequence[Profile], elsewhere: Collection[str] = ()) -> list[Bins]:
    """Return the bins of every column of the grid, from the pooled days of a reference.

    The missing values of the columns named in `elsewhere` are no features of theirs.
    """
    return [
        *(_numeric(grid, name, days, name not in elsewhere) for name in grid.edges),
        *(_discrete(name, True, days, name not in elsewhere) for name in grid.ordered),
        *(_discrete(name, False, days, name not in elsewhere) for name in grid.unordered),
    ]


def counts(bins: Bins, days: Sequence[Profile]) -> np.ndarray:
    """Return the days' counts (lines) in each bin of a column, in the order of its labels, `missing` left out."""
    if len(bins.starts):
        return np.add.reduceat(np.stack([day.bins[bins.column] for day in days]), bins.starts, axis=1)
    found = [day.values[bins.column] for day in days]
    own = np.array([list(map(values.get, bins.values, repeat(0))) for values in found], dtype=np.int64)
    return _with_rest(own.reshape(len(days), -1), np.array([sum(values.values()) for values in found]))


def _with_rest(x: np.ndarray, total: np.ndarray) -> np.ndarray:
    return np.column_stack([x, total - x.sum(axis=1)])


def features(columns: Sequence[Bins], days: Sequence[Profile], x: Sequence[np.ndarray], *, own: bool) -> list[Shares]:
    """Return columns' features: shares of bins and missing values; cumulative shares where an order means something.

    `x` holds the `counts` of each column, corrected where the clock changed. Numeric columns have the share out of the
    usual range as well, categories that of values no reference day has; with `own` the days are the reference's own, to
    which a value of no *other* day is unseen.
    """
    if not columns:
        return []
    parts = [part for bins, counted in zip(columns, x, strict=True) for part in _parts(bins, days, counted, own=own)]
    totals = np.column_stack([counted.sum(axis=1) for counted in x])
    counted, ends = np.concatenate(parts, axis=1), np.cumsum([len(bins.features) for bins in columns])
    of = np.repeat(totals, np.diff(ends, prepend=0), axis=1)
    of[:, ends[[bins.counts_missing for bins in columns]] - 1] = np.array([[day.rows] for day in days])
    found = stabilised(counted, of), variance(of), counted / np.maximum(of, 1)
    split = zip(*(np.split(one, ends[:-1], axis=1) for one in found), strict=True)
    return [Shares(bins.column, bins.features, *one) for bins, one in zip(columns, split, strict=True)]


def _parts(bins: Bins, days: Sequence[Profile], x: np.ndarray, *, own: bool) -> list[np.ndarray]:
    """Return the counts behind a column's features, in their order."""
    parts = [x]
    if bins.is_ordered:
        parts.append(np.cumsum(x, axis=1)[:, :-1])
    if len(bins.starts):
        parts.append(x[:, :1] + x[:, -1:])
    if bins.values and not bins.is_ordered:
        parts.append(bins.own_unseen[:, None] if own else np.array([[unseen(bins, day)] for day in days]))
    if bins.counts_missing:
        parts.append(np.array([[day.missing[bins.column]] for day in days]))
    return parts


def unseen(bins: Bins, day: Profile) -> int:
    """Return how many values of a day no reference day has."""
    values = day.values[bins.column]
    return sum(map(values.__getitem__, filterfalse(bins.seen.__contains__, values)))


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


def _numeric(grid: Grid, column: str, days: Sequence[Profile], counts_missing: bool) -> Bins:
    edges, fine = np.array(grid.edges[column]), np.stack([day.bins[column] for day in days])
    pooled = fine.sum(axis=0)
    cumulative = np.cumsum(pooled) / max(pooled.sum(), 1)
    cuts = np.unique(np.minimum(np.searchsorted(cumulative, np.array(QUANTILES) - 1e-9), len(edges) - 1))
    texts = _distinct(edges[cuts])
    labels = (f"≤ {texts[0]}", *(f"{low} – {high}" for low, high in pairwise(texts)), f"> {texts[-1]}")
    starts = np.concatenate([[0], cuts + 1])
    own = np.add.reduceat(fine, starts, axis=1)
    return Bins(column, labels, True, starts, edges[cuts], (), (), counts_missing, own)


def _discrete(column: str, is_ordered: bool, days: Sequence[Profile], counts_missing: bool) -> Bins:
    at, x, occurred = _by_value([day.values[column] for day in days])
    pooled, total = x.sum(axis=0), x.sum(axis=1)
    is_frequent = (pooled >= LEAST_SHARE * total.sum()).tolist()
    counted = {value: pooled[at[value]] for value in compress(at, is_frequent) if value != REST}
    frequent = sorted(counted, key=float if is_ordered else lambda value: (-counted[value], value))
    own = _with_rest(x[:, [at[value] for value in frequent]] if frequent else x[:, :0], total)
    labels, none = (*map(_told_apart, frequent), OTHER), np.array([])
    unseen = x[:, occurred == 1].sum(axis=1)
    return Bins(column, labels, is_ordered, none, none, tuple(frequent), at, counts_missing, own, unseen)


def _by_value(found: Sequence[Mapping[str, int]]) -> tuple[dict[str, int], np.ndarray, np.ndarray]:
    """Return the position of each value, days (lines) by how often it occurred, and on how many days it did."""
    at: defaultdict[str, int] = defaultdict(count().__next__)
    positions = np.fromiter(map(at.__getitem__, chain.from_iterable(found)), np.intp)
    x = np.zeros((len(found), len(at)), dtype=np.int64)
    x[np.repeat(np.arange(len(found)), [*map(len, found)]), positions] = [*chain.from_iterable(map(dict.values, found))]
    return dict(at), x, np.bincount(positions, minlength=len(at))


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
