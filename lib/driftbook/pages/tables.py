"""Numbers and verdicts of a day or of several as HTML tables."""

import html
import math
from collections.abc import Callable, Iterable, Sequence

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup

from driftbook.config import Settings
from driftbook.metrics import metric, rounded, said
from driftbook.pages import elements
from driftbook.pages.elements import escaped
from driftbook.records import DayResult, Measure
from driftbook.verdicts import BEYOND, VERDICTS

_OVERVIEW = ("rows", "error", "share_missing_values")


def beyond(settings: Settings, result: DayResult) -> list[str]:
    """Return a line of HTML per number that is beyond its threshold, the gravest first."""
    found = [m for m in result.measures if m.verdict not in ("", "ok") and (m.metric, m.feature) != ("severity", "")]
    found = sorted(found, key=lambda m: (-VERDICTS[m.verdict].rank, m.metric != "severity", -_excess(m)))
    shown = [f"{elements.number(m)} {html.escape(elements.unit(settings, m))}".strip() for m in found]
    return [
        f"{elements.badge(m.verdict)} {html.escape(_name(m))}: {value}{_bound(m)}"
        for m, value in zip(found, shown, strict=True)
    ]


def scores(result: DayResult) -> HTML:
    """Return each column's severity and verdict, and its score against each reference, the gravest first."""
    found = selected(result, "severity", "score", "trailing_score")
    cells = {(m.metric, m.feature): Markup(elements.number(m)) for m in found}
    order = sorted((m for m in found if m.metric == "severity"), key=lambda m: (m.feature != "", -(m.value or 0.0)))
    rows = [
        {
            "column": m.feature or "the day",
            "verdict": Markup(elements.badge(m.verdict)) or "–",
            "severity": Markup(elements.number(m)),
            "fixed reference": cells.get(("score", m.feature), "–"),
            "trailing reference": cells.get(("trailing_score", m.feature), "–"),
        }
        for m in order
    ]
    heads = {"fixed reference": ("score", "fixed"), "trailing reference": ("trailing_score", "trailing")}
    limits = {name: next((m.upper for m in found if m.metric == kind), None) for name, (kind, _) in heads.items()}
    errors = {name: getattr(result.judgement, f"{kind}_threshold_error", None) for name, (_, kind) in heads.items()}
    last = {"column": "threshold", "verdict": "", "severity": rounded(1.0)}
    last |= {name: elements.threshold(limit, errors[name]) for name, limit in limits.items()}
    quiet = [m.verdict == "ok" and m.feature != "" for m in order]
    frame = pd.DataFrame([*rows, last]).rename(columns={name: f"{name} (tail units)" for name in heads})
    return folded(frame, [*quiet, False], "columns are ok")


