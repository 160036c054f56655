"""The days before a day: the same from the model, the store and the source, whatever was computed before."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from driftbook import batches, history, monitoring, store
from driftbook.alarms.judge import judge
from driftbook.config.alarms import Acknowledgement
from driftbook.errors import BadData
from driftbook.periods import Period, between, one_day
from driftbook.records import DayResult, Measure
from driftbook.runs import backfill, versions
from driftbook.runs.backfill import Job


def february(*days):
    return [dt.date(2022, 2, day) for day in days]


NOW = versions.of_days()[::-1]  # hash of the notebook, version of the code
MONTH = between("2022-02-01", "2022-02-28")
#: Undisturbed days, and some of incidents.
DAYS = february(1, 4, 9, 10, 13, 14, 16, 19, 21, 24)


def judged(trained, counts, before):
    settings = trained.settings
    return judge(trained.calibration, settings.alarms, counts, before).judgement


def save(trained, counts, before, **changes):
    """Store a day's judgement and counts as a run that succeeded does."""
    judgement = judged(trained, counts, before)
    measures = (Measure("rows", float(counts.rows), verdict=judgement.verdict),)
    result = DayResult("demo", counts.day, counts.rows, measures, {}, counts.sha256, trained.version, judgement)
    result = replace(
        result, counts=counts.to_dict(), context_hash=monitoring._context_hash(trained, judgement), **changes
    )
    state = batches.state(trained.settings, one_day(str(counts.day)))  # the hash of counts is none of rows
    run = store.open_run("monitor", "demo", counts.day, "", {}, "papermill", *NOW, state)
    store.write_day(run, result)
    store.close_run(run, "succeeded")


def hashes(days):
    return [(day.day, day.sha256) for day in days]


@pytest.fixture
def trained(demo, database):
    """The demo model, beside an empty database."""
    return demo[1]


@pytest.fixture
def no_source(monkeypatch):
    """Make every reading of the source a failure of the test."""

    def read(settings, period):
        raise AssertionError(f"the source was asked for {period}")

    monkeypatch.setattr(batches, "read", read)


@pytest.mark.parametrize("day", february(9, 21))
@pytest.mark.parametrize("every", [0, 1, 2], ids=["source", "store", "both"])
def test_the_same_days_from_store_and_source(trained, counted, before, day, every):
    for other in february(*range(1, day.day, every)) if every else []:
        if other in counted:
            save(trained, counted[other], ())
    assert hashes(history.before(trained, day)) == hashes(before(day))


@pytest.mark.parametrize("day", [dt.date(2022, 1, 20), *february(1, 9)])
def test_the_source_is_not_asked_for_what_is_there(trained, counted, before, no_source, day):
    for other in february(*range(1, 9)):
        save(trained, counted[other], ())
    assert hashes(history.before(trained, day)) == hashes(before(day))


def test_what_is_stored_counts_though_the_source_has_other_rows_now(trained, counted):
    other = replace(counted[february(5)[0]], duplicates=1)
    save(trained, other, ())
    assert (other.day, other.sha256) in hashes(history.before(trained, february(9)[0]))


def test_another_models_days_are_not_taken(trained, counted, before):
    (day,) = february(5)
    save(trained, replace(counted[day], duplicates=1), (), model_version="other")
    assert hashes(history.before(trained, february(9)[0])) == hashes(before(february(9)[0]))


@pytest.mark.parametrize(
    ("day", "first", "last", "size"),
    [
        ("2021-12-20", None, None, 0),
        ("2022-01-01", None, None, 0),
        ("2022-01-03", "2022-01-02", "2022-01-02", 1),
        ("2022-01-31", "2022-01-02", "2022-01-30", 28),  # neither New Year's Day nor the blizzard of the 29th
        ("2022-02-02", "2022-01-04", "2022-02-01", 28),
    ],
)
def test_never_before_the_reference_period(trained, day, first, last, size):
    found = [str(other.day) for other in history.before(trained, dt.date.fromisoformat(day))]
    assert (found[:1], found[-1:], len(found)) == ([first][:size], [last][:size], size)


def test_incidents_are_kept_out(trained):
    found = [day.day for day in history.before(trained, february(28)[0]) if day.day.month == 2]
    assert found == february(*range(1, 10), 13, 16, 18, 21)


@pytest.mark.parametrize("order", ["of days", "random", "nothing stored"])
def test_the_order_does_not_matter(trained, counted, before, order):
    days = random.Random(3).sample(DAYS, len(DAYS)) if order == "random" else DAYS
    for day in days:
        found = history.before(trained, day)
        assert judged(trained, counted[day], found) == judged(trained, counted[day], before(day))
        if order != "nothing stored":
            save(trained, counted[day], found)
    assert history.stale_days(trained, MONTH) == []
    if order != "nothing stored":
        table = store.judgements("demo", MONTH.start, MONTH.end)
        assert table["day"].tolist() == DAYS
        expected = [judged(trained, counted[day], before(day)) for day in DAYS]
        for name in ("verdict", "reason", "severity", "fixed_score", "trailing_score", "trailing_threshold"):
            assert table[name].tolist() == [getattr(one, name) for one in expected]


def test_a_month_that_cannot_be_had_is_logged_and_left_out(trained, counted, before, monkeypatch, caplog):
    def read(settings, period, most):
        raise BadData("the month is not published yet")

    monkeypatch.setattr(batches, "read_few", read)
    (day,) = february(10)
    found = history.before(trained, day)
    assert hashes(found) == hashes(before(day, without=february(*range(1, 10))))
    assert [record.getMessage() for record in caplog.records] == [
        "the days 2022-02-01 to 2022-02-09 are not in the trailing reference: the month is not published yet"
    ]
    assert judged(trained, counted[day], found).verdict == "alarm"
    assert judged(trained, counted[february(9)[0]], found).verdict == "ok"


