"""Whether undisturbed days alarm as often as the budget says: days shuffled between reference and monitored days."""

from dataclasses import dataclass

import numpy as np
from alarms_resample import Pool, Variant
from alarms_work import in_processes, met, table
from driftbook.alarms import reference
from driftbook.alarms.reference import Reference
from driftbook.profiles.profile import Profile

BUDGETS = (0.5, 1.0, 3.0)
#: Splits that leave fewer monitored days say nothing.
LEAST_MONITORED = 10


@dataclass(frozen=True)
class Rate:
    """Alarm days per 30 days: the mean over splits, and half the width of its interval from their spread."""

    mean: float
    half: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} +- {self.half:.2f}"


def show(
    title: str, pool: Pool, variant: Variant, splits: int, bounds: tuple[float, float], *, pages: bool = False
) -> None:
    """Print the rates of a variant of the days at each budget; `bounds` are asked of the mean at budget 1."""
    lines = []
    for size in (28, 56):
        if len(pool.days) < size + LEAST_MONITORED:
            continue
        per_split = in_processes(fixed_rates, (pool, variant, size), [(seed,) for seed in range(splits)])
        for budget, rates in zip(BUDGETS, zip(*per_split, strict=True), strict=True):
            found = rate(rates)
            asked = (f"{bounds[0]} to {bounds[1]}", met(bounds[0] <= found.mean <= bounds[1])) if budget == 1 else "--"
            lines.append(["fixed", size, budget, found, *asked])
    if pages and len(pool.days) >= 2 * 28 + LEAST_MONITORED:
        per_split = in_processes(page_rates, (pool, variant, 28), [(seed,) for seed in range(splits)])
        for budget, rates in zip(BUDGETS, zip(*per_split, strict=True), strict=True):
            found = rate(rates)
            lines.append(["page", "28 + 28", budget, found, "at most the budget", met(found.mean <= budget)])
    header = ["rule", "reference days", "budget", "alarm days per 30", "asked of the mean", ""]
    table(f"{title} ({len(pool.days)} days, {splits} splits)", header, lines)


def fixed_rates(shared: tuple[Pool, Variant, int], seed: int) -> list[float]:
    """Return the alarm days per 30 of one split at each budget, against one reference."""
    pool, variant, size = shared
    days = variant(pool, np.random.default_rng([seed, 1]))
    own, rest = _split(pool, days, np.random.default_rng(seed), size)
    found = reference.fit(pool.grid, own)
    scores = reference.score(found, rest).days
    return [30 * float(np.mean(scores > found.threshold(budget))) for budget in BUDGETS]


def page_rates(shared: tuple[Pool, Variant, int], seed: int) -> list[float]:
    """Return the page days per 30 of one split: a column beyond the thresholds of two disjoint references."""
    pool, variant, size = shared
    rng = np.random.default_rng(seed)
    days = variant(pool, np.random.default_rng([seed, 1]))
    both, rest = _split(pool, days, rng, 2 * size)
    first = _take(np.array([_kind(pool, day) for day in both]), rng, size)
    halves = ([day for at, day in enumerate(both) if (at in first) is side] for side in (True, False))
    fixed, trailing = (reference.fit(pool.grid, half) for half in halves)
    return [_pages(fixed, trailing, rest, budget) for budget in BUDGETS]


def rate(per_split: list[float]) -> Rate:
    """Return the mean of the splits' rates with its interval (95 %), from the spread between splits."""
    return Rate(float(np.mean(per_split)), float(1.96 * np.std(per_split, ddof=1) / np.sqrt(len(per_split))))


def _pages(fixed: Reference, trailing: Reference, days: list[Profile], budget: float) -> float:
    beyond = []
    for one in (fixed, trailing):
        columns = reference.score(one, days).columns > one.threshold(budget)
        beyond.append(dict(zip(one.layout.columns, columns.T, strict=True)))
    shared = [name for name in beyond[0] if name in beyond[1]]
    return 30 * float(np.mean(np.any([beyond[0][name] & beyond[1][name] for name in shared], axis=0)))


def _split(pool: Pool, days: list[Profile], rng: np.random.Generator, size: int) -> tuple[list, list]:
    taken = _take(pool.classes, rng, size)
    return [days[at] for at in sorted(taken)], [day for at, day in enumerate(days) if at not in taken]


def _take(classes: np.ndarray, rng: np.random.Generator, size: int) -> set[int]:
    """Return positions of about `size` days, in proportion within each class, at least three of each."""
    taken: list[int] = []
    for kind in np.unique(classes):
        own = rng.permutation(np.flatnonzero(classes == kind))
        taken += own[: max(3, round(size * len(own) / len(classes)))].tolist()
    return set(taken)


def _kind(pool: Pool, day: Profile) -> str:
    return pool.classes[pool.days.index(day.day)]
