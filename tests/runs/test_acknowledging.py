import datetime as dt

import pytest
from driftbook import config, store
from driftbook.errors import BadInput
from driftbook.records import DayResult, Judgement, Measure
from driftbook.runs.acknowledging import acknowledge

START = dt.date(2022, 2, 10)


@pytest.fixture
def settings():
    return config.load("demo")


@pytest.fixture
def in_run(database, settings, monkeypatch):
    """An open alarm of two days, and a run to acknowledge it in."""
    for at in range(2):
        day = START + dt.timedelta(days=at)
        run_id = store.open_run("monitor", "demo", day, "", {}, "papermill", "n", "c")
        judgement = Judgement("alarm", "why", "weekday", facts=("trip_distance", "prediction"), since=START)
        measures = (Measure("rows", 3.0, verdict="alarm"),)
        store.write_day(run_id, DayResult("demo", day, 3, measures, {}, f"d{at}", "v1", judgement, None, "x"))
        store.close_run(run_id, "succeeded")
    run_id = store.open_run("acknowledge", "demo", None, "", {}, "papermill", "n", "c")
    monkeypatch.setenv("DRIFTBOOK_RUN", run_id)
    return run_id


@pytest.mark.parametrize(
    ("columns", "named"), [("", ("prediction", "trip_distance")), (" trip_distance ,", ("trip_distance",))]
)
def test_an_open_alarm_is_acknowledged(in_run, settings, columns, named):
    said = acknowledge(settings, "2022-02-10", columns, "a new meter")
    assert said.startswith(f"Acknowledged since 2022-02-10: {', '.join(named)}.")
    assert f"acknowledged: [{{start: 2022-02-10, columns: [{', '.join(named)}]}}]" in said
    assert store.acknowledged("demo") == [(START, named)]
    assert store.open_items("demo").empty


def test_without_a_day_nothing_is_acknowledged(in_run, settings):
    assert acknowledge(settings, "") == "Nothing acknowledged: `since` names no day."
    assert store.acknowledged("demo") == []


@pytest.mark.parametrize(
    ("since", "columns", "said"),
    [
        ("2022-02-11", "", "expected the first day of an open alarm of demo: 2022-02-10"),
        (
            "2022-02-10",
            "fare",
            r"columns names \['fare'\]: the alarm since 2022-02-10 is for prediction, trip_distance",
        ),
        ("10 February", "", "10 February"),
    ],
)
def test_what_is_no_open_alarm_is_refused(in_run, settings, since, columns, said):
    with pytest.raises(BadInput, match=said):
        acknowledge(settings, since, columns)
    assert store.acknowledged("demo") == []


def test_in_jupyter_nothing_is_stored(in_run, settings, monkeypatch):
    monkeypatch.delenv("DRIFTBOOK_RUN")
    assert acknowledge(settings, "2022-02-10") == "Not stored: this is no papermill run."
    assert store.acknowledged("demo") == []
