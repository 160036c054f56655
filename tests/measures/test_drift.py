import os

import numpy as np
import pandas as pd
import pytest
from driftbook import model
from driftbook.measures import drift
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from tests import trade


def values(measures):
    return {m.feature or m.metric: m.value for m in measures}


@pytest.fixture(scope="module")
def day(monitored):
    """The frame of an undisturbed day."""
    return monitored("2022-02-05")[0].frame


def test_nothing_is_sent_anywhere():
    assert os.environ["DO_NOT_TRACK"] == "1"


@pytest.mark.parametrize("column", ["prediction", "trip_distance", "fare_amount", "total_amount", "passenger_count"])
def test_numeric_columns_agree_with_scipy(demo, monitored, column):
    _, trained, _ = demo
    batch, day = monitored("2022-02-10")
    found = {m.feature: m.value for m in day.result.measures if m.metric == "evidently_drift"}
    reference, current = trained.validation[column].dropna(), batch.frame[column].dropna()
    expected = wasserstein_distance(reference, current) / reference.std(ddof=0)
    assert found[column] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("column", ["PULocationID", "DOLocationID"])
def test_categorical_columns_agree_with_scipy(demo, monitored, column):
    _, trained, _ = demo
    batch, day = monitored("2022-02-10")
    found = {m.feature: m.value for m in day.result.measures if m.metric == "evidently_drift"}
    shares = [frame[column].value_counts(normalize=True) for frame in (trained.validation, batch.frame)]
    table = pd.concat(shares, axis=1).fillna(0)
    assert found[column] == pytest.approx(jensenshannon(*table.to_numpy().T), rel=1e-9)


def test_the_day_in_two_numbers(demo, monitored):
    result = monitored("2022-02-10")[1].result
    columns = {m.feature: m.value for m in result.measures if m.metric == "evidently_drift"}
    whole = {m.metric: m.value for m in result.measures if m.metric in ("prediction_drift", "num_drifted_columns")}
    assert set(columns) == {*demo[0].features.all, "prediction"}
    assert whole["prediction_drift"] == columns["prediction"]
    assert whole["num_drifted_columns"] == sum(value >= drift.EVIDENTLY_THRESHOLD for value in columns.values()) > 0


def test_evidently_judges_nothing(monitored):
    result = monitored("2022-02-10")[1].result
    found = [m for m in result.measures if m.metric in ("evidently_drift", "prediction_drift", "num_drifted_columns")]
    assert {m.verdict for m in found} == {""}
    assert {m.reference for m in found} == {"validation"}
    assert {m.upper for m in found if m.metric != "num_drifted_columns"} == {0.1}


@pytest.mark.parametrize("columns", [["fare_amount"], ["PULocationID"], ["passenger_count", "DOLocationID"]])
def test_columns_without_any_value_have_no_drift(demo, day, columns):
    settings, trained, _ = demo
    full = values(drift.drift(settings, trained.validation, day))
    found = values(drift.drift(settings, trained.validation, day.assign(**dict.fromkeys(columns, np.nan))))
    assert {name for name, value in found.items() if value is None} == {*columns}
    assert all(found[name] == full[name] for name in found if name not in (*columns, "num_drifted_columns"))


def test_every_feature_without_any_value(demo, day):
    settings, trained, _ = demo
    empty = day.assign(**dict.fromkeys(settings.features.all, np.nan))
    found = values(drift.drift(settings, trained.validation, empty))
    assert found["prediction"] == values(drift.drift(settings, trained.validation, day))["prediction"]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_day_of_few_rows(demo, day, rows):
    settings, trained, _ = demo
    found = values(drift.drift(settings, trained.validation, day.head(rows)))
    assert all(np.isfinite(value) for value in found.values())


def test_the_training_report_as_data(demo):
    settings, _, splits = demo
    training, validation = splits.training.head(3000), splits.validation.head(3000)
    found = drift.training_values(settings, drift.training_report(settings, training, validation), len(validation))
    distance = wasserstein_distance(training["prediction"], validation["prediction"])
    assert found["prediction_drift"] == pytest.approx(distance / training["prediction"].std(ddof=0), rel=1e-9)
    used = validation[[*settings.features.all, "prediction"]]
    assert found["share_missing_values"] == pytest.approx(used.isna().mean(axis=None), abs=1e-12)
    assert found["num_drifted_columns"] == values(drift.drift(settings, training, validation))["num_drifted_columns"]


