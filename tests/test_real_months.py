"""The published months against the classic script's numbers; skipped where the months are not there."""

import csv
import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from driftbook import batches, config, history, model, monitoring, paths, store, training
from driftbook.alarms.judge import judge
from driftbook.measures import performance
from driftbook.periods import between, one_day
from driftbook.profiles import counting

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
def judged(green):
    """A function of a day's batch: its verdict against January and the days before it, without Evidently."""
    return Judging(green[1], FEBRUARY)


@pytest.fixture(scope="module")
def february(green, judged):
    """Each day's batch with the prediction, and all that is computed of it."""
    settings, trained, _ = green
    days = [model.predicted(trained, batches.read(settings, one_day(day))) for day in FEBRUARY.days]
    return [(batch, monitoring.report(trained, batch, judged.before(batch.period.start))) for batch in days]


class Judging:
    """Judges days of a period by a model, each with its trailing reference out of the undisturbed days before it."""

    def __init__(self, trained, period):
        self.trained = trained
        self.days = {day.period.start: day for day in self.read(period)}
        self.known = [*trained.calibration.days, *map(self.counted, self.days.values())]

    def read(self, period):
        settings = self.trained.settings
        batch = model.predicted(self.trained, batches.read(settings, period))
        return batch.by_day(settings.time_column)

    def counted(self, batch):
        return counting.profile(self.trained.settings, self.trained.calibration.grid, batch)

    def before(self, day):
        return history.choose(self.trained, day, self.known)

    def __call__(self, batch):
        alarms, before = self.trained.settings.alarms, self.before(batch.period.start)
        return judge(self.trained.calibration, alarms, self.counted(batch), before).judgement


def pages(judgements):
    return [(str(day), one.reason) for day, one in judgements.items() if one.verdict == "alarm"]


def test_the_errors_of_the_classic_script(green):
    settings, _, splits = green
    table = performance.errors(settings, {"training": splits.training, "validation": splits.validation})
    assert table["rows"].tolist() == [30_000, 25_211]
    assert table["MAE (minutes)"].tolist() == pytest.approx([3.80466537378506, 4.14206407368845], rel=0, abs=1e-9)


def test_both_references(green):
    settings, trained, _ = green
    assert (len(trained.validation), len(trained.calibration.days)) == (25_211, 31)
    assert trained.calibration.fixed.days == tuple(day for day in settings.references.period.days if day.day > 1)
    assert trained.reference_rows["trip_distance"].max() > 90_000
    assert trained.reference_rows["passenger_count"].isna().mean() > 0.09


@pytest.mark.skipif(not EXPECTED.is_file(), reason="expected/green_2022-02.csv is not beside DRIFTBOOK_DATA_DIR")
def test_every_row_of_february_equals_the_oracle(database, february):
    for _, day in february:
        result = day.result
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


def test_at_most_one_page_in_undisturbed_february(february, judged):
    found = {batch.period.start: judged(batch) for batch, _ in february}
    assert len(found) == 28
    assert len(pages(found)) <= 1, pages(found)
    for _, day in february:  # what a whole day says
        assert day.result.judgement.verdict == found[day.result.day].verdict


def test_at_most_one_page_in_undisturbed_march(green):
    references = {"start": FEBRUARY.start, "end": FEBRUARY.days[-1]}
    settings = green[0].model_copy(update={"references": green[0].references.model_copy(update=references)})
    judged = Judging(training.train(settings, training.reference(settings))[0], MARCH)
    assert list(judged.days) == MARCH.days
    found = {day: judged(batch) for day, batch in judged.days.items()}
    assert len(pages(found)) <= 1, pages(found)
    assert found[dt.date(2022, 3, 13)].verdict == "ok"  # the clock skipped an hour


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("trip_distance", lambda values: values * 1.6),
        ("fare_amount", lambda values: values * 1.2),
        ("PULocationID", lambda values: values.mask(values.index % 4 == 0, 265.0)),  # a zone swallows a quarter
    ],
    ids=["distance x1.6", "fare x1.2", "zone"],
)
def test_a_fault_is_caught_on_each_day_and_named(green, judged, column, change):
    caught = {}
    for day, batch in judged.days.items():
        changed = replace(batch, frame=batch.frame.assign(**{column: change(batch.frame[column])}))
        one = judged(model.predicted(green[1], changed))
        caught[str(day)] = (one.verdict, one.feature)
    assert len(caught) == 28
    assert list(caught.values()).count(("alarm", column)) >= 27, caught


def test_march(green):
    settings, trained, _ = green
    days = [batches.read(settings, one_day(day)) for day in MARCH.days]
    assert sum(len(batch.frame) for batch in days) == len(batches.read(settings, MARCH).frame) > 70_000
    assert {batch.strays for batch in days} == {days[0].strays}
    for batch in (days[0], days[-1]):
        result = monitoring.report(trained, model.predicted(trained, batch), ()).result
        found = {m.metric: m.value for m in result.measures if not m.feature and not m.segment}
        assert result.rows == len(batch.frame) > 1000
        assert 3 < found["mean_absolute_error"] < 7
        assert np.isfinite(found["prediction_drift"])


def test_days_are_of_the_data_not_of_the_machine(green, february):
    settings, _, _ = green
    for batch, day in february:
        assert set(batch.frame[settings.time_column].dt.date) == {day.result.day}
    assert february[0][1].result.day == dt.date(2022, 2, 1)
