import datetime as dt
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import psycopg
import pytest
from driftbook import store
from driftbook.errors import BadInput
from driftbook.records import DayResult, Judgement, Measure
from driftbook.store import Revision

DAY = dt.date(2022, 2, 5)
JUDGEMENT = Judgement(
    verdict="alarm",
    reason="fare: values ≤ 5 make 30.0% of the rows, usually 10.0%",
    day_class="saturday",
    feature="fare",
    cell="≤ 5",
    day_share=np.float64(0.3),
    reference_share=0.1,
    severity=1.5,
    fixed_score=6.0,
    fixed_threshold=4.0,
    fixed_days=(dt.date(2022, 1, 1), dt.date(2022, 1, 2)),
    trailing_days=((dt.date(2022, 2, 3), "h3"), (dt.date(2022, 2, 4), "h4")),
    facts=("fare",),
    since=dt.date(2022, 2, 4),
    fixed_threshold_error=0.5,
    lasted=2,
    summary="Fares are low.",
)
COUNTS = {"day": "2022-02-05", "rows": 3, "cells": {"fare": {"0": 2}}}
RESULT = DayResult(
    model="m",
    day=DAY,
    rows=3,
    measures=(
        Measure("rows", 3, lower=1.0, verdict="ok"),
        Measure("severity", np.float64(1.5), "fare", upper=np.float32(0.5), verdict="alarm", reference="both"),
        Measure("severity", None, "fare", "hour=3", low=0.25, high=np.float64(0.75)),
    ),
    histograms={"fare": {"[0, 5)": np.int64(2), "missing": 1}},
    data_hash="d1",
    model_version="v1",
    judgement=JUDGEMENT,
    counts=COUNTS,
    context_hash="x1",
    references={"fare": {"[0, 5)": 7, "missing": np.int64(0)}},
)
HISTOGRAMS = {"fare": [["[0, 5)", 2, 7], ["missing", 1, 0]]}


def opened(kind="papermill", notebook_hash="n1", code_version="c1", **changes):
    given = {"notebook": "monitor", "model": "m", "day": DAY, "label": "", "parameters": {}}
    return store.open_run(**{**given, **changes}, kind=kind, notebook_hash=notebook_hash, code_version=code_version)


def written(result=RESULT, status="succeeded", **run):
    """Open, write and close a run; return its id and what writing said."""
    run_id = opened(**{"model": result.model, "day": result.day, **run})
    outcome = store.write_day(run_id, result)
    if status != "running":
        store.close_run(run_id, status, page=f"{run_id}.html")
    return run_id, outcome


def rows(table):
    order = {"measure": "revision, metric, feature, segment", "judgement": "revision"}[table]
    with store.connect() as connection:
        cursor = connection.execute(f"select * from driftbook.{table} order by {order}")
        names = [column.name for column in cursor.description]
        last = sorted(range(len(names)), key=lambda at: (names[at] == "current", names[at] == "run_id"))
        return [tuple(row[at] for at in last) for row in cursor]


def everything():
    return rows("measure"), rows("judgement")


def retired(found):
    return [(*row[:-1], False) for row in found]


def test_whole_rows(database):
    run_id, outcome = written()
    assert outcome == Revision(1, changed=True, current=True)
    rest = (3, 1, "v1")
    assert rows("measure") == [
        ("m", DAY, "rows", "", "", 3.0, 1.0, None, "ok", *rest, "", None, None, run_id, True),
        ("m", DAY, "severity", "fare", "", 1.5, None, 0.5, "alarm", *rest, "both", None, None, run_id, True),
        ("m", DAY, "severity", "fare", "hour=3", None, None, None, None, *rest, "", 0.25, 0.75, run_id, True),
    ]
    assert rows("judgement") == [
        (
            *("m", DAY, "alarm", JUDGEMENT.reason, "saturday", "fare", "≤ 5", 0.3, 0.1, 1.5, 6.0, 4.0, None, None),
            ["2022-01-01", "2022-01-02"],
            [{"day": "2022-02-03", "sha256": "h3"}, {"day": "2022-02-04", "sha256": "h4"}],
            *("complete", COUNTS),
            *("v1", 1, ["fare"], dt.date(2022, 2, 4), 0.5, None, HISTOGRAMS, "Fares are low.", 2, run_id, True),
        )
    ]
    run = store.run(run_id)
    assert (run["data_hash"], run["model_version"], run["context_hash"], run["revision"]) == ("d1", "v1", "x1", 1)
    assert run["started_at"] <= run["stored_at"] <= run["finished_at"]


def test_intervals_are_seen_in_their_view(database):
    written()
    with store.connect() as connection:
        found = connection.execute("select metric, segment, low, high from driftbook.measure_interval").fetchall()
    assert found == [("severity", "hour=3", 0.25, 0.75)]


