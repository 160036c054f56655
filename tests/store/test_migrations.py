import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from driftbook.errors import DatabaseUnavailable
from driftbook.store import connect
from driftbook.store.migrations import FOLDER, known, migrate

LEDGER = "select number, name, sha256 from driftbook.migration order by number"
OVERVIEW = [
    *("model", "day", "rows", "prediction_drift", "num_drifted_columns", "share_missing_values"),
    *("labelled_rows", "mean_absolute_error", "verdict", "page", "error", "error_metric"),
]


@pytest.fixture
def plain(database):
    """A connection to a database that no migration has touched."""
    with psycopg.connect(database) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "0001_one.sql").write_text("create schema if not exists driftbook; create table driftbook.one ();")
    (tmp_path / "0002_two.sql").write_text("create table driftbook.two ()")
    return tmp_path


def test_applied_once_in_order(plain):
    names = [migration.name for migration in known()]
    assert migrate(plain) == names
    assert migrate(plain) == []
    assert plain.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert plain.execute(LEDGER).fetchall() == [(m.number, m.name, m.sha256) for m in known()]


def test_numbers_are_consecutive():
    assert [migration.number for migration in known()] == list(range(1, len(list(FOLDER.iterdir())) + 1))


def test_files_may_run_twice_and_before_the_library(plain):
    for _ in range(2):
        for migration in known():
            plain.execute(migration.sql)
    plain.commit()
    assert migrate(plain) == [migration.name for migration in known()]


def test_only_what_is_missing(plain, folder):
    (folder / "0002_two.sql").rename(folder / "later")
    assert migrate(plain, folder) == ["0001_one"]
    (folder / "later").rename(folder / "0002_two.sql")
    assert migrate(plain, folder) == ["0002_two"]


def test_all_or_none(plain, folder):
    (folder / "0003_wrong.sql").write_text("create table driftbook.two ()")
    with pytest.raises(DatabaseUnavailable, match=r"migrating the database failed: .*already exists"):
        migrate(plain, folder)
    assert plain.execute("select to_regnamespace('driftbook')").fetchone() == (None,)


def test_a_changed_file_is_refused_but_other_line_ends_are_not(plain, folder):
    file = folder / "0001_one.sql"
    file.write_text("create schema if not exists driftbook;\n-- a comment\n")
    migrate(plain, folder)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert migrate(plain, folder) == []
    file.write_text("create schema if not exists driftbook;\n-- another comment\n")
    with pytest.raises(DatabaseUnavailable, match="migration '0001_one' was changed after it was applied"):
        migrate(plain, folder)


def test_a_newer_database_is_refused(plain, folder):
    migrate(plain, folder)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(DatabaseUnavailable, match="has migration '0002_two', which this code does not know: update"):
        migrate(plain, folder)


def test_several_processes_at_once(database):
    script = "from driftbook.store import connect; connect().close()"

    def run(_):
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
        )

    with ThreadPoolExecutor(4) as pool:
        assert {(done.returncode, done.stderr) for done in pool.map(run, range(4))} == {(0, "")}
    with connect() as connection:
        assert connection.execute(LEDGER).fetchall() == [(m.number, m.name, m.sha256) for m in known()]


def test_a_database_of_before_the_one_schema_is_refused(plain, folder):
    migrate(plain, folder)
    with pytest.raises(DatabaseUnavailable, match=r"'0001_one', .* another database \(one of before 0\.1\.0 has"):
        migrate(plain)


def test_one_current_judgement_a_day(database):
    row = "('m', '2022-02-05', 'ok', '', 'saturday', 'v1', %s, 'r', true)"
    columns = "model, day, verdict, reason, day_class, model_version, revision, run_id, current"
    with connect() as connection:
        connection.execute(
            "insert into driftbook.run (run_id, notebook, kind, started_at) values ('r', 'monitor', 'papermill', now())"
        )
        connection.execute(f"insert into driftbook.judgement ({columns}) values {row}", [1])
        with pytest.raises(psycopg.errors.UniqueViolation, match="judgement_current"):
            connection.execute(f"insert into driftbook.judgement ({columns}) values {row}", [2])
        connection.rollback()


def test_columns_of_the_overview(database):
    query = """
        select column_name, data_type from information_schema.columns
        where (table_schema, table_name) = ('driftbook', 'daily_overview') order by ordinal_position
    """
    with connect() as connection:
        columns = dict(connection.execute(query).fetchall())
    assert list(columns) == OVERVIEW
    counts = ("rows", "num_drifted_columns", "labelled_rows")
    assert {name for name, kind in columns.items() if kind == "integer"} == set(counts)


def test_the_dashboards_query_uses_an_index(database):
    query = """
        explain (costs off) select day, value from driftbook.current_measure
        where model = 'm' and metric = 'x' and feature = 'f' and day >= '2022-02-01' and day < '2022-03-01'
    """
    with connect() as connection:
        connection.execute("set enable_seqscan = off")
        plan = "\n".join(line for (line,) in connection.execute(query))
    assert "measure_series" in plan
