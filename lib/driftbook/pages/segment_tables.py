"""A day's segments and groups as tables: the error of each with its interval, the worst first."""

from collections.abc import Iterable, Mapping

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup

from driftbook.config import Settings
from driftbook.diagnosis.by_segment import Usual
from driftbook.measures.performance import error_metric
from driftbook.metrics import metric, said
from driftbook.pages import elements, tables
from driftbook.records import DayResult, Measure


def of_segments(settings: Settings, result: DayResult, metrics: Iterable[str]) -> list[Measure]:
    """Return a day's measures of some metrics that are of a named segment, in their order."""
    wanted = {*metrics}
    return [measure for measure in result.measures if measure.segment and measure.metric in wanted]


def errors(settings: Settings, result: DayResult) -> list[Measure]:
    """Return the error of each named segment that has one, the worst first."""
    found = [m for m in of_segments(settings, result, [error_metric(settings)]) if m.value is not None]
    return sorted(found, key=lambda measure: -measure.value)


def by_segment(settings: Settings, result: DayResult, usual: Mapping[str, Usual]) -> HTML:
    """Return a line per named segment: its labelled rows, error with interval and bias; the worst first.

    Segments of too few labelled rows stand in a part that opens. `usual` is the reference's error in each.
    """
    name = error_metric(settings)
    found = of_segments(settings, result, [name])
    order = sorted(found, key=lambda m: (m.value is None, -(m.value or 0.0)))
    others = {(m.metric, m.segment): m for m in of_segments(settings, result, ["labelled_rows", "bias"])}
    unit = metric(name).unit_in(settings.target.unit)
    error = f"{metric(name).words}{f' ({unit})' if unit else ''}"
    rows = [
        {
            "segment": m.segment,
            "verdict": elements.badge(m.verdict) or "–",
            "labelled rows": elements.number(others["labelled_rows", m.segment]),
            error: elements.number(m),
            elements.INTERVAL: elements.interval(m) or "–",
            "in the reference": said(name, usual[m.segment].error if m.segment in usual else None),
            "at most": said(name, m.upper),
            **_bias(settings, others.get(("bias", m.segment))),
        }
        for m in order
    ]
    frame = pd.DataFrame(rows)
    frame = frame.drop(
        columns=[head for head in ("verdict", "at most") if head in frame and (frame[head] == "–").all()]
    )
    few = f"segments have fewer than {settings.performance.min_rows} labelled rows"
    return tables.folded(frame, [m.value is None for m in order], few)


def between_groups(settings: Settings, result: DayResult) -> HTML:
    """Return gaps and ratios between the groups of each declared segment, with their intervals and thresholds."""
    return tables.measures(settings, of_segments(settings, result, _BETWEEN))


def worst(settings: Settings, found: pd.DataFrame) -> HTML:
    """Return what `diagnosis.worst_segments` found as a table, with the interval in one column."""
    name = error_metric(settings)
    shown = pd.DataFrame(
        {
            "rows": found["rows"].map("{:,}".format),
            "of the day's": found["share"].map("{:.1%}".format),
            metric(name).words: found["error"].map(lambda value: said(name, value)),
            elements.INTERVAL: [
                f"{said(name, low)} to {said(name, high)}"
                for low, high in zip(found["low"], found["high"], strict=True)
            ],
            "should be": found["usual"].map(lambda value: said(name, value)),
            "by chance": found["p"].map("{:.1%}".format),
        },
        index=found.index,
    )
    return tables.table(shown)


def _bias(settings: Settings, measure: Measure | None) -> dict[str, str]:
    if measure is None:
        return {}
    interval = elements.interval(measure)
    return {"bias": Markup(f"{elements.number(measure)}{f' ({interval})' if interval else ''}")}


_BETWEEN = [
    f"{name}_{kind}"
    for name in ("error", "bias", "selection_rate", "true_positive_rate", "false_positive_rate")
    for kind in ("gap", "ratio")
]
