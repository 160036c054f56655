"""What training freezes for the alarms: the fine grid and the reference period's days as counts."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from driftbook.alarms import measurement, reference
from driftbook.alarms.measurement import BinPlan
from driftbook.alarms.reference import Reference
from driftbook.profiles import profile
from driftbook.profiles.grid import Grid
from driftbook.profiles.profile import Profile

#: How far the share of rows without a true value may lie above its largest in the reference before they are late.
LATE = 0.05


@dataclass(frozen=True)
class Outcome:
    """What is predicted, as far as the alarms must know it.

    Attributes
    ----------
    target
        The target's column, empty where nothing tells whether labels are late.
    columns
        The columns that are empty until the labels come: the target, and delivered ones it is derived from.
    unit, error
        The unit of an error and how it is called, for words.
    delay_days
        How many days later labels come.
    """

    target: str = ""
    columns: tuple[str, ...] = ()
    unit: str = ""
    error: str = "mean absolute error"
    delay_days: int = 0

    def expected(self, day: dt.date) -> dt.date:
        """Return the day until which the labels of a day may come."""
        return day + dt.timedelta(days=self.delay_days)

    @property
    def axis(self) -> str:
        """What to write on the axis of an error."""
        return f"{self.error} ({self.unit})" if self.unit else self.error


@dataclass(frozen=True)
class Calibration:
    """The fixed reference and all that makes other days comparable with it.

    Attributes
    ----------
    days
        Every day of the reference period that has enough rows, in order.
    kinds
        Delivered column to its kind of type.
    least_rows
        Days with fewer rows calibrate nothing and are not judged by their scores.
    """

    grid: Grid
    days: tuple[Profile, ...]
    kinds: dict[str, str]
    least_rows: int
    outcome: Outcome = Outcome()

    @cached_property
    def fixed(self) -> Reference | None:
        """The fixed reference, None where the period has too few days to calibrate anything."""
        return reference.fit(self.grid, self.days)

    def fixed_for(self, day: Profile) -> Reference | None:
        """Return the fixed reference that judges a day: one of its own days must not vouch for itself."""
        if day.day not in self.by_day:
            return self.fixed
        return reference.fit(self.grid, [other for other in self.days if other.day != day.day])

    @cached_property
    def plan(self) -> BinPlan:
        """The frozen bins that days are shown in, there however few days calibrate."""
        return self.fixed.plan if self.fixed else measurement.freeze(self.grid, self.days)

    @cached_property
    def by_day(self) -> dict:
        """The days by their date."""
        return {day.day: day for day in self.days}

    @cached_property
    def most_unlabelled(self) -> float | None:
        """The share of rows without a label above which a day still waits for some, None where that is not known."""
        target = self.outcome.target
        usual = [other.missing[target] / other.rows for other in self.days if target in other.missing]
        return max(usual) + LATE if usual else None

    def is_pending(self, day: Profile) -> bool:
        """Return whether a day's labels have not all come: more are missing than on any day of the reference."""
        if self.most_unlabelled is None or not day.rows:
            return False
        return day.missing[self.outcome.target] / day.rows > self.most_unlabelled

    @cached_property
    def before_labels(self) -> "Calibration":
        """The same reference as it was before its labels came: what a day whose labels are late is judged by."""
        columns = self.outcome.columns
        kinds = {name: kind for name, kind in self.kinds.items() if name not in columns}
        return replace(self, grid=self.grid.without(columns), days=self.stripped(self.days), kinds=kinds)

    def stripped(self, days: Sequence[Profile]) -> tuple[Profile, ...]:
        """Return days as they were before their labels came."""
        return tuple(day.without(self.outcome.columns) for day in days)

    def to_json(self) -> str:
        """Return the calibration as JSON; what the params file says of it is left out."""
        days = [day.to_dict() for day in self.days]
        data = {"grid": self.grid.model_dump(mode="json"), "days": days, "kinds": self.kinds}
        return json.dumps(data, allow_nan=False)


def from_json(text: str, *, least_rows: int, outcome: Outcome) -> Calibration:
    """Return the calibration that `to_json` gave."""
    data = json.loads(text)
    days = tuple(profile.from_dict(day) for day in data["days"])
    return Calibration(Grid.model_validate(data["grid"]), days, data["kinds"], least_rows, outcome)
