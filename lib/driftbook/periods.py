"""Days and ranges of days, half-open: a period holds `start` and stops before `end`."""

import datetime as dt
import re
from dataclasses import dataclass

from driftbook.errors import BadInput

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Period:
    """Local days `[start, end)` of the data's own calendar."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> list[dt.date]:
        """Every day of the period, in order."""
        return [self.start + dt.timedelta(days=offset) for offset in range((self.end - self.start).days)]

    @property
    def months(self) -> list[str]:
        """Every calendar month the period touches, as `YYYY-MM`, in order."""
        return sorted({f"{day:%Y-%m}" for day in self.days})


def parse_day(text: str, name: str = "day") -> dt.date:
    """Return the day written as `YYYY-MM-DD`.

    Raises
    ------
    BadInput
        If `text` is no text, not of that form, or no day of the calendar; `name` says which parameter it was.

    Examples
    --------
    >>> parse_day("2022-02-05")
    datetime.date(2022, 2, 5)
    """
    if isinstance(text, dt.date) and not isinstance(text, dt.datetime):
        return text
    if not isinstance(text, str) or not _ISO_DAY.fullmatch(text):
        raise BadInput(f"{name} is {text!r}: expected a day as text, like '2022-02-05'")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{name} is {text!r}: there is no such day in the calendar") from None


def one_day(day: str | dt.date) -> Period:
    """Return the period of one day.

    Examples
    --------
    >>> one_day("2022-02-28").end
    datetime.date(2022, 3, 1)
    """
    start = parse_day(day)
    return Period(start, _after(start, "day"))


def between(start: str | dt.date, end: str | dt.date) -> Period:
    """Return the period from `start` to `end`, both days included, as a person writes it.

    Raises
    ------
    BadInput
        If `start` lies after `end`, or one of them is no day.

    Examples
    --------
    >>> len(between("2022-02-01", "2022-02-28").days)
    28
    """
    first, last = parse_day(start, "start"), parse_day(end, "end")
    if first > last:
        raise BadInput(f"start {first} lies after end {last}: give the earlier day first")
    return Period(first, _after(last, "end"))


def _after(day: dt.date, name: str) -> dt.date:
    if day == dt.date.max:
        raise BadInput(f"{name} is '{day}': no day follows it, so no period can end with it")
    return day + dt.timedelta(days=1)
