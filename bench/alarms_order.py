"""Whatever the order in which a month is computed, its scores, thresholds and verdicts are the same."""

import contextlib
import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
from alarms_days import Pair
from alarms_work import in_processes, met, table
from driftbook import history, monitoring, store
from driftbook.store.embedded import server, sockets

#: What a later writing of the same numbers may change.
_ORIGIN = ("run_id", "revision", "written_at", "recorded_at", "created_at")
#: What is compared between memory and the store, whose other columns are of other types.
_SCORED = ["verdict", "reason", "severity", "fixed_score", "fixed_threshold", "trailing_score", "trailing_threshold"]


def show(pair: Pair) -> None:
    """Print whether the judgements of a month are equal in every order, from memory and through the store."""
    days = list(pair.days)
    _ = pair.counts, pair.trained.calibration.fixed
    shuffled = [days[at] for at in np.random.default_rng(0).permutation(len(days))]
    in_order = [_judged(pair, day) for day in days]
    again = dict(zip(shuffled, (_judged(pair, day) for day in shuffled), strict=True))
    beside = dict(zip(shuffled, in_processes(_judged, pair, [(day,) for day in shuffled], 2), strict=True))
    lines = [_line("in random order", in_order == [again[day] for day in days])]
    lines.append(_line("in two processes", in_order == [beside[day] for day in days]))
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder).resolve()) as home:
        first = _stored(home, "in_order", pair, [days])
        cut = len(days) // 2
        later = _stored(home, "later_days_first", pair, [days[cut:], days[:cut]])
        mixed = _stored(home, "two_processes", pair, [shuffled], processes=2)
    memory = pd.DataFrame([dict(judged[0]) for judged in in_order])[_SCORED]
    lines.append(_line("through the store, as from memory", first[_SCORED].equals(memory)))
    lines.append(_line("through the store, the later half first", later.equals(first)))
    lines.append(_line("through the store, in random order in two processes", mixed.equals(first)))
    title = f"Order: scores, thresholds, verdicts and reasons of {len(days)} days, compared with day by day"
    table(title, ["computed", "asked", ""], lines)


def _judged(pair: Pair, day: dt.date) -> tuple:
    judged = pair.judge(pair.days[day])
    return tuple(vars(judged.judgement).items()), judged.measures


def _line(name: str, holds: bool) -> list[str]:
    return [name, "equal", met(holds)]


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Path]:
    folder.chmod(0o755)  # the server's own user must reach its data
    home = folder / "postgres"
    server.start(home, {"fsync": "off"})
    try:
        yield home
    finally:
        server.stop(home)


def _stored(home: Path, name: str, pair: Pair, parts: list[list[dt.date]], processes: int = 1) -> pd.DataFrame:
    """Return the judgements stored in a database of its own after monitoring parts of the days one after the other."""
    with psycopg.connect(sockets.uri(home), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    os.environ["DATABASE_URL"] = sockets.uri(home, name)
    days = [day for part in parts for day in part]
    in_processes(_monitor, pair, [(day,) for day in days], processes)
    found = store.judgements(pair.trained.settings.name, min(days), max(days) + dt.timedelta(days=1))
    return found.drop(columns=[column for column in _ORIGIN if column in found])


def _monitor(pair: Pair, day: dt.date) -> None:
    """Monitor a day as the notebook does: its days before from the store or the source, its result into the store."""
    trained = pair.trained
    result = monitoring.report(trained, pair.days[day], history.before(trained, day)).result
    run = store.open_run("monitor", result.model, day, "", {}, "papermill", "bench", "bench")
    store.write_day(run, result)
    store.close_run(run, "succeeded")