def measures(settings: Settings, found: Iterable[Measure], *, fold: str = "") -> HTML:
    """Return measures as a table: what, verdict, value, interval, unit, threshold; without what says nothing.

    With `fold`, what they are called, those that are not beyond their threshold stand in a part that opens.
    """
    found = list(found)
    rows = [
        (
            _name(m),
            Markup(elements.badge(m.verdict)),
            Markup(elements.number(m)),
            Markup(elements.interval(m)),
            elements.unit(settings, m),
            *(_limit(m, b) for b in (m.lower, m.upper)),
        )
        for m in found
    ]
    columns = ["measure", "verdict", "value", elements.INTERVAL, "unit", "lower", "upper"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.loc[:, (frame != "").any()].replace("", "–")
    return folded(frame, [bool(fold) and m.verdict in ("", "ok") for m in found], f"{fold} are within their thresholds")


def selected(result: DayResult, *metrics: str) -> list[Measure]:
    """Return the measures of some metrics, in their order; those of the whole day, of a quantile all levels."""
    whole = [measure for measure in result.measures if not measure.segment or measure.metric == "quantile"]
    return [measure for metric in metrics for measure in whole if measure.metric == metric]


def quantiles(settings: Settings, result: DayResult) -> HTML:
    """Return the quantiles as a table of one line per column."""
    found = selected(result, "quantile")
    table = pd.DataFrame(
        [
            (
                m.feature,
                settings.unit(m.feature),
                m.segment,
                Markup(f"{elements.number(m)} {elements.badge(m.verdict if m.verdict in BEYOND else '')}").strip(),
            )
            for m in found
        ],
        columns=["column", "unit", "level", "value"],
    )
    wide = (
        table.pivot(index=["column", "unit"], columns="level", values="value").reset_index().rename_axis(columns=None)
    )
    return _table(wide)


def days(overview: pd.DataFrame, judgements: pd.DataFrame, *, link: Callable[[object], str]) -> HTML:
    """Return a line per day: its verdict, its score against each reference; below them why days are not ok.

    `overview` and `judgements` are what the store gives of a period, `link` the HTML of a day.
    """
    judged = judgements.set_index("day").reindex(overview["day"]).set_axis(overview.index)
    known = overview["error_metric"].dropna()
    names = {name: known.iloc[0] if name == "error" and len(known) else name for name in _OVERVIEW}
    table = pd.DataFrame(
        {
            "day": overview["day"].map(lambda day: Markup(link(day))),
            "verdict": overview["verdict"].map(lambda verdict: Markup(elements.badge(verdict))),
            "severity": _numbers(judged["severity"]),
            **{
                f"{kind} score (threshold)": _numbers(judged[f"{kind}_score"], judged[f"{kind}_threshold"])
                for kind in ("fixed", "trailing")
            },
            "class": judged["day_class"].fillna("–"),
            **{
                metric(kind).words: overview[name].map(lambda value, kind=kind: elements.exact(value, name=kind))
                for name, kind in names.items()
            },
        }
    )
    judged = table.assign(reason=judged["reason"])[overview["verdict"] != "ok"].dropna(subset="reason")
    lines = "".join(
        f"<li>{day} {verdict} {html.escape(why)}</li>"
        for day, verdict, why in zip(judged["day"], judged["verdict"], judged["reason"], strict=True)
    )
    summary = f"<details><summary>Why {len(judged)} of them are not ok</summary><ul>{lines}</ul></details>"
    return HTML(_table(table).data + (summary if lines else ""))


def open_items(items: pd.DataFrame) -> HTML:
    """Return a line per open alarm, as `driftbook.store.open_items` gives them: since when, how long, and why."""
    if items.empty:
        return HTML("<p>No alarm is open.</p>")
    heads = {"newest_day": "newest day", "lasted": "days", "fact": "column", "summary": "what"}
    return table(items[["since", *heads]].rename(columns=heads).set_index("since"))


def table(frame: pd.DataFrame, form: str = "{:,.4g}") -> HTML:
    """Return a frame as a table with its index, its floats in the format given."""
    shown = {name: frame[name].map(lambda value: elements.exact(value, form)) for name in frame.select_dtypes("float")}
    return _table(frame.assign(**shown), index=True)


def _table(frame: pd.DataFrame, *, index: bool = False) -> HTML:
    """Return a frame as a table: its names and cells are text, but for those that are markup already."""
    if frame.empty:
        return HTML("<p>No rows, nothing to show.</p>")
    if not index and all(kind.kind == "O" for kind in frame.dtypes):
        rows = frame.where(frame.notna(), "–").to_numpy()
        return _written(map(escaped, frame.columns), (map(escaped, row) for row in rows))
    frame = frame.apply(lambda column: column.map(escaped) if column.dtype.kind == "O" else column)
    frame = frame.rename(index=escaped, columns=escaped).rename_axis(index=escaped, columns=escaped)
    with pd.option_context("display.max_colwidth", None):  # a cell's HTML must not be cut
        return HTML(frame.to_html(index=index, escape=False, border=0, classes="measures"))


def _written(heads: Iterable, rows: Iterable[Iterable]) -> HTML:
    """Return a table as pandas writes it, of names and cells that are HTML, in a tenth of its time."""
    lines = ["\n".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    body = "\n".join(f"<tr>\n{line}\n</tr>" for line in lines)
    head = "\n".join(f"<th>{name}</th>" for name in heads)
    return HTML(
        f'<table class="dataframe measures">\n<thead>\n<tr style="text-align: right;">\n{head}\n</tr>\n'
        f"</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def folded(frame: pd.DataFrame, quiet: Sequence[bool], words: str) -> HTML:
    """Return a table whose quiet rows stand below it, in a part that opens."""
    is_quiet = pd.Series(quiet, index=frame.index, dtype=bool)
    if not is_quiet.any():
        return _table(frame)
    shown = "" if is_quiet.all() else _table(frame[~is_quiet]).data
    summary = f"{is_quiet.sum()} {'more ' if shown else ''}{words}"
    return HTML(f"{shown}<details><summary>{summary}</summary>{_table(frame[is_quiet]).data}</details>")


def _name(measure: Measure) -> str:
    words = [
        metric(measure.metric).words,
        measure.segment,
        f"of {measure.feature}" if measure.feature else "",
    ]
    return " ".join(word for word in words if word)


def _bound(measure: Measure) -> str:
    if measure.upper is not None and measure.value > measure.upper:
        return f", above {_limit(measure, measure.upper)}"
    if measure.lower is not None and measure.value < measure.lower:
        return f", below {_limit(measure, measure.lower)}"
    return ""


def _limit(measure: Measure, bound: float | None) -> str:
    return "" if bound is None else said(measure.metric, bound)


def _excess(measure: Measure) -> float:
    """Return how many times its threshold a measure is, for sorting."""
    return measure.value / measure.upper if measure.upper else math.inf


def _numbers(values: pd.Series, thresholds: pd.Series | None = None) -> pd.Series:
    """Return numbers for a table, each with its threshold in brackets if it has one."""
    shown = values.astype(float).map(elements.exact)
    if thresholds is None:
        return shown
    return shown + thresholds.astype(float).map(lambda bound: "" if pd.isna(bound) else Markup(f" ({rounded(bound)})"))
