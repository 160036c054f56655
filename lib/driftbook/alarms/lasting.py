"""Since when a fact lasts: one alarm is one open item, however many days it goes on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from driftbook.alarms.calibration import Calibration
from driftbook.alarms.judge import DayVerdict, judge
from driftbook.alarms.slow import with_slow_changes
from driftbook.config.alarms import Alarms
from driftbook.profiles.profile import Profile
from driftbook.records import WHOLE_DAY

ROWS, *_ = WHOLE_DAY

#: How far back the last judged day of a class is looked for.
_REACH = dt.timedelta(days=21)


class Past(Protocol):
    """The days before a monitored one."""

    def since(self, first: dt.date) -> Sequence[Profile]:
        """Return the known days from a date on, in order."""

    def before(self, day: dt.date) -> Sequence[Profile]:
        """Return the trailing reference of a day."""


def with_since(calibration: Calibration, alarms: Alarms, day: Profile, verdict: DayVerdict, past: Past) -> DayVerdict:
    """Return a verdict that knows since when its alarm lasts, as a date and in its reason.

    An alarm goes on if its leading fact was one of the alarm's on the last judged day, or on the last one of the day's
    class: what strikes Saturdays only lasts from one to the next. Earlier days are judged as when they came, from the
    counts of the days before them, so the order in which days are monitored does not matter. A drift that lasts longer
    than the trailing reference can follow is an alarm as well.
    """
    verdict = with_slow_changes(alarms, day, verdict, _judged(calibration, day, past))
    if verdict.judgement.verdict != "alarm":
        return verdict
    lasted = [day]
    while before := _before(calibration, alarms, lasted[-1], verdict, past):
        lasted.append(before)
    first = lasted[-1].day
    said = f"since {first}, day {len(lasted)}; " if len(lasted) > 1 else ""
    judgement = replace(verdict.judgement, since=first, lasted=len(lasted), reason=said + verdict.judgement.reason)
    return replace(verdict, judgement=judgement)


def _before(calibration: Calibration, alarms: Alarms, day: Profile, verdict: DayVerdict, past: Past) -> Profile | None:
    """Return the day before on which a verdict's leading fact was an alarm: the last judged one, or of the class."""
    fact = verdict.judgement.facts[0]
    judged = _judged(calibration, day, past)
    of_class = [other for other in judged if other.day_class == day.day_class]
    for other in {one.day: one for one in (*judged[-1:], *of_class[-1:])}.values():
        earlier = judge(calibration, alarms, other, past.before(other.day))
        earlier = with_slow_changes(alarms, other, earlier, _judged(calibration, other, past))
        is_next = other is judged[-1]  # the rows that a freak day lost may come on the next
        if fact in earlier.judgement.facts and (is_next or fact != ROWS or _is_more(verdict) == _is_more(earlier)):
            return other
    return None


def _judged(calibration: Calibration, day: Profile, past: Past) -> list[Profile]:
    """Return the latest days before a day that scores may judge, in order."""
    known = [other for other in past.since(day.day - _REACH) if other.day < day.day]
    return [other for other in known if other.rows >= calibration.least_rows and not other.is_special]


def _is_more(verdict: DayVerdict) -> bool:
    """Return whether a day has more rows than usual: more and fewer rows are different facts."""
    ratio = next(measure.value for measure in verdict.measures if measure.metric == "rows_ratio")
    return (ratio or 0.0) > 1
