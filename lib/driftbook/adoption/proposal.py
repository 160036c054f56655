"""The whole params file of a table, key by key, each with its reason."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from driftbook import config
from driftbook.adoption import tasks
from driftbook.adoption.columns import CATEGORICAL, NUMERIC, WATCHED, WITH_LABEL, Column, roles
from driftbook.adoption.request import plain_name
from driftbook.adoption.table import LEAST_DAYS, Look
from driftbook.periods import Period
from driftbook.records import HOUR, OWN_NAMES

#: Days of a reference, whole weeks, if the table holds them; else `LEAST_DAYS`.
_DAYS = 56
#: Smaller days do not calibrate where days are large.
_LEAST_ROWS = 200
#: Segments have so many values, and there are so many of them.
_SEGMENT, _SEGMENTS = 12, 4


@dataclass(frozen=True)
class Entry:
    """A key of the params file with its value and the reason for it."""

    key: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Proposal:
    """What a table's params file would be."""

    look: Look
    name: str
    columns: tuple[Column, ...]

    @cached_property
    def entries(self) -> list[Entry]:
        """Every key that says something, in the params file's order."""
        found = [*self._of_the_table(), *self._of_the_columns(), *self._of_the_days()]
        return [entry for entry in found if entry.value not in ({}, [], None)]

    @cached_property
    def reference(self) -> Period:
        """The days that all others are compared with: whole weeks, with the newest days after them."""
        first, last = self.look.days.index[0], self.look.days.index[-1]
        span = (last - first).days + 1
        length, after = (_DAYS if span >= _DAYS + LEAST_DAYS else LEAST_DAYS), LEAST_DAYS + self.delay
        start = first + dt.timedelta(days=max(0, span - after - length))
        return Period(start, start + dt.timedelta(days=length))

    @cached_property
    def delay(self) -> int:
        """On how many of the newest days most of the labels that are usual are not there."""
        share = self.look.days["labelled"] / self.look.days["rows"]
        come = share.index[share >= share.median() / 2]
        return (share.index[-1] - come[-1]).days

    def own(self, name: str) -> str:
        """Return what a column is called in the params file: other than its own name where driftbook uses that."""
        return f"delivered_{name.replace(' ', '_')}" if name in OWN_NAMES else name

    def of(self, *wanted: str) -> list[Column]:
        """Return the columns that are taken for something."""
        return [column for column in self.columns if column.role in wanted]

    @cached_property
    def task(self) -> tuple[str, dict[str, Any], str]:
        """The task, what the target needs for it, and why."""
        return tasks.task(self.look)

    @cached_property
    def model(self) -> tuple[dict[str, Any], str]:
        """The model as the params file describes it, and why it is this one."""
        return tasks.model(self.look, self.task[0], has_categories=bool(self.of(CATEGORICAL)))

    def _of_the_table(self) -> list[Entry]:
        look, (task, more, why) = self.look, self.task
        used = [look.time, look.target, *(column.name for column in self.of(NUMERIC, CATEGORICAL, WATCHED))]
        renamed = {self.own(name): f'"{name}"' for name in used if name in OWN_NAMES}
        source = look.source.model_dump(exclude_defaults=True) | ({"derive": renamed} if renamed else {})
        names = f"{', '.join(renamed.values())} would collide with columns of driftbook's own" if renamed else ""
        return [
            Entry("name", self.name, "as this file is called"),
            Entry(
                "title", f"{look.target} of {plain_name(look.source.path)}", "what pages call the model; say it better"
            ),
            Entry("source", source, names or f"{look.rows:,} rows on {len(look.days)} days"),
            Entry("time_column", self.own(look.time), look.time_reason),
            Entry("task", task, why),
            Entry("target", {"name": self.own(look.target)} | more, "add its unit: {name: ..., unit: ...}"),
            Entry("model", *self.model),
        ]

    def _of_the_columns(self) -> list[Entry]:
        features = {"numeric": self._named(NUMERIC), "categorical": self._named(CATEGORICAL)}
        watch = {"categorical": self._named(WATCHED)}
        is_line = self.model[0].get("estimator", "").endswith(":LinearRegression")
        return [
            Entry("features", _filled(features), "what may say something; take out what the model must not see"),
            Entry("watch", _filled(watch), "compared every day, but no input: too many values"),
            Entry("fill_missing", 0 if is_line else None, "a line needs a number everywhere: choose one that suits"),
            self._labels(),
        ]

    def _of_the_days(self) -> list[Entry]:
        look = self.look
        zone = {"time_zone": look.zone}
        return [
            Entry("references", self._references(), self._why_these_days()),
            Entry("calendar", zone, f"{look.zone_reason}; `holidays: US` counts public holidays as Sundays"),
            Entry("alarms", {"false_alarms_per_month": 1}, "the budget, over all columns together"),
            Entry("segments", self._segments(), "categories of few values: where `debug` looks for what changed"),
        ]

    def _named(self, role: str) -> list[str]:
        return [self.own(column.name) for column in self.of(role)]

    def _labels(self) -> Entry:
        with_them = [column.name for column in self.of(WITH_LABEL)]
        found = ({"delay_days": self.delay} if self.delay else {}) | ({"columns": with_them} if with_them else {})
        late = f"the newest {self.delay} days have no labels yet" if self.delay else "the newest day has labels"
        return Entry("labels", found, late + (f"; {', '.join(with_them)} come with them" if with_them else ""))

    def _references(self) -> dict[str, Any]:
        start, end = self.reference.start, self.reference.days[-1]
        within = self.look.days.loc[start:end]
        train = {} if self.look.prediction else {"train_rows": max(1, int(within["labelled"].sum()) // 2)}
        least = max(1, min(_LEAST_ROWS, int(within["rows"].median() / 2)))
        return {"start": start, "end": end} | train | {"min_rows_per_day": least}

    def _why_these_days(self) -> str:
        days, last = len(self.reference.days), self.look.days.index[-1]
        later = (last - self.reference.end).days + 1
        train = "" if self.look.prediction else "; half of its labelled rows train, the others validate"
        return f"{days // 7} whole weeks, before the newest {later} days{train}"

    def _segments(self) -> list[str]:
        few = [self.own(column.name) for column in self.of(CATEGORICAL) if 2 <= column.values <= _SEGMENT]
        has_hours = self.look.local.dt.hour.nunique() > 1
        return [*few[:_SEGMENTS], *([HOUR] if has_hours else [])]


def propose(look: Look, name: str = "") -> Proposal:
    """Return the params file that a table asks for; without a name it is called after the table."""
    own = plain_name(look.source.path)
    free = own if own not in config.known_names() else f"{own}_adopted"
    return Proposal(look, name or free, tuple(roles(look)))


def _filled(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in found.items() if values}
