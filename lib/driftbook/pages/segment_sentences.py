"""Still good? For whom not? What a reader should take away of a day's segments and groups, in sentences."""

from collections.abc import Mapping

import pandas as pd

from driftbook.config import Settings
from driftbook.diagnosis.by_segment import Usual, worse
from driftbook.diagnosis.worst import LEVEL
from driftbook.measures.performance import error_metric
from driftbook.metrics import metric, said
from driftbook.pages.segment_tables import errors, of_segments
from driftbook.records import DayResult, Measure

#: How many segments a sentence names.
_NAMED = 4


def still_good(settings: Settings, result: DayResult) -> str:
    """Return how large the day's error is, how sure that is, and of how many rows."""
    name = error_metric(settings)
    found = {m.metric: m for m in result.measures if not m.segment and not m.feature}
    rows = found["labelled_rows"].value if "labelled_rows" in found else 0
    if name not in found or found[name].value is None:
        return "Still good? Not known: no row has a usable label."
    return f"Still good? The {metric(name).words} is {_value(settings, found[name])}, on {rows:,.0f} labelled rows."


def for_whom(settings: Settings, result: DayResult, usual: Mapping[str, Usual]) -> str:
    """Return which segments surely err more than the whole day (their whole interval does), and more than usual."""
    name, found = error_metric(settings), errors(settings, result)
    whole = next((m.value for m in result.measures if m.metric == name and not m.segment), None)
    if not found or whole is None:
        return "For whom not? Not known: no segment has enough labelled rows."
    above = [m for m in found if m.low is not None and m.low > whole]
    more, _ = worse(settings, result, usual)
    worst = f"{found[0].segment} errs most, {_value(settings, found[0])}"
    than_day = f"{len(above)} of {len(found)} segments surely err more than the whole day{_listed(above)}"
    than_usual = f"{len(more)} err more than usual, chance and what days differ by allowed for{_listed(more)}"
    return f"For whom not? {worst}. {than_day}; {than_usual}."


def left_out(settings: Settings, result: DayResult) -> str:
    """Return which segments have too few labelled rows for an error, and so are no group either."""
    found = {m.segment for m in of_segments(settings, result, [error_metric(settings)]) if m.value is None}
    rows = [m for m in of_segments(settings, result, ["labelled_rows"]) if m.segment in found]
    if not rows:
        return "Every segment has enough labelled rows."
    named = ", ".join(f"{m.segment} ({m.value:.0f})" for m in rows)
    return f"Left out, with fewer than {settings.performance.min_rows} labelled rows: {named}."


def fair(settings: Settings, result: DayResult) -> str:
    """Return a line per declared segment: how far apart its groups' errors lie, and which lie farthest."""
    return "\n".join(_fair(settings, result, one.by) for one in settings.performance.fairness)


def worst(settings: Settings, found: pd.DataFrame) -> str:
    """Return what the search for the worst segments found that is no chance."""
    if found.empty:
        return "Too few labelled rows to search, or no segment errs more than it should."
    name, sure = error_metric(settings), found[found["p"] <= LEVEL]
    if sure.empty:
        return (
            f"No segment errs more than chance makes one of so many: {found.index[0]} comes nearest, "
            f"found in {found['p'].iloc[0]:.0%} of days whose errors have nothing to do with columns."
        )
    lines = [
        f"{segment}: {row['rows']:,.0f} rows, {said(name, row['error'])} where {said(name, row['usual'])} is expected."
        for segment, row in sure.iterrows()
    ]
    return "\n".join(["Errs more than it should:", *lines])


def _fair(settings: Settings, result: DayResult, by: str) -> str:
    (gap,) = [m for m in of_segments(settings, result, ["error_gap"]) if m.segment == by] or [None]
    ranked = [m for m in errors(settings, result) if m.segment.startswith(f"{by} = ")]
    if gap is None or gap.value is None or not ranked:
        return f"Between the groups of {by}: fewer than two have enough labelled rows."
    first, last = (one.segment.removeprefix(f"{by} = ") for one in (ranked[0], ranked[-1]))
    may_be_none = "" if gap.low is None or gap.low > 0 else "; that may be chance"
    apart = f"the error's gap is {_value(settings, gap)}: {first} most, {last} least"
    return f"Between the groups of {by} {apart}{may_be_none}."


def _value(settings: Settings, measure: Measure) -> str:
    unit = metric(measure.metric).unit_in(settings.target.unit)
    interval = (
        ""
        if measure.low is None
        else f" ({' to '.join(said(measure.metric, one) for one in (measure.low, measure.high))})"
    )
    return f"{said(measure.metric, measure.value)}{f' {unit}' if unit else ''}{interval}"


def _listed(measures: list[Measure]) -> str:
    if not measures:
        return ""
    more = f" and {len(measures) - _NAMED} more" if len(measures) > _NAMED else ""
    return f" ({', '.join(m.segment for m in measures[:_NAMED])}{more})"
