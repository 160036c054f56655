"""Which of the days before a monitored one make its trailing reference.

A pure function of these days' counts, the fixed reference and the params file: never of a verdict, so the order in
which days are monitored does not matter.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from driftbook.alarms import reference as references
from driftbook.alarms.calibration import Calibration
from driftbook.config import References
from driftbook.config.alarms import Alarms
from driftbook.profiles.profile import Profile

#: A day whose score exceeds the fixed threshold this many times is kept out. Above 1, so that a slow change
#: enters and the trailing reference follows it; the faults of `bench/` lie above it or do no harm as single days.
KEPT_OUT = 1.1
#: How many days of the monitored day's class a trailing reference holds at least, if there are any.
OF_CLASS = 4
#: How many times its length a trailing reference may reach back over days that are kept out.
_REACH = 6


def reach(alarms: Alarms, references: References, day: dt.date) -> dt.date:
    """Return the earliest day that the trailing reference of a day may hold: none before the reference period."""
    return max(references.start, day - dt.timedelta(days=_REACH * alarms.trailing_days))


def reference(calibration: Calibration, alarms: Alarms, day_class: str, earlier: Sequence[Profile]) -> list[Profile]:
    """Return the trailing reference of a day of a class, in order, from the days before it, whatever their order."""
    kept = usable(calibration, alarms, earlier)
    by_day = {other.day: other for other, keep in zip(earlier, kept, strict=True) if keep}
    chosen = choose({other.day: other.day_class for other in by_day.values()}, alarms, day_class)
    return [by_day[other] for other in chosen]


def usable(calibration: Calibration, alarms: Alarms, days: Sequence[Profile]) -> list[bool]:
    """Return which days may enter a trailing reference, each decided from its own counts.

    Kept out are special days, days of few rows, days with more exact duplicates than the check allows, and days too far
    from the fixed reference, unless the change was acknowledged.
    """
    severities = _severities(calibration, alarms, days)
    return [
        day.rows >= calibration.least_rows
        and not day.is_special
        and day.duplicates <= alarms.checks.duplicates * day.rows
        and severity <= KEPT_OUT
        for day, severity in zip(days, severities, strict=True)
    ]


def choose(usable: Mapping[dt.date, str], alarms: Alarms, day_class: str) -> list[dt.date]:
    """Return the trailing reference's days, in order, from the usable days before a monitored one with their classes.

    They are the latest ones, and as many earlier ones of the day's class as it takes to have enough of them.
    """
    latest = sorted(usable, reverse=True)
    of_class = [other for other in latest if usable[other] == day_class]
    return sorted({*latest[: alarms.trailing_days], *of_class[:OF_CLASS]})


def is_enough(usable: Mapping[dt.date, str], alarms: Alarms, day_class: str) -> bool:
    """Return whether earlier days would change nothing in what `choose` returns."""
    of_class = sum(found == day_class for found in usable.values())
    return len(usable) >= alarms.trailing_days and of_class >= OF_CLASS


def _severities(calibration: Calibration, alarms: Alarms, days: Sequence[Profile]) -> np.ndarray:
    """Return each day's score over the fixed threshold, without the columns whose change was acknowledged."""
    late = np.array([calibration.is_pending(day) for day in days], dtype=bool)
    found = np.zeros(len(days))
    for pending, judging in ((False, calibration), (True, calibration.before_labels)):
        lines = np.flatnonzero(late == pending)
        some = [days[line] for line in lines]
        found[lines] = _against(judging, alarms, judging.stripped(some) if pending else some)
    return found


def _against(calibration: Calibration, alarms: Alarms, days: Sequence[Profile]) -> np.ndarray:
    found = np.zeros(len(days))
    fixed = calibration.fixed if len(days) else None
    if fixed is None:
        return found
    own = {day: line for line, day in enumerate(fixed.days)}
    judged = [line for line, day in enumerate(days) if day.rows and fixed.can_judge(day)]
    others = [line for line in judged if days[line].day not in own]
    columns = np.zeros((len(days), len(fixed.layout.columns)))
    if others:
        columns[others] = references.score(fixed, [days[line] for line in others]).columns
    for line in judged:
        if days[line].day in own:  # scored without itself
            columns[line] = fixed.own_columns[own[days[line].day]]
    threshold = fixed.threshold(alarms.false_alarms_per_month)
    for line in judged:
        found[line] = columns[line][_counted(fixed.layout.columns, alarms, days[line].day)].max(initial=0.0) / threshold
    return found


def _counted(columns: Sequence[str], alarms: Alarms, day: dt.date) -> list[bool]:
    return [not alarms.acknowledged or alarms.acknowledgement(name, day) is None for name in columns]
