"""What was acknowledged, and the alarms that nobody has seen yet."""

import datetime as dt

import pytest
from driftbook import store
from driftbook.records import DayResult, Judgement, Measure

START = dt.date(2022, 2, 10)
LATER = [START + dt.timedelta(days=at) for at in range(4)]


def record(day, since=None, facts=("fare",), model="m", **given):
    """Write a run with one day's judgement; return the run's id."""
    run_id = store.open_run("monitor", model=model, day=day, label="", parameters={}, kind="papermill",
                            notebook_hash="n", code_version="c")  # fmt: skip
    verdict = "alarm" if since else "ok"
    judgement = Judgement(
        verdict, f"reason of {day}", "weekday", feature="fare", facts=facts if since else (), since=since, **given
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
    debug = store.open_run("debug", "m", LATER[2], "", {}, "papermill", "n", "c")
    store.close_run(debug, "succeeded", page=f"{LATER[2]}.html")
    (item,) = store.open_items("m").to_dict("records")
    assert item == {
        "model": "m", "since": START, "fact": "fare", "facts": ["fare", "rows"], "newest_day": LATER[2], "lasted": 3,
        "summary": f"reason of {LATER[2]}", "page": f"{LATER[2]}.html", "debug": f"{LATER[2]}.html",
        "first_day": START, "first_page": f"{START}.html", "first_debug": None,
    }  # fmt: skip


def test_an_item_has_the_words_and_the_length_of_its_newest_day(database):
    record(LATER[2], START, lasted=5, summary="fare is higher than usual.")  # the days before it are not stored
    (item,) = store.open_items("m").to_dict("records")
    assert (item["lasted"], item["summary"]) == (5, "fare is higher than usual.")
    assert (item["since"], item["first_day"]) == (START, LATER[2])


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
