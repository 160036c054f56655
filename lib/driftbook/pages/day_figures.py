"""Figures of days as SVG: the reference is grey, the day blue, what is beyond its threshold red."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from IPython.display import SVG

from driftbook.pages.svg import Panel, Tick, document, paint

_THRESHOLD = ("threshold", "line", "ink")
_DASH = "4 3"
#: More bins than these leave no room for the label of each.
_LABELS = 18


def nothing() -> SVG:
    """Return a line that says there is nothing to draw, for a day without rows."""
    return document(200, 20, "no rows, nothing to draw", '<text x="0" y="14">no rows, nothing to draw</text>')


def day_scores(scores: Mapping[str, tuple[np.ndarray, float]]) -> SVG:
    """Draw, a line per reference, its own days' scores in grey and the day's as a large point, red beyond 1.

    `scores` maps a reference's name to its own days' scores and the day's, each over the threshold.
    """
    if not scores:
        return nothing()
    most = max([1.0, *(max(own.max(initial=0), day) for own, day in scores.values())])
    panel = Panel(
        *((-0.02 * most, 1.05 * most), (-0.6, len(scores) - 0.4), 40.0 * len(scores)),
        xlabel="day score ÷ threshold (no unit)",
        ylabel="reference",
        yticks=list(enumerate(scores)),
        legend=[("a day of the reference", "dot", "reference"), ("this day", "dot", "day"), _THRESHOLD],
    )
    for line, (own, day) in enumerate(scores.values()):
        spread = line + 0.25 * np.cos(np.arange(len(own)) * 2.4)  # so that equal scores stay apart
        for value, height in zip(np.maximum(own, 0), spread, strict=True):
            panel.dot(value, height, "reference", f"{value:.2f}")
        panel.dot(max(day, 0), line, "beyond" if day > 1 else "day", f"this day {day:.2f}", size=6)
    panel.line([(1, -0.6), (1, len(scores) - 0.4)], "ink", dash=_DASH)
    return panel.svg("Score of the day and of each reference's own days, over the threshold")


def scores(ratios: pd.DataFrame) -> SVG:
    """Draw each column's score over the threshold, a bar per reference; an alarm where all of them exceed 1."""
    if ratios.empty:
        return nothing()
    most, lines = max(1.0, ratios.max().max()), len(ratios)
    names = list(zip(ratios.columns, ("day", "pale"), strict=False))
    panel = Panel(
        *((0, 1.05 * most), (0, lines), 24.0 * lines),
        xlabel="score ÷ threshold (no unit)",
        ylabel="column",
        yticks=_lines(ratios.index),
        legend=[*((f"{name} reference", "bar", color) for name, color in names), _THRESHOLD],
    )
    is_beyond, width = (ratios > 1).all(axis=1).to_numpy(), 0.8 / len(names)
    for number, (name, color) in enumerate(names):
        for line, (column, value) in enumerate(ratios[name].items()):
            top = line + 0.1 + number * width
            drawn = "beyond" if is_beyond[line] and not number else color
            if not math.isnan(value):
                panel.bar((0, value), (top, top + 0.9 * width), drawn, f"{column}, {name}: {value:.2f}")
    panel.line([(1, 0), (1, lines)], "ink", dash=_DASH)
    return panel.svg("Score of each column over the threshold")


def bins(histograms: Mapping[str, tuple[pd.Series, pd.Series]], axes: Mapping[str, str]) -> list[SVG]:
    """Draw columns in their frozen bins, a drawing each: the reference's share of rows in grey, the day's in blue.

    `histograms` maps a column to the reference's and the day's counts, both indexed by bin label.
    """
    return [
        histogram({"reference": reference, "day": day}, axes.get(column, column))
        for column, (reference, day) in histograms.items()
    ]


