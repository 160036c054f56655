"""Which columns moved, by how much, and where: what a page shows beside the verdict."""

import datetime as dt

import numpy as np
import pandas as pd

from driftbook.alarms import bins
from driftbook.errors import BadInput
from driftbook.measures.performance import labelled
from driftbook.model import Trained
from driftbook.records import DayResult


def ratios(result: DayResult) -> pd.Series:
    """Return each column's score as a multiple of its threshold, the highest first; empty for a day without rows."""
    scored = {m.feature: m.value / m.upper if m.upper else np.nan for m in result.measures if m.metric == "psi"}
    return pd.Series(scored, dtype=float).sort_values(ascending=False, kind="stable")


def histograms(trained: Trained, result: DayResult, columns: list[str]) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Return the reference's and the day's counts of some columns, indexed by bin label."""
    return {column: (_reference(trained, column), pd.Series(result.histograms[column])) for column in columns}


def largest_move(reference: pd.Series, day: pd.Series) -> str:
    """Return the label of the bin whose share of rows changed most."""
    return (day / day.sum() - reference / reference.sum()).abs().idxmax()


def missing_shares(trained: Trained, result: DayResult) -> pd.DataFrame:
    """Return the missing share of the columns that miss a value on the day or in the reference, the highest first.

    Columns `day` and `reference`; the reference is known for the columns of its frame only.
    """
    day = pd.Series({m.feature: m.value for m in result.measures if m.metric == "missing_share"}, dtype=float)
    table = pd.DataFrame({"day": day, "reference": trained.calibration.isna().mean().reindex(day.index)})
    return table[(table > 0).any(axis=1)].sort_values("day", ascending=False, kind="stable")


def error_by_hour(trained: Trained, frame: pd.DataFrame) -> pd.Series:
    """Return the mean absolute error by hour of the rows that pass the filters, in the target's unit."""
    settings = trained.settings
    rows = frame[labelled(settings, frame)]
    return (rows[settings.target.name] - rows[settings.prediction]).abs().groupby(rows["hour"]).mean()


def _reference(trained: Trained, column: str) -> pd.Series:
    return pd.Series(trained.limits.reference[column], index=bins.labels(trained.limits, column))


def chosen(ratios: pd.Series, column: str) -> str:
    """Return the column to look at: the one asked for, else the one that moved most, `""` on a day without rows.

    Raises
    ------
    BadInput
        If the column asked for is not a watched one.
    """
    if not column or ratios.empty:
        return str(ratios.index[0]) if len(ratios) else ""
    if column not in ratios.index:
        raise BadInput(
            f"column is {column!r}: expected one of {sorted(ratios.index)}, or '' for the one that moved most"
        )
    return column


def quantiles(trained: Trained, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a numeric column's quantiles in the reference and on the day, and their ratio; empty for other columns."""
    if column not in trained.settings.watched.numeric:
        return pd.DataFrame(columns=["reference", "day", "day ÷ reference"], dtype=float)
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    table = pd.DataFrame(
        {"reference": trained.calibration[column].quantile(levels), "day": frame[column].quantile(levels)}
    )
    table.index = [f"{level:.0%}" for level in levels]
    return table.assign(**{"day ÷ reference": table["day"] / table["reference"]})


def score_table(measures: pd.DataFrame, days: list[dt.date]) -> pd.DataFrame:
    """Return stored scores as multiples of their thresholds, columns as lines and every one of `days` as a column."""
    ratio = (measures["value"] / measures["upper"]).astype(float)
    table = measures.assign(ratio=ratio).pivot(index="feature", columns="day", values="ratio")
    return table.reindex(columns=days).rename_axis(index="column", columns="day")
