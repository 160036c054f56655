"""The service status: how fresh, fast and free of failures the monitoring of each model is."""

import datetime as dt

import pytest
from driftbook import store
from driftbook.config.service import Service
from driftbook.records import DayResult, Judgement, Measure

NEWEST = dt.date(2022, 2, 5)


def record(day=NEWEST, rows=500, seconds=10.0, status="succeeded", limits=None, ago="0 days"):
    """Write a run that took so many seconds and began some time ago."""
    run_id = store.open_run("monitor", "m", day, "", {}, "papermill", "n", "c")
    if status == "succeeded":
        measures, judgement = (Measure("rows", float(rows)),), Judgement("ok", "nothing", "weekday")
        limits = Service().limits if limits is None else limits
        store.write_day(run_id, DayResult("m", day, rows, measures, {}, str(day), "v", judgement, limits=limits))
    if status != "running":
        store.close_run(run_id, status, page=f"{day}.html", error="boom" * (status == "failed"))
    with store.connect() as connection:
        connection.execute(
            """
            update driftbook.run
            set started_at = now() - %(ago)s::interval,
                finished_at = now() - %(ago)s::interval + make_interval(secs => %(seconds)s)
            where run_id = %(run_id)s
            """,
            {"ago": ago, "seconds": seconds, "run_id": run_id},
        )


def status(metric):
    with store.connect() as connection:
        query = "select value, lower, upper, verdict from driftbook.service_status where model = 'm' and metric = %s"
        return connection.execute(query, [metric]).fetchone()


@pytest.fixture
def days(database):
    """Six days served, the last one slowly."""
    for number in range(6):
        record(NEWEST - dt.timedelta(days=number), rows=500, seconds=700.0 if number == 0 else 10.0)


def test_the_slowest_run_and_the_median_of_rows_a_second(days):
    assert status("run_seconds") == (700.0, None, 600.0, "notice")
    assert status("rows_per_second") == (50.0, 0.0, None, "ok")


def test_the_age_is_counted_in_days(days):
    age, *_, verdict = status("age_days")
    assert age == (dt.datetime.now(dt.UTC).date() - NEWEST).days
    assert verdict == "notice"


@pytest.mark.parametrize(
    ("metric", "run", "expected"),
    [
        ("failed_days", {"status": "failed", "ago": "6 days"}, (1.0, "notice")),
        ("failed_days", {"status": "failed", "ago": "8 days"}, (0.0, "ok")),
        ("lost_runs", {"status": "running", "ago": "2 days"}, (1.0, "notice")),
        ("lost_runs", {"status": "running", "ago": "2 hours"}, (0.0, "ok")),
        ("lost_runs", {"status": "lost", "ago": "2 hours"}, (1.0, "notice")),
        ("lost_runs", {"status": "lost", "ago": "8 days"}, (0.0, "ok")),
    ],
)
def test_failed_and_lost_runs_of_the_last_seven_days_count(days, metric, run, expected):
    record(dt.date(2022, 2, 7), **run)
    value, _, _, verdict = status(metric)
    assert (value, verdict) == expected


def test_the_thresholds_are_those_of_the_newest_params_file(days):
    record(dt.date(2022, 2, 6), seconds=5.0, limits=Service(max_seconds=800, min_rows_per_second=60).limits)
    assert status("run_seconds") == (700.0, None, 800.0, "ok")
    assert status("rows_per_second") == (50.0, 60.0, None, "notice")


def test_an_interactive_run_beside_changes_no_threshold(days):
    run_id = store.open_run("monitor", "m", NEWEST, "", {}, "interactive", "n", "c")
    measures = (Measure("rows", 1.0),)
    limits = Service(max_seconds=1).limits
    store.write_day(run_id, DayResult("m", NEWEST, 1, measures, {}, "other", "v", limits=limits))
    assert status("run_seconds") == (700.0, None, 600.0, "notice")


def test_each_day_names_its_attempts_and_how_late_it_came(days):
    record(status="failed", ago="1 days")
    with store.connect() as connection:
        query = "select run_seconds, rows_per_second, attempts, hours_after from driftbook.service_day where day = %s"
        seconds, rate, attempts, hours = connection.execute(query, [NEWEST]).fetchone()
    assert (seconds, rate, attempts) == (700.0, 500 / 700, 2)
    assert hours > 24 * 365


@pytest.mark.parametrize(
    ("limits", "ended", "expected"),
    [
        ({}, 365, (365.0, 365.0, "ok")),
        ({}, 366, (366.0, 365.0, "notice")),
        ({"max_calibration_days": 30}, 31, (31.0, 30.0, "notice")),
        (None, 366, (366.0, 365.0, "notice")),  # stored before there was a threshold
    ],
)
def test_the_age_of_the_reference_period(database, limits, ended, expected):
    bounds = Service(**(limits or {})).limits
    record(limits=bounds if limits is not None else {"age_days": (None, 2.0)})
    until = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=ended)
    for label in ("2020-01-01_2020-01-31", f"2020-02-01_{until}"):
        store.close_run(store.open_run("train", "m", None, label, {}, "papermill", "n", "c"), "succeeded")
    value, _, upper, verdict = status("calibration_days")
    assert (value, upper, verdict) == expected
