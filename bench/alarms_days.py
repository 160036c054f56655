"""The days the alarms are measured on, through the product's own path: read, train, predict, count, judge."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
import pyarrow as pa
from driftbook import batches, config, history, model, training
from driftbook.alarms import judge
from driftbook.alarms.judge import DayVerdict
from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.model import TrainedModel
from driftbook.periods import Period, between
from driftbook.profiles import calendars, counting
from driftbook.profiles.profile import Profile

#: The alarm's budget wherever a table names none.
BUDGET = 1.0


@dataclass(frozen=True)
class Pair:
    """A model trained on one month and the days of the next month, each with the prediction."""

    trained: TrainedModel
    reference: Batch
    days: dict[dt.date, Batch]

    @property
    def name(self) -> str:
        """The two months."""
        return f"{self.trained.settings.references.start:%Y-%m} -> {next(iter(self.days)):%Y-%m}"

    @cached_property
    def counts(self) -> dict[dt.date, Profile]:
        """The next month's days as counts."""
        return {day: self.count(batch) for day, batch in self.days.items()}

    def count(self, batch: Batch) -> Profile:
        """Return a day as counts on the model's grid."""
        return counting.profile(self.trained.settings, self.trained.calibration.grid, batch)

    def judge(self, batch: Batch, found: dict[dt.date, Profile] | None = None) -> DayVerdict:
        """Return a day's verdict, given the counts of the month's days before it (the clean ones if not given)."""
        day, settings = batch.period.start, self.trained.settings
        known = before(self.trained, day, self.counts if found is None else found)
        return judge.judge(self.trained.calibration, settings.alarms, self.count(batch), known)


def before(trained: TrainedModel, day: dt.date, found: dict[dt.date, Profile]) -> list[Profile]:
    """Return the trailing reference of a day as `history.before` does, from these days instead of the store."""
    return history.choose(trained, day, {**found, **trained.calibration.by_day}.values())


def month(text: str) -> Period:
    """Return a month written as `YYYY-MM`."""
    first = dt.date.fromisoformat(f"{text}-01")
    return Period(first, (first + dt.timedelta(days=31)).replace(day=1))


def settings_of(text: str, trailing_days: int = 28) -> Settings:
    """Return the green-taxi params with a month as reference, at the budget of all tables."""
    settings, period = config.load("green_taxi"), month(text)
    last = period.days[-1]
    references = settings.references.model_copy(update={"start": period.start, "end": last})
    alarms = settings.alarms.model_copy(update={"false_alarms_per_month": BUDGET, "trailing_days": trailing_days})
    return settings.model_copy(update={"references": references, "alarms": alarms})


def pair(first: str, then: str) -> Pair:
    """Return the model of a month and the days of a later one."""
    settings = settings_of(first)
    reference = training.reference(settings)
    trained, _ = training.train(settings, reference)
    return paired(trained, reference, batches.read(settings, between(month(then).start, month(then).days[-1])))


def paired(trained: TrainedModel, reference: Batch, batch: Batch) -> Pair:
    """Return a trained model with the days of a batch."""
    days = model.predicted(trained, batch).by_day(trained.settings.time_column)
    return Pair(trained, reference, {day.period.start: day for day in days})


def cut(pair: Pair, days: int | None) -> Pair:
    """Return a pair with the first days of its later month only; all of them if no number is given."""
    return replace(pair, days=dict(list(pair.days.items())[:days]))


def comparable(pairs: list[Pair]) -> list[Batch]:
    """Return all days of the pairs' months that the product would judge, each with the first model's prediction."""
    first = pairs[0].trained
    settings = first.settings
    reference = model.predicted(first, pairs[0].reference).by_day(settings.time_column)
    in_month = [day for day in reference if day.period.start in settings.references.period.days]
    later = [model.predicted(first, day) for pair in pairs for day in pair.days.values()]
    return [
        day
        for day in [*in_month, *later]
        if len(day.frame) >= settings.references.min_rows_per_day
        and not calendars.is_special(settings.calendar, day.period.start)
    ]


def joined(period: Period, days: list[Batch]) -> Batch:
    """Return the rows of some days as one batch."""
    table = pa.concat_tables([day.table for day in days], promote_options="permissive")
    return Batch(period, table, pd.concat([day.frame for day in days], ignore_index=True), 0)
