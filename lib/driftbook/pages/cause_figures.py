"""Figures of causes as SVG: why the error changed, and what the model looks at."""

import pandas as pd
from IPython.display import SVG

from driftbook.causes.parts import Split
from driftbook.config import Settings
from driftbook.measures.performance import error_metric
from driftbook.metrics import metric
from driftbook.pages.svg import Panel, document

#: So many columns are drawn below the input part.
_COLUMNS = 4


def parts(settings: Settings, found: Split) -> SVG:
    """Draw the change of the error and its parts as bars, the intervals as lines, columns below their input part."""
    lines = _lines(found)
    if not lines:
        return document(260, 20, "no change to split", '<text x="0" y="14">no labelled rows, nothing to draw</text>')
    known = [0.0, *(value for _, value, *_ in lines), *(end for *_, ends in lines for end in ends)]
    room = 0.05 * ((max(known) - min(known)) or 1.0)
    panel = Panel(
        *((min(known) - room, max(known) + room), (0, len(lines)), 24.0 * len(lines)),
        xlabel=f"change of the error since the reference{_unit(settings)}",
        ylabel="part",
        yticks=[(at + 0.5, name) for at, (name, *_) in enumerate(lines)],
        legend=[("beyond noise", "bar", "day"), *([("interval of 95 %", "line", "ink")] if found.input else [])],
    )
    for at, (name, value, color, ends) in enumerate(lines):
        panel.bar((0, value), (at + 0.15, at + 0.85), color, f"{name}: {value:+.3g}")
        if ends:
            panel.line([(end, at + 0.5) for end in ends], "ink")
    panel.line([(0, 0), (0, len(lines))], "ink", width=0.8)
    return panel.svg("Change of the error since the reference: input, relation and noise")


def importance(settings: Settings, table: pd.DataFrame) -> SVG:
    """Draw the importance of each feature on the day and in the reference, as `causes.permutation` gives it."""
    axis = f"rise of the error if the feature is dealt anew{_unit(settings)}"
    known = table[["day", "reference"]].dropna()
    if known.empty:
        return document(200, 20, "nothing to draw", '<text x="0" y="14">nothing to draw</text>')
    least, most = min(0.0, known.min().min()), max(known.max().max(), 0.0)
    room = 0.05 * ((most - least) or 1.0)
    panel = Panel(
        *((least - room * (least < 0), most + room), (0, len(known)), 26.0 * len(known)),
        xlabel=axis,
        ylabel="feature",
        yticks=[(at + 0.5, str(name)) for at, name in enumerate(known.index)],
        legend=[("day", "bar", "day"), ("reference", "bar", "reference")],
    )
    for at, (name, row) in enumerate(known.iterrows()):
        panel.bar((0, row["day"]), (at + 0.1, at + 0.48), "day", f"{name}, day: {row['day']:.3g}")
        panel.bar(
            (0, row["reference"]), (at + 0.5, at + 0.88), "reference", f"{name}, reference: {row['reference']:.3g}"
        )
    return panel.svg(f"{axis}: day and reference")


def _lines(found: Split) -> list[tuple[str, float, str, tuple[float, ...]]]:
    """Return each bar's name, value, colour and the ends of its interval."""
    if pd.isna(found.total):
        return []
    lines = [("change", found.total, "reference", ())]
    for name, part in (("input", found.input), ("relation", found.relation)):
        if part:
            lines.append((name, part.value, "day", (part.low, part.high)))
        if part and name == "input" and part.value:
            shown = found.columns.head(_COLUMNS)
            lines += [(f"· {column}", value, "pale", ()) for column, value in shown.items()]
    return [*lines, ("noise", found.noise, "reference", ())]


def _unit(settings: Settings) -> str:
    unit = metric(error_metric(settings)).unit_in(settings.target.unit)
    return f" ({unit})" if unit else ""
