"""Thresholds of single numbers, in their own units, from the same budget: the band of the feature each stands for."""

from collections.abc import Iterable
from dataclasses import replace

from driftbook.alarms.comparison import Band
from driftbook.alarms.judge import DayVerdict
from driftbook.metrics import metric
from driftbook.records import Measure


def with_bands(judged: DayVerdict, measures: Iterable[Measure]) -> list[Measure]:
    """Return measures with the band they had to stay in, the references it comes from, and a verdict.

    A number outside of its band has the verdict of its column, one inside is `ok`. A number that stands for no feature,
    or a day that the scores may not judge, has no verdict.
    """
    return [_with_band(judged, measure) for measure in measures]


def _with_band(judged: DayVerdict, measure: Measure) -> Measure:
    column, (lower, upper) = _band(judged, measure)
    if lower is None and upper is None:
        return measure
    verdict = ""
    if measure.value is not None and column in judged.verdicts:
        beyond = (lower is not None and measure.value < lower) or (upper is not None and measure.value > upper)
        verdict = judged.verdicts[column] if beyond else "ok"
    reference = "both" if judged.trailing else "fixed"
    return replace(measure, lower=lower, upper=upper, verdict=verdict, reference=reference)


def _band(judged: DayVerdict, measure: Measure) -> tuple[str, Band]:
    known = metric(measure.metric)
    if known.name == "quantile":
        return measure.feature, judged.quantile_band(measure.feature, int(measure.segment.removeprefix("p")) / 100)
    found = [(column or measure.feature, label or measure.feature) for column, label in known.bounds]
    bands = {column: band for column, label in found if (band := judged.band(column, label)) != (None, None)}
    return next(iter(bands.items()), ("", (None, None)))
