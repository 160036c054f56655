"""Thresholds of single numbers, in their own units, from the same budget: the band of the feature each stands for."""

from collections.abc import Iterable
from dataclasses import replace

from driftbook.alarms.comparison import Band
from driftbook.alarms.judge import DayVerdict
from driftbook.alarms.measurement import ALL_CELLS, ERROR, MISSING, ROWS
from driftbook.records import Measure

_WHOLE_DAY = {
    "rows": (ROWS, ROWS),
    "share_missing_values": (MISSING, ALL_CELLS),
    "mean_absolute_error": (ERROR, ERROR),
    "log_loss": (ERROR, ERROR),
    "error_rate": (ERROR, ERROR),
}
_LABELS = {"missing_share": ("missing",), "out_of_range_share": ("outside", "other"), "unseen_share": ("unseen",)}


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
    if measure.metric == "quantile":
        return measure.feature, judged.quantile_band(measure.feature, int(measure.segment.removeprefix("p")) / 100)
    found = [_WHOLE_DAY.get(measure.metric, ("", ""))]
    found += [(measure.feature, label) for label in _LABELS.get(measure.metric, ())]
    found += [(MISSING, measure.feature)] if measure.metric == "missing_share" else []
    bands = {column: band for column, label in found if (band := judged.band(column, label)) != (None, None)}
    return next(iter(bands.items()), ("", (None, None)))
