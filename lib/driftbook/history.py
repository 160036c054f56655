"""The days before a day, as counts: from the model if they are its reference, from the store, else from the source."""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import replace

from driftbook import batches, estimates, model, store, tally
from driftbook.alarms import trailing
from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.config.alarms import Acknowledgement
from driftbook.errors import BadData
from driftbook.model import TrainedModel
from driftbook.periods import Period, between, months_of, one_day
from driftbook.profiles import calendars, counting, profile
from driftbook.profiles.profile import Profile

#: Days are counted one by one where the source has more rows of a month.
_MOST_ROWS = 1_000_000

_log = logging.getLogger(__name__)


class Past:
    """The days before a monitored one; reads the store and the source as far back as is asked for, writes nothing.

    A month that cannot be had is logged and left out: the record of the day names the days used, and once that month's
    days are stored, `stale_days` names the day.
    """

    def __init__(self, trained: TrainedModel, day: dt.date):
        self._trained, self._first = trained, day
        self._known: list[Profile] = []
        self._usable: dict[dt.date, bool] = {}

    def since(self, first: dt.date) -> list[Profile]:
        """Return the known days from a date on, in order."""
        first = max(first, self._trained.settings.references.start)
        if first < self._first:
            self._known = [*_days(self._trained, Period(first, self._first)), *self._known]
            self._first = first
        return [other for other in self._known if other.day >= first]

    def before(self, day: dt.date) -> list[Profile]:
        """Return the days of a day's trailing reference, in order."""
        settings, alarms = self._trained.settings, self._trained.settings.alarms
        day_class = calendars.day_class(settings.calendar, day)
        earliest = trailing.reach(alarms, settings.references, day)
        chosen: list[Profile] = []
        first = day
        while first > earliest and not trailing.is_enough(
            {one.day: one.day_class for one in chosen}, alarms, day_class
        ):
            first = max(earliest, first - dt.timedelta(days=alarms.trailing_days))
            chosen = self._chosen([other for other in self.since(first) if other.day < day], day_class)
        return chosen

    def _chosen(self, earlier: list[Profile], day_class: str) -> list[Profile]:
        """Return the trailing reference from the days before a day; whether one may enter it is found once."""
        calibration, alarms = self._trained.calibration, self._trained.settings.alarms
        new = [other for other in earlier if other.day not in self._usable]
        self._usable |= dict(zip([other.day for other in new], trailing.usable(calibration, alarms, new), strict=True))
        by_day = {other.day: other for other in earlier if self._usable[other.day]}
        classes = {other.day: other.day_class for other in by_day.values()}
        return [by_day[other] for other in trailing.choose(classes, alarms, day_class)]


def before(trained: TrainedModel, day: dt.date) -> list[Profile]:
    """Return the days of a day's trailing reference, in order."""
    return Past(trained, day).before(day)


def with_acknowledged(trained: TrainedModel) -> TrainedModel:
    """Return a model whose alarms know what was acknowledged in the database beside the params file."""
    found = [
        Acknowledgement(start=start, columns=columns) for start, columns in store.acknowledged(trained.settings.name)
    ]
    alarms = trained.settings.alarms
    known = (*alarms.acknowledged, *(one for one in found if one not in alarms.acknowledged))
    settings = trained.settings.model_copy(update={"alarms": alarms.model_copy(update={"acknowledged": known})})
    return replace(trained, settings=settings)


def with_estimate(trained: TrainedModel, day: Profile, batch: Batch) -> Profile:
    """Return a day's counts with what its rows' losses are expected to add up to; `batch` holds their predictions."""
    if trained.error_model is None:
        return day
    return replace(day, estimated=estimates.expected(trained.error_model, trained.settings, batch.frame))


def choose(trained: TrainedModel, day: dt.date, known: Iterable[Profile]) -> list[Profile]:
    """Return the days of a day's trailing reference, in order, from days that are known; reads nothing."""
    settings = trained.settings
    first = trailing.reach(settings.alarms, settings.references, day)
    earlier = [other for other in known if first <= other.day < day]
    day_class = calendars.day_class(settings.calendar, day)
    return trailing.reference(trained.calibration, settings.alarms, day_class, earlier)


