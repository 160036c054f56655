"""A change of error and its parts, as they travel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

#: With fewer labelled rows on a side nothing is told apart.
LEAST = 60


@dataclass(frozen=True)
class Part:
    """A part of a change, in the unit of the error.

    Attributes
    ----------
    value
        The part beyond its noise: estimate x max(0, 1 - standard error² / estimate²), the empirical Bayes estimate of
        one effect (Efron and Morris, 1973). It is 0 where the estimate is within its standard error.
    estimate, low, high
        The estimate as it is, and its interval of 95 %: normal, from the variance of the rows' influence. It is about
        rows that could be others of the same day, not about days that could be others.
    """

    value: float
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Split:
    """A change of error, split.

    Attributes
    ----------
    rows, reference_rows
        Rows with a usable label and a prediction.
    total
        The error of the day minus that of the validation reference, NaN where one of them has no such row.
    input, relation
        None where nothing can be told apart: `LEAST` rows are needed on both sides.
    noise
        What neither part holds; all of the total where there are none.
    elsewhere
        The share of the day's rows that lie where the reference has next to none, NaN where it is not known.
    recoded, undone_error
        The column that came in another unit, by which factor, and the day's error without that.
    columns
        The part of the input that each column carries, the largest first, and what no column does; they add up to it.
    by_row
        What each row adds to `total`, `input`, `relation` and `noise`, those of the day and of the reference by the
        keys `day` and `reference`.
    """

    rows: int
    reference_rows: int
    day_error: float
    reference_error: float
    total: float
    input: Part | None
    relation: Part | None
    noise: float
    elsewhere: float
    recoded: dict[str, float]
    undone_error: float
    columns: pd.Series
    by_row: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The change and its parts: `value`, and `low` and `high` of the intervals."""
        parts = {"input": self.input, "relation": self.relation}
        lines = {name: (part.value, part.low, part.high) for name, part in parts.items() if part}
        lines = {"change": (self.total, np.nan, np.nan), **lines, "noise": (self.noise, np.nan, np.nan)}
        return pd.DataFrame.from_dict(lines, "index", float, ["value", "low", "high"]).rename_axis("part")
