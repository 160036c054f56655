"""What `make run` does as a Prefect flow: train, a task per day, another per day that alarms, the period, the summary.

`.venv-prefect/bin/python flows/prefect_flow.py demo 2022-02-01 2022-02-28`, after `make .venv-prefect/ready`; without
PREFECT_API_URL Prefect starts a server of its own for as long as the flow runs.
"""

import os
import subprocess
import sys
from collections.abc import Iterable

from driftbook import batches, config, paths, store
from driftbook.periods import between
from driftbook.runs.summary import summary
from prefect import flow, get_run_logger, task
from prefect.futures import PrefectFuture, wait
from prefect.task_runners import ThreadPoolTaskRunner

# Seconds before another try: what a restart of the database takes, then what a night's disturbance may.
AGAIN = {"retries": 2, "retry_delay_seconds": [20, 120]}
# Each day is a process of its own, which takes a core.
AT_A_TIME = ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1)


def papermill(notebook: str, **parameters: str) -> None:
    """Run a notebook in a process of its own; raise with what papermill said last if it does not end well."""
    given = [word for name, value in parameters.items() for word in ("-p", name, value)]
    command = [sys.executable, "-m", "papermill", f"{notebook}.ipynb", os.devnull, "--no-progress-bar", *given]
    done = subprocess.run(
        command, cwd=paths.notebooks_dir(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise RuntimeError(f"{notebook} {' '.join(parameters.values())}: {said[0]}")


@task(**AGAIN, task_run_name="train {params}")
def train(params: str) -> None:
    """Train the model, or its references only."""
    papermill("train", params=params)


@task(**AGAIN, task_run_name="monitor {day}")
def monitor(params: str, day: str) -> None:
    """Monitor a day."""
    papermill("monitor", params=params, day=day)


@task(**AGAIN, task_run_name="debug {day}")
def debug(params: str, day: str) -> None:
    """Take a day apart that alarms."""
    papermill("debug", params=params, day=day, report="False")


@task(**AGAIN, task_run_name="period {start} to {end}")
def period(params: str, start: str, end: str) -> None:
    """Compute the days anew whose days before changed meanwhile, and write the page of all."""
    papermill("backfill", params=params, start=start, end=end)


@flow(name="driftbook", task_runner=AT_A_TIME)
def run(params: str, start: str, end: str) -> None:
    """Train, monitor each day from `start` to `end`, both included, and write the period's page.

    A day that fails does not stop the others; it fails the flow at its end. Bad input ends it before its first task.
    """
    settings, days = config.load(params), between(start, end)
    batches.check_covers(settings, days)
    train(params)
    failed = _failed(monitor.submit(params, str(day)) for day in days.days)
    overview = store.daily_overview(settings.name, days.start, days.end)
    failed += _failed(debug.submit(params, str(day)) for day in overview.loc[overview["verdict"] == "alarm", "day"])
    period(params, start, end)
    get_run_logger().info(summary(settings, days))
    if failed:
        raise RuntimeError(f"{len(failed)} tasks of days failed, the other days are stored: {'; '.join(failed)}")


def _failed(days: Iterable[PrefectFuture]) -> list[str]:
    """Return what is said of the tasks that failed, once all have ended."""
    done = wait([*days]).done
    return sorted(day.state.message for day in done if not day.state.is_completed())


if __name__ == "__main__":
    run(*sys.argv[1:])
