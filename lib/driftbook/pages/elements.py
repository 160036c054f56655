"""A verdict, a number, an interval, a unit as HTML. Each number carries its full value in a `data-value` attribute."""

import datetime as dt
import html
import numbers

import pandas as pd
from markupsafe import Markup

from driftbook.config import Settings
from driftbook.metrics import metric, rounded, said
from driftbook.records import Measure
from driftbook.verdicts import VERDICTS

#: What intervals are called.
INTERVAL = "in 90 % of cases"


def badge(verdict: str) -> str:
    """Return a verdict as a coloured word; coloured where no style sheet is, too."""
    if not verdict:
        return ""
    known = VERDICTS.get(verdict)
    style = f' style="background:{known.paper};color:{known.ink};padding:.05em .45em;font-weight:600"' if known else ""
    return Markup(f'<span class="verdict verdict-{verdict.replace(" ", "-")}"{style}>{verdict}</span>')


def number(measure: Measure, part: str = "value") -> str:
    """Return a measure's value, `lower`, `upper`, `low` or `high` as text; key and full value are attributes."""
    named = {name: html.escape(getattr(measure, name)) for name in ("metric", "feature", "segment")}
    key = " ".join(f'data-{name}="{value}"' for name, value in named.items())
    key += "" if part == "value" else f' data-part="{part}"'
    found = getattr(measure, part)
    value = "" if found is None else repr(float(found))
    shown = said(measure.metric, found)
    return Markup(f'<data class="number" {key} data-value="{value}" value="{value}">{shown}</data>')


def interval(measure: Measure) -> str:
    """Return the interval that holds the true value in 90 % of cases as HTML, empty where none is told."""
    return Markup("" if measure.low is None else f"{number(measure, 'low')} to {number(measure, 'high')}")


def threshold(value: float | None, error: float | None) -> str:
    """Return a threshold of scores with its standard error, where that is known.

    Examples
    --------
    >>> threshold(4.117, 0.2871), threshold(4.117, None), threshold(None, None)
    ('4.1 ± 0.3', '4.12', '–')
    """
    return rounded(value) if value is None or error is None else f"{value:.1f} ± {error:.1f}"


def unit(settings: Settings, measure: Measure) -> str:
    """Return a measure's unit in words, empty if it has none."""
    return metric(measure.metric).unit_in(settings.target.unit, settings.unit(measure.feature))


def escaped(value: object) -> object:
    """Return a value's HTML: what a table may hold beside text and numbers, such as a list, becomes text."""
    known = (Markup, numbers.Number, dt.date, type(None), type(pd.NaT))
    return value if isinstance(value, known) else html.escape(str(value))


def exact(value: float | None, form: str = "", name: str = "") -> str:
    """Return a number for a table with its full value, in the format given or as the metric of that name is said."""
    if pd.isna(value):
        return "–"
    text = form.format(value) if form else said(name, float(value))
    return Markup(f'<data class="number" data-value="{float(value)!r}" value="{float(value)!r}">{text}</data>')
