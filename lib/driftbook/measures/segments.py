"""How well the model did in each named segment of the params file."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.measures import intervals
from driftbook.measures.division import Parts
from driftbook.measures.performance import error_metric, labelled, losses_of, scored
from driftbook.records import Measure


def said(segment: str, part: str) -> str:
    """Return what a measure's segment is called."""
    return f"{segment} = {part}"


def segments(settings: Settings, frame: pd.DataFrame, parts: Mapping[str, Parts]) -> list[Measure]:
    """Return the labelled rows, the error and (of numbers) the bias of each part that has a row, with intervals.

    Of fewer labelled rows than the params file's `min_rows` they are None. A part is judged only if its segment has a
    largest error, which it exceeds when its whole interval does.
    """
    usable = labelled(settings, frame)
    loss = aligned(losses_of(settings, scored(settings, frame, usable)), frame)
    usable = usable.to_numpy()
    values = {error_metric(settings): loss}
    if settings.task == "regression":
        deviation = frame[settings.prediction] - frame[settings.target.name]
        values["bias"] = np.where(np.isnan(loss), np.nan, deviation.to_numpy(dtype=float))
    found = []
    for one in settings.performance.segments:
        by = parts[one.title]
        rows, labels = (np.bincount(codes, minlength=len(by.names)) for codes in (by.codes, by.codes[usable]))
        table = {name: _numbers(settings, name, by, each) for name, each in values.items()}
        for code in np.flatnonzero(rows):
            segment = said(one.title, by.names[code])
            found.append(Measure("labelled_rows", float(labels[code]), segment=segment))
            for name, numbers in table.items():
                measure = Measure(name, segment=segment, **numbers[code])
                found.append(judged(measure, upper=one.most) if name == error_metric(settings) else measure)
    return found


def aligned(loss: pd.Series, frame: pd.DataFrame) -> np.ndarray:
    """Return what is known of some rows of a frame for all of its rows, NaN for the others."""
    return loss.reindex(frame.index).to_numpy(dtype=float)


def judged(measure: Measure, *, lower: float | None = None, upper: float | None = None) -> Measure:
    """Return a measure judged by declared thresholds: a `notice` where its whole interval lies beyond one of them."""
    if lower is None and upper is None:
        return measure
    is_told = measure.low is not None
    beyond = is_told and ((upper is not None and measure.low > upper) or (lower is not None and measure.high < lower))
    verdict = "notice" if beyond else "ok" if is_told else ""
    given = {name: getattr(measure, name) for name in ("value", "segment", "low", "high")}
    return Measure(measure.metric, **given, lower=lower, upper=upper, verdict=verdict, reference="declared")


def _numbers(settings: Settings, name: str, parts: Parts, values: np.ndarray) -> list[dict[str, float | None]]:
    """Return a metric's value and the ends of its interval for each part."""
    rows, total, squares = parts.sums(values)
    low, high = intervals.OF_SUMS[name](rows, total, squares)
    found = []
    for code, count in enumerate(rows):
        is_told = count >= settings.performance.min_rows
        ends = intervals.told((low[code], high[code])) if is_told else {}
        found.append({"value": float(total[code] / count) if is_told else None, **ends})
    return found
