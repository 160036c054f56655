"""One day against one reference: its columns' scores over the threshold, and the band every number had to stay in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from driftbook.alarms import bins, reference, standardize
from driftbook.alarms.bins import Bins
from driftbook.alarms.measurement import ERROR, MISSING, ROWS, TOGETHER, group_label
from driftbook.alarms.reference import Reference, Scores
from driftbook.alarms.thresholds import Threshold
from driftbook.profiles.profile import Profile

#: The lower and the upper end of a band; None where it is open.
Band = tuple[float | None, float | None]


@dataclass(frozen=True)
class Comparison:
    """A day's scores against a reference, and the threshold of the budget."""

    scores: Scores
    limit: Threshold

    @property
    def threshold(self) -> float:
        """The threshold of the budget, in tail units."""
        return self.limit.value

    @property
    def reference(self) -> Reference:
        """The reference compared with."""
        return self.scores.reference

    @property
    def score(self) -> float:
        """The day score, in tail units."""
        return float(self.scores.days[0])

    @cached_property
    def column_scores(self) -> dict[str, float]:
        """Each column's score, in tail units."""
        return dict(zip(self.reference.layout.columns, self.scores.columns[0].tolist(), strict=True))

    @cached_property
    def ratios(self) -> dict[str, float]:
        """Each column's score over the threshold, 0 where it is unremarkable; above 1 it exceeds it."""
        return {name: max(score, 0.0) / self.threshold for name, score in self.column_scores.items()}

    def farthest(self, column: str) -> tuple[str, float, float]:
        """Return a column's feature that lies farthest out: its label, its share (or number) on the day and usually."""
        layout = self.reference.layout
        first = int(layout.starts[layout.columns.index(column)])
        size = int(layout.sizes[layout.columns.index(column)])
        own = self.scores.deviations[0, first : first + size]
        at = first + int(np.argmax(own if column == TOGETHER else np.abs(own)))  # a better fit than usual is no news
        usual = self._nearest_centre(at)
        return (
            layout.labels[at],
            float(self.scores.shares[0, at]),
            float(_natives(np.array([column]), np.array([usual]))[0]),
        )

    def _nearest_centre(self, at: int) -> float:
        """Return the centre of a feature that the day deviates from: of the class it resembles more."""
        own, other = (self.reference.spread.centre[kinds[0], at] for kinds in self.scores.classes)
        # y = centre + z width, and width is positive: from above both centres the upper one is the nearer
        return max(own, other) if self.scores.deviations[0, at] > 0 else min(own, other)

    @cached_property
    def bands(self) -> dict[tuple[str, str], Band]:
        """The band of each column's features, by column and label: shares, or numbers for rows and error."""
        layout = self.reference.layout
        limit = reference.largest_limits(self.reference, self.threshold)
        spread = self.reference.spread
        ends = np.stack(
            [
                spread.centre[kinds[0]] + side * limit * standardize.width(spread, self.scores.v, kinds)[0]
                for kinds in self.scores.classes
                for side in (-1, 1)
            ]
        )
        names = np.repeat(layout.columns, layout.sizes)
        lower, upper = (_natives(names, y) for y in (ends.min(axis=0), ends.max(axis=0)))
        lower = np.where(np.isin(names, (ERROR, TOGETHER)), None, lower)
        bands = zip(lower.tolist(), upper.tolist(), strict=True)
        found = dict(zip(zip(names.tolist(), layout.labels, strict=True), bands, strict=True))
        if MISSING in layout.columns:  # a column of a group has the group's band
            for group in self.reference.plan.groups:
                found |= {(MISSING, name): found[MISSING, group_label(group)] for name in group}
        return found

    def quantile_band(self, column: str, level: float) -> Band:
        """Return the values a quantile of an ordered column had to lie between, from the bands of cumulative shares."""
        own = next((own for own in self.reference.plan.bins if own.column == column and own.is_ordered), None)
        if own is None or len(own.labels) < 2:
            return None, None
        ends = own.edges if len(own.edges) else np.array([float(value) for value in own.values])
        bands = [self.bands[column, label] for label in bins.cumulative_labels(own)]
        least, most = (np.maximum.accumulate([band[side] for band in bands]) for side in (0, 1))
        lower = _crossing(own, ends, most, level) if level >= most[0] else None
        upper = _crossing(own, ends, least, level) if level <= least[-1] else None
        return lower, upper


def compare(found: Reference | None, day: Profile, per_month: float) -> Comparison | None:
    """Return a day's comparison with a reference, None where the reference cannot judge the day."""
    if found is None or not day.rows or not found.can_judge(day):
        return None
    return Comparison(reference.score(found, [day]), found.limit(per_month))


def widest(bands: Sequence[Band]) -> Band:
    """Return the band that holds all of some bands: outside of it a number is outside of each."""
    lowers, uppers = zip(*bands, strict=True)
    return (
        None if None in lowers else min(lowers),
        None if None in uppers else max(uppers),
    )


def _natives(names: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the shares, or the numbers of rows and the errors, that features of columns stand for."""
    is_log = np.isin(names, (ROWS, ERROR, TOGETHER))
    found = bins.unstabilised(y)
    found[is_log] = np.exp(y[is_log])
    return found


def _crossing(own: Bins, ends: np.ndarray, cumulative: np.ndarray, level: float) -> float:
    """Return the value where a cumulative share reaches a level; between two cuts in proportion if not discrete."""
    if not len(own.edges):
        return float(ends[min(np.searchsorted(cumulative, level), len(ends) - 1)])
    return float(np.interp(level, cumulative, ends))
