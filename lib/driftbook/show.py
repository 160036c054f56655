"""Numbers and verdicts as HTML for a page. Each number carries its full value in a `data-value` attribute."""

import html
import math
from collections.abc import Callable, Iterable

import pandas as pd
from IPython.display import HTML

from driftbook.config import Settings
from driftbook.records import DayResult, Measure

#: How a metric is called on a page.
NAMES = {
    "rows": "rows",
    "psi": "score (PSI)",
    "mean_absolute_error": "mean absolute error",
    "labelled_rows": "rows with a usable label",
    "share_missing_values": "missing cells",
    "missing_share": "missing values",
    "duplicate_share": "duplicate rows",
    "stray_rows": "strays: rows of other months in the file",
    "out_of_range_share": "values outside the usual range",
    "unseen_share": "values unseen in the reference",
    "quantile": "quantile",
    "evidently_drift": "Evidently's drift",
    "prediction_drift": "Evidently's drift of the prediction",
    "num_drifted_columns": "columns Evidently calls drifted",
}

UNITS = {
    "rows": "rows",
    "labelled_rows": "rows",
    "stray_rows": "rows",
    "num_drifted_columns": "columns",
    "share_missing_values": "of all cells",
    "missing_share": "of rows",
    "duplicate_share": "of rows",
    "out_of_range_share": "of values",
    "unseen_share": "of values",
}
_OVERVIEW = ("rows", "mean_absolute_error", "share_missing_values", "labelled_rows")


def badge(verdict: str) -> str:
    """Return a verdict as a coloured word."""
    return f'<span class="verdict verdict-{verdict.replace(" ", "-")}">{verdict}</span>' if verdict else ""


def number(measure: Measure) -> str:
    """Return a measure's value as text to read, with its key and full value as attributes."""
    key = (
        f'data-metric="{measure.metric}" data-feature="{html.escape(measure.feature)}" data-segment="{measure.segment}"'
    )
    value = "" if measure.value is None else repr(float(measure.value))
    return f'<data class="number" {key} data-value="{value}" value="{value}">{rounded(measure.value)}</data>'


def rounded(value: float | None) -> str:
    """Return a number as a person reads it: four significant digits, whole numbers whole, `–` for none.

    Examples
    --------
    >>> rounded(2399.0), rounded(0.188522969), rounded(None)
    ('2,399', '0.1885', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:,.4g}"


def headline(settings: Settings, result: DayResult) -> HTML:
    """Return the verdict of a day and, a line for each measure beyond its threshold, the gravest first."""
    beyond = [m for m in result.measures if m.verdict not in ("", "ok", "insufficient")]
    beyond = sorted(beyond, key=lambda m: (m.verdict != "alarm", -_excess(m)))
    lines = "".join(
        f"<li>{badge(m.verdict)} {_name(m)}: {f'{number(m)} {_unit(settings, m)}'.strip()}{_bound(m)}</li>"
        for m in beyond
    )
    return HTML(
        f'<p class="headline"><strong>{result.day:%A}, {result.day}</strong>: {badge(result.verdict)} '
        f"on {result.rows:,} rows of {html.escape(settings.title)}</p><ul>{lines or f'<li>{_quiet(result)}</li>'}</ul>"
    )


def measures(settings: Settings, found: Iterable[Measure]) -> HTML:
    """Return measures as a table: what, verdict, value, unit, threshold; without the columns that say nothing."""
    rows = [
        (_name(m), badge(m.verdict), number(m), _unit(settings, m), _limit(m.lower), _limit(m.upper)) for m in found
    ]
    columns = ["measure", "verdict", "value", "unit", "lower", "upper"]
    frame = pd.DataFrame(rows, columns=columns)
    return _table(frame.loc[:, (frame != "").any()].replace("", "–"))


def selected(result: DayResult, *metrics: str) -> list[Measure]:
    """Return the measures of some metrics, in their order."""
    return [measure for metric in metrics for measure in result.measures if measure.metric == metric]


def quantiles(settings: Settings, result: DayResult) -> HTML:
    """Return the quantiles as a table of one line per column."""
    found = selected(result, "quantile")
    table = pd.DataFrame(
        [(m.feature, settings.unit(m.feature), m.segment, number(m)) for m in found],
        columns=["column", "unit", "level", "value"],
    )
    wide = (
        table.pivot(index=["column", "unit"], columns="level", values="value").reset_index().rename_axis(columns=None)
    )
    return _table(wide)


def days(overview: pd.DataFrame, *, link: Callable[[object], str]) -> HTML:
    """Return the daily overview as a table; `link` gives the HTML of a day."""
    table = pd.DataFrame(
        {
            "day": overview["day"].map(link),
            "weekday": [f"{day:%A}" for day in overview["day"]],
            "verdict": overview["verdict"].map(badge),
            **{NAMES.get(name, name): overview[name].map(_exact) for name in _OVERVIEW},
        }
    )
    return _table(table)


def table(frame: pd.DataFrame, form: str = "{:,.4g}") -> HTML:
    """Return a frame as a table with its index, its floats in the format given."""
    numbers = {name: frame[name].map(lambda value: _exact(value, form)) for name in frame.select_dtypes("float")}
    texts = {name: frame[name].map(_escaped) for name in frame.select_dtypes("object")}
    return _table(frame.assign(**numbers, **texts).rename(index=_escaped, columns=_escaped), index=True)


def _table(frame: pd.DataFrame, *, index: bool = False) -> HTML:
    if frame.empty:
        return HTML("<p>No rows, nothing to show.</p>")
    with pd.option_context("display.max_colwidth", None):  # a cell's HTML must not be cut
        return HTML(frame.to_html(index=index, escape=False, border=0, classes="measures"))


def _escaped(value: object) -> object:
    return html.escape(value) if isinstance(value, str) else value


def _name(measure: Measure) -> str:
    words = [
        NAMES.get(measure.metric, measure.metric),
        measure.segment,
        f"of {measure.feature}" if measure.feature else "",
    ]
    return html.escape(" ".join(word for word in words if word))


def _unit(settings: Settings, measure: Measure) -> str:
    if measure.metric == "mean_absolute_error":
        return settings.target.unit
    if measure.metric == "quantile":
        return settings.unit(measure.feature)
    return UNITS.get(measure.metric, "")


def _bound(measure: Measure) -> str:
    if measure.upper is not None and measure.value > measure.upper:
        return f", above {rounded(measure.upper)}"
    if measure.lower is not None and measure.value < measure.lower:
        return f", below {rounded(measure.lower)}"
    return ""


def _limit(bound: float | None) -> str:
    return "" if bound is None else rounded(bound)


def _excess(measure: Measure) -> float:
    """Return how many times its threshold a measure is, for sorting."""
    return measure.value / measure.upper if measure.upper else math.inf


def _quiet(result: DayResult) -> str:
    if result.verdict == "insufficient":
        return "too few rows to judge, or a measure that could not be computed"
    return "no measure lies beyond its threshold"


def _exact(value: float | None, form: str = "") -> str:
    if pd.isna(value):
        return "–"
    text = form.format(value) if form else rounded(float(value))
    return f'<data class="number" data-value="{float(value)!r}" value="{float(value)!r}">{text}</data>'
