"""Small drawings as SVG: text stays text, colours follow the page, a value shows where the pointer rests."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from IPython.display import SVG

#: The palette of every figure, told apart by colour-blind readers too (Okabe and Ito); a page may set it otherwise.
PALETTE = {"reference": "#868b90", "day": "#0072b2", "pale": "#79b7dc", "beyond": "#c84c00"}
#: The same on a dark page.
DARK = {"reference": "#8a9097", "day": "#56b4e9", "pale": "#2f6f95", "beyond": "#ff8a4c"}
#: What JupyterLab shows as a picture, no theme of it reaches.
LIGHT = {"needs_background": "light"}
#: Drawn so wide a phone shows it as large as it is, and a page a little larger.
WIDTH = 440.0
_FONT, _LETTER, _LINE = 13, 7.5, 18.0

#: A tick: where it stands, and what it is called.
Tick = tuple[float, str]


class Panel:
    """One pair of axes, drawn in the units of the data.

    Parameters
    ----------
    x, y
        What lies at the left and right, at the top and bottom end.
    height
        Of the axes, in pixels.
    legend
        What a mark (`bar`, `dot` or `line`) of a colour stands for, as (name, mark, colour).
    """

    def __init__(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        height: float,
        *,
        xlabel: str,
        ylabel: str,
        xticks: Sequence[Tick] | None = None,
        yticks: Sequence[Tick] | None = None,
        legend: Iterable[tuple[str, str, str]] = (),
        steep: bool = False,
    ) -> None:
        xticks, yticks = ticks(*x) if xticks is None else xticks, ticks(*y) if yticks is None else yticks
        self.parts: list[str] = []
        self.top = self._heading(ylabel, legend)
        self.left = 10 + _LETTER * max([len(name) for _, name in yticks] + [2])
        self.width, self.height = WIDTH - self.left - 14, height
        self.below = _LINE + (0.87 * _LETTER * max((len(name) for _, name in xticks), default=0) if steep else _LINE)
        self._x, self._y = x, y
        self._axes(xticks, yticks, xlabel, steep=steep)

    def x(self, value: float) -> float:
        """Return where a value lies, in pixels from the left."""
        return self.left + self.width * (value - self._x[0]) / (self._x[1] - self._x[0])

    def y(self, value: float) -> float:
        """Return where a value lies, in pixels from the top."""
        return self.top + self.height * (value - self._y[0]) / (self._y[1] - self._y[0])

    def bar(self, x: tuple[float, float], y: tuple[float, float], color: str, said: str = "") -> None:
        """Draw a bar between two values of each axis."""
        left, right = sorted(map(self.x, x))
        top, bottom = sorted(map(self.y, y))
        size = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
        self.parts.append(f'<rect {size} fill="{paint(color)}">{_tip(said)}</rect>')

    def dot(self, x: float, y: float, color: str, said: str = "", *, size: float = 2.6) -> None:
        """Draw a point."""
        at = f'cx="{self.x(x):.1f}" cy="{self.y(y):.1f}"'
        self.parts.append(f'<circle {at} r="{size}" fill="{paint(color)}">{_tip(said)}</circle>')

    def line(self, points: Iterable[tuple[float, float]], color: str, *, dash: str = "", width: float = 1.4) -> None:
        """Draw a line through points; it is broken where a value is missing."""
        path, pen = "", "M"
        for x, y in points:
            is_gap = math.isnan(y)
            path += "" if is_gap else f"{pen}{self.x(x):.1f} {self.y(y):.1f}"
            pen = "M" if is_gap else "L"
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<path d="{path}" fill="none" stroke="{paint(color)}" stroke-width="{width}"{dashes}/>')

    def write(self, x: float, y: float, text: str, *, anchor: str = "middle", turned: bool = False) -> None:
        """Write text at a place in pixels."""
        turn = f' transform="rotate(-60 {x:.1f} {y:.1f})"' if turned else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>{escaped(text)}</text>')

    def svg(self, said: str) -> SVG:
        """Return the drawing; `said` tells those who do not see it what it shows."""
        return document(WIDTH, self.top + self.height + self.below + 13, said, "".join(self.parts))

    def _heading(self, ylabel: str, legend: Iterable[tuple[str, str, str]]) -> float:
        self.write(2, 13, ylabel, anchor="start")
        x, y = 4.0, 13 + _LINE
        for name, mark, color in legend:
            if x + 30 + _LETTER * len(name) > WIDTH:
                x, y = 4.0, y + _LINE
            self.parts.append(_MARKS[mark].format(x=x, y=y, color=paint(color)))
            self.write(x + 22, y, name, anchor="start")
            x += 40 + _LETTER * len(name)
        return (y if legend else 13) + 10

    def _axes(self, xticks: Sequence[Tick], yticks: Sequence[Tick], xlabel: str, *, steep: bool) -> None:
        bottom = self.top + self.height
        frame = f"M{self.left:.1f} {self.top:.1f}V{bottom:.1f}h{self.width:.1f}"
        for value, name in xticks:
            frame += f"M{self.x(value):.1f} {bottom:.1f}v4"
            place = (self.x(value) + 4, bottom + 14) if steep else (self.x(value), bottom + 17)
            self.write(*place, name, anchor="end" if steep else "middle", turned=steep)
        for value, name in yticks:
            frame += f"M{self.left:.1f} {self.y(value):.1f}h-4"
            self.write(self.left - 7, self.y(value) + 4.5, name, anchor="end")
        self.parts.append(f'<path d="{frame}" fill="none" stroke="currentColor" stroke-width="0.8"/>')
        self.write(WIDTH / 2, bottom + self.below + 9, xlabel)


class Drawing(SVG):
    """A drawing that is shown as it is: IPython's parses each and writes it anew."""

    data = None


def document(width: float, height: float, said: str, content: str) -> SVG:
    """Return a whole drawing that fits any page."""
    return Drawing(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{1.06 * width:.0f}" '
        f'style="max-width:100%;height:auto" role="img" aria-label="{escaped(said)}" fill="currentColor" '
        f'font-family="system-ui, sans-serif" font-size="{_FONT}">{content}</svg>',
        metadata=LIGHT,
    )


def paint(color: str) -> str:
    """Return a colour of the palette as a page may set it; `ink` is the text's."""
    return "currentColor" if color == "ink" else f"var(--{color},{PALETTE[color]})"


def ticks(one: float, other: float, most: int = 6) -> list[Tick]:
    """Return round numbers between two.

    Examples
    --------
    >>> ticks(0, 2.2)
    [(0.0, '0'), (0.5, '0.5'), (1.0, '1'), (1.5, '1.5'), (2.0, '2')]
    """
    low, high = sorted((one, other))
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(times * power for times in (1, 2, 5, 10) if times * power * most >= high - low)
    found = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return [(number * step, f"{number * step:,.10g}") for number in found]


def escaped(text: str) -> str:
    """Return text for an element or an attribute in double quotes."""
    return escape(text, quote=False).replace('"', "&quot;")


def _tip(said: str) -> str:
    return f"<title>{escaped(said)}</title>" if said else ""


_MARKS = {
    "bar": '<rect x="{x}" y="{y}" width="16" height="9" fill="{color}" transform="translate(0 -9)"/>',
    "dot": '<circle cx="{x}" cy="{y}" r="3.5" fill="{color}" transform="translate(8 -4.5)"/>',
    "line": '<path d="M{x} {y}m0 -4.5h16" stroke="{color}" stroke-width="1.4" stroke-dasharray="4 3"/>',
}
