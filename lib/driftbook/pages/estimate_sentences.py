"""What a page says of the error estimated without labels, of what that is worth, and of what it cannot see."""

import pandas as pd

from driftbook.config import Settings
from driftbook.estimates import record, spread
from driftbook.measures.performance import error_metric, losses
from driftbook.metrics import is_beyond, metric, rounded, said
from driftbook.model import TrainedModel
from driftbook.records import DayResult, Measure

#: What no estimate without labels can do.
BLIND = (
    "It supposes that rows alike err alike, as in the reference: that the relation of inputs and outcome has changed, "
    "only labels can show."
)


def of_day(trained: TrainedModel, result: DayResult) -> str:
    """Return what the error is estimated at, how that lies to the true one, and what earlier estimates were worth."""
    found = _by_name(result)
    if "estimated_error" not in found:
        return _without(trained, result)
    lines = [_estimate(trained, found), _record(found), BLIND]
    return "\n".join(line for line in lines if line)


def of_reference(trained: TrainedModel) -> str:
    """Return how estimates lay to the true errors of the reference's own days."""
    if trained.error_model is None:
        return (
            "The reference has too few labelled rows to estimate errors by: days without labels will have no estimate."
        )
    known = trained.error_model.spread
    if known.factor is None:
        return (
            f"Days without labels will have an estimate of their error, but no interval: {known.days} days of the "
            f"reference tell how far days differ from it, and {spread.LEAST_DAYS} are needed."
        )
    between = f"{known.between**0.5:.1%}"
    return (
        f"Days without labels will have an estimate of their error. Each of {known.days} days of the reference was "
        f"estimated by the others: beyond the chance of single rows their errors differ from it by {between} (standard "
        f"deviation). {BLIND}"
    )


def clause(trained: TrainedModel, result: DayResult) -> str:
    """Return the estimate for the first screen of a day whose labels have not come, empty where there is none.

    Beside it stands the error of the validation reference.
    """
    settings, found = trained.settings, _by_name(result)
    if "estimated_error" not in found:
        return ""
    usual = losses(settings, trained.validation).mean()
    before = "" if pd.isna(usual) else f"; the reference has {said(error_metric(settings), usual)}"
    warning = "" if _is_trusted(found) else " That is not to be trusted: it missed the true error of too many days."
    return f"Its {metric(error_metric(settings)).words} is estimated at {_value(settings, found)}{before}.{warning}"


def _estimate(trained: TrainedModel, found: dict[str, Measure]) -> str:
    settings, measure = trained.settings, found["estimated_error"]
    name, value = error_metric(settings), _value(settings, found)
    error, waiting = found.get(name), found.get("unlabelled_share")
    if error is None or error.value is None or (waiting and waiting.verdict == "labels pending"):
        return f"Labels are not all here yet: the {metric(name).words} is estimated at {value}."
    lies = ""
    if measure.low is not None:
        inside = measure.low <= error.value <= measure.high
        lies = ", within the interval" if inside else ", outside of the interval"
    true = _with_unit(settings, said(name, error.value))
    return f"Without its labels the {metric(name).words} of the day was estimated at {value}; it is {true}{lies}."


def _record(found: dict[str, Measure]) -> str:
    if "estimate_coverage" not in found:
        return (
            ""
            if found["estimated_error"].low is None
            else "No later day with labels tells yet what estimates are worth."
        )
    days, within = found["estimate_days"].value, found["estimate_days"].value * found["estimate_coverage"].value
    bias = found["estimate_bias"].value
    told = (
        f"Of the last {days:.0f} labelled days {within:.0f} lay within their interval; on average the estimate was "
        f"{rounded(abs(bias))} too {'high' if bias > 0 else 'low'}."
    )
    if _is_trusted(found):
        return told
    return (
        f"{told} It is not to be trusted: {found['estimate_misses'].value:.0f} of the newest {record.NEWEST} labelled "
        f"days lay outside of it, and an interval that holds has at most {record.MOST_MISSES}, and "
        f"{said('estimate_coverage', found['estimate_coverage'].lower)} of all within. Either the relation of inputs "
        "and outcome has changed, or the reference is no longer typical: train again."
    )


def _is_trusted(found: dict[str, Measure]) -> bool:
    rules = [found[name] for name in ("estimate_coverage", "estimate_misses") if name in found]
    return not any(is_beyond(rule) for rule in rules)


def _value(settings: Settings, found: dict[str, Measure]) -> str:
    measure, name = found["estimated_error"], error_metric(settings)
    value = _with_unit(settings, said(name, measure.value))
    if measure.low is None:
        return f"{value} (no interval: the reference has too few days)"
    return f"{value} ({spread.LEVEL:.0%} interval {said(name, measure.low)} to {said(name, measure.high)})"


def _without(trained: TrainedModel, result: DayResult) -> str:
    if not result.rows:
        return "No rows, nothing to estimate."
    if trained.error_model is None:
        return (
            "No estimate of the error without labels: too few rows of the reference have one, or the model was trained "
            "before there were estimates; then train it again."
        )
    return "No estimate of the error without labels: no row has a prediction and passes the filters."


def _with_unit(settings: Settings, value: str) -> str:
    known = metric(error_metric(settings))
    return value if known.is_share else f"{value} {known.unit_in(settings.target.unit)}".rstrip()


def _by_name(result: DayResult) -> dict[str, Measure]:
    return {measure.metric: measure for measure in result.measures if not measure.feature and not measure.segment}
