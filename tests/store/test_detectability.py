import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from driftbook import store
from driftbook.errors import BadInput
from driftbook.records import Detectability, DetectabilityReport

DAYS = (dt.date(2022, 1, 6), dt.date(2022, 1, 12))
FOUND = (
    Detectability("other unit", "fare", "times", (1.1, 2.0), (0.5, 1.0), 2.0, "x2"),
    Detectability("rows lost", "", "share of the rows", (0.1, 0.5), (0.0, 1 / 7), None, "missed"),
)
REPORT = DetectabilityReport("m", "v1", 1.0, 23, DAYS, DAYS[:1], FOUND)
COLUMNS = (
    *("model", "model_version", "fault", "feature", "position", "unit", "smallest", "said", "level"),
    *("weakest", "strongest", "powers", "held_back", "alarming", "reference_days", "false_alarms_per_month", "status"),
    *("run_id", "current"),
)


def opened():
    return store.open_run("train", "m", None, "", {}, "papermill", "n1", "c1")


def written(report=REPORT, status="succeeded"):
    """Open, write and close a run; return its id and whether rows were added."""
    run_id = opened()
    changed = store.write_detectability(run_id, report)
    if status != "running":
        store.close_run(run_id, status, page=f"{run_id}.html")
    return run_id, changed


def rows(columns=COLUMNS):
    with store.connect() as connection:
        columns = ", ".join(f"d.{name}" for name in columns)
        query = f"select {columns} from driftbook.detectability d join driftbook.run r using (run_id)"
        return connection.execute(f"{query} order by r.started_at, d.position").fetchall()


def test_whole_rows(database):
    run_id, changed = written()
    assert changed
    rest = (["2022-01-06", "2022-01-12"], ["2022-01-06"], 23, 1.0, "", run_id, True)
    powers = [{"strength": 1.1, "power": 0.5}, {"strength": 2.0, "power": 1.0}]
    none = [{"strength": 0.1, "power": 0.0}, {"strength": 0.5, "power": 1 / 7}]
    assert rows() == [
        ("m", "v1", "other unit", "fare", 0, "times", 2.0, "x2", 0.5, 1.1, 2.0, powers, *rest),
        ("m", "v1", "rows lost", "", 1, "share of the rows", None, "missed", 1.0, 0.1, 0.5, none, *rest),
    ]
    run = store.run(run_id)
    assert run["model_version"] == "v1"
    assert run["started_at"] <= run["stored_at"] <= run["finished_at"]


def test_the_same_again_changes_no_row(database):
    written()
    before = rows()
    run_id, changed = written()
    assert (changed, rows()) == (False, before)
    run = store.run(run_id)
    assert (run["stored_at"] is None, run["model_version"]) == (False, "v1")


@pytest.mark.parametrize(
    "other",
    [
        replace(REPORT, model_version="v2"),
        replace(REPORT, false_alarms_per_month=3.0),  # the same version: its hash leaves the budget out
        replace(REPORT, found=FOUND[:1]),
        replace(REPORT, found=(replace(FOUND[0], powers=(0.4, 1.0)), FOUND[1])),
        replace(REPORT, alarming=()),
    ],
)
def test_another_report_becomes_the_current_one(database, other):
    first, _ = written()
    second, changed = written(other)
    assert changed
    found = rows(("run_id", "model_version", "current"))
    assert found == [(first, "v1", False)] * 2 + [(second, other.model_version, True)] * len(other.found)


def test_back_to_an_older_report(database):
    written()
    written(replace(REPORT, model_version="v2"))
    third, changed = written()
    assert changed
    assert set(store.detectability("m")["run_id"]) == {third}
    assert len(rows()) == 6


@pytest.mark.parametrize("status", ["failed", "running"])
def test_a_run_that_did_not_succeed_is_replaced(database, status):
    first, _ = written(status=status)
    second, changed = written()
    assert changed
    assert rows(("run_id", "current")) == [(first, False)] * 2 + [(second, True)] * 2


def test_twice_in_one_run(database):
    run_id = opened()
    assert [store.write_detectability(run_id, REPORT) for _ in range(2)] == [True, False]
    assert len(rows()) == 2


def test_models_do_not_touch_each_other(database):
    written()
    assert written(replace(REPORT, model="other"))[1]
    assert not written()[1]
    assert rows(("model", "current")) == [("m", True)] * 2 + [("other", True)] * 2


def test_a_reference_too_small(database):
    unknown = replace(FOUND[0], powers=(), smallest=None, said="not calibrated")
    assert written(replace(REPORT, held_back=(), alarming=(), found=(unknown,)))[1]
    (row,) = store.detectability("m").to_dict("records")
    assert (row["status"], row["said"], row["held_back_days"]) == ("not calibrated", "not calibrated", 0)
    assert rows(("smallest", "level", "powers")) == [(None, None, [])]


def test_what_readers_read(database):
    run_id, _ = written()
    frame = store.detectability("m")
    assert list(frame["fault"]) == ["other unit", "rows lost"]
    assert frame.dtypes.astype(str)[["smallest", "level", "position", "held_back_days"]].to_dict() == {
        "smallest": "float64",
        "level": "float64",
        "position": "Int64",
        "held_back_days": "Int64",
    }
    assert frame[["held_back_days", "alarming_days", "reference_days"]].iloc[0].tolist() == [2, 1, 23]
    assert set(frame["page"]) == {f"{run_id}.html"}
    assert store.detectability("other").empty


def test_an_unknown_run(database):
    with pytest.raises(BadInput, match="run_id is 'none': there is no such run"):
        store.write_detectability("none", REPORT)
    assert rows() == []


def test_all_or_nothing(database):
    written()
    before = rows()
    run_id = opened()
    with pytest.raises(psycopg.errors.UniqueViolation, match="duplicate key"):
        store.write_detectability(run_id, replace(REPORT, found=FOUND[:1] * 2))
    assert rows() == before
    assert store.run(run_id)["stored_at"] is None


def test_one_report_from_four_threads(database):
    with store.connect():
        pass  # migrated
    runs = [opened() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda run_id: store.write_detectability(run_id, REPORT), runs))
    found = rows(("run_id", "current"))
    assert len(found) == 8
    assert sum(current for _, current in found) == 2
