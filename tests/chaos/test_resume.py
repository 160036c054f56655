"""`backfill` does exactly the days that would get other numbers now: missing, failed, lost, or stale."""

import datetime as dt
import os

import pytest
from driftbook import batches, history, monitoring, store, training
from driftbook.periods import between, one_day
from driftbook.runs import backfill, versions

from tests import trade

PERIOD = between("2022-02-01", "2022-02-06")
EVERY = list(range(1, 7))
NOTEBOOK, CODE = versions.of_days()[::-1]


def delivered(path, day=None):
    """Write two months of deliveries; those of one day late in February take twice as long."""
    rows = trade.frame(days=40, seed=3).drop(columns=["hour", "late", "outcome"])
    slow = rows["sent"].dt.date == day
    rows.assign(hours=rows["hours"].mask(slow, rows["hours"] * 2)).to_parquet(path)


@pytest.fixture
def trained(database, tmp_path):
    delivered(tmp_path / "parcels.parquet")
    settings = trade.settings(
        source={"kind": "table", "path": str(tmp_path / "parcels.parquet")},
        model={"kind": "delivered", "column": "expected"},
    )
    return training.train(settings, training.reference(settings))[0]


@pytest.fixture
def runs(trained, monkeypatch):
    """The days that `backfill` runs, each monitored and stored as a papermill run of it would."""
    ran = []

    def run(_, days, *__):
        for day in days:
            ran.append(day.day)
            store.close_run(record(trained, day, rows=True), "succeeded")
        return {day: backfill.Job(day, "computed") for day in days}

    monkeypatch.setattr(backfill, "_run_all", run)
    backfill.backfill(trained, "parcels", PERIOD)
    assert ran == EVERY
    ran.clear()
    return ran


def record(trained, day, *, rows):
    """Open a day's run; with `rows` its numbers are stored."""
    state = batches.state(trained.settings, one_day(day))
    name = trained.settings.name
    run_id = store.open_run("monitor", name, day, str(day), {}, "papermill", *versions.of_days()[::-1], state)
    if rows:
        store.write_day(run_id, monitoring.monitor(trained, day).result)
    return run_id


def missing(trained):
    jobs = backfill.backfill(trained, "parcels", PERIOD)
    assert [job.day for job in jobs] == PERIOD.days


def test_nothing_changed(trained, runs):
    missing(trained)
    assert runs == []


def test_a_file_of_the_same_rows_is_read_once(trained, runs, tmp_path, monkeypatch):
    os.utime(tmp_path / "parcels.parquet", (1e9, 1e9))
    missing(trained)
    monkeypatch.setattr(history, "_hash_now", lambda *_: pytest.fail("read though its state is known"))
    missing(trained)
    assert runs == []


def test_a_file_that_was_replaced(trained, runs, tmp_path):
    day = dt.date(2022, 2, 3)
    delivered(tmp_path / "parcels.parquet", day)
    used = store.trailing_days(trained.settings.name, PERIOD.start, PERIOD.end, trained.version)
    after = {other.day for other, days in used.items() if day in days}
    missing(trained)
    assert set(runs) == {3} | after and len(runs) == len(set(runs))
    runs.clear()
    missing(trained)
    assert runs == []


def test_a_file_that_is_gone_makes_no_day_stale(trained, runs, tmp_path):
    (tmp_path / "parcels.parquet").unlink()
    missing(trained)
    assert runs == []


@pytest.mark.parametrize("now", [("code", NOTEBOOK), (CODE, "notebook")])
def test_code_that_changed(trained, runs, monkeypatch, now):
    monkeypatch.setattr(versions, "of_days", lambda: now)
    missing(trained)
    assert runs == EVERY
    runs.clear()
    missing(trained)
    assert runs == []


@pytest.mark.parametrize("status", ["failed", "lost", "running"])
def test_a_day_whose_newest_run_did_not_end_well(trained, runs, status):
    run_id = record(trained, dt.date(2022, 2, 4), rows=False)
    if status == "failed":
        store.close_run(run_id, "failed", "no")
    if status == "lost":
        with store.connect() as connection:
            connection.execute("update driftbook.run set process = '4194303 1' where run_id = %s", [run_id])
    missing(trained)
    assert runs == ([] if status == "running" else [4])
    runs.clear()
    missing(trained)
    assert runs == []
    assert store.run(run_id)["status"] == status


def test_a_query_has_no_state():
    source = {"kind": "table", "query": "select 1 where :start < :end", "url_env": "ROWS"}
    assert batches.state(trade.settings(source=source), PERIOD) == ""
