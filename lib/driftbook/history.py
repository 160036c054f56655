"""The days before a day, as counts: from the model if they are its reference, from the store, else from the source."""

import datetime as dt
import logging

from driftbook import batches, model, store
from driftbook.alarms import trailing
from driftbook.errors import BadData
from driftbook.model import TrainedModel
from driftbook.periods import Period, months_of
from driftbook.profiles import counting, profile
from driftbook.profiles.profile import Profile

_log = logging.getLogger(__name__)


def before(trained: TrainedModel, day: dt.date) -> list[Profile]:
    """Return the days of a day's trailing reference, in order; reads the store and the source, writes nothing.

    A month that cannot be had is logged and left out: the record of the day names the days used, and once that month's
    days are stored, `stale_days` names the day.
    """
    settings = trained.settings
    alarms, calendar = settings.alarms, settings.calendar
    first = trailing.reach(alarms, settings.references, day)
    found: dict[dt.date, Profile] = {}
    end = day
    while end > first and not trailing.is_enough(found, alarms, calendar, day):
        start = max(first, end - dt.timedelta(days=alarms.trailing_days))
        found |= _usable(trained, _days(trained, Period(start, end)))
        end = start
    return [found[other] for other in trailing.choose(found, alarms, calendar, day)]


def stale_days(trained: TrainedModel, period: Period) -> list[dt.date]:
    """Return the monitored days of a period whose trailing reference would hold other days now.

    A day that arrived late, was delivered again or was acknowledged since makes the days after it stale.
    """
    settings = trained.settings
    judged = store.trailing_days(settings.name, period.start, period.end, trained.version)
    if not judged:
        return []
    first = trailing.reach(settings.alarms, settings.references, min(judged))
    stored = _stored(trained, Period(first, period.end))
    known = {**stored, **trained.calibration.by_day}
    usable = {other: counts.sha256 for other, counts in _usable(trained, list(known.values())).items()}
    return [day for day, used in judged.items() if used != _would_use(trained, day, used, usable, set(known))]


def _would_use(
    trained: TrainedModel, day: dt.date, used: dict[dt.date, str], usable: dict[dt.date, str], known: set[dt.date]
) -> dict[dt.date, str]:
    """Return the days, with their hashes, that a day would use now; of days that only the source has, those it used."""
    settings = trained.settings
    first = trailing.reach(settings.alarms, settings.references, day)
    now = {other: sha256 for other, sha256 in usable.items() if first <= other < day}
    now |= {other: sha256 for other, sha256 in used.items() if other not in known}
    return {other: now[other] for other in trailing.choose(now, settings.alarms, settings.calendar, day)}


def _usable(trained: TrainedModel, days: list[Profile]) -> dict[dt.date, Profile]:
    settings = trained.settings
    kept = trailing.usable(trained.calibration, settings.alarms, settings.references.min_rows_per_day, days)
    return {day.day: day for day, keep in zip(days, kept, strict=True) if keep}


def _days(trained: TrainedModel, period: Period) -> list[Profile]:
    found = {**_stored(trained, period), **trained.calibration.by_day}
    reference = trained.settings.references.period
    missing = [day for day in period.days if day not in found and not reference.start <= day < reference.end]
    for month in months_of(missing):
        found = {**_from_source(trained, month), **found}
    return [found[day] for day in period.days if day in found]


def _stored(trained: TrainedModel, period: Period) -> dict[dt.date, Profile]:
    counts = store.day_counts(trained.settings.name, period.start, period.end, trained.version)
    return {day: profile.from_dict(data) for day, data in counts.items()}


def _from_source(trained: TrainedModel, period: Period) -> dict[dt.date, Profile]:
    settings = trained.settings
    try:
        batch = model.predicted(trained, batches.read(settings, period))
    except BadData as error:
        _log.warning("the days %s to %s are not in the trailing reference: %s", period.start, period.days[-1], error)
        return {}
    days = batch.by_day(settings.time_column)
    return {day.period.start: counting.histogram(settings, trained.calibration.grid, day) for day in days}
