"""Is the model still good, for whom not, and why: the answers on the first screen of a day, from its own numbers."""

import html
from collections.abc import Collection, Mapping, Sequence

from driftbook import diagnosis
from driftbook.alarms.measurement import MISSING, TOGETHER
from driftbook.alarms.summary import capital
from driftbook.diagnosis.by_segment import Usual
from driftbook.measures.performance import error_metric
from driftbook.metrics import is_beyond, metric, said
from driftbook.model import TrainedModel
from driftbook.pages import elements, estimate_sentences
from driftbook.records import HOUR, DayResult, Measure
from driftbook.verdicts import BEYOND

#: So many segments and columns are named.
_NAMED = 2


def of_day(trained: TrainedModel, result: DayResult, usual: Mapping[str, Usual]) -> str:
    """Return, as HTML, whether the model errs more than usual, in which named segments, and why or why it alarms.

    Parameters
    ----------
    usual
        What is usual in each segment, as `diagnosis.usual_errors` gives it.
    """
    if not result.rows:
        return ""
    whole = {m.metric: m for m in result.measures if not m.feature and not m.segment}
    error, waiting = whole.get(error_metric(trained.settings)), whole.get("unlabelled_share")
    why = _moved
    if waiting and waiting.verdict == "labels pending":
        lines = [_pending(trained, result, waiting)]
    elif error is None or error.value is None:
        lines = ["Whether the model is hurt is not known: no row has a usable label."]
    else:
        lines = [*_known(trained, result, usual, error)]
        why = _why if _is_hurt(error) else _moved
    return " ".join(filter(None, [*lines, why(trained, result, whole)]))


def _pending(trained: TrainedModel, result: DayResult, waiting: Measure) -> str:
    until = trained.calibration.outcome.expected(result.day)
    return (
        f"Whether the model is hurt, and for whom, is not known yet: {elements.number(waiting)} of the rows wait for "
        f"their true values, expected by {until}. {estimate_sentences.clause(trained, result)}".rstrip()
    )


def _is_hurt(error: Measure) -> bool:
    return error.upper is not None and is_beyond(error)


def _known(trained: TrainedModel, result: DayResult, usual: Mapping[str, Usual], error: Measure) -> tuple[str, str]:
    """Return how much the model errs, and for whom more than usual."""
    worse, of = diagnosis.worse(trained.settings, result, usual)
    whom = _for_whom(result, usual, error, worse, of)
    value = f"{elements.number(error)} {html.escape(elements.unit(trained.settings, error))}".strip()
    value = f"its {metric(error.metric).words} is {value}"
    if error.upper is None:
        return f"{capital(value)}; nothing tells yet how high it usually is.", whom
    if _is_hurt(error):
        hurt, whom = "is hurt", whom or ("No segment errs by itself more than usual." if of else "")
    else:
        hurt = "is not hurt" if whom or not of else "is not hurt, nor is any segment"
    return f"<strong>The model {hurt}</strong>: {value}, at most {elements.number(error, 'upper')} on usual days.", whom


def _for_whom(result: DayResult, usual: Mapping[str, Usual], error: Measure, worse: Sequence[Measure], of: int) -> str:
    """Return the segments that err more than usual, or than the params file declares; empty without one."""
    declared = [m for m in result.measures if m.metric == error.metric and m.segment and m.verdict == "notice"]
    every = [*declared, *(m for m in worse if m not in declared)]
    if not every:
        return ""
    named = [_segment(m, usual) for m in every[:_NAMED]]
    if len(worse) == of > _NAMED and not declared:
        return f"<strong>For whom not</strong>: all {of} named segments, most of all {named[0]}."
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    joined = (", " if more else " and ").join(named)
    return f"<strong>For whom not</strong>: {joined}{more}."


def _segment(measure: Measure, usual: Mapping[str, Usual]) -> str:
    if measure.verdict == "notice":
        than = f"declared at most {said(measure.metric, measure.upper)}"
    else:
        than = f"usually {said(measure.metric, usual[measure.segment].error)}"
    return f"{html.escape(measure.segment)} ({elements.number(measure)}, {than})"


def _why(trained: TrainedModel, result: DayResult, whole: Mapping[str, Measure]) -> str:
    """Return whether the inputs moved or the relation did, of a day whose error is beyond its threshold."""
    inputs = _inputs(trained, result, BEYOND)
    if inputs:
        also = "the split in <code>debug</code> tells whether the relation did too"
        return f"<strong>Why</strong>: inputs moved ({inputs}); {also}."
    expected = whole.get("estimated_error")
    if expected is None or expected.low is None:
        return "<strong>Why</strong>: no input is beyond its threshold, so look at the relation, in <code>debug</code>."
    ends = f"on such inputs {elements.interval(expected)} was to be expected"
    is_harder = whole[error_metric(trained.settings)].value <= expected.high
    return f"<strong>Why</strong>: {'its rows are harder' if is_harder else 'the relation changed'}, {ends}."


def _moved(trained: TrainedModel, result: DayResult, _: Mapping[str, Measure]) -> str:
    """Return which inputs moved on a day that alarms without harm that is known."""
    inputs = _inputs(trained, result, {"alarm"})
    return f"<strong>Why the alarm</strong>: inputs moved ({inputs})." if inputs else ""


def _inputs(trained: TrainedModel, result: DayResult, verdicts: Collection[str]) -> str:
    """Return the inputs of some verdicts as HTML, the gravest first; of none what all of them have in common."""
    settings = trained.settings
    inputs = {*settings.features.all, *settings.watch.all, HOUR} - {*settings.label_columns}
    found = {m.feature: m.value for m in result.measures if m.metric == "severity" and m.verdict in verdicts}
    names = [html.escape(name) for name in sorted(found, key=found.get, reverse=True) if name in inputs]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}" or ", ".join(name for name in (MISSING, TOGETHER) if name in found)
