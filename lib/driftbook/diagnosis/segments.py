"""Where a column moved: which part of the rows carries the change, and which rows are outliers."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from driftbook.alarms import bins
from driftbook.model import TrainedModel
from driftbook.once import once
from driftbook.profiles import labels
from driftbook.records import HOUR

_NOTHING = pd.DataFrame(columns=["reference", "day", "part"], dtype=float)


def carriers(trained: TrainedModel, frame: pd.DataFrame, column: str, segment: str) -> pd.DataFrame:
    """Return how much of a column's change each value of a segment column carries, the largest part first.

    One line per segment value with `reference` and `day` (its share of rows) and `part`: the change is the total
    variation distance between the two histograms of `column`, `1/2 sum over bins |q - p|`, and a segment's part is
    `1/2 sum over bins sign(q - p) (q_s - p_s)`, its own joint shares in it. The parts add up to 1; a negative one works
    against the change. Where the segment column is the column itself, what one value gains the others lose, so that a
    value carries half of the change at most. Empty if nothing changed, or no row is there.
    """
    if frame.empty:
        return _NOTHING
    reference, day = _usual(trained, column, segment), _joint(trained, frame, column, segment)
    reference, day = reference.align(day, fill_value=0.0)
    change = day.sum() - reference.sum()
    distance = change.abs().sum() / 2
    if not distance > 0:
        return _NOTHING
    part = ((day - reference) * np.sign(change)).sum(axis=1) / (2 * distance)
    table = pd.DataFrame({"reference": reference.sum(axis=1), "day": day.sum(axis=1), "part": part})
    return table.rename_axis(segment).sort_values("part", ascending=False, kind="stable")


def carrier_table(tables: Mapping[str, pd.DataFrame], most: int = 3) -> pd.DataFrame:
    """Return the values that carry most of a change, some of each segment column, from tables that `carriers` gave."""
    tops = {segment: table.head(most) for segment, table in tables.items()}
    return pd.concat(tops, names=["segment", "value"]) if tops else _NOTHING


def outliers(trained: TrainedModel, frame: pd.DataFrame, rows: int = 10) -> pd.DataFrame:
    """Return the rows farthest from the reference, with the column that makes them so.

    A value's distance is how far it lies from the reference's median, in widths of the reference's 5 to 95 % range; a
    row counts by its farthest numeric column. Columns `farthest column`, `its value`, `widths away`, then the frame's.
    """
    middle, width = _usual_range(trained)
    distance = ((frame[middle.index] - middle) / width).abs()
    farthest = distance.max(axis=1).dropna().nlargest(rows, keep="first")
    column = distance.loc[farthest.index].idxmax(axis=1) if len(farthest) else farthest.astype(object)
    value = [frame.at[row, name] for row, name in column.items()]
    return pd.DataFrame({"farthest column": column, "its value": value, "widths away": farthest}).join(frame)


def scale(trained: TrainedModel, frame: pd.DataFrame, column: str) -> float | None:
    """Return by which one factor the column's quarter, half and three-quarter quantiles all changed, within 5 %.

    None where they did not change by one factor, by less than 5 %, or where a quantile is not positive: a change of
    unit shows as a factor, a change of the population does not.
    """
    if column not in trained.settings.watched.numeric or frame[column].isna().all():
        return None
    levels = [0.25, 0.5, 0.75]
    reference, day = trained.reference_rows[column].quantile(levels), frame[column].quantile(levels)
    if (reference <= 0).any() or (day <= 0).any():
        return None
    factors = day / reference
    constant = factors.max() / factors.min() < 1.1
    return float(factors[0.5]) if constant and abs(factors[0.5] - 1) > 0.05 else None


@once
def _usual_range(trained: TrainedModel) -> tuple[pd.Series, pd.Series]:
    """Return the reference's medians of the numeric columns, and the widths of their 5 to 95 % ranges."""
    numeric = [name for name in trained.settings.watched.numeric if name != HOUR]
    low, middle, high = (trained.reference_rows[numeric].quantile(level) for level in (0.05, 0.5, 0.95))
    return middle, (high - low).where(high > low)


@once
def _usual(trained: TrainedModel, column: str, segment: str) -> pd.DataFrame:
    return _joint(trained, trained.reference_rows, column, segment)


def _joint(trained: TrainedModel, frame: pd.DataFrame, column: str, segment: str) -> pd.DataFrame:
    """Return the share of all rows in each segment value (lines) and cell of the column."""
    segments, cells = labels.of_column(frame, segment).to_numpy(), _cells(trained, frame, column)
    codes, names = pd.factorize(segments, sort=True)
    width = 1 + cells.max(initial=-1)
    counts = np.bincount(codes * width + cells, minlength=len(names) * width).reshape(len(names), width)
    found = pd.DataFrame(np.asfortranarray(counts), names).loc[:, counts.any(axis=0)]
    return found / max(len(frame), 1)


def _cells(trained: TrainedModel, frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return the position of each row's cell of the column, each different value looked at once."""
    calibration = trained.calibration
    own = next(one for one in calibration.plan.bins if one.column == column)
    codes, known = pd.factorize(frame[column], use_na_sentinel=False)
    return bins.positions(calibration.grid, own, pd.Series(known))[codes]
