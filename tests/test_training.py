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