def stale_days(trained: TrainedModel, period: Period) -> list[dt.date]:
    """Return the monitored days of a period whose trailing reference would hold other days now.

    A day that arrived late, was delivered again or was acknowledged since makes the days after it stale. Labels that
    arrived late do so only for days that have theirs.
    """
    judged = store.trailing_days(trained.settings.name, period.start, period.end, trained.version)
    if not judged:
        return []
    trained = with_acknowledged(trained)
    settings = trained.settings
    calibration = trained.calibration
    first = trailing.reach(settings.alarms, settings.references, min(judged))
    stored = _stored(trained, Period(first, period.end))
    known = {**stored, **calibration.by_day}
    days = list(known.values())
    kept = trailing.usable(calibration, settings.alarms, days)
    usable = {day.day: day for day, keep in zip(days, kept, strict=True) if keep}
    return [day for day, used in judged.items() if used != _would_use(trained, known[day], used, usable, set(known))]


def late_days(trained: TrainedModel, period: Period) -> list[dt.date]:
    """Return the monitored days of a period that waited for labels and whose rows in the source are others now."""
    waiting = store.pending_days(trained.settings.name, period.start, period.end, trained.version)
    came = "labels of {} came"
    return [day for day, seen in waiting.items() if _hash_now(trained.settings, day, seen, came) != seen]


def changed_days(trained: TrainedModel, period: Period) -> list[dt.date]:
    """Return the monitored days of a period whose rows in the source are others now.

    Rows are read only where the files that hold a day changed their names, sizes or times since it was computed. What a
    query gives is not compared: `late_days` does so for days that wait for labels.
    """
    settings = trained.settings
    changed, same = [], {}
    for day, computed in store.computed_days(settings.name, period.start, period.end).items():
        now = batches.state(settings, one_day(day))
        if now in ("", computed.source_state):
            continue
        if _hash_now(settings, day, computed.data_hash, "rows of {} changed") == computed.data_hash:
            same[day] = now
        else:
            changed.append(day)
    store.note_source_states(settings.name, same)
    return changed


def _hash_now(settings: Settings, day: dt.date, otherwise: str, what: str) -> str:
    try:
        batch = batches.read_few(settings, one_day(day), counting.MOST_ROWS)
        return batch.sha256 if batch else tally.sha256(settings, one_day(day))
    except BadData as error:
        _log.warning("whether %s cannot be told: %s", what.format(day), error)
        return otherwise


def _would_use(
    trained: TrainedModel,
    day: Profile,
    used: dict[dt.date, str],
    usable: dict[dt.date, Profile],
    known: set[dt.date],
) -> dict[dt.date, str]:
    """Return the days, with their hashes, that a day would use now; of days that only the source has, those it used."""
    settings, calibration = trained.settings, trained.calibration
    first = trailing.reach(settings.alarms, settings.references, day.day)
    within = [other for other in usable.values() if first <= other.day < day.day]
    seen = calibration.stripped(within) if calibration.is_pending(day) else within
    now = {other.day: other.sha256 for other in seen}
    now |= {other: sha256 for other, sha256 in used.items() if other not in known}
    classes = {other: calendars.day_class(settings.calendar, other) for other in now}
    return {other: now[other] for other in trailing.choose(classes, settings.alarms, day.day_class)}


def _days(trained: TrainedModel, period: Period) -> list[Profile]:
    found = {**_stored(trained, period), **trained.calibration.by_day}
    reference = trained.settings.references.period
    missing = [day for day in period.days if day not in found and not reference.start <= day < reference.end]
    for month in months_of(missing):  # of which only what is missing is read: in a backfill the day that runs beside
        within = [day for day in missing if month.start <= day < month.end]
        found = {**_from_source(trained, between(within[0], within[-1])), **found}
    return [found[day] for day in period.days if day in found]


def _stored(trained: TrainedModel, period: Period) -> dict[dt.date, Profile]:
    counts = store.day_counts(trained.settings.name, period.start, period.end, trained.version)
    return {day: profile.from_dict(data) for day, data in counts.items()}


def _from_source(trained: TrainedModel, period: Period) -> dict[dt.date, Profile]:
    settings = trained.settings
    try:
        batch = batches.read_few(settings, period, _MOST_ROWS)
        if batch is None:
            return {day: profile for day in period.days if (profile := _one_from_source(trained, day))}
        days = model.predicted(trained, batch).by_day(settings.time_column)
    except BadData as error:
        _log.warning("the days %s to %s are not in the trailing reference: %s", period.start, period.days[-1], error)
        return {}
    counted = ((day, counting.profile(settings, trained.calibration.grid, day)) for day in days)
    return {batch.period.start: with_estimate(trained, profile, batch) for batch, profile in counted}


def _one_from_source(trained: TrainedModel, day: dt.date) -> Profile | None:
    counted = tally.count(trained, one_day(day))
    return counted.profile if counted else None
