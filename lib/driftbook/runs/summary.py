"""Days in a few lines: the summary a demo ends with, and what was known of a day at a moment."""

import datetime as dt

import pandas as pd

from driftbook import paths, store
from driftbook.config import Settings
from driftbook.errors import BadInput
from driftbook.periods import Period

#: The verdicts that call a person.
FOUND = ("alarm", "no data")
_TIME = "%Y-%m-%d %H:%M:%S"


def summary(settings: Settings, period: Period) -> str:
    """Return the days monitored, their verdicts, what was found of planted incidents, and where the archive is."""
    overview = store.daily_overview(settings.name, period.start, period.end)
    counted = overview["verdict"].value_counts()
    lines = [
        f"{settings.title}: {len(overview)} of {len(period.days)} days monitored",
        "verdicts: " + (", ".join(f"{count} {verdict}" for verdict, count in counted.items()) or "none"),
        *_incidents(settings, period, overview),
        f"archive: {paths.archive_dir() / 'index.html'}",
    ]
    return "\n".join(lines)


def _incidents(settings: Settings, period: Period, overview: pd.DataFrame) -> list[str]:
    planted = getattr(settings.source, "incidents", ())
    if not planted:
        return []
    found = set(overview.loc[overview["verdict"].isin(FOUND), "day"])
    days = {incident: [day for day in period.days if incident.start <= day <= incident.end] for incident in planted}
    quiet = set(period.days).difference(*days.values())
    return [
        *(
            f"  planted {incident.fault} from {its[0]}: found on {len(found.intersection(its))} of {len(its)} days"
            for incident, its in days.items()
            if its
        ),
        f"  nothing planted: {len(found & quiet)} of {len(quiet)} days alarmed",
    ]


def known(model: str, day: dt.date, at: str = "") -> str:
    """Return in words what was known about a day at a moment, given in ISO 8601; now where none is given.

    Raises
    ------
    BadInput
        If the moment is none.
    """
    moment = _moment(at) if at else dt.datetime.now(dt.UTC)
    judged, measures = store.known_at(model, day, moment)
    title = f"{day} of {model}, as known at {moment.astimezone(dt.UTC):{_TIME}} UTC"
    if measures.empty:
        return f"{title}: nothing"
    one = measures.iloc[0]
    until = "now" if pd.isna(one["known_until"]) else f"{one['known_until']:{_TIME}}"
    lines = [f"{title}: {judged['verdict']}: {judged['summary']}" if judged else f"{title}: not judged"]
    lines.append(f"revision {one['revision']}, {len(measures)} numbers, from {one['known_from']:{_TIME}} until {until}")
    return "\n".join([*lines, f"page: {one['page'] or 'none'}"])


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"at is {text!r}: expected a moment like 2022-02-06T12:00+00:00") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
