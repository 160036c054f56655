"""The table `day`, which the database keeps itself: always what the measures say."""

import datetime as dt
from dataclasses import replace

import psycopg
import pytest
from driftbook import store
from driftbook.records import DayResult, Measure
from driftbook.store.migrations import known, migrate

DAY = dt.date(2022, 2, 5)
RESULT = DayResult(
    "m", DAY, 3, (Measure("rows", 3, verdict="ok"), Measure("psi", 1.0, "fare", verdict="alarm")), {}, "d", "v"
)
QUIET = replace(RESULT, measures=(Measure("rows", 4, verdict="ok"),), data_hash="d2")
DIFFERENCE = """
    (select * from driftbook.day except select * from driftbook.day_of_measures)
    union all (select * from driftbook.day_of_measures except select * from driftbook.day)
"""


def record(result=RESULT, kind="papermill"):
    run_id = store.open_run("monitor", result.model, result.day, "", {}, kind, "n", "c")
    store.write_day(run_id, result)
    store.close_run(run_id, "succeeded")


def verdicts():
    with store.connect() as connection:
        assert connection.execute(DIFFERENCE).fetchall() == []
        query = "select model, day, rows, verdict from driftbook.day order by model, day"
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([RESULT], [("m", DAY, 3, "alarm")]),
        ([RESULT, RESULT], [("m", DAY, 3, "alarm")]),
        ([RESULT, QUIET], [("m", DAY, 4, "ok")]),
        ([QUIET, replace(RESULT, model="n")], [("m", DAY, 4, "ok"), ("n", DAY, 3, "alarm")]),
        ([replace(RESULT, measures=(Measure("x", None),))], [("m", DAY, None, "ok")]),
    ],
)
def test_it_follows_what_is_written(database, results, expected):
    for result in results:
        record(result)
    assert verdicts() == expected


def test_a_revision_kept_beside_does_not_count(database):
    record()
    record(QUIET, kind="interactive")
    assert verdicts() == [("m", DAY, 3, "alarm")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("update driftbook.measure set verdict = 'warning' where metric = 'psi'", [("m", DAY, 3, "warning")]),
        ("update driftbook.measure set current = false", []),
        ("delete from driftbook.measure where metric = 'psi'", [("m", DAY, 3, "ok")]),
        ("delete from driftbook.measure", []),
    ],
)
def test_it_follows_changes_by_hand(database, change, expected):
    record()
    with store.connect() as connection:
        connection.execute(change)
    assert verdicts() == expected


def test_a_failed_write_leaves_it_as_it_was(database):
    record()
    run_id = store.open_run("monitor", "m", DAY, "", {}, "papermill", "n", "other")
    with pytest.raises(psycopg.Error):
        store.write_day(run_id, replace(RESULT, measures=QUIET.measures * 2))
    assert verdicts() == [("m", DAY, 3, "alarm")]


def test_days_from_before_the_table_are_taken_over(database):
    with psycopg.connect(database, autocommit=True) as connection:
        for migration in known()[:2]:
            connection.execute(migration.sql)
        connection.execute(
            "insert into driftbook.run (run_id, notebook, kind, started_at) values ('r', 'monitor', 'papermill', now())"
        )
        connection.execute(
            "insert into driftbook.measure (model, day, metric, value, verdict, rows, revision, run_id, model_version, "
            "current) values ('m', '2022-02-05', 'rows', 3, 'ok', 3, 1, 'r', 'v', true), "
            "('m', '2022-02-05', 'old', 3, 'alarm', 3, 1, 'r', 'v', false)"
        )
        migrate(connection)
    assert verdicts() == [("m", DAY, 3, "ok")]


def test_the_series_index_of_an_older_database_is_replaced(database):
    store.connect().close()
    query = "select indexdef from pg_indexes where indexname = 'measure_series'"
    with store.connect() as connection:
        ((definition,),) = connection.execute(query).fetchall()
    assert "(model, metric, day, feature) INCLUDE" in definition


def test_verdicts_stay_when_severities_are_numbered_anew(database, tmp_path):
    names = ("ok", "insufficient", "warning", "no data", "alarm", "failed")
    with psycopg.connect(database) as connection:
        for migration in known()[:4]:
            (tmp_path / f"{migration.name}.sql").write_text(migration.sql)
        migrate(connection, tmp_path)
        connection.execute(
            "insert into driftbook.run (run_id, notebook, kind, started_at) values ('r', 'monitor', 'papermill', now())"
        )
        for number in range(len(names)):  # each day with its verdict and all that are less grave
            connection.execute(
                "insert into driftbook.measure (model, day, metric, value, verdict, rows, revision, run_id, "
                "model_version, current) select 'm', %s::date + %s, name, 3, name, 3, 1, 'r', 'v', true "
                "from unnest(%s::text[]) name",
                [DAY, number, list(names[: number + 1])],
            )
        connection.commit()
        assert migrate(connection) == [migration.name for migration in known()[4:]]
    assert [verdict for *_, verdict in verdicts()] == list(names)
