import datetime as dt

import pytest
from driftbook import config, paths, store
from driftbook.periods import between
from driftbook.records import DayResult, Measure
from driftbook.runs.summary import summary


@pytest.fixture
def days(database):
    """Return a function that stores days of February 2022 with a verdict each."""

    def write(model, **verdicts):
        for name, verdict in verdicts.items():
            day = dt.date(2022, 2, int(name[1:]))
            run = store.open_run("monitor", model, day, str(day), {}, "papermill", "n", "c")
            result = DayResult(model, day, 3, (Measure("rows", 3.0, verdict=verdict),), {}, "d", "v")
            store.write_day(run, result)
            store.close_run(run, "succeeded")

    return write


def test_verdicts_against_incidents(days):
    days("demo", d8="ok", d9="alarm", d10="alarm", d11="ok", d12="notice", d20="no data", d21="ok")
    assert summary(config.load("demo"), between("2022-02-08", "2022-02-21")).splitlines() == [
        "simulated taxi trip duration: 7 of 14 days monitored",
        "verdicts: 3 ok, 2 alarm, 1 notice, 1 no data",
        "  planted kilometres from 2022-02-10: found on 1 of 3 days",
        "  planted missing fares from 2022-02-14: found on 0 of 2 days",
        "  planted zone from 2022-02-17: found on 0 of 1 days",
        "  planted delivered twice from 2022-02-19: found on 0 of 1 days",
        "  planted no rows from 2022-02-20: found on 1 of 1 days",
        "  nothing planted: 1 of 6 days alarmed",
        f"archive: {paths.archive_dir() / 'index.html'}",
    ]


def test_real_data_has_no_incidents(days):
    days("green_taxi", d8="ok")
    assert summary(config.load("green_taxi"), between("2022-02-08", "2022-02-09")).splitlines()[:-1] == [
        "NYC green-taxi trip duration: 1 of 2 days monitored",
        "verdicts: 1 ok",
    ]
