"""What is stored of a day's estimate: the estimate with its interval, and its track record. None of it is a verdict."""

from collections.abc import Sequence

from driftbook.alarms.calibration import Calibration
from driftbook.estimates import record
from driftbook.estimates.error_model import ErrorModel
from driftbook.profiles.profile import Profile
from driftbook.records import Measure


def measures(model: ErrorModel, calibration: Calibration, day: Profile, past: Sequence[Profile]) -> list[Measure]:
    """Return the estimated error of a day, and what earlier estimates were worth.

    Parameters
    ----------
    day
        The monitored day, with what its rows' losses are expected to add up to; with its labels it is part of the
        record.
    past
        The days before it, in order. Those of the reference taught the model, and are no test of it.

    An estimate judges nothing, so no measure has a verdict. Two of the record have the bounds of an estimate that is to
    be trusted.
    """
    rows, total = day.estimated
    if not rows:
        return []
    low, high = model.spread.interval(rows, total)
    found = [Measure("estimated_error", model.spread.estimate(rows, total), low=low, high=high)]
    days = [other for other in (*past, day) if other.day not in calibration.by_day]
    known = record.of(model.spread, [other for other in days if _is_known(calibration, other)])
    if known is None:
        return found
    return [
        *found,
        Measure("estimate_days", float(known.days)),
        Measure("estimate_coverage", known.coverage, lower=known.least_coverage),
        Measure("estimate_misses", float(known.misses), upper=float(record.MOST_MISSES)),
        Measure("estimate_bias", known.bias),
    ]


def _is_known(calibration: Calibration, day: Profile) -> bool:
    return day.rows >= calibration.least_rows and not calibration.is_pending(day)
