"""The errors of a day's segments as a drawing: each with its interval, beside the whole day's and the reference's."""

from collections.abc import Mapping

from IPython.display import SVG

from driftbook.config import Settings
from driftbook.diagnosis.by_segment import Usual
from driftbook.measures.performance import error_metric
from driftbook.metrics import metric, said
from driftbook.pages.day_figures import nothing
from driftbook.pages.segment_tables import errors
from driftbook.pages.svg import Panel
from driftbook.records import DayResult

_DASH = "4 3"
#: So long a name of a segment is written whole.
_LONGEST = 26


def whiskers(settings: Settings, result: DayResult, usual: Mapping[str, Usual]) -> SVG:
    """Draw each named segment's error with its interval, the worst on top; the dashed line is the whole day's.

    A grey dot is the reference's error in the same segment (`usual`); red is what exceeds its declared threshold.
    """
    found = errors(settings, result)
    if not found:
        return nothing()
    name = error_metric(settings)
    unit = metric(name).unit_in(settings.target.unit)
    before = {m.segment: usual[m.segment].error for m in found if m.segment in usual}
    values = [value for m in found for value in (m.value, m.high, before.get(m.segment)) if value is not None]
    panel = Panel(
        *((0, 1.05 * max([*values, 1e-9])), (-0.6, len(found) - 0.4), 22.0 * len(found)),
        xlabel=f"{metric(name).words}{f' ({unit})' if unit else ''}",
        ylabel="segment",
        yticks=[(line, _short(m.segment)) for line, m in enumerate(found)],
        legend=[
            ("day, in 90 % of cases", "dot", "day"), ("reference", "dot", "reference"), ("whole day", "line", "ink"),
        ],
    )  # fmt: skip
    for line, m in enumerate(found):
        color = "beyond" if m.verdict == "notice" else "day"
        if m.low is not None:
            panel.line([(m.low, line), (m.high, line)], color, width=2)
        if m.segment in before:
            panel.dot(before[m.segment], line, "reference", f"{m.segment}, reference: {said(name, before[m.segment])}")
        panel.dot(m.value, line, color, f"{m.segment}: {said(name, m.value)}", size=4)
    whole = next((m.value for m in result.measures if m.metric == name and not m.segment), None)
    if whole is not None:
        panel.line([(whole, -0.6), (whole, len(found) - 0.4)], "ink", dash=_DASH)
    return panel.svg(f"{metric(name).words} of each segment, with the interval that holds it in 90 % of cases")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
