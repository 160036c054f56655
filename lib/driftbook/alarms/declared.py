"""Thresholds that a params file declares itself, of segments and between groups: beyond one a day is a notice."""

from collections.abc import Sequence
from dataclasses import replace

from driftbook.metrics import metric
from driftbook.records import Judgement, Measure
from driftbook.verdicts import VERDICTS

_NOTICE = "notice"


def with_notices(judgement: Judgement, measures: Sequence[Measure]) -> Judgement:
    """Return a judgement that says which declared thresholds are exceeded.

    A day that is no more than a notice becomes one for it, with the reason first; on a graver day the reason follows.
    They spend no budget of false alarms and open no item.
    """
    found = [measure for measure in measures if measure.verdict == _NOTICE]
    if not found:
        return judgement
    said = f"{_said(found[0])}{f' and {len(found) - 1} more' if len(found) > 1 else ''}"
    if VERDICTS[judgement.verdict].rank < VERDICTS[_NOTICE].rank:
        return replace(judgement, verdict=_NOTICE, reason=f"{said}; {judgement.reason}")
    return replace(judgement, reason=f"{judgement.reason}; {said}")


def unjudged(measures: Sequence[Measure]) -> list[Measure]:
    """Return measures without their thresholds and verdicts: those of a day whose labels have not all come."""
    return [replace(measure, lower=None, upper=None, verdict="", reference="") for measure in measures]


def _said(measure: Measure) -> str:
    bound, side = (measure.upper, "above") if measure.upper is not None else (measure.lower, "below")
    return (
        f"beyond a declared threshold: {metric(measure.metric).words}, {measure.segment}: {measure.value:.3g}, "
        f"{side} {bound:g}"
    )
