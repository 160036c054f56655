"""Labels that come later: a day waits for them, alarms for nothing they leave empty, and is computed again."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from driftbook import history, monitoring, store, training
from driftbook.periods import between
from driftbook.runs import backfill, versions

from tests import trade

PERIOD = between("2022-02-01", "2022-02-10")
#: Labels come a week later, and this was the newest day when the period was first monitored.
NOW = versions.of_days()[::-1]  # hash of the notebook, version of the code
NEWEST, DELAY = dt.date(2022, 2, 10), 7


def delivered(path, until):
    """Write the deliveries of two months, true hours known only for days up to one."""
    rows = trade.frame(days=45, seed=3).drop(columns=["hour", "late", "outcome"])
    unknown = rows["sent"].dt.date > until
    rows.assign(hours=rows["hours"].mask(unknown), arrived=rows["hours"].mask(unknown)).to_parquet(path)


@pytest.fixture
def trained(database, tmp_path):
    """A model whose predictions the table holds, its references frozen while the newest labels were missing."""
    delivered(tmp_path / "parcels.parquet", NEWEST - dt.timedelta(days=DELAY))
    settings = trade.settings(
        source={"kind": "table", "path": str(tmp_path / "parcels.parquet")},
        model={"kind": "delivered", "column": "expected"},
        labels={"delay_days": DELAY, "columns": ["arrived"]},
        performance={"segments": [{"column": "depot"}], "min_rows": 10, "fairness": {"by": "depot", "error_gap": 1e-6}},
    )
    return training.train(settings, training.reference(settings))[0]


@pytest.fixture
def runs(trained, monkeypatch):
    """The days that `backfill` runs, each monitored and stored as a papermill run of it would."""
    ran = []

    def run(_, days, *__):
        for day in days:
            ran.append(day.day)
            result = monitoring.monitor(trained, day).result
            run_id = store.open_run("monitor", result.model, day, str(day), {}, "papermill", *NOW)
            store.write_day(run_id, result)
            store.close_run(run_id, "succeeded")
        return {day: backfill.Job(day, "computed") for day in days}

    monkeypatch.setattr(backfill, "_run_all", run)
    return ran


def missing(trained):
    return backfill.backfill(trained, "parcels", PERIOD, days="missing")


def verdicts(trained):
    overview = store.daily_overview(trained.settings.name, PERIOD.start, PERIOD.end)
    return dict(zip(overview["day"].map(lambda day: day.day), overview["verdict"], strict=True))


def test_a_day_waits_for_its_labels_and_is_computed_again_when_they_came(trained, runs, tmp_path):
    missing(trained)
    assert runs == list(range(1, 11))
    judged = store.judgements(trained.settings.name, PERIOD.start, PERIOD.end)
    assert judged.loc[judged["day"].map(lambda day: day.day > 3), "labels"].unique().tolist() == ["pending"]
    late = {verdict for day, verdict in verdicts(trained).items() if day > 3}
    assert late <= {"labels pending", "notice"} and "labels pending" in late  # a notice of something else may be there
    assert {verdict for day, verdict in verdicts(trained).items() if day <= 3} <= {"ok", "notice"}
    runs.clear()
    missing(trained)
    assert runs == []  # nothing came
    delivered(tmp_path / "parcels.parquet", NEWEST - dt.timedelta(days=5))
    missing(trained)
    assert runs == [4, 5]
    measures = store.measures(trained.settings.name, PERIOD.start, PERIOD.end, "mean_absolute_error")
    known = measures.dropna(subset="value").set_index("day")["revision"]
    assert {day.day: revision for day, revision in known.items()} == {1: 1, 2: 1, 3: 1, 4: 2, 5: 2}
    assert verdicts(trained)[5] != "labels pending"


def test_labels_of_other_days_make_no_waiting_day_stale(trained, runs, tmp_path):
    missing(trained)
    delivered(tmp_path / "parcels.parquet", NEWEST)
    runs.clear()
    missing(trained)
    assert runs == [4, 5, 6, 7, 8, 9, 10]
    runs.clear()
    missing(trained)
    assert runs == []


def test_a_source_that_is_away_leaves_waiting_days_as_they_are(trained, runs, tmp_path, caplog):
    missing(trained)
    (tmp_path / "parcels.parquet").unlink()
    assert history.late_days(trained, PERIOD) == []
    assert "whether labels of 2022-02-04 came cannot be told" in caplog.text


def test_when_labels_are_expected_is_said(trained):
    reason = monitoring.monitor(trained, NEWEST).result.judgement.reason
    assert "labels pending: 100% of the rows wait for theirs, expected by 2022-02-17" in reason


def test_the_error_of_a_day_with_some_labels_is_shown_but_judges_nothing(trained):
    report = monitoring.monitor(trained, dt.date(2022, 2, 2))
    some = report.batch.frame["hours"].where(pd.Series(range(len(report.batch.frame))) % 4 == 0)
    half = monitoring.report(trained, replace(report.batch, frame=report.batch.frame.assign(hours=some)), ())
    error = next(m for m in half.result.measures if m.metric == "mean_absolute_error")
    assert half.result.verdict == "labels pending"
    assert (error.value > 0, error.verdict, error.upper) == (True, "", None)


def test_late_labels_revise_intervals_and_segments(runs, trained, tmp_path):
    missing(trained)
    day, end = dt.date(2022, 2, 4), dt.date(2022, 2, 5)
    assert of_error(trained, day, end)["value"].isna().all()
    delivered(tmp_path / "parcels.parquet", NEWEST)
    missing(trained)
    found = of_error(trained, day, end)
    assert len(found) == 1 + len(trade.DEPOTS) + 1  # the day, its depots, the gap between them
    assert (found["revision"] == 2).all()
    with store.connect() as connection:
        query = "select low, value, high from driftbook.measure_interval where day = %s and metric like '%%error%%'"
        ends = connection.execute(query, [day]).fetchall()
    assert len(ends) > len(found) and all(low <= value <= high for low, value, high in ends)


def of_error(trained, day, end):
    measures = store.measures(trained.settings.name, day, end)
    return measures[measures["metric"].isin(["mean_absolute_error", "error_gap"])]
