"""What was acknowledged, and the alarms that nobody has seen yet."""

import datetime as dt

import pytest
from driftbook import store
from driftbook.records import DayResult, Judgement, Measure

START = dt.date(2022, 2, 10)
LATER = [START + dt.timedelta(days=at) for at in range(4)]


def record(day, since=None, facts=("fare",), model="m"):
    """Write a run with one day's judgement; return the run's id."""
    run_id = store.open_run("monitor", model=model, day=day, label="", parameters={}, kind="papermill",
                            notebook_hash="n", code_version="c")  # fmt: skip
    verdict = "alarm" if since else "ok"
    judgement = Judgement(
        verdict, f"reason of {day}", "weekday", feature="fare", facts=facts if since else (), since=since
    )
    measures = (Measure("rows", 3.0, verdict=verdict),)
    store.write_day(run_id, DayResult(model, day, 3, measures, {}, f"d{day}", "v1", judgement, None, "x"))
    store.close_run(run_id, "succeeded", page=f"{day}.html")
    return run_id


@pytest.fixture
def items(database):
    """Three days of one alarm, a quiet day, and another model's alarm."""
    record(LATER[0], START)
    record(LATER[1], START, facts=("fare", "rows"))
    last = record(LATER[2], START)
    record(LATER[3])
    record(START, START, model="other")
    return last


def test_an_alarm_is_one_open_item_however_many_days_it_lasts(items):
    (item,) = store.open_items("m").to_dict("records")
    assert item == {
        "model": "m", "since": START, "fact": "fare", "newest_day": LATER[2], "days": 3,
        "reason": f"reason of {LATER[2]}", "page": f"{LATER[2]}.html",
        "facts": ["fare", "rows"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "columns", "left"),
    [(START, ("fare",), 0), (START, (), 0), (LATER[1], ("fare",), 1), (START, ("rows",), 1)],
)
def test_what_is_acknowledged_is_open_no_more(items, start, columns, left):
    assert store.acknowledge(items, "m", start, columns, note="the meter's new tariff")
    assert store.acknowledged("m") == [(start, columns)]
    assert not store.acknowledge(items, "m", start, columns)
    assert len(store.open_items("m")) == left
    assert len(store.open_items("other")) == 1
