import sys

import pytest
from click.testing import CliRunner
from driftbook import cli, paths
from driftbook.store.embedded import server


@pytest.fixture
def invoke():
    return lambda *arguments: CliRunner().invoke(cli.main, arguments)


def test_start_and_stop_the_database(tmp_path, monkeypatch, invoke):
    monkeypatch.setattr(paths, "postgres_dir", lambda: tmp_path / "pg")
    said = [invoke("db", command).output.split(":")[0].strip() for command in ("stop", "start", "stop")]
    assert said == [
        "embedded PostgreSQL was not running",
        "embedded PostgreSQL is running",
        "embedded PostgreSQL stopped",
    ]


@pytest.mark.parametrize("status", [0, 3])
def test_a_command_during_which_the_database_runs(tmp_path, monkeypatch, invoke, status):
    monkeypatch.setattr(paths, "postgres_dir", lambda: tmp_path / "pg")
    done = invoke("db", "during", sys.executable, "-c", f"import sys; sys.exit({status})")
    assert (done.exit_code, server.is_running(tmp_path / "pg")) == (status, False)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["summary", "demo", "2022-02-01", "2022-02-02"], 0, "0 of 2 days monitored\nverdicts: none"),
        (["summary", "demo"], 2, "Missing argument 'START'"),
        (["summary", "nowhere", "2022-02-01", "2022-02-02"], 1, "params is 'nowhere': no such params file"),
        (["summary", "demo", "2022-02-02", "2022-02-01"], 1, "start 2022-02-02 lies after end 2022-02-01"),
        (["known", "demo", "2022-02-01"], 0, "2022-02-01 of demo, as known at 20"),
        (["known", "demo", "2022-02-01", "--at", "2022-02-02T12:00+02:00"], 0, "at 2022-02-02 10:00:00 UTC: nothing"),
        (["known", "demo", "2022-02-01", "--at", "yesterday"], 1, "at is 'yesterday': expected a moment like 2022-"),
        (["known", "demo", "2022-02-31"], 1, "2022-02-31"),
        (["archive", "check"], 0, "the archive holds what its runs recorded"),
        (["archive", "prune", "--days", "-1"], 1, "expected days from 0 and at least 1 run to keep"),
        (["archive", "prune"], 2, "Missing option '--days'"),
        (["db", "restart"], 2, "No such command 'restart'"),
        (["db", "during"], 2, "Missing argument 'COMMAND...'"),
    ],
)
def test_the_command_line(database, invoke, arguments, status, said, tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path))
    done = invoke(*arguments)
    assert (done.exit_code, said in done.output) == (status, True), done.output
