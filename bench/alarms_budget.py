"""Whether undisturbed days alarm as often as the budget says: days shuffled between reference and monitored days."""

from dataclasses import dataclass

import numpy as np
from driftbook.alarms import reference
from driftbook.alarms.histograms import DayHistogram
from driftbook.alarms.reference import Reference

from alarms_resample import Pool, Variant

BUDGETS = (0.5, 1.0, 3.0)


@dataclass(frozen=True)
class Rate:
    """Alarm days per 30 days: the mean over splits, and half the width of its interval from their spread."""

    mean: float
    half: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} +- {self.half:.2f}"


def fixed_rates(pool: Pool, variant: Variant, size: int, seed: int) -> list[float]:
    """Return the alarm days per 30 of one split at each budget, against one reference of `size` days."""
    days = variant(pool, np.random.default_rng([seed, 1]))
    own, rest = _split(pool, days, np.random.default_rng(seed), size)
    found = reference.fit(pool.calendar, pool.grid, own)
    scores = reference.score(found, rest).days
    return [30 * float(np.mean(scores > found.threshold(budget))) for budget in BUDGETS]


def page_rates(pool: Pool, variant: Variant, size: int, seed: int) -> list[float]:
    """Return the page days per 30 of one split: a column beyond the thresholds of two disjoint references."""
    rng = np.random.default_rng(seed)
    days = variant(pool, np.random.default_rng([seed, 1]))
    both, rest = _split(pool, days, rng, 2 * size)
    first = _take(np.array([_kind(pool, day) for day in both]), rng, size)
    halves = ([day for at, day in enumerate(both) if (at in first) is side] for side in (True, False))
    fixed, trailing = (reference.fit(pool.calendar, pool.grid, half) for half in halves)
    return [_pages(fixed, trailing, rest, budget) for budget in BUDGETS]


def rate(per_split: list[float]) -> Rate:
    """Return the mean of the splits' rates with its interval (95 %), from the spread between splits."""
    return Rate(float(np.mean(per_split)), float(1.96 * np.std(per_split, ddof=1) / np.sqrt(len(per_split))))


def _pages(fixed: Reference, trailing: Reference, days: list[DayHistogram], budget: float) -> float:
    beyond = []
    for one in (fixed, trailing):
        columns = reference.score(one, days).columns > one.threshold(budget)
        beyond.append(dict(zip(one.layout.columns, columns.T, strict=True)))
    shared = [name for name in beyond[0] if name in beyond[1]]
    return 30 * float(np.mean(np.any([beyond[0][name] & beyond[1][name] for name in shared], axis=0)))


def _split(pool: Pool, days: list[DayHistogram], rng: np.random.Generator, size: int) -> tuple[list, list]:
    taken = _take(pool.classes, rng, size)
    return [days[at] for at in sorted(taken)], [day for at, day in enumerate(days) if at not in taken]


def _take(classes: np.ndarray, rng: np.random.Generator, size: int) -> set[int]:
    """Return positions of about `size` days, in proportion within each class, at least three of each."""
    taken: list[int] = []
    for kind in np.unique(classes):
        own = rng.permutation(np.flatnonzero(classes == kind))
        taken += own[: max(3, round(size * len(own) / len(classes)))].tolist()
    return set(taken)


def _kind(pool: Pool, day: DayHistogram) -> str:
    return pool.classes[pool.days.index(day.day)]
