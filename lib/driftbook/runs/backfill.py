"""A range of days, each executed by papermill in a warm process; several at a time."""

import datetime as dt
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from driftbook import history, store
from driftbook.errors import BadInput, RunFailed
from driftbook.model import TrainedModel
from driftbook.periods import Period
from driftbook.runs import archive
from driftbook.runs.workers import Crew

DAYS = ("missing", "all")


@dataclass(frozen=True)
class Job:
    """What became of one day: `computed`, `already there` or `failed`; with the last line of what went wrong."""

    day: dt.date
    outcome: str
    error: str = ""


def backfill(
    trained: TrainedModel,
    params: str | Mapping,
    period: Period,
    *,
    days: str = "missing",
    pace: float = 0.0,
    workers: int | None = None,
    debug: bool = False,
) -> list[Job]:
    """Run the monitor notebook for each day of a period and return what became of each, in order.

    Parameters
    ----------
    params
        As the notebook got it: a name, a path or the mapping itself.
    days
        `missing` leaves out the days that a papermill run of this model version has stored, unless the days they were
        compared with have changed since, or labels came that they waited for; `all` runs every day.
    pace
        Least seconds from the start of one day to the start of the next; above zero the days run one after the other.
    workers
        How many days run at a time; as many as there are cores where nothing is given.
    debug
        Whether the days that alarm are taken apart, too, by the debug notebook, without Evidently's report.

    A day that fails does not stop the others.
    """
    if days not in DAYS:
        raise BadInput(f"days is {days!r}: expected one of {DAYS}")
    workers = (os.cpu_count() or 1) if workers is None else workers
    if pace < 0 or workers < 1:
        raise BadInput(f"pace is {pace!r} and workers {workers!r}: expected seconds from 0 and at least 1 worker")
    stored = _up_to_date(trained, period) if days == "missing" else set()
    missing = [day for day in period.days if day not in stored]
    _announce(trained, period)
    with Crew(trained, params, 1 if pace else workers) as crew:
        jobs = _run_all(crew, missing, pace)
        late = stored.intersection(history.stale_days(trained, period)) if stored else set()  # by what was just stored
        jobs += _run_all(crew, sorted(late), pace)
        jobs = _taken_apart(crew, trained, period, jobs) if debug else jobs
    if jobs:
        archive.refresh_index()
    return sorted([*jobs, *(Job(day, "already there") for day in stored - late)], key=lambda job: job.day)


def _announce(trained: TrainedModel, period: Period) -> None:
    """Hold the place of this run's page, so that the pages of its days can link to it."""
    if folder := os.environ.get("DRIFTBOOK_RUN_FOLDER"):
        again = archive.command("backfill", trained.settings.name, start=period.start, end=period.days[-1])
        archive.hold_place(Path(folder).parent / "index.html", "the period is not computed to its end", again)


def _run_all(crew: Crew, days: list[dt.date], pace: float) -> list[Job]:
    done = tqdm(_paced(crew, days, pace), total=len(days), desc="days", unit="day", file=sys.stderr, disable=not days)
    return [Job(day, "failed" if error else "computed", error) for day, error in done]


def _taken_apart(crew: Crew, trained: TrainedModel, period: Period, jobs: list[Job]) -> list[Job]:
    """Take the computed days apart that alarm; return the jobs, with what went wrong."""
    overview = store.daily_overview(trained.settings.name, period.start, period.end)
    alarms = set(overview.loc[overview["verdict"] == "alarm", "day"])
    days = [("debug", job.day) for job in jobs if job.outcome == "computed" and job.day in alarms]
    done = tqdm(crew.run(days), total=len(days), desc="why", file=sys.stderr, disable=not days)
    wrong = {day: f"debug: {error}" for (_, day), error in done if error}
    return [replace(job, error=wrong.get(job.day, job.error)) for job in jobs]


def _paced(crew: Crew, days: list[dt.date], pace: float) -> Iterator[tuple[dt.date, str]]:
    if not pace:
        yield from _monitored(crew, days)
        return
    for day in days:
        started = time.monotonic()
        yield from _monitored(crew, [day])
        time.sleep(max(0.0, pace - (time.monotonic() - started)))


def _monitored(crew: Crew, days: Iterable[dt.date]) -> Iterator[tuple[dt.date, str]]:
    yield from ((day, error) for (_, day), error in crew.run(("monitor", day) for day in days))


def _up_to_date(trained: TrainedModel, period: Period) -> set[dt.date]:
    stored = store.stored_days(trained.settings.name, period.start, period.end, trained.version)
    return stored.difference(history.stale_days(trained, period), history.late_days(trained, period))


def table(jobs: Iterable[Job]) -> pd.DataFrame:
    """Return the jobs as a table of one line per day."""
    return pd.DataFrame([(job.day, job.outcome, job.error) for job in jobs], columns=["day", "outcome", "error"])


def check(jobs: Iterable[Job]) -> None:
    """Raise `RunFailed`, naming the days, if one of them failed or could not be taken apart."""
    failed = [job for job in jobs if job.error]
    if failed:
        named = "; ".join(f"{job.day}: {job.error}" for job in failed)
        raise RunFailed(f"{len(failed)} days failed, the others are in the database: {named}")
