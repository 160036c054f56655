"""Which faults the alarms would miss, as a map of columns and faults: SVG, so that a phone shows it too."""

import math

import pandas as pd
from IPython.display import SVG

from driftbook.pages.day_figures import nothing
from driftbook.pages.svg import Panel, escaped, paint

#: The size of a cell's text, and how wide a letter of it is, in pixels.
_SIZE, _LETTER = 11, 6.2


def detectability(table: pd.DataFrame) -> SVG:
    """Draw, as `driftbook.detectability.text.table` gives it, from which strength on each column's faults are caught.

    The stronger a cell's red, the stronger a fault passes unseen; grey where that is not known, blank where it cannot
    strike.
    """
    if table.empty:
        return nothing()
    columns, kinds = list(dict.fromkeys(table["column"])), list(dict.fromkeys(table["fault"]))
    panel = Panel(
        *((0, len(kinds)), (0, len(columns)), 24.0 * len(columns)),
        xlabel="fault",
        ylabel="column: caught from this strength on, missed below",
        xticks=[(at + 0.5, kind) for at, kind in enumerate(kinds)],
        yticks=[(line + 0.5, column) for line, column in enumerate(columns)],
        legend=[("always missed", "bar", "beyond"), ("not known", "bar", "reference")],
        steep=True,
    )
    for row in table.itertuples():
        at, line = kinds.index(row.fault), columns.index(row.column)
        is_known = not math.isnan(row.level)
        _cell(panel, at, line, ("beyond", 0.75 * row.level) if is_known else ("reference", 0.3))
        said = row[table.columns.get_loc("caught from") + 1] if is_known else "–"
        x, y = panel.x(at + 0.5), panel.y(line + 0.5) + 4
        fits = panel.width / len(kinds) - 4 >= _LETTER * len(said)
        size = _SIZE if fits else _SIZE * (panel.width / len(kinds) - 4) / (_LETTER * len(said))
        tip = escaped(f"{row.column}, {row.fault}: {said} (tried {row.tried})")
        panel.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="{max(size, 9):.1f}">{said}'
            f"<title>{tip}</title></text>"
        )
    return panel.svg("From which strength on each column's faults are caught")


def _cell(panel: Panel, at: int, line: int, shade: tuple[str, float]) -> None:
    color, opacity = shade
    left, top = panel.x(at + 0.04), panel.y(line + 0.06)
    wide, high = panel.x(at + 0.96) - left, panel.y(line + 0.94) - top
    size = f'x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    panel.parts.append(f'<rect {size} fill="{paint(color)}" fill-opacity="{opacity:.2f}"/>')
