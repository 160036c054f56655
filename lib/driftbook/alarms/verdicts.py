"""What a number means: its thresholds and its verdict."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from driftbook.alarms.limits import Limits, Threshold
from driftbook.alarms.scores import psi
from driftbook.records import Measure


def scores(limits: Limits, histograms: dict[str, np.ndarray]) -> list[Measure]:
    """Return the score of each watched column of a day."""
    return [
        Measure("psi", psi(np.array(limits.reference[name]), counts), name, reference="calibration")
        for name, counts in histograms.items()
    ]


def judge(limits: Limits, measures: Iterable[Measure], *, enough: bool) -> tuple[Measure, ...]:
    """Return the measures with their thresholds and verdicts; those without a threshold stay as they are.

    A day without `enough` rows is not judged: its measures are `insufficient`, as is a measure without a value.
    """
    known = {(t.metric, t.feature, t.segment): t for t in limits.thresholds}
    return tuple(
        _judged(measure, known.get((measure.metric, measure.feature, measure.segment)), enough) for measure in measures
    )


def _judged(measure: Measure, threshold: Threshold | None, enough: bool) -> Measure:
    if threshold is None:
        return measure
    lower, upper = threshold.lower, threshold.upper
    if not enough or measure.value is None:
        return replace(measure, lower=lower, upper=upper, verdict="insufficient")
    beyond = (upper is not None and measure.value > upper) or (lower is not None and measure.value < lower)
    return replace(measure, lower=lower, upper=upper, verdict=threshold.beyond if beyond else "ok")
