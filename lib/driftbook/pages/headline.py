"""The first screen of a day: is it bad, is the model still good, for whom not, why, what now; in the column's terms."""

import html
from collections.abc import Mapping

from IPython.display import HTML

from driftbook import diagnosis
from driftbook.alarms import summary
from driftbook.alarms.measurement import TOGETHER
from driftbook.alarms.summary import capital
from driftbook.diagnosis.by_segment import Usual
from driftbook.model import TrainedModel
from driftbook.monitoring import DayReport
from driftbook.pages import elements, harm, tables
from driftbook.records import DayResult
from driftbook.verdicts import BEYOND

#: The sentence of a day as HTML: each number carries its key and full value.
_HTML = summary.Writing(html.escape, "<strong>{}</strong>".format, elements.number)


def day(
    trained: TrainedModel, monitored: DayReport, column: str, usual: Mapping[str, Usual], *, question: str = ""
) -> HTML:
    """Return a day's title with its verdict, what it is about, whether the model is still good, and the next step.

    Parameters
    ----------
    column
        The column that the next step looks at.
    usual
        What is usual in each named segment, as `diagnosis.usual_errors` gives it.
    question
        What a page asks that is not the day's own, before the title.
    """
    settings, result = trained.settings, monitored.result
    title = f"{question} {result.day}, {result.day:%A}".strip()
    step = diagnosis.next_step(trained, result, monitored.batch.frame, column)
    hurt = harm.of_day(trained, result, usual)
    return HTML(
        f'<h1 class="headline">{title} · {html.escape(settings.title)} · {elements.badge(result.verdict)}</h1>'
        f'<p class="lead">{what(trained, result)}{_lost(trained, monitored)}</p>'
        + (f"<p>{hurt}</p>" if hurt else "")
        + f"<p><strong>Next step:</strong> {html.escape(step)}</p>"
        + _sampled(result)
    )


def _sampled(result: DayResult) -> str:
    if not result.sample:
        return ""
    return (
        '<p class="sampled">Counts, shares, scores, verdicts and mean errors are of all rows. Quantiles, Evidently\'s '
        "distances, columns together, the error by hour, the estimated error, segments, groups and metrics that are no "
        f"mean over rows are of a sample of {result.sample:,} rows, drawn with a fixed seed.</p>"
    )


def what(trained: TrainedModel, result: DayResult) -> str:
    """Return, as HTML, what the day is about in one sentence."""
    return summary.day(trained.settings, trained.calibration.outcome, result, _HTML)


def _lost(trained: TrainedModel, monitored: DayReport) -> str:
    """Return which pair of columns went apart most, of a day whose columns no longer go together."""
    if monitored.result.verdict not in BEYOND or monitored.result.judgement.feature != TOGETHER:
        return ""
    pairs = diagnosis.pairs(trained, monitored.batch, most=1)
    return f" Most of all {html.escape(pairs.index[0])}." if len(pairs) else ""


def evidence(trained: TrainedModel, result: DayResult) -> HTML:
    """Return the reason as the alarms state it, and every number beyond its threshold, the gravest first; folded."""
    beyond = tables.beyond(trained.settings, result)
    count = f"{len(beyond)} number{'s' if len(beyond) != 1 else ''} beyond {'their' if len(beyond) != 1 else 'its'} "
    lines = "".join(f"<li>{line}</li>" for line in beyond)
    return HTML(
        f"<details><summary>The reason in terms of the alarms; {count}threshold{'s' if len(beyond) != 1 else ''}"
        f"</summary><p>{html.escape(capital(result.judgement.reason, result.judgement.feature))}.</p>"
        f"<p>{result.rows:,} rows, judged as a {html.escape(result.judgement.day_class)}.{_thresholds(result)}</p>"
        + (f"<ul>{lines}</ul>" if lines else "")
        + "</details>"
    )


def _thresholds(result: DayResult) -> str:
    """Return how sure the thresholds are, and whether the day lies so near one that its verdict is not."""
    judgement = result.judgement
    known = {
        name: (score, limit, error)
        for name, score, limit, error in (
            ("fixed", judgement.fixed_score, judgement.fixed_threshold, judgement.fixed_threshold_error),
            ("trailing", judgement.trailing_score, judgement.trailing_threshold, judgement.trailing_threshold_error),
        )
        if None not in (score, limit, error)
    }
    if not known:
        return ""
    said = " and ".join(f"{elements.threshold(limit, error)} ({name})" for name, (_, limit, error) in known.items())
    near = any(abs(score - limit) < error for score, limit, error in known.values())
    return f" Thresholds of the score: {said}, each ± its standard error." + (
        " The day's score lies within that error: a reference of other days might have decided otherwise."
        if near
        else ""
    )
