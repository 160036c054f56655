"""The track record of the estimates: what they were worth on earlier days, now that these have their labels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from driftbook.estimates.spread import LEVEL, Spread
from driftbook.profiles.profile import Profile

#: So many labelled days make a record; of the newest few so many may lie outside of their interval.
DAYS, NEWEST, MOST_MISSES = 28, 5, 2
#: How seldom an estimate that is right is called wrong, on one day and by one of the two rules.
_SELDOM = 0.01


@dataclass(frozen=True)
class Record:
    """How days with labels lay to their estimates.

    Attributes
    ----------
    days, within
        How many days there are, and how many of them lay within their interval.
    misses
        How many of the newest `NEWEST` days did not.
    bias
        Mean of estimated minus true error.
    """

    days: int
    within: int
    misses: int
    bias: float

    @property
    def coverage(self) -> float:
        """The share of days within their interval."""
        return self.within / self.days

    @property
    def least_coverage(self) -> float:
        """The least share that an estimate which is right has in all but `_SELDOM` of cases."""
        return _least(self.days) / self.days

    @property
    def is_trusted(self) -> bool:
        """Whether the estimates were as good as their intervals say.

        Both rules leave a chance below 1 % to intervals that hold 90 %: three misses or more among the newest five days
        have one of 0.9 %, and so few days within as `least_coverage` excludes have less than 1 %.
        """
        return self.misses <= MOST_MISSES and self.coverage >= self.least_coverage


def of(spread: Spread, days: Sequence[Profile]) -> Record | None:
    """Return the record of days with all their labels, in order; None if there is none, or no interval to judge by."""
    days = [day for day in days if day.errors[0] and day.estimated[0] and not day.is_special][-DAYS:]
    if not days or spread.factor is None:
        return None
    inside = [_is_within(spread, day) for day in days]
    bias = [spread.estimate(*day.estimated) - _true(day) for day in days]
    return Record(len(days), sum(inside), inside[-NEWEST:].count(False), sum(bias) / len(bias))


def _true(day: Profile) -> float:
    labelled, total, _ = day.errors
    return total / labelled


def _is_within(spread: Spread, day: Profile) -> bool:
    low, high = spread.interval(*day.estimated)
    return low <= _true(day) <= high


def _least(days: int) -> int:
    """Return the number of days within that fewer than `_SELDOM` of binomial draws at `LEVEL` fall short of."""
    below = 0.0
    for within in range(days + 1):
        below += math.comb(days, within) * LEVEL**within * (1 - LEVEL) ** (days - within)
        if below >= _SELDOM:
            return within
    return days
