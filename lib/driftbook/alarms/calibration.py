"""What training freezes for the alarms: the fine grid, the reference period's days as counts, the delivered columns."""

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property

from driftbook.alarms import measurement, reference
from driftbook.alarms.measurement import BinPlan
from driftbook.alarms.reference import Reference
from driftbook.config.alarms import Calendar
from driftbook.profiles import profile
from driftbook.profiles.profile import Grid, Profile


@dataclass(frozen=True)
class Calibration:
    """The fixed reference and all that makes other days comparable with it.

    Attributes
    ----------
    days
        Every day of the reference period that has enough rows, in order.
    kinds
        Delivered column to its kind of type.
    """

    calendar: Calendar
    grid: Grid
    days: tuple[Profile, ...]
    kinds: dict[str, str]

    @cached_property
    def fixed(self) -> Reference | None:
        """The fixed reference, None where the period has too few days to calibrate anything."""
        return reference.fit(self.calendar, self.grid, self.days)

    def fixed_for(self, day: dt.date) -> Reference | None:
        """Return the fixed reference that judges a day: one of its own days must not vouch for itself."""
        if day not in self.by_day:
            return self.fixed
        return reference.fit(self.calendar, self.grid, [other for other in self.days if other.day != day])

    @cached_property
    def frame(self) -> BinPlan:
        """The frozen cells that days are shown in, there however few days calibrate."""
        return self.fixed.frame if self.fixed else measurement.freeze(self.calendar, self.grid, self.days)

    @cached_property
    def by_day(self) -> dict[dt.date, Profile]:
        """The days by their date."""
        return {day.day: day for day in self.days}

    def to_json(self) -> str:
        """Return the calibration as JSON; the calendar is the params file's."""
        days = [day.to_dict() for day in self.days]
        return json.dumps({"grid": self.grid.model_dump(mode="json"), "days": days, "kinds": self.kinds})


def from_json(calendar: Calendar, text: str) -> Calibration:
    """Return the calibration that `to_json` gave."""
    data = json.loads(text)
    days = tuple(profile.from_dict(day) for day in data["days"])
    return Calibration(calendar, Grid.model_validate(data["grid"]), days, data["kinds"])
