"""Evidently's default distances by their formulas, the reference's side prepared once.

Against a reference column of more than 1,000 values Evidently takes, for numbers of more than five values, the first
Wasserstein distance over the reference's standard deviation, else the Jensen-Shannon distance (natural logarithm) of
the values' shares. Where it does something else, this module refuses.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import rel_entr

from driftbook.once import once

#: Up to so many values in the reference Evidently tests hypotheses instead.
_SMALL = 1000
#: Up to so many different numbers on both sides together are taken as labels.
_FEW = 5
#: Evidently's own least standard deviation.
_LEAST_NORM = 0.001


@dataclass(frozen=True)
class _Numbers:
    """A column's different numbers, ascending, and how many rows have at most each of them, first none."""

    values: np.ndarray
    different: np.ndarray
    upto: np.ndarray

    @cached_property
    def norm(self) -> float:
        return max(float(np.std(self.values)), _LEAST_NORM)

    @property
    def counts(self) -> pd.Series:
        return pd.Series(np.diff(self.upto), self.different)


def by_formula(
    reference: pd.DataFrame, current: pd.DataFrame, columns: Sequence[str], labels: Collection[str]
) -> dict[str, float] | None:
    """Return the distance of each column, None if for one of them Evidently does something else."""
    found = {}
    for name in columns:
        usual, day = _of_reference(reference, name, name in labels), _side(current, name, name in labels)
        if usual is None or day is None or _size(usual) <= _SMALL:
            return None
        found[name] = _distance(usual, day)
    return found


def rounded(distances: Mapping[str, float]) -> dict[str, float | None]:
    """Return distances to 12 places, None for what is no number."""
    # Evidently sums over sets of categories: the last bits change with each process's hash seed.
    return {name: round(value, 12) if math.isfinite(value) else None for name, value in distances.items()}


def _side(frame: pd.DataFrame, name: str, is_label: bool) -> "_Numbers | pd.Series | None":
    return _counts(frame[name]) if is_label else _numbers(frame[name])


_of_reference = once(_side)


def _numbers(column: pd.Series) -> _Numbers | None:
    """Return a column's numbers, None where Evidently has rules or failures of its own: infinite or absurd ones."""
    values = column.dropna().to_numpy(dtype=float)
    ascending = np.sort(values)
    low, high = ascending[0], ascending[-1]
    largest = max(abs(low), abs(high))
    if largest > 1e100 or ((high - low) or 1.0) < 100 * np.spacing(largest):  # no room for the bins of its histogram
        return None
    starts = np.flatnonzero(np.diff(ascending, prepend=-np.inf))
    return _Numbers(values, ascending[starts], np.append(starts, len(ascending)))


def _counts(column: pd.Series) -> pd.Series:
    """Return how often each label occurs, labels as text."""
    if column.dtype.kind == "f":
        counts = column.value_counts()
        return counts.set_axis(counts.index.map(str))
    return column.dropna().map(str).value_counts()


def _size(side: _Numbers | pd.Series) -> int:
    return len(side.values) if isinstance(side, _Numbers) else int(side.sum())


def _distance(reference: _Numbers | pd.Series, day: _Numbers | pd.Series) -> float:
    if isinstance(reference, pd.Series):
        return _jensen_shannon(reference, day)
    few = len(reference.different) <= _FEW and len(np.union1d(reference.different, day.different)) <= _FEW
    if few:
        return _jensen_shannon(reference.counts, day.counts)
    return _wasserstein(reference, day) / reference.norm


def _wasserstein(reference: _Numbers, day: _Numbers) -> float:
    """Return what scipy.stats.wasserstein_distance does."""
    both = np.sort(np.concatenate([reference.different, day.different]))
    starts = both[:-1]
    shares = [side.upto[side.different.searchsorted(starts, "right")] / side.upto[-1] for side in (reference, day)]
    return float(np.sum(np.abs(shares[0] - shares[1]) * np.diff(both)))


def _jensen_shannon(reference: pd.Series, day: pd.Series) -> float:
    """Return what scipy.spatial.distance.jensenshannon does of both shares."""
    p = reference.reindex(reference.index.union(day.index, sort=False), fill_value=0)
    q = day.reindex(p.index, fill_value=0)
    p, q = p.to_numpy() / p.sum(), q.to_numpy() / q.sum()
    middle = (p + q) / 2
    return math.sqrt(max(float(np.sum(rel_entr(p, middle)) + np.sum(rel_entr(q, middle))), 0.0) / 2)
