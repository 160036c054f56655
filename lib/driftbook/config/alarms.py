"""What a params file says of the calendar and of the alarms: the budget, the trailing days, the checks."""

import datetime as dt
import re
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from holidays import country_holidays, list_supported_countries
from pydantic import Field, field_validator, model_validator

from driftbook.config.strict import Strict

_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_zones = cache(available_timezones)  # which looks through all of the database's files


class Calendar(Strict):
    """The calendar the data live in.

    Attributes
    ----------
    time_zone
        Where the clock changes, as in the tz database.
    holidays
        The country whose public holidays count as Sundays, as ISO 3166 code; empty for none.
    special_days
        Days that are like no other, by month and day (`12-24`) or by a holiday's name (`Thanksgiving Day`).
    """

    time_zone: str = "UTC"
    holidays: str = ""
    special_days: tuple[str, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in _zones():
            raise ValueError("no such time zone in the tz database, expected one like 'America/New_York'")
        return name

    @field_validator("holidays")
    @classmethod
    def _known_country(cls, code: str) -> str:
        if code and code not in list_supported_countries():
            raise ValueError("no holidays are known for it, expected an ISO 3166 country code like 'US'")
        return code

    @model_validator(mode="after")
    def _known_special_days(self) -> "Calendar":
        named = [day for day in self.special_days if not _MONTH_AND_DAY.fullmatch(day)]
        known = _holiday_names(self.holidays) if named else set()
        unknown = sorted(set(named) - known)
        if unknown:
            raise ValueError(
                f"special_days {unknown} are neither month and day like '12-24' nor holidays of {self.holidays!r}; "
                f"known are {sorted(known)}"
            )
        return self


class Acknowledgement(Strict):
    """A lasting change that somebody has seen: from `start` on it alarms no more.

    Days from then on may enter the trailing reference in spite of it. `columns` are those that changed; without any,
    every column is meant.
    """

    start: dt.date
    columns: tuple[str, ...] = ()

    def covers(self, column: str, day: dt.date) -> bool:
        """Return whether a column of a day is meant."""
        return self.start <= day and (not self.columns or column in self.columns)


class Checks(Strict):
    """The deterministic checks beside the scores, shares as fractions.

    `duplicates` is the largest share of exact duplicate rows; `missing` how far a column's share of missing values may
    lie above its largest in the reference, `invalid` the same for values that stand for none (infinite, absurdly
    large, a fill value); `rows` the least and largest number of rows as a multiple of the median of the last days of
    the same class.
    """

    duplicates: Annotated[float, Field(gt=0, lt=1)] = 0.01
    missing: Annotated[float, Field(gt=0, lt=1)] = 0.05
    invalid: Annotated[float, Field(gt=0, lt=1)] = 0.01
    rows: tuple[Annotated[float, Field(gt=0, lt=1)], Annotated[float, Field(gt=1)]] = (0.75, 1.5)


class Alarms(Strict):
    """The budget of false alarms, and what a day is compared with beside the reference period.

    Attributes
    ----------
    false_alarms_per_month
        How many days in 30 without a fault may be alarms, over all columns together.
    trailing_days
        How many days before the monitored one make the trailing reference.
    """

    false_alarms_per_month: Annotated[float, Field(gt=0, le=15)] = 1.0
    trailing_days: Annotated[int, Field(ge=20)] = 28
    acknowledged: tuple[Acknowledgement, ...] = ()
    checks: Checks = Checks()

    def acknowledgement(self, column: str, day: dt.date) -> Acknowledgement | None:
        """Return the latest acknowledgement of a column's change that a day comes after, None if there is none."""
        found = [change for change in self.acknowledged if change.covers(column, day)]
        return max(found, key=lambda change: change.start, default=None)


@cache
def _holiday_names(country: str) -> set[str]:
    found = country_holidays(country, years=range(2010, 2031)).values() if country else ()
    return {name for names in found for name in names.split("; ")}
