import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest
from driftbook import batches, training
from driftbook.config.alarms import Calendar
from driftbook.errors import BadData, BadInput
from driftbook.periods import between
from sklearn.linear_model import LinearRegression

from tests import trade


def with_references(settings, **changes):
    return settings.model_copy(update={"references": settings.references.model_copy(update=changes)})


@pytest.fixture(scope="module")
def batch(demo):
    return training.reference(demo[0])


def test_the_reference_is_the_published_month_as_it_is(demo, batch):
    settings, _, _ = demo
    assert len(batch.frame) == batch.table.num_rows > 60_000
    assert batch.strays == 6
    assert (~batch.in_period(settings.time_column)).sum() == 6
    assert batch.frame["trip_distance"].max() == 90_421.0


def test_the_split_is_by_filter_in_file_order(demo, batch):
    settings, _, splits = demo
    passes = batch.frame.query("0 <= duration_min <= 60 and 0 < passenger_count <= 8")
    assert len(splits.training) == settings.references.train_rows
    rows = pd.concat([splits.training, splits.validation])
    pd.testing.assert_frame_equal(rows.drop(columns="prediction"), passes)


def test_both_references(demo, batch):
    settings, trained, splits = demo
    pd.testing.assert_frame_equal(trained.validation, splits.validation.reset_index(drop=True))
    calibration = trained.reference_rows
    assert set(calibration["lpep_pickup_datetime"].dt.date) == set(settings.references.period.days)
    assert len(calibration) == len(batch.frame) - batch.strays
    assert 0.06 < calibration["passenger_count"].isna().mean() < 0.14
    assert calibration["prediction"].notna().all()


def test_the_model_agrees_with_scikit_learn(demo):
    settings, trained, splits = demo
    features = settings.features.all
    model = LinearRegression().fit(splits.training[features], splits.training["duration_min"])
    assert np.allclose(trained.estimator.coef_, model.coef_, rtol=1e-12)
    expected = model.predict(trained.reference_rows[features].fillna(0))
    assert np.allclose(trained.reference_rows["prediction"], expected, rtol=0, atol=1e-9)


def test_the_same_input_is_the_same_version(demo, batch):
    settings, trained, _ = demo
    again, _ = training.train(settings, batch)
    assert again.version == trained.version
    assert re.fullmatch("[0-9a-f]{12}", trained.version)
    pd.testing.assert_frame_equal(again.reference_rows, trained.reference_rows)
    assert again.calibration.to_json() == trained.calibration.to_json()


def test_the_days_of_the_fixed_reference(demo, counted):
    settings, trained, _ = demo
    calibrated = trained.calibration
    assert [day.day for day in calibrated.days] == settings.references.period.days
    assert {day.day: day.sha256 for day in calibrated.days} == {
        day: counts.sha256 for day, counts in counted.items() if day <= settings.references.end
    }
    assert sum(day.rows for day in calibrated.days) == len(trained.reference_rows)
    assert calibrated.fixed.days == tuple(settings.references.period.days[1:])  # without New Year's Day
    assert {*calibrated.grid.columns} == {*settings.watched.all}
    assert calibrated.kinds["lpep_pickup_datetime"] == "time"
    assert (calibrated.kinds["ehail_fee"], calibrated.kinds["store_and_fwd_flag"]) == ("null", "text")


def test_the_budget_is_no_matter_of_training(demo, batch):
    settings, trained, _ = demo
    alarms = settings.alarms.model_copy(update={"false_alarms_per_month": 3.0})
    assert training._version(settings.model_copy(update={"alarms": alarms}), batch) == trained.version


def test_too_few_days_calibrate_nothing_but_can_be_shown(demo, batch):
    days = batch.frame["lpep_pickup_datetime"].dt.date.value_counts()
    settings = with_references(demo[0], min_rows_per_day=int(days.nlargest(12).min()))
    calibrated = training.train(settings, batch)[0].calibration
    assert (len(calibrated.days), calibrated.fixed) == (12, None)
    assert {cells.column for cells in calibrated.plan.bins} == {*settings.watched.all}


@pytest.mark.parametrize("changes", [{"fill_missing": 1}, {"title": "other"}, {"calendar": Calendar()}])
def test_other_params_are_another_version(demo, batch, changes):
    settings, trained, _ = demo
    assert training._version(settings.model_copy(update=changes), batch) != trained.version


def test_other_data_is_another_version(demo):
    settings, trained, _ = demo
    other = batches.read(settings, between("2022-01-01", "2022-01-30"), strays=True)
    assert training._version(settings, other) != trained.version


def test_small_days_do_not_calibrate(demo, batch):
    settings = with_references(demo[0], min_rows_per_day=1000)
    trained, _ = training.train(settings, batch)
    snow = dt.date(2022, 1, 29)
    assert [day.day for day in trained.calibration.days] == [d for d in settings.references.period.days if d != snow]
    assert len(trained.reference_rows) == len(demo[1].reference_rows)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train_rows": 70_000},
            r"of 67584 reference rows have a label and pass the filters: train_rows 70000 leaves none to validate",
        ),
        (
            {"train_rows": 59_144},
            "59144 of 67584 reference rows have a label and pass the filters: train_rows 59144 leaves none",
        ),
        ({"min_rows_per_day": 10_000}, "no day of the reference period has 10000 rows or more: choose another period"),
    ],
)
def test_too_little_to_learn_from(demo, batch, changes, message):
    with pytest.raises(BadData, match=message):
        training.train(with_references(demo[0], **changes), batch)


