"""How far days differ from their estimate: what makes an interval of it."""

import math
from dataclasses import dataclass

import numpy as np

#: Of fewer days no interval is told.
LEAST_DAYS = 20
#: No day weighs more than this quantile of days.
_HIGH = 0.9
#: However alike neighbouring days are, the reference tells as much as so many days.
_FEWEST = 3
#: The interval holds the true error of so many days.
LEVEL = 0.9


@dataclass(frozen=True)
class Spread:
    """True errors of the reference's days over what they were expected to be, each by the rows of other days.

    Attributes
    ----------
    days
        How many days there are.
    level
        The mean of these ratios: every estimate is multiplied by it.
    between, within
        The variance of ratios that sampling does not explain, and that of single rows' losses about what is expected.
    factor
        How many standard deviations the interval reaches to either side, None where fewer than `LEAST_DAYS` tell.
    """

    days: int
    level: float
    between: float
    within: float
    factor: float | None

    def estimate(self, rows: int, total: float) -> float:
        """Return the estimated error of a day with rows, from the sum of their expected losses."""
        return max(self.level * total / rows, 0.0)

    def interval(self, rows: int, total: float) -> tuple[float, float] | tuple[None, None]:
        """Return the ends of the interval that holds the day's true error in `LEVEL` of days; none is negative."""
        if self.factor is None:
            return None, None
        estimate, expected = self.estimate(rows, total), total / rows
        half = self.factor * math.hypot(math.sqrt(self.between) * expected, math.sqrt(self.within / rows))
        return max(estimate - half, 0.0), estimate + half


def fit(true: np.ndarray, expected: np.ndarray, rows: np.ndarray, within: float) -> Spread:
    """Return the spread of days, given in their order.

    Parameters
    ----------
    true, expected
        Each day's true error and the mean of its rows' expected losses, which is positive.
    rows
        On how many rows each true error is measured.
    within
        The variance of single rows' true minus expected loss.

    Notes
    -----
    Errors scale: a day on which more goes wrong differs more from other days. So it is the ratio `r = true / expected`
    that is alike on all days. A day weighs as much as its `expected`, at most as much as nine in ten days: those whose
    rows the model knows by heart, and errs on by next to nothing, say next to nothing, and a freak one does not say
    all. `n = (Σ w)² / Σ w²` is their effective number. With `m` the mean of ratios and `s²` their variance times
    `n / (n - 1)`,

        between = max(0, s² - mean(within / (rows expected²)))
        interval = m expected ± t(0.95, k - 1) √(1 + 1/k) √(between expected² + within / rows),

    the prediction interval of one more normal value (Hahn and Meeker, Statistical Intervals, 1991, section 4.7), whose
    sampling variance is that of the day's own rows. `k` is how many independent days tell as much of the mean as `n`
    that resemble their neighbours, `n (1 - ρ) / (1 + ρ)` with the ratios' correlation `ρ` from day to day where that is
    positive (Bayley and Hammersley 1946): a month of storms says little of the next one.
    """
    if not len(true):
        return Spread(0, 1.0, 0.0, within, None)
    ratios, weights = true / expected, np.minimum(expected, np.quantile(expected, _HIGH))
    weights = weights / weights.sum()
    n, level = float(1 / (weights**2).sum()), float(weights @ ratios)
    variance = float(weights @ (ratios - level) ** 2) * n / max(n - 1, 1)
    between = max(0.0, variance - within * float(weights @ (1 / (rows * expected**2))))
    off = np.sqrt(weights) * (ratios - level)
    alike = max(0.0, float(off[1:] @ off[:-1]) / float(off @ off)) if off.any() else 0.0
    factor = _factor(max(n * (1 - alike) / (1 + alike), _FEWEST)) if round(n, 6) >= LEAST_DAYS else None
    return Spread(len(true), level, between, within, factor)


def _factor(days: float) -> float:
    from scipy import stats  # at training only: a day needs none of it

    return float(stats.t.ppf((1 + LEVEL) / 2, days - 1) * np.sqrt(1 + 1 / days))
