"""A range of days, each executed by papermill in a process of its own."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pandas as pd
from tqdm import tqdm

from driftbook import history, paths, store
from driftbook.errors import BadInput, RunFailed
from driftbook.model import TrainedModel
from driftbook.periods import Period

DAYS = ("missing", "all")


@dataclass(frozen=True)
class Job:
    """What became of one day: `computed`, `already there` or `failed`, then with the error's last line."""

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
    workers: int = 2,
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
        How many days run at a time.

    A day that fails does not stop the others.
    """
    if days not in DAYS:
        raise BadInput(f"days is {days!r}: expected one of {DAYS}")
    if pace < 0 or workers < 1:
        raise BadInput(f"pace is {pace!r} and workers {workers!r}: expected seconds from 0 and at least 1 worker")
    stored = _up_to_date(trained, period) if days == "missing" else set()
    jobs = _run_all(params, [day for day in period.days if day not in stored], pace, workers)
    late = stored.intersection(history.stale_days(trained, period)) if stored else set()  # by what was stored just now
    jobs += _run_all(params, sorted(late), pace, workers)
    return sorted([*jobs, *(Job(day, "already there") for day in stored - late)], key=lambda job: job.day)


def _run_all(params: str | Mapping, days: list[dt.date], pace: float, workers: int) -> list[Job]:
    with ThreadPoolExecutor(1 if pace else workers) as pool:
        running = pool.map(lambda day: _paced(params, day, pace), days)
        return list(tqdm(running, total=len(days), desc="days", file=sys.stderr, disable=not days))


def _up_to_date(trained: TrainedModel, period: Period) -> set[dt.date]:
    stored = store.stored_days(trained.settings.name, period.start, period.end, trained.version)
    return stored.difference(history.stale_days(trained, period), history.late_days(trained, period))


def table(jobs: Iterable[Job]) -> pd.DataFrame:
    """Return the jobs as a table of one line per day."""
    return pd.DataFrame([(job.day, job.outcome, job.error) for job in jobs], columns=["day", "outcome", "error"])


def check(jobs: Iterable[Job]) -> None:
    """Raise `RunFailed`, naming the days, if one of them failed."""
    failed = [job for job in jobs if job.outcome == "failed"]
    if failed:
        named = "; ".join(f"{job.day}: {job.error}" for job in failed)
        raise RunFailed(f"{len(failed)} days failed, the others are in the database: {named}")


def _paced(params: str | Mapping, day: dt.date, pace: float) -> Job:
    started = time.monotonic()
    job = _run(params, day)
    time.sleep(max(0.0, pace - (time.monotonic() - started)))
    return job


def _run(params: str | Mapping, day: dt.date) -> Job:
    """Run one day as a person would from the shell, in a process: papermill changes its working directory."""
    notebook = paths.notebooks_dir() / "monitor.ipynb"
    parameters = json.dumps({"params": params, "day": str(day)})  # JSON is YAML; -p would guess types
    command = [sys.executable, "-m", "papermill", str(notebook), os.devnull, "--no-progress-bar", "-y", parameters]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DRIFTBOOK_RUN")}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode == 0:
        return Job(day, "computed")
    return Job(day, "failed", store.scrub(_last_line(done.stderr)))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it ended without a message"