def test_the_same_again_changes_no_row(database):
    written()
    before = everything()
    run_id, outcome = written()
    assert outcome == Revision(1, changed=False, current=True)
    assert everything() == before
    run = store.run(run_id)
    assert (run["data_hash"], run["context_hash"], run["revision"]) == ("d1", "x1", 1)
    assert run["stored_at"] is not None


def test_a_new_revision_keeps_the_old_rows(database):
    written()
    measures, judgements = map(retired, everything())
    judgement = Judgement("ok", "nothing to see", "saturday")
    changed = replace(RESULT, data_hash="d2", measures=RESULT.measures[:1], judgement=judgement, counts=None)
    run_id, outcome = written(changed)
    assert outcome == Revision(2, changed=True, current=True)
    assert rows("measure") == [
        *measures,
        ("m", DAY, "rows", "", "", 3.0, 1.0, None, "ok", 3, 2, "v1", "", None, None, run_id, True),
    ]
    nothing = ("", "", *[None] * 7, [], [], "complete", None)
    assert rows("judgement") == [
        *judgements,
        (
            "m",
            DAY,
            "ok",
            "nothing to see",
            "saturday",
            *nothing,
            "v1",
            2,
            [],
            None,
            None,
            None,
            HISTOGRAMS,
            "",
            None,
            run_id,
            True,
        ),
    ]


def test_a_day_without_a_judgement_retires_the_one_before(database):
    written()
    judgements = retired(rows("judgement"))
    assert written(replace(RESULT, context_hash="x2", judgement=None))[1] == Revision(2, changed=True, current=True)
    assert rows("judgement") == judgements


PAPERMILL, INTERACTIVE = {"kind": "papermill"}, {"kind": "interactive"}
OTHER = replace(RESULT, data_hash="d2")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((RESULT, "succeeded", PAPERMILL), (RESULT, PAPERMILL), Revision(1, False, True)),
        ((RESULT, "running", PAPERMILL), (RESULT, PAPERMILL), Revision(1, False, True)),
        ((RESULT, "failed", PAPERMILL), (RESULT, PAPERMILL), Revision(2, True, True)),
        ((RESULT, "succeeded", PAPERMILL), (OTHER, PAPERMILL), Revision(2, True, True)),
        ((RESULT, "succeeded", PAPERMILL), (replace(RESULT, model_version="v2"), PAPERMILL), Revision(2, True, True)),
        ((RESULT, "succeeded", PAPERMILL), (replace(RESULT, context_hash="x2"), PAPERMILL), Revision(2, True, True)),
        ((RESULT, "succeeded", PAPERMILL), (replace(RESULT, context_hash="x2"), INTERACTIVE), Revision(2, True, False)),
        ((RESULT, "succeeded", PAPERMILL), (RESULT, {"notebook_hash": "n2"}), Revision(2, True, True)),
        ((RESULT, "succeeded", PAPERMILL), (RESULT, {"code_version": "c2"}), Revision(2, True, True)),
        ((RESULT, "succeeded", PAPERMILL), (RESULT, INTERACTIVE), Revision(1, False, True)),
        ((RESULT, "succeeded", PAPERMILL), (OTHER, INTERACTIVE), Revision(2, True, False)),
        ((RESULT, "failed", PAPERMILL), (RESULT, INTERACTIVE), Revision(1, False, True)),
        ((RESULT, "failed", PAPERMILL), (OTHER, INTERACTIVE), Revision(2, True, False)),
        ((RESULT, "succeeded", INTERACTIVE), (RESULT, INTERACTIVE), Revision(1, False, True)),
        ((RESULT, "succeeded", INTERACTIVE), (OTHER, INTERACTIVE), Revision(2, True, True)),
        ((RESULT, "succeeded", INTERACTIVE), (RESULT, PAPERMILL), Revision(2, True, True)),
        ((RESULT, "succeeded", INTERACTIVE), (OTHER, PAPERMILL), Revision(2, True, True)),
    ],
)
def test_rules_of_revisions(database, first, second, expected):
    first_id, _ = written(first[0], first[1], **first[2])
    second_id, outcome = written(second[0], **second[1])
    assert outcome == expected
    current = {row[-2] for row in rows("measure") if row[-1]}
    assert current == {second_id if expected.changed and expected.current else first_id}
    assert current == {row[-2] for row in rows("judgement") if row[-1]}
    assert store.run(second_id)["revision"] == expected.revision


