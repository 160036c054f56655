"""What was known when, and what retention takes away: by a scripted history of one day."""

import datetime as dt
from dataclasses import replace

import pytest
from driftbook import store

from tests.store.test_days import DAY, RESULT, written

NOW = dt.datetime.max.replace(tzinfo=dt.UTC)


def now():
    with store.connect() as connection:
        return connection.execute("select clock_timestamp()").fetchone()[0]


def known(at):
    judged, measures = store.known_at("m", DAY, at)
    return (int(measures["revision"].iloc[0]), judged and judged["summary"]) if len(measures) else None


def said(text):
    return replace(RESULT, data_hash=text, judgement=replace(RESULT.judgement, summary=text))


def test_what_was_known_at_each_moment_of_a_history(database):
    moments = [(now(), None)]
    for change, expected in (
        ({"result": said("first")}, (1, "first")),
        ({"result": said("first")}, (1, "first")),  # unchanged
        ({"result": said("of Jupyter"), "kind": "interactive"}, (1, "first")),  # kept beside
        ({"result": said("labels came")}, (3, "labels came")),
        ({"result": replace(RESULT, judgement=None)}, (4, None)),
        ({"result": said("failed"), "status": "failed"}, (5, "failed")),
        ({"result": said("again")}, (6, "again")),
    ):
        written(**change)
        moments.append((now(), expected))
    assert [known(at) for at, _ in moments] == [expected for _, expected in moments]


def test_rows_of_jupyter_were_known_until_papermill_wrote(database):
    written(said("of Jupyter"), kind="interactive")
    before = now()
    written(said("of papermill"))
    assert (known(before), known(NOW)) == ((1, "of Jupyter"), (2, "of papermill"))


def test_known_now_is_what_is_current(database):
    for text in ("a", "b"):
        written(said(text))
    written(replace(RESULT, day=dt.date(2022, 2, 6)))
    query = "select day, metric, feature, segment, revision from driftbook.{} order by 1, 2, 3, 4"
    with store.connect() as connection:
        current = connection.execute(query.format("current_measure")).fetchall()
        history = connection.execute(query.format("measure_history where known_until is null")).fetchall()
    assert history == current


def aged(run_id, days):
    with store.connect() as connection:
        change = "update driftbook.run set finished_at = finished_at - %s * interval '1 day' where run_id = %s"
        connection.execute(change, [days, run_id])


@pytest.mark.parametrize(
    ("days", "keep", "gone"), [(30, 1, [0, 1]), (30, 2, [0, 1]), (30, 3, [0]), (365, 1, []), (0, 1, [0, 1, 2])]
)
def test_old_revisions_that_are_not_current_go(database, days, keep, gone):
    runs = [written(said(text))[0] for text in ("a", "b", "c", "d")]
    for run_id in runs[:2]:
        aged(run_id, 100)
    found = [row["run_id"] for row in store.outdated(dt.datetime.now(dt.UTC) - dt.timedelta(days=days), keep)]
    assert found == [runs[position] for position in gone]
    rows = store.prune(found)
    assert rows == len(gone) * (len(RESULT.measures) + 1)
    left = [row["run_id"] for row in store.archived_runs() if row["page"]]
    assert left == [run_id for run_id in runs if run_id not in found]
    assert known(NOW) == (4, "d")
    assert store.outdated(dt.datetime.now(dt.UTC) - dt.timedelta(days=days), keep) == []


def test_the_page_behind_a_current_row_stays_however_old_it_is(database):
    wrote, _ = written(said("a"))
    for _ in range(3):
        written(said("a"))
    killed, _ = written(replace(RESULT, day=dt.date(2022, 2, 6)), status="running")
    store.close_run(killed, "failed")
    for _ in range(3):  # the newest page stands for the one that the killed run has not
        written(replace(RESULT, day=dt.date(2022, 2, 6)))
    for row in store.archived_runs():
        aged(row["run_id"], 1000)
    found = {row["run_id"] for row in store.outdated(dt.datetime.now(dt.UTC), 1)}
    with store.connect() as connection:
        needed = dict(connection.execute("select page, day from driftbook.daily_overview").fetchall())
    store.prune(sorted(found))
    kept = {row["page"]: row["run_id"] for row in store.archived_runs() if row["page"]}
    assert set(needed) <= set(kept)
    assert wrote not in found
    with store.connect() as connection:
        assert dict(connection.execute("select page, day from driftbook.daily_overview").fetchall()) == needed
