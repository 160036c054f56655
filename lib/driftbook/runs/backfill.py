"""A range of days, each executed by papermill in a warm process; several at a time."""

import datetime as dt
import math
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
from driftbook.runs import archive, listing, unsent, versions
from driftbook.runs.crew import Crew
from driftbook.runs.identity import run_id
from driftbook.runs.workers import DONE

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
        `missing` leaves out the days that would get the same numbers again: stored by a papermill run of this model
        version and this code, whose newest run did not fail, whose rows in the source are the same (as far as files
        say, and for days that wait for labels), and whose days compared with are the same; `all` runs every day. What
        another backfill computes meanwhile is left to it.
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
    if not 0 <= pace < math.inf or workers < 1:
        raise BadInput(f"pace is {pace!r} and workers {workers!r}: expected seconds from 0 and at least 1 worker")
    unsent.send()
    archive.find_lost()
    _announce(trained, period)
    with Crew(trained, params, 1 if pace else workers) as crew:
        known, stored = _known(trained, period) if days == "missing" else (set(), set())
        jobs = {day: Job(day, "already there") for day in stored}
        beside = debug and not known and not pace  # of days known before, others may change a verdict yet
        jobs |= _run_all(crew, [day for day in period.days if day not in stored], pace, beside)
        crew.since = dt.datetime.now(dt.UTC)
        jobs |= _run_all(crew, _made_stale(trained, period, jobs) if known else [], pace)
        jobs |= _taken_apart(crew, trained, period, jobs.values()) if debug and not beside else {}
    if not run_id() and any(job.outcome != "already there" for job in jobs.values()):
        listing.refresh()  # which the end of a run does
    return [jobs[day] for day in sorted(jobs)]


def _announce(trained: TrainedModel, period: Period) -> None:
    """Hold the place of this run's page, so that the pages of its days can link to it."""
    if folder := os.environ.get("DRIFTBOOK_RUN_FOLDER"):
        again = archive.command("backfill", trained.settings.name, start=period.start, end=period.days[-1])
        archive.hold_place(Path(folder).parent / "index.html", "the period is not computed to its end", again)


def _run_all(crew: Crew, days: list[dt.date], pace: float, apart: bool = False) -> dict[dt.date, Job]:
    """Return what became of days; those that alarm are taken apart beside the others, if asked."""
    jobs: dict[dt.date, Job] = {}
    with tqdm(total=len(days), desc="days", unit="day", file=sys.stderr, disable=not days) as bar:
        for (name, day), said in _paced(crew, days, pace):
            if name == "debug":
                jobs[day] = _debugged(jobs[day], said)
                continue
            jobs[day] = _job(day, said)
            bar.update()
            if apart and jobs[day].outcome == "computed" and _alarms(crew.trained, day, day + archive.ONE_DAY):
                crew.add(("debug", day))
    return jobs


def _job(day: dt.date, said: str) -> Job:
    if said == DONE:
        return Job(day, "already there")
    return Job(day, "failed" if said else "computed", said)


def _made_stale(trained: TrainedModel, period: Period, jobs: Mapping[dt.date, Job]) -> list[dt.date]:
    """Return the days that what was just stored made stale, in order; one that failed is not tried again."""
    stale = history.stale_days(trained, period)
    return sorted(day for day in stale if jobs[day].outcome != "failed")


def _taken_apart(crew: Crew, trained: TrainedModel, period: Period, jobs: Iterable[Job]) -> dict[dt.date, Job]:
    """Take the computed days apart that alarm; return their jobs, with what went wrong."""
    alarms = _alarms(trained, period.start, period.end)
    those = {job.day: job for job in jobs if job.outcome == "computed" and job.day in alarms}
    days = [("debug", day) for day in those]
    done = tqdm(crew.run(days), total=len(days), desc="why", file=sys.stderr, disable=not days)
    return {day: _debugged(those[day], said) for (_, day), said in done}


def _alarms(trained: TrainedModel, start: dt.date, end: dt.date) -> set[dt.date]:
    overview = store.daily_overview(trained.settings.name, start, end)
    return set(overview.loc[overview["verdict"] == "alarm", "day"])


def _debugged(job: Job, said: str) -> Job:
    return replace(job, error=f"debug: {said}") if said else job


def _paced(crew: Crew, days: list[dt.date], pace: float) -> Iterator[tuple[tuple[str, dt.date], str]]:
    if not pace:
        yield from crew.run(("monitor", day) for day in days)
        return
    for day in days:
        started = time.monotonic()
        yield from crew.run([("monitor", day)])
        time.sleep(max(0.0, pace - (time.monotonic() - started)))


def _known(trained: TrainedModel, period: Period) -> tuple[set[dt.date], set[dt.date]]:
    """Return the days that have numbers, and those of them that would get the same ones now."""
    name, now = trained.settings.name, versions.of_days()
    computed = store.computed_days(name, period.start, period.end)
    stored = store.stored_days(name, period.start, period.end, trained.version)
    stored -= {day for day, one in computed.items() if one.versions != now or one.unfinished}
    if stored:
        stored -= {*history.changed_days(trained, period), *history.late_days(trained, period)}
        stored -= {*history.stale_days(trained, period)}
    return set(computed), stored


def table(jobs: Iterable[Job]) -> pd.DataFrame:
    """Return the jobs as a table of one line per day."""
    return pd.DataFrame([(job.day, job.outcome, job.error) for job in jobs], columns=["day", "outcome", "error"])


def check(jobs: Iterable[Job]) -> None:
    """Raise `RunFailed`, naming the days, if one of them failed or could not be taken apart."""
    failed = [job for job in jobs if job.error]
    if failed:
        named = "; ".join(f"{job.day}: {job.error}" for job in failed)
        raise RunFailed(f"{len(failed)} days failed, the others are in the database: {named}")
