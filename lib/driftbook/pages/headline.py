"""The first screen of a day: is it bad, why, is the model hurt, what now; in the terms of the column."""

import html

from IPython.display import HTML

from driftbook import diagnosis
from driftbook.alarms.measurement import DUPLICATES, ERROR, MISSING, ROWS
from driftbook.measures.performance import error_metric
from driftbook.metrics import metric
from driftbook.model import TrainedModel
from driftbook.monitoring import DayReport
from driftbook.pages import tables
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
}


def day(trained: TrainedModel, monitored: DayReport, column: str, *, question: str = "") -> HTML:
    """Return a day's title with its verdict, what it is about, whether the model is hurt and what to do next.

    Parameters
    ----------
    column
        The column that the next step looks at.
    question
        What a page asks that is not the day's own, before the title.
    """
    settings, result = trained.settings, monitored.result
    title = f"{question} {result.day}, {result.day:%A}".strip()
    step = diagnosis.next_step(trained, result, monitored.batch.frame, column)
    hurt = harm(trained, result) if result.rows else ""
    return HTML(
        f'<h1 class="headline">{title} · {html.escape(settings.title)} · {tables.badge(result.verdict)}</h1>'
        f'<p class="lead">{what(trained, result)}</p>'
        + (f"<p>{hurt}</p>" if hurt else "")
        + f"<p><strong>Next step:</strong> {html.escape(step)}</p>"
        + _sampled(result)
    )


def _sampled(result: DayResult) -> str:
    if not result.sample:
        return ""
    return (
        '<p class="sampled">Counts, shares, scores, verdicts and mean errors are of all rows. Quantiles, Evidently\'s '
        "distances, the error by hour and metrics that are no mean over rows are of a sample of "
        f"{result.sample:,} rows, drawn with a fixed seed.</p>"
    )


def what(trained: TrainedModel, result: DayResult) -> str:
    """Return, as HTML, what the day is about in one sentence."""
    judgement, found = result.judgement, _by_key(result)
    severity, named = found.get(("severity", "", "")), html.escape(judgement.feature)
    if not result.rows:
        return "No row arrived."
    if result.verdict == "ok":
        nearest = found["severity", judgement.feature, ""]
        return f"Nothing stands out: {named} comes nearest, at {tables.number(nearest)} times its threshold."
    if severity is None or severity.verdict != result.verdict or severity.verdict not in BEYOND:
        return (
            html.escape(_capital(judgement.reason.split("; ")[0], judgement.feature)) + "."
        )  # found by a check, or not judged by scores
    median = found.get(("quantile", judgement.feature, "p50"))
    is_moved = median and judgement.cell not in _CELLS and tables.is_beyond(median)
    said = _median(trained, median) if is_moved else html.escape(_capital(_cell(trained, judgement), judgement.feature))
    return f"{said}." if severity.verdict == "alarm" else f"{said}; {VERDICTS[severity.verdict].meaning}."


def harm(trained: TrainedModel, result: DayResult) -> str:
    """Return, as HTML, whether the model errs more than usual."""
    found, name = _by_key(result), error_metric(trained.settings)
    error, waiting = found.get((name, "", "")), found.get(("unlabelled_share", "", ""))
    if waiting and waiting.verdict == "labels pending":
        until = trained.calibration.outcome.expected(result.day)
        return (
            f"Whether the model is hurt is not known yet: {tables.number(waiting)} of the rows wait for their true "
            f"values, expected by {until}."
        )
    if error is None or error.value is None:
        return "Whether the model is hurt is not known: no row has a usable label."
    said = f"its {metric(name).words} is {_with_unit(trained, error)}"
    if error.upper is None:
        return f"{_capital(said)}; nothing tells yet how high it usually is."
    hurt, bound = ("is hurt" if tables.is_beyond(error) else "is not hurt"), tables.number(error, "upper")
    return f"<strong>The model {hurt}</strong>: {said}, at most {bound} on usual days."


def evidence(trained: TrainedModel, result: DayResult) -> HTML:
    """Return the reason as the alarms state it, and every number beyond its threshold, the gravest first; folded."""
    beyond = tables.beyond(trained.settings, result)
    count = f"{len(beyond)} number{'s' if len(beyond) != 1 else ''} beyond {'their' if len(beyond) != 1 else 'its'} "
    lines = "".join(f"<li>{line}</li>" for line in beyond)
    return HTML(
        f"<details><summary>The reason in terms of the alarms; {count}threshold{'s' if len(beyond) != 1 else ''}"
        f"</summary><p>{html.escape(_capital(result.judgement.reason, result.judgement.feature))}.</p>"
        f"<p>{result.rows:,} rows, judged as a {html.escape(result.judgement.day_class)}.</p>"
        + (f"<ul>{lines}</ul>" if lines else "")
        + "</details>"
    )


def _by_key(result: DayResult) -> dict[tuple[str, str, str], Measure]:
    return {(m.metric, m.feature, m.segment): m for m in result.measures}


def _median(trained: TrainedModel, median: Measure) -> str:
    side = "lower" if median.lower is not None and median.value < median.lower else "higher"
    ends = [tables.number(median, end) for end in ("lower", "upper") if getattr(median, end) is not None]
    return (
        f"<strong>{html.escape(median.feature)} is {side} than usual</strong>: its median is "
        f"{_with_unit(trained, median)}, on usual days {' to '.join(ends)}"
    )


def _cell(trained: TrainedModel, judgement: Judgement) -> str:
    column, cell, outcome = judgement.feature, judgement.cell, trained.calibration.outcome
    sentence = _COLUMNS.get(column) or _CELLS.get(cell) or "{share} of the rows have {column} {cell}"
    is_number = column in (ROWS, ERROR)
    share, usual = (
        tables.rounded(one) if is_number else _percent(one) for one in (judgement.day_share, judgement.reference_share)
    )
    unit = f" {outcome.unit}" if outcome.unit else ""
    return f"{sentence.format(share=share, column=column, cell=cell, error=outcome.error, unit=unit)}, usually {usual}"


def _with_unit(trained: TrainedModel, measure: Measure) -> str:
    unit = html.escape(tables.unit(trained.settings, measure))
    return f"{tables.number(measure)} {unit}".strip()


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share < 0.1 else f"{share:.0%}"


def _capital(text: str, column: str = "") -> str:
    """Return text that begins a sentence; the name of a column stays as it is."""
    return text if column and text.startswith(column) else text[:1].upper() + text[1:]
