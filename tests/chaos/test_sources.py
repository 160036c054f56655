"""Sources that change under the monitor, and days that the calendar makes odd."""

import datetime as dt
import os

import numpy as np
import pandas as pd
import papermill
import pytest
from driftbook import batches, config, model, monitoring, paths, store, training
from driftbook.errors import RunFailed
from driftbook.periods import between, one_day
from driftbook.runs import backfill, versions

from tests import trade

pytestmark = pytest.mark.filterwarnings("ignore:the file is not specified with any extension")  # /dev/null

MEASURES = """
    select day, metric, feature, segment, value, lower, upper, verdict, rows
    from driftbook.measure where current order by day, metric, feature, segment
"""
ZONE = "America/New_York"
ODD_DAYS = [
    "2023-11-05",
    "2024-03-10",
    "2023-12-31",
    "2024-02-29",
]  # the clock turned back, forward; year's end; leap day
BESIDE = ["2023-11-04", "2023-11-06", "2024-03-09", "2024-03-11", "2024-01-01", "2024-02-28", "2024-03-01"]


def delivered(folder, frame):
    """Write a file for each day, named by it."""
    folder.mkdir(exist_ok=True)
    for day, rows in frame.groupby(frame["sent"].dt.strftime("%Y-%m-%d")):
        write(folder / f"{day}.parquet", rows)


def write(file, rows):
    """Write a file as somebody who replaces it does, with a time of its own."""
    rows.to_parquet(file.with_suffix(".new"))
    file.with_suffix(".new").replace(file)


def parcels(**given):
    return trade.frame(**given).drop(columns=["hour", "late", "outcome"])


def params(folder, **changes):
    given = {
        "source": {"kind": "table", "path": str(folder / "*.parquet")},
        "model": {"kind": "delivered", "column": "expected"},
        "detectability": False,
        "name": "parcels",
    }
    return trade.params(**{**given, **changes})


def trained_on(given):
    settings = config.load(given)
    trained = training.train(settings, training.reference(settings))[0]
    model.save(trained)
    return trained


@pytest.fixture
def place(database, tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    monkeypatch.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "parcels"


def run(given, day):
    """Execute the day's notebook; return its run."""
    notebook = paths.notebooks_dir() / "monitor.ipynb"
    papermill.execute_notebook(notebook, os.devnull, {"params": given, "day": day}, progress_bar=False)
    return store.runs().iloc[0]


def measured():
    with store.connect() as connection:
        return connection.execute(MEASURES).fetchall()


def test_a_file_replaced_while_its_day_runs(place, monkeypatch):
    delivered(place, parcels(days=36, seed=3))
    given, day = params(place), dt.date(2022, 2, 3)
    trained = trained_on(given)
    others = parcels(days=1, seed=8, start=str(day)).assign(hours=lambda rows: rows["hours"] * 2)
    read = batches.read_few

    def and_replace(settings, period, most):
        found = read(settings, period, most)
        if period.start == day:  # the days before it are read first
            write(place / f"{day}.parquet", others)
        return found

    state = batches.state(trained.settings, one_day(day))
    run_id = store.open_run("monitor", "parcels", day, "", {}, "papermill", *versions.of_days()[::-1], state)
    with monkeypatch.context() as patch:
        patch.setattr(batches, "read_few", and_replace)
        store.write_day(run_id, monitoring.monitor(trained, day).result)
    store.close_run(run_id, "succeeded")
    (old,) = store.measures("parcels", day, day + dt.timedelta(1), "mean_absolute_error")["value"]
    jobs = backfill.backfill(trained, given, between(str(day), str(day)), workers=1)
    assert [job.outcome for job in jobs] == ["computed"]
    (new,) = store.measures("parcels", day, day + dt.timedelta(1), "mean_absolute_error")["value"]
    errors = (others["hours"] - others["expected"]).abs()
    assert new == pytest.approx(errors.mean()) and old < 0.6 * new
    jobs = backfill.backfill(trained, given, between(str(day), str(day)), workers=1)
    assert [job.outcome for job in jobs] == ["already there"]


def test_a_column_renamed_overnight(place):
    frame = parcels(days=36, seed=3)
    delivered(place, frame)
    given, period = params(place), between("2022-02-01", "2022-02-04")
    trained = trained_on(given)
    bad = place / "2022-02-02.parquet"
    right = pd.read_parquet(bad)
    write(bad, right.rename(columns={"weight": "Weight"}))
    jobs = backfill.backfill(trained, given, period, workers=1)
    assert [job.outcome for job in jobs] == ["computed", "failed", "computed", "computed"]
    assert "'weight'" in jobs[1].error and "BadData" in jobs[1].error
    with pytest.raises(RunFailed, match="1 days failed, the others are in the database: 2022-02-02: "):
        backfill.check(jobs)
    assert {row[0] for row in measured()} == {dt.date(2022, 2, day) for day in (1, 3, 4)}
    assert list(store.daily_overview("parcels")["verdict"])[1] == "failed"
    write(bad, right)
    jobs = backfill.backfill(trained, given, period, workers=1)
    assert [job.outcome for job in jobs][:2] == ["already there", "computed"]
    found = measured()
    with store.connect() as connection:
        connection.execute("truncate driftbook.run cascade")
    backfill.backfill(trained, given, period, workers=1)
    assert measured() == found


def test_days_that_are_odd(place, pytestconfig):
    """A delivery each four minutes of the clock of the world: 345 on a day of 23 hours, 375 on one of 25."""
    frame = parcels(days=170, rows=360, seed=3, start="2023-10-01").sort_values("sent", ignore_index=True)
    at = pd.date_range("2023-10-01 04:00", periods=len(frame), freq="4min", tz="UTC")
    place.mkdir()
    frame.assign(sent=at).to_parquet(place / "all.parquet")
    references = {"start": "2023-10-01", "end": "2023-10-31", "train_rows": 3000, "min_rows_per_day": 100}
    given = params(place, references=references, calendar={"time_zone": ZONE, "holidays": "US"})
    trained_on(given)
    local = pd.Series(at.tz_convert(ZONE).date)
    days = ODD_DAYS + BESIDE * pytestconfig.getoption("whole")
    for day in days:
        found = run(given, day)
        assert found["status"] == "succeeded", found["error"]
        date = dt.date.fromisoformat(day)
        numbers = store.measures("parcels", date, date + dt.timedelta(1), "rows")
        assert list(numbers["value"]) == [float(np.sum(local == date))], day
    with store.connect() as connection:
        stored = dict(connection.execute("select day, rows from driftbook.measure where metric = 'rows'").fetchall())
    assert stored[dt.date(2023, 11, 5)] == 375 and stored[dt.date(2024, 3, 10)] == 345
    assert len(stored) == len(days) and stored[dt.date(2024, 2, 29)] == 360
