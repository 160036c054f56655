import datetime as dt
import re

import numpy as np
import pytest
from driftbook import store
from driftbook.errors import BadInput
from driftbook.store import liveness

DAY = dt.date(2022, 2, 5)


def opened(**changes):
    given = {
        "notebook": "monitor", "model": "green_taxi", "day": DAY, "label": "20220205T000000Z",
        "parameters": {"params": "green_taxi", "day": "2022-02-05"}, "kind": "papermill",
        "notebook_hash": "n1", "code_version": "c1",
    }  # fmt: skip
    return store.open_run(**{**given, **changes})


def test_a_whole_row_open_and_closed(database):
    before = dt.datetime.now(dt.UTC)
    run_id = opened()
    row = store.run(run_id)
    started = row.pop("started_at")
    expected = {
        "run_id": run_id, "notebook": "monitor", "model": "green_taxi", "day": DAY, "label": "20220205T000000Z",
        "parameters": {"params": "green_taxi", "day": "2022-02-05"}, "kind": "papermill", "status": "running",
        "finished_at": None, "error": "", "page": "", "notebook_hash": "n1", "data_hash": "", "model_version": "",
        "code_version": "c1", "stored_at": None, "revision": None, "context_hash": "", "source_state": "",
        "host": liveness.host(), "process": liveness.process(), "files": {}, "pruned_at": None,
    }  # fmt: skip
    assert row == expected
    assert before <= started <= dt.datetime.now(dt.UTC)
    assert started.utcoffset() == dt.timedelta(0)

    store.close_run(run_id, "failed", "ValueError: no", "green_taxi/monitor/2022-02-05/x/monitor.html")
    row = store.run(run_id)
    assert row.pop("finished_at") >= row.pop("started_at") == started
    del expected["finished_at"]
    page = "green_taxi/monitor/2022-02-05/x/monitor.html"
    assert row == {**expected, "status": "failed", "error": "ValueError: no", "page": page}


def test_the_id_holds_the_start_and_is_unique(database):
    ids = [opened() for _ in range(3)]
    assert len(set(ids)) == 3
    for run_id in ids:
        assert re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{8}", run_id)
        assert run_id.startswith(f"{store.run(run_id)['started_at']:%Y%m%dT%H%M%S}")


def test_a_run_about_no_model(database):
    row = store.run(opened(model="", day=None, notebook="smoke", kind="interactive", parameters={}))
    assert (row["model"], row["day"], row["parameters"]) == ("", None, {})


def test_parameters_that_json_does_not_know(database):
    row = store.run(opened(parameters={"day": DAY, "rows": np.int64(3), "list": [1, "ü"], "none": None}))
    assert row["parameters"] == {"day": "2022-02-05", "rows": "3", "list": [1, "ü"], "none": None}


@pytest.mark.parametrize(
    ("error", "stored"),
    [("nul \0 byte", "nul  byte"), ("half \ud83d pair", "half ? pair"), ("100 % ü 😀\n", "100 % ü 😀\n")],
)
def test_any_error_text_can_be_stored(database, error, stored):
    run_id = opened()
    store.close_run(run_id, "failed", error)
    assert store.run(run_id)["error"] == stored


def test_the_password_is_not_stored(database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database.replace("postgres@", "postgres:s3cret@"))
    run_id = opened()
    store.close_run(run_id, "failed", "connecting with s3cret failed")
    assert store.run(run_id)["error"] == "connecting with *** failed"


@pytest.mark.parametrize("call", [store.run, lambda run_id: store.close_run(run_id, "failed")])
def test_an_unknown_run(database, call):
    with pytest.raises(BadInput, match="run_id is 'none': there is no such run"):
        call("none")


def test_runs_newest_first_without_parameters(database):
    ids = [opened(), opened(day=None), opened(kind="interactive")]
    store.close_run(ids[0], "succeeded", page="a.html")
    frame = store.runs()
    assert list(frame["run_id"]) == ids[::-1]
    assert "parameters" not in frame
    assert list(frame["status"]) == ["running", "running", "succeeded"]
    assert list(frame["day"]) == [DAY, None, DAY]
    assert str(frame["started_at"].dtype) == str(frame["finished_at"].dtype) == "datetime64[ns, UTC]"
    assert frame["duration_seconds"].isna().tolist() == [True, True, False]
    assert 0 <= frame["duration_seconds"].iloc[2] < 60


@pytest.mark.parametrize(
    ("changes", "status", "found"),
    [
        ({}, "succeeded", ["p1"]),
        ({"notebook": "monitor"}, "succeeded", []),
        ({"parameters": {"beside": ""}}, "succeeded", []),
        ({"parameters": {}}, "succeeded", []),
        ({"parameters": {"beside": "the day before"}}, "succeeded", []),
        ({}, "failed", []),
    ],
)
def test_which_days_were_set_beside_which(database, changes, status, found):
    run_id = opened(**{"notebook": "debug", "parameters": {"beside": "2022-02-01"}, **changes})
    store.close_run(run_id, status, page="p1")
    frame = store.listed({"green_taxi": (DAY, dt.date.max)})["comparisons"]
    assert list(frame) == ["model", "day", "beside", "page"]
    assert frame["page"].tolist() == found
    assert all(row[:3] == ["green_taxi", DAY, dt.date(2022, 2, 1)] for row in frame.to_numpy().tolist())


def test_the_newest_page_of_a_comparison_counts(database):
    for page in ("old", "new"):
        run_id = opened(notebook="debug", parameters={"beside": "2022-02-01"})
        store.close_run(run_id, "succeeded", page=page)
    assert store.listed({"green_taxi": (DAY, dt.date.max)})["comparisons"]["page"].tolist() == ["new"]


def test_no_runs(database):
    frame = store.runs()
    assert frame.empty
    assert str(frame["duration_seconds"].dtype) == "float64"


def test_smoke(database):
    run_id = opened(notebook="smoke", model="", day=None)
    store.write_smoke(run_id, 0.5)
    store.write_smoke(run_id, np.float64(1.5))
    with store.connect() as connection:
        rows = connection.execute("select run_id, value from driftbook.smoke order by sent_at").fetchall()
    assert rows == [(run_id, 0.5), (run_id, 1.5)]