def test_revisions_count_on_past_those_kept_beside(database):
    outcomes = [
        written()[1],
        written(OTHER, kind="interactive")[1],
        written(replace(RESULT, data_hash="d3"), kind="interactive")[1],
        written(OTHER)[1],
        written(RESULT)[1],
    ]
    assert [outcome.revision for outcome in outcomes] == [1, 2, 3, 4, 5]
    assert {row[10] for row in rows("measure") if row[-1]} == {5}


def test_days_and_models_do_not_touch_each_other(database):
    written()
    assert written(replace(RESULT, day=dt.date(2022, 2, 6)))[1].revision == 1
    assert written(replace(RESULT, model="other"))[1].revision == 1
    assert len([row for row in rows("measure") if row[-1]]) == 9


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan"), 1e308, np.int64(7), None])
def test_values_are_stored_as_given(database, value):
    written(replace(RESULT, measures=(Measure("x", value),)))
    (row,) = rows("measure")
    assert row[5] == (None if value is None else pytest.approx(float(value), nan_ok=True, abs=0, rel=0))


def test_an_empty_day(database):
    empty = DayResult("m", DAY, 0, (Measure("rows", 0, verdict="no data"),), {}, "d0", "v1")
    assert written(empty)[1] == Revision(1, True, True)
    assert rows("judgement") == []


def test_odd_texts(database):
    odd = "tab\t newline\n back\\slash 'quote' \\N ü"
    judgement = replace(JUDGEMENT, reason=odd, feature=odd, cell=odd)
    written(replace(RESULT, measures=(Measure("x", 1.0, odd, odd),), judgement=judgement, counts={odd: [odd]}))
    assert rows("measure")[0][3:5] == (odd, odd)
    assert (rows("judgement")[0][3], *rows("judgement")[0][5:7]) == (odd, odd, odd)
    assert rows("judgement")[0][17] == {odd: [odd]}


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (replace(RESULT, measures=()), BadInput, "the result of 'm' on 2022-02-05 holds no measure"),
        (replace(RESULT, measures=RESULT.measures * 2), psycopg.errors.UniqueViolation, "duplicate key"),
        (replace(RESULT, measures=(Measure("x", 1.0, verdict="odd"),)), psycopg.Error, "measure_verdict_fkey"),
        (replace(RESULT, judgement=replace(JUDGEMENT, verdict="odd")), psycopg.Error, "judgement_verdict_fkey"),
        (replace(RESULT, judgement=replace(JUDGEMENT, labels="odd")), psycopg.Error, "judgement_labels_check"),
        (replace(RESULT, counts={"rows": math.nan}), psycopg.Error, "invalid input syntax for type json"),
    ],
)
def test_all_or_nothing(database, result, error, message):
    written()
    before = everything()
    run_id = opened(code_version="c2")
    with pytest.raises(error, match=message):
        store.write_day(run_id, result)
    assert everything() == before
    assert store.run(run_id)["stored_at"] is None


def test_an_unknown_run(database):
    with pytest.raises(BadInput, match="run_id is 'none': there is no such run"):
        store.write_day("none", RESULT)
    assert rows("measure") == []


@pytest.mark.parametrize("of", [{"model": "other"}, {"day": dt.date(2022, 2, 6)}, {"model": "", "day": None}])
def test_a_run_of_another_model_or_day(database, of):
    run_id = opened(**of)
    with pytest.raises(BadInput, match=r"the result is of model 'm' on 2022-02-05, and the run .* stores its own day"):
        store.write_day(run_id, RESULT)
    assert rows("measure") == [] and store.run(run_id)["stored_at"] is None


@pytest.mark.parametrize(("data", "revisions"), [("'d1'", [1]), ("str(os.getpid())", [1, 2, 3, 4])])
def test_one_day_from_four_processes(database, data, revisions):
    script = f"""
import datetime as dt, os
from driftbook import store
from driftbook.records import DayResult, Judgement, Measure
day = dt.date(2022, 2, 5)
run_id = store.open_run("monitor", "m", day, "", {{}}, "papermill", "n1", "c1")
measures = tuple(Measure("severity", 0.1, f"feature {{i}}", verdict="ok") for i in range(500))
print(store.write_day(run_id, DayResult("m", day, 3, measures, {{"x": {{"a": 1}}}}, {data}, "v1")).revision)
store.close_run(run_id, "succeeded")
"""

    def run(_):
        command = [sys.executable, "-W", "error", "-c", script]
        return subprocess.run(command, capture_output=True, text=True, check=True)

    with ThreadPoolExecutor(4) as pool:
        outcomes = [int(done.stdout) for done in pool.map(run, range(4))]
    assert sorted(set(outcomes)) == revisions
    found = rows("measure")
    assert len(found) == 500 * len(revisions)
    assert {(row[10], row[-1]) for row in found} == {(revision, revision == revisions[-1]) for revision in revisions}