@pytest.mark.parametrize("column", ["trip_distance", "PULocationID"])
def test_a_feature_without_any_value(demo, batch, column):
    frame = batch.frame.assign(**{column: np.nan})
    with pytest.raises(BadData, match=rf"the features \['{column}'\] have no value in the reference period: take them"):
        training.split(demo[0], frame)


def test_a_filtered_column_without_any_value(demo, batch):
    frame = batch.frame.assign(passenger_count=np.nan)
    with pytest.raises(BadData, match="0 of 67584 reference rows have a label and pass the filters"):
        training.split(demo[0], frame)


def test_a_reference_outside_of_the_source(demo):
    settings = with_references(demo[0], start=dt.date(2021, 12, 1))
    with pytest.raises(BadInput, match="2021-12-01 to 2022-01-31 is not among the simulated days"):
        training.reference(settings)


DELIVERED = {
    "regression": {"kind": "delivered", "column": "expected"},
    "binary": {"kind": "delivered", "column": "p"},
    "multiclass": {"kind": "delivered", "column": "outcome"},
}
TRAINED = {
    "regression": "sklearn.ensemble:HistGradientBoostingRegressor",
    "binary": "sklearn.ensemble:HistGradientBoostingClassifier",
    "multiclass": "sklearn.ensemble:RandomForestClassifier",
}
REFERENCES = {"start": "2022-01-01", "end": "2022-01-31", "min_rows_per_day": 100}


@pytest.mark.parametrize("task", TRAINED)
def test_every_task_trains_and_calibrates(task):
    arguments = {"n_estimators": 5} if "Forest" in TRAINED[task] else {"max_iter": 5}
    chosen = {"kind": "train", "estimator": TRAINED[task], "arguments": arguments}
    trained, splits = training.train(trade.settings(task, model=chosen), trade.batch())
    assert (len(splits.training), len(splits.validation)) == (3000, 3200)
    assert trained.calibration.fixed is not None
    assert {*trained.calibration.grid.columns} == {*trained.settings.watched.all}
    assert all(day.errors[0] == 200 for day in trained.calibration.days)
    again, _ = training.train(trade.settings(task, model=chosen), trade.batch())
    assert again.calibration.to_json() == trained.calibration.to_json()


@pytest.mark.parametrize("task", DELIVERED)
@pytest.mark.parametrize("train_rows", [None, 3000])
def test_a_model_that_is_brought_is_validated_on_every_labelled_row(task, train_rows):
    references = {**REFERENCES, **({"train_rows": train_rows} if train_rows else {})}
    settings = trade.settings(task, model=DELIVERED[task], references=references)
    trained, splits = training.train(settings, trade.batch())
    assert trained.estimator is None
    assert (len(splits.training), len(trained.validation)) == ((3000, 3200) if train_rows else (0, 6200))


def test_a_brought_model_may_have_features_without_a_value():
    settings = trade.settings(model=DELIVERED["regression"])
    rows = trade.frame().assign(weight=np.nan, carrier=None)
    assert len(training.train(settings, trade.batch(rows))[0].calibration.days) == 31


def test_rows_without_a_label_train_and_validate_nothing():
    settings = trade.settings(model=DELIVERED["regression"], references=REFERENCES)
    rows = trade.frame()
    some = rows.assign(hours=rows["hours"].where(rows.index >= 200))
    trained, _ = training.train(settings, trade.batch(some))
    assert (len(trained.validation), len(trained.reference_rows)) == (6000, 6200)
    with pytest.raises(BadData, match="0 of 6200 reference rows have a label and pass the filters: train_rows 0"):
        training.train(settings, trade.batch(rows.assign(hours=np.nan)))


def test_another_file_is_another_version():
    given = {"kind": "file", "path": "m.joblib"}
    one, other = (trade.settings(model={**given, "sha256": digit * 64}) for digit in "01")
    assert training._version(one, trade.batch()) != training._version(other, trade.batch())


@pytest.mark.parametrize(
    ("task", "changes", "message"),
    [
        (
            "binary",
            {"late": 2.0},
            "the target 'late' holds 2, and task 'binary' expects 1 and 0 or true and false: wri",
        ),
        (
            "binary",
            {"p": 37.0},
            "the predictions go from 37 to 37, and task 'binary' expects probabilities from 0 to 1",
        ),
        ("binary", {"p": np.nan}, "no row of the reference period has a prediction: correct the model in the params"),
        ("multiclass", {"outcome": None}, "0 of 6200 reference rows have a label"),
    ],
)
def test_outcomes_that_are_none_of_the_task(task, changes, message):
    rows = trade.frame().assign(**changes)
    with pytest.raises(BadData, match=message):
        training.train(trade.settings(task, model=DELIVERED[task]), trade.batch(rows))


def test_the_params_file_leaves_out_how_columns_go_together(demo):
    settings, trained, _ = demo
    quiet = settings.model_copy(update={"together": False})
    found, _ = training.train(quiet, training.reference(quiet))
    assert found.version != trained.version
    assert found.calibration.grid.relations is None
    assert not any(day.together for day in found.calibration.days)
    assert "columns together" not in found.calibration.fixed.layout.columns