def histogram(counts: Mapping[str, pd.Series], axis: str) -> SVG:
    """Draw one column's counts of two things by name, indexed by the same bin labels, as shares of their rows."""
    (first, _), (second, _) = counts.items()
    shares = {name: 100 * one.to_numpy(dtype=float) / max(one.sum(), 1) for name, one in counts.items()}
    labels = [str(label) for label in counts[first].index]
    panel = Panel(
        *((-0.6, len(labels) - 0.4), (1.05 * max(1.0, *(one.max() for one in shares.values())), 0), 150.0),
        xlabel=f"{axis}, in bins",
        ylabel="rows (%)",
        xticks=[(at, _short(labels[at])) for at in range(0, len(labels), 1 + len(labels) // _LABELS)],
        legend=[(first, "bar", "reference"), (second, "bar", "day")],
        steep=True,
    )
    for side, (name, color) in ((-0.4, (first, "reference")), (0.0, (second, "day"))):
        for at, (label, share) in enumerate(zip(labels, shares[name], strict=True)):
            panel.bar((at + side, at + side + 0.4), (0, share), color, f"{label}: {name} {share:.1f} %")
    return panel.svg(f"Share of rows in each bin of {axis}: {first} and {second}")


def by_hour(groups: Mapping[str, pd.Series], *, ylabel: str) -> SVG:
    """Draw a quantity by hour of day, of the `day` in blue and of the `reference` in grey."""
    drawn = {name: values for name, values in groups.items() if len(values)}
    if not drawn:
        return nothing()
    panel = Panel(
        *((-0.5, 23.5), (_above(drawn.values()), 0), 160.0),
        xlabel="hour of day",
        ylabel=ylabel,
        xticks=[(hour, str(hour)) for hour in range(0, 24, 3)],
        legend=[(name, "dot", name) for name in drawn],
    )
    for name, values in drawn.items():
        panel.line(zip(values.index, values, strict=True), name)
        for hour, value in values.items():
            panel.dot(hour, value, name, f"{name}, hour {hour:.0f}: {value:.3g}")
    return panel.svg(f"{ylabel} by hour of day: {' and '.join(drawn)}")


def shares(values: pd.Series, *, label: str, reference: pd.Series | None = None) -> SVG:
    """Draw one bar per entry, in percent; with a `reference` of the same index, a grey bar beside each."""
    if reference is None:
        return _bars({"share": (values, "reference")}, label)
    return _bars({"day": (values, "day"), "reference": (reference.reindex(values.index), "reference")}, label)


def carriers(tables: Mapping[str, pd.DataFrame], column: str, *, groups: int = 8) -> list[SVG]:
    """Draw per segment column the groups that carry most of a column's change, and their share of rows."""
    return [
        _bars(
            {"part of the change": (top["part"], "day"), "rows in the reference": (top["reference"], "reference")},
            f"{column} by {segment} (%)",
        )
        for segment, top in ((segment, table.head(groups)) for segment, table in tables.items())
    ]


def series(days: Sequence[dt.date], measures: pd.DataFrame, *, ylabel: str, scale: float = 1.0) -> SVG:
    """Draw one stored measure over days, as `store.measures` gives it: thresholds as lines, alarms red and large."""
    table = measures.set_index("day").reindex(days)
    numbers = {name: scale * table[name].astype(float).to_numpy() for name in ("value", "lower", "upper")}
    known = [name for name in ("lower", "upper") if not np.isnan(numbers[name]).all()]
    panel = Panel(
        *((-0.5, len(days) - 0.5), (_above(numbers.values()), 0), 150.0),
        xlabel="day",
        ylabel=ylabel,
        xticks=_dates(days),
        legend=[("day", "dot", "day"), ("alarm", "dot", "beyond"), *([_THRESHOLD] if known else [])],
    )
    for name in known:
        panel.line(enumerate(numbers[name]), "ink", dash=_DASH, width=1)
    panel.line(enumerate(numbers["value"]), "pale", width=1)
    for at, (day, verdict) in enumerate(zip(days, table["verdict"], strict=True)):
        value, is_alarm = numbers["value"][at], verdict == "alarm"
        if not math.isnan(value):
            panel.dot(at, value, "beyond" if is_alarm else "day", f"{day}: {value:,.4g}", size=4.5 if is_alarm else 2.6)
    return panel.svg(f"{ylabel} of each day, with its thresholds")


def heat_map(ratios: pd.DataFrame) -> SVG:
    """Draw score ÷ threshold of each column (rows) on each day (columns), the highest on top: the darker, the higher.

    Nothing is drawn at 0, what is above 1 is red, a dash where there is no score.
    """
    if ratios.empty:
        return nothing()
    table = ratios.loc[ratios.max(axis=1).sort_values(ascending=False, kind="stable").index]
    panel = Panel(
        *((0, len(table.columns)), (0, len(table)), 20.0 * len(table)),
        xlabel="day",
        ylabel="column (darkest: 3 times its threshold and more)",
        xticks=[(at + 0.5, name) for at, name in _dates(list(table.columns))],
        yticks=_lines(table.index),
    )
    shades: dict[tuple[str, float], str] = {}  # a path for each shade: a year of cells stays small
    for (line, at), value in np.ndenumerate(table.to_numpy(dtype=float)):
        shade = ("reference", 1.0) if math.isnan(value) else ("beyond" if value > 1 else "day", _shade(value))
        left, top = panel.x(at + 0.06), panel.y(line + (0.45 if math.isnan(value) else 0.06))
        high = 1.5 if math.isnan(value) else panel.y(line + 0.94) - top
        wide = panel.x(at + 0.94) - left
        shades[shade] = shades.get(shade, "") + f"M{left:.1f} {top:.1f}h{wide:.1f}v{high:.1f}h-{wide:.1f}z"
    for (color, opacity), path in shades.items():
        if opacity:
            panel.parts.append(f'<path d="{path}" fill="{paint(color)}" fill-opacity="{opacity}"/>')
    return panel.svg("Score over threshold of each column on each day")


def _bars(groups: Mapping[str, tuple[pd.Series, str]], label: str) -> SVG:
    """Draw some shares with their colours, a bar each per entry of their common index, in percent."""
    entries = next(iter(groups.values()))[0].index
    if entries.empty:
        return nothing()
    known = np.concatenate([values.to_numpy(dtype=float) for values, _ in groups.values()])
    least, most = min(0.0, np.nanmin(known)), max(0.01, np.nanmax(known))
    panel = Panel(
        *((105 * least, 105 * most), (0, len(entries)), 26.0 * len(entries)),
        xlabel=label,
        ylabel=str(entries.name or "column"),
        yticks=_lines(entries),
        legend=[(name, "bar", color) for name, (_, color) in groups.items()] if len(groups) > 1 else [],
    )
    width = 0.8 / len(groups)
    for number, (name, (values, color)) in enumerate(groups.items()):
        for line, (entry, value) in enumerate(values.items()):
            top = line + 0.1 + number * width
            if not math.isnan(value):
                panel.bar((0, 100 * value), (top, top + 0.95 * width), color, f"{entry}, {name}: {value:.2%}")
    return panel.svg(label)


def _short(label: str) -> str:
    return label if len(label) <= 16 else f"{label[:15]}…"


def _shade(value: float) -> float:
    """Return an opacity of a few steps: faint up to 1, from there on strong, full at 3."""
    return round(0.4 * max(value, 0.0), 1) if value <= 1 else min(1.0, round(0.5 + 0.25 * (value - 1), 1))


def _lines(names: Sequence) -> list[Tick]:
    return [(line + 0.5, str(name)) for line, name in enumerate(names)]


def _dates(days: Sequence[dt.date]) -> list[Tick]:
    """Return a tick for some days, evenly spaced, each once."""
    return [(at, f"{days[at]:%m-%d}") for at in range(0, len(days), math.ceil(max(len(days), 1) / 7))]


def _above(groups) -> float:
    """Return a value a little above all that is known, 1 if nothing is."""
    known = [float(np.nanmax(one)) for one in groups if not np.isnan(np.asarray(one, dtype=float)).all()]
    return 1.08 * max([*known, 0.0]) or 1.0