@pytest.fixture
def stored(trained, counted, before):
    """A function that stores the days of February, each with the trailing reference it had without some days."""

    def store_days(days=MONTH.days, without=(), **changes):
        for day in days:
            if day in counted and day not in without:
                save(trained, counted[day], before(day, without=without, **changes))

    return store_days


def test_nothing_stored_is_nothing_stale(trained):
    assert history.stale_days(trained, MONTH) == []


def test_nothing_changed_is_nothing_stale(trained, stored, no_source):
    stored()
    assert history.stale_days(trained, MONTH) == []


@pytest.mark.parametrize(
    ("late", "period", "expected"),
    [
        (february(13), MONTH, february(14, 15, 16, 17, 18, 19, *range(21, 29))),
        (february(13), between("2022-02-10", "2022-02-17"), february(14, 15, 16, 17)),
        (february(13), between("2022-02-01", "2022-02-13"), []),
        (february(18, 21), MONTH, february(19, *range(22, 29))),
        (february(11, 17, 19), MONTH, []),  # kept out of every reference
    ],
)
def test_a_day_that_arrives_late_makes_those_stale_that_should_have_seen_it(
    trained, stored, counted, before, no_source, late, period, expected
):
    stored(without=late)
    for day in late:
        save(trained, counted[day], before(day))
    assert history.stale_days(trained, period) == expected


def test_days_beyond_the_reach_of_a_late_day_are_not_stale(demo, trained, counted, before):
    alarms = demo[0].alarms.model_copy(
        update={"trailing_days": 20, "acknowledged": (Acknowledgement(start=MONTH.start),)}  # every day is let in
    )
    changed = replace(trained, settings=demo[0].model_copy(update={"alarms": alarms}))
    (late,) = february(2)
    for day in sorted({*MONTH.days} & {*counted} - {late}):
        save(changed, counted[day], before(day, alarms, without=[late]))
    save(changed, counted[late], before(late, alarms))
    stale = history.stale_days(changed, MONTH)
    assert stale == [day for day in counted if day > late and late in [o.day for o in before(day, alarms)]]
    assert stale[0] == february(3)[0] and stale[-1] < february(28)[0]


def test_a_day_delivered_again_makes_the_days_after_it_stale(trained, stored, counted, before, no_source):
    stored()
    (day,) = february(16)
    save(trained, replace(counted[day], duplicates=1), before(day))
    assert history.stale_days(trained, MONTH) == february(17, 18, 19, *range(21, 29))


def test_an_acknowledged_change_makes_the_days_after_it_stale(demo, trained, stored, no_source):
    stored()
    seen = Acknowledgement(start=dt.date(2022, 2, 22), columns=("duration_min", "error"))
    alarms = demo[0].alarms.model_copy(update={"acknowledged": (seen,)})
    changed = replace(trained, settings=demo[0].model_copy(update={"alarms": alarms}))
    assert history.stale_days(changed, MONTH) == february(*range(23, 29))


def test_days_of_another_model_version_are_not_stale(trained, stored):
    stored(without=february(13))
    assert history.stale_days(replace(trained, version="other"), MONTH) == []


def test_a_day_that_only_the_source_has_is_taken_as_it_was(trained, counted, before, no_source):
    for day in february(9, 13):
        save(trained, counted[day], before(day))
    assert history.stale_days(trained, MONTH) == []


@pytest.fixture
def asked(monkeypatch, trained, counted, before):
    """Replace the processes by storing the day; return the list of days they were asked for."""
    days = []

    def run(_, some, *__):
        for day in some:
            days.append(day)
            save(trained, counted[day], before(day))
        return {day: Job(day, "computed") for day in some}

    monkeypatch.setattr(backfill, "_run_all", run)
    return days


@pytest.mark.parametrize("is_stored", [True, False])
def test_a_backfill_runs_stale_days_again(trained, stored, counted, before, asked, is_stored):
    days, late = between("2022-02-12", "2022-02-16"), february(13)
    stored(days.days, without=late)
    if is_stored:
        save(trained, counted[late[0]], before(late[0]))
    expected = february(*([] if is_stored else [13]), 14, 15, 16)
    jobs = backfill.backfill(trained, "demo", days, workers=1)
    assert asked == expected
    assert [job.day for job in jobs] == days.days
    assert [job.day for job in jobs if job.outcome == "computed"] == expected
    assert backfill.backfill(trained, "demo", days) == [Job(day, "already there") for day in days.days]


def test_a_backfill_of_all_days_runs_each_once(trained, stored, asked):
    stored(february(12, 14), without=february(13))
    backfill.backfill(trained, "demo", Period(*february(12, 15)), days="all", workers=1)
    assert asked == february(12, 13, 14)


def test_only_the_days_that_are_missing_are_read(trained, counted, before, database, monkeypatch):
    asked = []
    known = {day: one for day, one in counted.items() if day not in february(7, 9)}
    monkeypatch.setattr(history, "_stored", lambda trained, period: known)
    monkeypatch.setattr(
        history, "_from_source", lambda trained, period: asked.append(period) or {d: counted[d] for d in period.days}
    )
    (day,) = february(10)
    assert hashes(history.before(trained, day)) == hashes(before(day))
    assert [(period.start, period.days[-1]) for period in asked] == [tuple(february(7, 9))]
