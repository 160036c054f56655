"""Months in the order of the calendar, where levels shift and stay: every alarm, since when it lasts, and why."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from itertools import pairwise

import alarms_days
import pyarrow as pa
from alarms_days import Pair
from alarms_work import in_processes, met, table
from driftbook import batches, config, history, model, paths, training
from driftbook.alarms import lasting
from driftbook.alarms.judge import DayVerdict, judge
from driftbook.batches import Batch
from driftbook.model import TrainedModel
from driftbook.periods import Period, between
from driftbook.profiles.profile import Profile

#: What slowly rises, and by how much a day; fares are round numbers, which cross the edges of bins at once.
RISING, STEP = ("trip_distance", "fare_amount"), 0.005


@dataclass
class Known:
    """The days before a monitored one, as `history.Past` gives them, from memory."""

    trained: TrainedModel
    days: list[Profile]

    def since(self, first: dt.date) -> list[Profile]:
        """Return the known days from a date on, in order."""
        return [day for day in self.days if day.day >= first]

    def before(self, day: dt.date) -> list[Profile]:
        """Return the trailing reference of a day."""
        return history.choose(self.trained, day, [other for other in self.days if other.day < day])


def months() -> list[str]:
    """Return the published months that are there, in order."""
    found = sorted(paths.data_dir().glob("green_tripdata_*.parquet"))
    return [re.search(r"\d{4}-\d{2}", path.name)[0] for path in found]


def taxi_pairs() -> list[Pair]:
    """Return each month that is there with the next one, if that is there too."""
    both = [(first, then) for first, then in pairwise(months()) if f"{alarms_days.month(first).end:%Y-%m}" == then]
    return [alarms_days.pair(first, then) for first, then in both]


def flight_pairs() -> list[Pair]:
    """Return each month of the flights of 2013 with the next one."""
    return [_flights(f"2013-{at:02d}", f"2013-{at + 1:02d}") for at in range(1, 12)]


def show(title: str, pairs: list[Pair]) -> None:
    """Print each alarm of the pairs' later months with its reason, and how many items there are in 30 days."""
    for pair in pairs:
        _ = pair.counts, pair.trained.calibration.fixed  # before the fork
    found = in_processes(_judged, pairs, [(at,) for at in range(len(pairs))])
    alarms = [(pair.name, *line) for pair, lines in zip(pairs, found, strict=True) for line in lines]
    table(f"{title}: each alarm", ["months", "day", "", "severity", "since", "reason"], alarms)
    days = sum(len(pair.days) for pair in pairs)
    items = sum(str(day) == since for _, day, _, _, since, _ in alarms)
    rate = 30 * items / days
    header = ["days", "days that alarm", "items", "items in 30 days", "asked", ""]
    table(title, header, [[days, len(alarms), items, f"{rate:.2f}", "at most 1.0", met(rate <= 1.0)]])


def show_slow(pairs: list[Pair]) -> None:
    """Print when a slow rise is first a drift and first an alarm, and what the alarm names."""
    lines = [_rise(pair, column) for column in RISING for pair in pairs]
    header = ["months", f"rises {STEP:.1%} a day", "first drift at", "first alarm at", "it names", "asked", ""]
    table("A slow rise", header, lines)


def _judged(pairs: list[Pair], at: int) -> list[tuple]:
    pair = pairs[at]
    days = sorted([*pair.trained.calibration.days, *pair.counts.values()], key=lambda day: day.day)
    known = Known(pair.trained, days)
    lines = []
    for day, counts in pair.counts.items():
        found = _verdict(pair.trained, counts, known).judgement
        if found.verdict == "alarm":
            lines.append((day, f"{day:%a}", f"{found.severity:.2f}", str(found.since), found.reason))
    return lines


def _verdict(trained: TrainedModel, counts: Profile, known: Known) -> DayVerdict:
    calibration, alarms = trained.calibration, trained.settings.alarms
    verdict = judge(calibration, alarms, counts, known.before(counts.day))
    return lasting.with_since(calibration, alarms, counts, verdict, known)


def _rise(pair: Pair, column: str) -> list[str]:
    """Let a column rise day by day over the later month; the days before a day have risen with it."""
    known = Known(pair.trained, list(pair.trained.calibration.days))
    first = {"drift": None, "alarm": None}
    named = ""
    for at, batch in enumerate(pair.days.values(), start=1):
        rise = (1 + STEP) ** at - 1
        counts = pair.count(_risen(pair.trained, batch, column, 1 + rise))
        found = _verdict(pair.trained, counts, known).judgement
        if found.feature == column and first.get(found.verdict, 0) is None:
            first[found.verdict] = rise
        if found.verdict == "alarm" and not named:
            named = found.feature
        known.days.append(counts)
    seen = min((rise for rise in first.values() if rise is not None), default=1.0)
    person = first["alarm"] if first["alarm"] is not None else 1.0
    said = ["never" if rise is None else f"{rise:+.1%}" for rise in first.values()]
    return [
        pair.name,
        column,
        *said,
        named or "–",
        "a digest by +10 %, a person by +20 %",
        met(seen <= 0.10 and person <= 0.20),
    ]


def _risen(trained: TrainedModel, batch: Batch, name: str, factor: float) -> Batch:
    column = batch.frame[name] * factor
    place = batch.table.column_names.index(name)
    rows = batch.table.set_column(place, name, pa.array(column, from_pandas=True))
    return model.predicted(trained, replace(batch, table=rows, frame=batch.frame.assign(**{name: column})))


def _flights(first: str, then: str) -> Pair:
    settings, period = config.load("flights"), alarms_days.month(first)
    references = settings.references.model_copy(update={"start": period.start, "end": period.days[-1]})
    settings = settings.model_copy(update={"references": references})
    reference = training.reference(settings)
    trained, _ = training.train(settings, reference)
    later: Period = alarms_days.month(then)
    return alarms_days.paired(trained, reference, batches.read(settings, between(later.start, later.days[-1])))
