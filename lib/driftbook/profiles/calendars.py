"""What kind of day a day is: its class, whether it is special, and which of its hours the clock skipped or repeated."""

import datetime as dt
from collections import Counter
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from driftbook.config.alarms import Calendar

#: Days are compared within their class: a Sunday is no odd Tuesday.
CLASSES = ("weekday", "saturday", "sunday or holiday")


def day_class(calendar: Calendar, day: dt.date) -> str:
    """Return the class of a day, one of `CLASSES`.

    Examples
    --------
    >>> day_class(Calendar(holidays="US"), dt.date(2022, 2, 21))  # Presidents' Day, a Monday
    'sunday or holiday'
    """
    return CLASSES[2] if day in _holidays(calendar.holidays, day.year) else plain_class(day)


def plain_class(day: dt.date) -> str:
    """Return the class of a day that is no holiday."""
    return CLASSES[max(day.weekday() - 4, 0)]


def is_special(calendar: Calendar, day: dt.date) -> bool:
    """Return whether a day is like no other (New Year): it calibrates nothing and is not judged by its scores.

    The params file names such days by month and day (`12-24`) or by a holiday's name (`Thanksgiving Day`).
    """
    names = _holidays(calendar.holidays, day.year).get(day, "").split("; ")
    return not {f"{day:%m-%d}", *names}.isdisjoint(calendar.special_days)


@cache
def clock_change(time_zone: str, day: dt.date) -> dict[int, int]:
    """Return how often the clock showed an hour of the day, for the hours it did not show once.

    Examples
    --------
    >>> clock_change("America/New_York", dt.date(2022, 3, 13)), clock_change("America/New_York", dt.date(2022, 11, 6))
    ({2: 0}, {1: 2})
    """
    zone = ZoneInfo(time_zone)
    start, end = (dt.datetime.combine(each, dt.time(), zone) for each in (day, day + dt.timedelta(days=1)))
    if start.utcoffset() == end.utcoffset():
        return {}
    hours = (end.astimezone(dt.UTC) - start.astimezone(dt.UTC)) // dt.timedelta(hours=1)
    first = start.astimezone(dt.UTC)
    shown = Counter((first + dt.timedelta(hours=hour)).astimezone(zone).hour for hour in range(hours))
    return {hour: shown[hour] for hour in range(24) if shown[hour] != 1}


@cache
def _holidays(country: str, year: int) -> dict[dt.date, str]:
    return dict(holidays.country_holidays(country, years=year)) if country else {}
