"""The verdicts of a day in one table: what pages, dashboards, the database and sentences say of them is read here."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """One verdict.

    Attributes
    ----------
    rank
        From harmless to grave: the gravest verdict of a day's measures is the day's.
    sign
        One character beside the colour, for those who do not see it.
    paper, ink
        Background and text on a page.
    color
        In Grafana, on its dark panels.
    meaning
        In one clause.
    reason
        What the sentence of a day with this verdict says of the column that lies farthest out.
    """

    name: str
    rank: int
    sign: str
    paper: str
    ink: str
    color: str
    meaning: str
    reason: str = "the most unusual of the day"

    @property
    def slug(self) -> str:
        """The name as part of a CSS class or of an address."""
        return self.name.replace(" ", "-")


_TABLE = (
    Verdict(
        *("ok", 0, "✓", "#d9efdf", "#0f5528", "#56a64b"),
        "within the threshold of both references",
        "the most unusual of the day, within its threshold",
    ),
    Verdict(
        *("labels pending", 1, "◔", "#d8f0ec", "#0b4a43", "#4fc3b5"),
        "the true values of the day have not all arrived, all else is within its threshold",
    ),
    Verdict(
        *("special day", 2, "★", "#e3ecf5", "#29475f", "#8ab8d8"),
        "like no other day, so the scores may not judge it",
    ),
    Verdict(
        *("insufficient", 3, "…", "#e4e8ec", "#37474f", "#9aa5ae"),
        "too few rows for the scores to judge",
    ),
    Verdict(
        *("not calibrated", 4, "○", "#eef0f2", "#4a555c", "#b7bec5"),
        "the reference has too few days for the scores to judge",
    ),
    Verdict(
        *("notice", 5, "~", "#dff1f7", "#0b4a5e", "#5794f2"),
        "beyond the threshold of the trailing reference only",
        "beyond the threshold of the trailing reference only",
    ),
    Verdict(
        *("drift", 6, "↝", "#fde3c8", "#74390a", "#ff9830"),
        "beyond the threshold of the fixed reference only",
        "beyond the threshold of the fixed reference only",
    ),
    Verdict(*("no data", 7, "∅", "#e8dcf7", "#51218a", "#a16ee0"), "no row arrived"),
    Verdict(
        *("alarm", 8, "!", "#fad4d0", "#8f1710", "#ef5148"),
        "beyond the threshold of both references, or found by a deterministic check",
        "beyond the threshold of both references",
    ),
    Verdict(*("failed", 9, "✗", "#2b2b2b", "#ffffff", "#ff7ac6"), "the run broke"),
)

#: Every verdict by its name, from harmless to grave.
VERDICTS = {verdict.name: verdict for verdict in _TABLE}
#: Those that say something stands out; the others are quiet or may not judge.
BEYOND = tuple(name for name, verdict in VERDICTS.items() if verdict.rank >= VERDICTS["notice"].rank)


def gravest(names: Iterable[str]) -> str:
    """Return the gravest of some verdicts, ignoring empty ones; `ok` if none is left.

    Examples
    --------
    >>> gravest(["ok", "", "alarm", "drift"])
    'alarm'
    """
    return max((name for name in names if name), key=lambda name: VERDICTS[name].rank, default="ok")
