"""The short summary a demo ends with."""

import pandas as pd

from driftbook import paths, store
from driftbook.config import Settings
from driftbook.periods import Period

#: The verdicts that call a person.
FOUND = ("alarm", "no data")


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
