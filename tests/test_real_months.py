"""The published months against the classic script's numbers; skipped where the months are not there."""

import csv
import datetime as dt

import numpy as np
import pytest
from driftbook import config, model, monitoring, paths, sources, store, training
from driftbook.alarms import bins, verdicts
from driftbook.measures import performance
from driftbook.periods import between, one_day

FEBRUARY, MARCH = between("2022-02-01", "2022-02-28"), between("2022-03-01", "2022-03-31")
MONTHS = ("2022-01", "2022-02", "2022-03")
COUNTS = {"rows", "num_drifted_columns", "labelled_rows"}
EXPECTED = paths.data_dir().parent / "expected" / "green_2022-02.csv"
MISSING = [name for month in MONTHS if not (paths.data_dir() / (name := f"green_tripdata_{month}.parquet")).is_file()]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"DRIFTBOOK_DATA_DIR lacks {', '.join(MISSING)}")


@pytest.fixture(scope="module")
def green():
    """The model of the published January: its settings, what training gives and the splits."""
    settings = config.load("green_taxi")
    trained, splits = training.train(settings, training.reference(settings))
    return settings, trained, splits


@pytest.fixture(scope="module")
def february(green):
    """Each day's batch with the prediction, and all that is computed of it."""
    settings, trained, _ = green
    batches = [model.predicted(trained, sources.read(settings, one_day(day))) for day in FEBRUARY.days]
    return [(batch, monitoring.monitor_day(trained, batch)) for batch in batches]


def alarms(measures):
    return {(m.metric, m.feature) for m in measures if m.verdict == "alarm"}


def test_the_errors_of_the_classic_script(green):
    settings, _, splits = green
    table = performance.errors(settings, {"training": splits.training, "validation": splits.validation})
    assert table["rows"].tolist() == [30_000, 25_211]
    assert table["MAE (minutes)"].tolist() == pytest.approx([3.80466537378506, 4.14206407368845], rel=0, abs=1e-9)


def test_both_references(green):
    _, trained, _ = green
    assert (len(trained.validation), trained.limits.days) == (25_211, 31)
    assert trained.calibration["trip_distance"].max() > 90_000
    assert trained.calibration["passenger_count"].isna().mean() > 0.09


@pytest.mark.skipif(not EXPECTED.is_file(), reason="expected/green_2022-02.csv is not beside DRIFTBOOK_DATA_DIR")
def test_every_row_of_february_equals_the_oracle(database, february):
    for _, result in february:
        run = store.open_run("monitor", result.model, result.day, "", {}, "papermill", "n", "c")
        store.write_day(run, result)
        store.close_run(run, "succeeded")
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    stored = store.daily_overview("green_taxi", FEBRUARY.start, FEBRUARY.end).to_dict("records")
    assert [str(row["day"]) for row in stored] == [row["day"] for row in expected] == list(map(str, FEBRUARY.days))
    for row, oracle in zip(stored, expected, strict=True):
        for name in oracle.keys() - {"day"}:
            tolerance = 0 if name in COUNTS else 1e-9
            assert row[name] == pytest.approx(float(oracle[name]), rel=0, abs=tolerance), (row["day"], name)


def test_at_most_two_undisturbed_days_alarm(february):
    assert sum(bool(alarms(result.measures)) for _, result in february) <= 2


def test_distances_of_another_unit_are_caught(green, february):
    settings, trained, _ = green
    caught = 0
    for batch, _ in february:
        frame = batch.frame.assign(trip_distance=batch.frame["trip_distance"] * 1.6)
        frame["prediction"] = model.predict(settings, trained.estimator, frame)
        scores = verdicts.scores(trained.limits, bins.counts(trained.limits, frame))
        judged = verdicts.judge(trained.limits, scores, enough=True)
        caught += ("psi", "trip_distance") in alarms(judged)
    assert caught >= 27


def test_march(green):
    settings, trained, _ = green
    days = [sources.read(settings, one_day(day)) for day in MARCH.days]
    assert sum(len(batch.frame) for batch in days) == len(sources.read(settings, MARCH).frame) > 70_000
    assert {batch.strays for batch in days} == {days[0].strays}
    for batch in (days[0], days[-1]):
        result = monitoring.monitor_day(trained, model.predicted(trained, batch))
        found = {m.metric: m.value for m in result.measures if not m.feature}
        assert result.rows == len(batch.frame) > 1000
        assert 3 < found["mean_absolute_error"] < 7
        assert np.isfinite(found["prediction_drift"])


def test_days_are_of_the_data_not_of_the_machine(green, february):
    settings, _, _ = green
    for batch, result in february:
        assert set(batch.frame[settings.time_column].dt.date) == {result.day}
    assert february[0][1].day == dt.date(2022, 2, 1)
