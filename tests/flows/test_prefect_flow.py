"""The Prefect flow in its own environment, by a server that Prefect starts for it, beside what `make run` runs."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest
from driftbook import paths, store
from driftbook.periods import between
from pandas.testing import assert_frame_equal

PYTHON = paths.ROOT / ".venv-prefect" / "bin" / "python"
#: An ordinary day, and one of a planted fault.
DAYS = ("2022-02-09", "2022-02-10")
#: What tells one run from another.
OF_THE_RUN = ["run_id", "page"]


def rows():
    """Return all that is current of the days: measures, judgements, overview."""
    period = between(*DAYS)
    span = ("demo", period.start, period.end)
    tables = [store.measures(*span), store.judgements(*span), store.daily_overview(*span)]
    return [table.drop(columns=OF_THE_RUN, errors="ignore") for table in tables]


@pytest.fixture(scope="module")
def by_make_run(place):
    """The rows that the commands of `make run` write; the demo model is trained already."""
    given = ["-p", "params", "demo", "-p", "start", DAYS[0], "-p", "end", DAYS[1]]
    command = [sys.executable, "-m", "papermill", "backfill.ipynb", os.devnull, *given]
    subprocess.run(command, cwd=paths.notebooks_dir(), stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return rows()


@pytest.fixture(scope="module")
def flow(by_make_run, prepared, tmp_path_factory):
    """What became of the flows, and the rows they wrote into a database of their own."""
    if not PYTHON.exists():
        pytest.skip("the flow has no environment (make .venv-prefect/ready)")
    home, name = tmp_path_factory.mktemp("flow"), f"flow_{uuid.uuid4().hex}"
    with psycopg.connect(prepared["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"create database {name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", prepared["DATABASE_URL"].replace("/postgres?", f"/{name}?"))
        patch.setenv("DRIFTBOOK_MODELS_DIR", str(home / "models"))
        patch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(home / "archive"))
        patch.setenv("PREFECT_HOME", str(home / "prefect"))
        patch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "300")
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.delenv("PREFECT_API_URL", raising=False)
        command = [PYTHON, Path(__file__).with_name("drive.py"), paths.ROOT / "flows", *DAYS]
        done = subprocess.run(command, cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        yield json.loads((home / "found.json").read_text(encoding="utf-8")), rows(), store.runs(), home / "archive"


def test_it_writes_the_rows_that_make_run_writes(flow, by_make_run):
    for found, expected in zip(flow[1], by_make_run, strict=True):
        assert len(expected) >= len(DAYS)
        assert_frame_equal(found, expected)


def test_its_runs_and_pages_are_those_of_make_run(flow):
    _, _, runs, archive = flow
    asked = [(run.notebook, run.label) for run in runs.itertuples()]
    period = ("backfill", "_".join(DAYS))
    known = [("train", "2022-01-01_2022-01-31"), *(("monitor", day) for day in DAYS), ("debug", DAYS[1]), period]
    assert sorted(asked) == sorted(known)
    assert all((archive / page).is_file() for page in runs["page"])


def test_a_day_that_fails_at_first_is_tried_again(flow):
    once = flow[0]["once"]
    assert once["state"] == "COMPLETED", once["said"]
    assert [asked for asked in once["asked"] if asked[0] == "monitor"] == [
        ["monitor", "demo", DAYS[0]],
        ["monitor", "demo", DAYS[0]],
        ["monitor", "demo", DAYS[1]],
    ]


def test_a_day_that_never_succeeds_stops_no_other_and_fails_the_flow(flow):
    never = flow[0]["never"]
    assert never["state"] == "FAILED"
    assert "1 tasks of days failed, the other days are stored: " in never["said"]
    assert f"monitor {DAYS[0]}: the database restarts" in never["said"]
    tried = 3 * [["monitor", "demo", DAYS[0]]]
    assert never["asked"] == [["backfill", "demo", *DAYS], *tried, ["monitor", "demo", DAYS[1]], ["train", "demo"]]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "params is 'nowhere': no such params file"),
        (1, f"start {DAYS[1]} lies after end {DAYS[0]}"),
        (2, "2019-01-01"),
    ],
)
def test_bad_input_ends_it_before_its_first_task(flow, number, said):
    refused = flow[0]["refused"][number]
    assert (refused["state"], refused["asked"]) == ("FAILED", [])
    assert said in refused["said"]
