"""Which columns moved, by how much, and where: what a page shows beside the verdict."""

import datetime as dt

import numpy as np
import pandas as pd

from driftbook.alarms import bins
from driftbook.errors import BadInput
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel
from driftbook.monitoring import DayReport
from driftbook.once import once
from driftbook.records import DayResult


def severities(result: DayResult) -> pd.Series:
    """Return by how much each column exceeds the threshold of both references; an alarm above 1.

    The column that speaks for the day comes first (delivered ones before what follows from them), then the highest.
    """
    found = {m.feature: m.value for m in result.measures if m.metric == "severity" and m.feature}
    leading = result.judgement.feature if result.judgement else ""
    ranked = pd.Series(found, dtype=float).sort_values(ascending=False, kind="stable")
    return ranked.reindex(sorted(ranked.index, key=lambda name: name != leading))


def ratios(monitored: DayReport) -> pd.DataFrame:
    """Return each column's score over the threshold against each reference, the highest severity first.

    Columns `fixed`, and `trailing` where that reference can judge the day; empty for a day that has no score.
    """
    judged = monitored.verdict
    if not judged or not judged.fixed:
        return pd.DataFrame(columns=["fixed"], dtype=float)
    found = {"fixed": judged.fixed.ratios} | ({"trailing": judged.trailing.ratios} if judged.trailing else {})
    return pd.DataFrame(found).reindex(severities(monitored.result).index)


def day_ratios(monitored: DayReport) -> dict[str, tuple[np.ndarray, float]]:
    """Return per reference its own days' scores, each without itself, and the day's, all over the threshold."""
    judged = monitored.verdict
    found = {"fixed": judged and judged.fixed, "trailing": judged and judged.trailing}
    return {
        name: (one.reference.own_scores / one.threshold, one.score / one.threshold)
        for name, one in found.items()
        if one
    }


def moved(result: DayResult, least: int = 3) -> list[str]:
    """Return the columns that moved most among those with a histogram, `least` at the most."""
    return [name for name in severities(result).index if name in result.histograms][:least]


def histograms(trained: TrainedModel, result: DayResult, columns: list[str]) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Return the reference's and the day's counts of some columns, indexed by cell label."""
    calibration = trained.calibration
    own = {one.column: one for one in calibration.plan.bins}
    found = {}
    for column in columns:
        day = pd.Series(result.histograms[column])
        missing = sum(other.missing[column] for other in calibration.days)
        reference = [*bins.counts(own[column], calibration.days).sum(axis=0), missing]
        found[column] = pd.Series(reference, index=day.index), day
    return found


def largest_move(reference: pd.Series, day: pd.Series) -> str:
    """Return the label of the cell whose share of rows changed most."""
    return (day / day.sum() - reference / reference.sum()).abs().idxmax()


def missing_shares(trained: TrainedModel, result: DayResult) -> pd.DataFrame:
    """Return the missing share of the columns that miss a value on the day or in the reference, the highest first.

    Columns `day` and `reference` (of all its rows; NaN for a column that was not delivered then).
    """
    day = pd.Series({m.feature: m.value for m in result.measures if m.metric == "missing_share"}, dtype=float)
    days = trained.calibration.days
    missing = pd.DataFrame([other.missing for other in days]).sum(min_count=1) / sum(other.rows for other in days)
    table = pd.DataFrame({"day": day, "reference": missing.reindex(day.index)})
    return table[(table > 0).any(axis=1)].sort_values("day", ascending=False, kind="stable")


def error_by_hour(trained: TrainedModel, frame: pd.DataFrame) -> pd.Series:
    """Return the error by hour, of the rows with a usable label and a prediction."""
    return _usual_by_hour(trained) if frame is trained.reference_rows else _by_hour(trained, frame)


@once
def _usual_by_hour(trained: TrainedModel) -> pd.Series:
    return _by_hour(trained, trained.reference_rows)


def _by_hour(trained: TrainedModel, frame: pd.DataFrame) -> pd.Series:
    found = losses(trained.settings, frame)
    return found.groupby(frame.loc[found.index, "hour"]).mean()


def chosen(result: DayResult, column: str) -> str:
    """Return the column to look at: the one asked for, else the one that moved most, `""` on a day without rows.

    Raises
    ------
    BadInput
        If the column asked for is not a watched one.
    """
    if not result.histograms:
        return ""
    if column and column not in result.histograms:
        known = sorted(result.histograms)
        raise BadInput(f"column is {column!r}: expected one of {known}, or '' for the one that moved most")
    return column or next(iter(moved(result)), next(iter(result.histograms)))


def quantiles(trained: TrainedModel, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a numeric column's quantiles in the reference and on the day, and their ratio; empty for other columns."""
    if column not in trained.settings.watched.numeric:
        return pd.DataFrame(columns=["reference", "day", "day ÷ reference"], dtype=float)
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    table = pd.DataFrame(
        {"reference": trained.reference_rows[column].quantile(levels), "day": frame[column].quantile(levels)}
    )
    table.index = [f"{level:.0%}" for level in levels]
    return table.assign(**{"day ÷ reference": table["day"] / table["reference"]})


def severity_table(measures: pd.DataFrame, days: list[dt.date]) -> pd.DataFrame:
    """Return stored severities, columns as lines and every one of `days` as a column."""
    table = measures[measures["feature"] != ""].pivot(index="feature", columns="day", values="value")
    return table.reindex(columns=days).rename_axis(index="column", columns="day")
