"""Thresholds learnt from the reference's own days, so that a day like them does not alarm."""

from collections.abc import Sequence

import numpy as np

from driftbook.alarms.limits import Limits, Threshold
from driftbook.alarms.scores import own_days
from driftbook.config import Settings
from driftbook.errors import BadData
from driftbook.records import Measure

#: Measures whose rise is an alarm; the other calibrated ones only warn.
ALARMING = ("mean_absolute_error",)
#: Measures that warn when they leave the band of the reference days.
WARNING = ("rows", "share_missing_values", "missing_share", "out_of_range_share", "unseen_share")


def calibrate(
    settings: Settings,
    limits: Limits,
    measures: Sequence[Sequence[Measure]],
    histograms: Sequence[dict[str, np.ndarray]],
) -> Limits:
    """Return the limits with thresholds.

    Parameters
    ----------
    measures, histograms
        Of each reference day that has `min_rows_per_day` rows: its quality and performance measures, and its counts by
        column as `driftbook.alarms.bins.counts` gives them.

    Raises
    ------
    BadData
        If there are fewer than two such days.
    """
    if len(measures) < 2:
        least = settings.references.min_rows_per_day
        raise BadData(f"{len(measures)} reference days with {least} rows or more: at least 2 are needed to calibrate")
    thresholds = [
        *_scores(settings, histograms),
        *_bands(settings, measures),
        Threshold(metric="duplicate_share", upper=settings.thresholds.duplicate_share, beyond="alarm"),
    ]
    return limits.model_copy(update={"thresholds": tuple(thresholds), "days": len(measures)})


def _scores(settings: Settings, histograms: Sequence[dict[str, np.ndarray]]) -> list[Threshold]:
    largest = {name: own_days(np.array([day[name] for day in histograms])).max() for name in histograms[0]}
    margin = settings.thresholds.margin
    return [
        Threshold(metric="psi", feature=name, upper=margin * score, beyond="alarm") for name, score in largest.items()
    ]


def _bands(settings: Settings, measures: Sequence[Sequence[Measure]]) -> list[Threshold]:
    """Return the thresholds of the measures that have a band: the reference days' values, widened by the margin."""
    values: dict[tuple[str, str, str], list[float]] = {}
    for measure in (measure for day in measures for measure in day if measure.value is not None):
        values.setdefault((measure.metric, measure.feature, measure.segment), []).append(measure.value)
    return [_band(settings, key, found) for key, found in values.items() if key[0] in ALARMING + WARNING]


def _band(settings: Settings, key: tuple[str, str, str], values: list[float]) -> Threshold:
    metric, feature, segment = key
    margin, low, high = settings.thresholds.margin, min(values), max(values)
    if metric in ALARMING:
        return Threshold(metric=metric, feature=feature, segment=segment, upper=margin * high, beyond="alarm")
    lower = low / margin if metric == "rows" else None
    upper = margin * high if metric == "rows" else min(margin * high, 1.0)  # a share
    return Threshold(metric=metric, feature=feature, segment=segment, lower=lower, upper=upper, beyond="warning")