def test_the_interactive_report_has_its_tests(demo, day):
    settings, trained, _ = demo
    empty = day.assign(fare_amount=np.nan)
    report = drift.drift_report(settings, trained.validation, empty).dict()
    columns = {m["config"]["column"] for m in report["metrics"] if "column" in m["config"]}
    assert columns == {*settings.features.all, "prediction"} - {"fare_amount"}
    assert len(report["tests"]) == len(columns) + 1


def test_frames_are_left_as_they_are(demo, day):
    settings, trained, _ = demo
    before, state = day.copy(), np.random.get_state()[1].tolist()
    drift.drift(settings, trained.validation, day)
    pd.testing.assert_frame_equal(day, before)
    assert np.random.get_state()[1].tolist() == state


def test_a_prediction_is_needed(demo, day):
    settings, trained, _ = demo
    with pytest.raises(KeyError, match="prediction"):
        drift.drift(settings, trained.validation, day.drop(columns="prediction"))
    assert len(model.predict(settings, trained.estimator, day)) == len(day)


DELIVERED = {"regression": "expected", "binary": "p", "multiclass": "outcome"}
ODD = {
    "nothing": {},
    "a number without a value": {"weight": np.nan},
    "a constant number": {"weight": 3.0},
    "an absurd number": {"weight": 1e99},
    "a category without a value": {"carrier": None},
    "one category": {"carrier": "fox"},
    "an unseen category": {"carrier": "tortoise"},
    "true and false": {"carrier": "true"},
    "ids as text": {"rack": "7"},
    "no prediction": {"prediction": None},
    "no feature with a value": dict.fromkeys(("weight", "distance", "carrier", "depot", "rack")),
}


def parcels(task, odd="nothing", **given):
    settings = trade.settings(task, model={"kind": "delivered", "column": DELIVERED[task]})
    return settings, model.with_prediction(settings, None, trade.frame(**given)).assign(**ODD[odd])


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("side", ["reference", "current"])
@pytest.mark.parametrize("task", ["regression", "multiclass"])
def test_no_column_costs_a_day(task, side, odd):
    settings, reference = parcels(task, odd if side != "current" else "nothing", days=5)
    _, current = parcels(task, odd if side != "reference" else "nothing", days=1, seed=1)
    found = values(drift.drift(settings, reference, current))
    assert set(found) == {*settings.features.all, "prediction", "prediction_drift", "num_drifted_columns"}
    assert all(value is None or np.isfinite(value) for value in found.values())
    without = {name for name in ODD[odd] if "without" in odd or odd in ("no prediction", "no feature with a value")}
    assert {name for name, value in found.items() if value is None and name in ODD[odd]} >= without
    assert found["depot"] is not None or "depot" in without
    assert drift.drift_report(settings, reference, current) is not None
    report = drift.training_values(settings, drift.training_report(settings, reference, current), len(current))
    assert report["num_drifted_columns"] == found["num_drifted_columns"]


def test_text_agrees_with_scipy():
    settings, reference = parcels("multiclass", days=10)
    _, current = parcels("multiclass", days=1, seed=1)
    found = values(drift.drift(settings, reference, current))
    for name in ("carrier", "prediction"):
        shares = [frame[name].value_counts(normalize=True) for frame in (reference, current)]
        table = pd.concat(shares, axis=1).fillna(0)
        assert found[name] == pytest.approx(jensenshannon(*table.to_numpy().T), rel=1e-9)


@pytest.mark.parametrize("task", DELIVERED)
def test_a_delivered_model_without_a_feature(task):
    settings, reference = parcels(task, days=5)
    settings = settings.model_copy(update={"features": type(settings.features)()})
    current = parcels(task, days=1, seed=1)[1]
    assert set(values(drift.drift(settings, reference, current))) == {
        *("prediction", "prediction_drift", "num_drifted_columns")
    }
    nothing = values(drift.drift(settings, reference, current.assign(prediction=None)))
    assert nothing == {"prediction": None, "prediction_drift": None, "num_drifted_columns": 0}
    assert drift.drift_report(settings, reference, current.assign(prediction=None)) is None
