"""What a day is about, in one sentence in the terms of its column: said on its page, on the index and in Grafana."""

from collections.abc import Callable
from dataclasses import dataclass

from driftbook.alarms.calibration import Outcome
from driftbook.alarms.measurement import DUPLICATES, ERROR, MISSING, ROWS, TOGETHER
from driftbook.config import Settings
from driftbook.metrics import is_beyond, metric, rounded, said
from driftbook.records import DayResult, Judgement, Measure
from driftbook.verdicts import BEYOND, VERDICTS

#: What a share of rows does, by the cell of its column.
_CELLS = {
    "missing": "{share} of {column} are missing",
    "unseen": "{share} of the rows have a {column} that no day of the reference has",
    "outside": "{share} of {column} lie outside of the usual range",
    "other": "{share} of the rows have a rare {column}",
}
_COLUMNS = {
    ROWS: "{share} rows arrived",
    DUPLICATES: "{share} of the rows repeat another row exactly",
    MISSING: "{share} of {cell} are missing",
    ERROR: "the {error} is {share}{unit}",
    TOGETHER: "the values of {cell} no longer go with the other columns: their surprise is {share}",
}


def _plain(measure: Measure, part: str = "value") -> str:
    return said(measure.metric, getattr(measure, part))


@dataclass(frozen=True)
class Writing:
    """How the sentence is written: its words, what stands out in it, and its numbers (a measure and which part of it).

    As it is, in plain text.
    """

    text: Callable[[str], str] = str
    strong: Callable[[str], str] = str
    number: Callable[..., str] = _plain


def day(settings: Settings, outcome: Outcome, result: DayResult, writing: Writing = Writing()) -> str:
    """Return what a day is about in one sentence."""
    judgement, found = result.judgement, {(m.metric, m.feature, m.segment): m for m in result.measures}
    severity = found.get(("severity", "", ""))
    if not result.rows:
        return "No row arrived."
    if result.verdict == "ok":
        named, nearest = writing.text(judgement.feature), writing.number(severity)
        return f"Nothing stands out: {named} comes nearest, at {nearest} times its threshold."
    if severity is None or severity.verdict != result.verdict or severity.verdict not in BEYOND:
        # Found by a check, or not judged by scores.
        return writing.text(capital(_first_finding(judgement), judgement.feature)) + "."
    median = found.get(("quantile", judgement.feature, "p50"))
    is_moved = median and judgement.cell not in _CELLS and is_beyond(median)
    about = _median(settings, median, writing) if is_moved else writing.text(_cell(outcome, judgement))
    return f"{about}." if severity.verdict == "alarm" else f"{about}; {VERDICTS[severity.verdict].meaning}."


def capital(text: str, column: str = "") -> str:
    """Return text that begins a sentence; the name of a column stays as it is."""
    return text if column and text.startswith(column) else text[:1].upper() + text[1:]


def _first_finding(judgement: Judgement) -> str:
    """Return the first finding of a reason, after the words that tell since when the alarm lasts."""
    first, *others = judgement.reason.split("; ")
    return others[0] if others and (judgement.lasted or 1) > 1 else first


def _median(settings: Settings, median: Measure, writing: Writing) -> str:
    side = "lower" if median.lower is not None and median.value < median.lower else "higher"
    ends = [writing.number(median, end) for end in ("lower", "upper") if getattr(median, end) is not None]
    unit = metric(median.metric).unit_in(settings.target.unit, settings.unit(median.feature))
    value = f"{writing.number(median)} {writing.text(unit)}".strip()
    moved = writing.strong(f"{writing.text(median.feature)} is {side} than usual")
    return f"{moved}: its median is {value}, on usual days {' to '.join(ends)}"


def _cell(outcome: Outcome, judgement: Judgement) -> str:
    column, cell = judgement.feature, judgement.cell
    sentence = _COLUMNS.get(column) or _CELLS.get(cell) or "{share} of the rows have {column} {cell}"
    is_number = column in (ROWS, ERROR, TOGETHER)
    share, usual = (
        rounded(one) if is_number else _percent(one) for one in (judgement.day_share, judgement.reference_share)
    )
    unit = f" {outcome.unit}" if outcome.unit else ""
    written = sentence.format(share=share, column=column, cell=cell, error=outcome.error, unit=unit)
    return capital(f"{written}, usually {usual}", column)


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share < 0.1 else f"{share:.0%}"
