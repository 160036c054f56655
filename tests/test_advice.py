import re
from dataclasses import replace

import pytest
from driftbook import advice, explain, model, monitoring


def step(demo, monitored, day, column=""):
    batch, result = monitored(day)
    return advice.next_step(demo[1], result, batch.frame, explain.chosen(explain.ratios(result), column))


@pytest.mark.parametrize(
    ("day", "column", "expected"),
    [
        ("2022-02-05", "", r"No alarm: nothing to do\."),
        (
            "2022-02-10",
            "trip_distance",
            r"All of trip_distance changed by about the same factor, 1\.[56]\d: look",
        ),
        (
            "2022-02-14",
            "",
            r"3\d% of fare_amount are missing \(0% in the reference\); the model was given 0 in",
        ),
        (
            "2022-02-17",
            "",
            r"\d\d% of the change of PULocationID comes from the rows with PULocationID 265",
        ),
        (
            "2022-02-19",
            "",
            r"50% of the rows repeat another row exactly: the day was probably delivered twice",
        ),
        ("2022-02-20", "", r"No row arrived for this day: ask whether the job that delivers it has run, then backfill"),
        (
            "2022-02-23",
            "",
            r"The features are as they were, what is predicted is not \(duration_min changed",
        ),
    ],
)
def test_each_incident_has_its_next_step(demo, monitored, day, column, expected):
    assert re.match(expected, step(demo, monitored, day, column))


def test_a_missing_column_that_is_no_input_of_the_model(demo, monitored):
    settings, trained, _ = demo
    batch, _ = monitored("2022-02-05")
    frame = batch.frame.assign(payment_type=batch.frame["payment_type"].mask(batch.frame.index % 2 == 0))
    result = monitoring.monitor_day(trained, replace(batch, frame=frame))
    found = advice.next_step(trained, result, frame, "payment_type")
    assert re.fullmatch(
        r"5\d% of payment_type are missing \(1\d% in the reference\)\. Ask who delivers the column\.", found
    )
    assert "payment_type" not in settings.features.all


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("trip_distance >= 0", "The change of trip_distance is spread over the rows. Compare with the days around"),
        ("payment_type == 1", "100% of the change of trip_distance comes from the rows with payment_type 1: look"),
    ],
)
def test_a_segment_is_named_only_if_it_carries_more_than_its_share(demo, monitored, where, expected):
    settings, trained, _ = demo
    batch, _ = monitored("2022-02-05")
    frame = trained.calibration.drop(columns="prediction").copy()
    frame.loc[frame.eval(where), "trip_distance"] += 3
    frame["prediction"] = model.predict(settings, trained.estimator, frame)
    alarming = monitoring.monitor_day(trained, replace(batch, frame=frame))
    found = advice.next_step(trained, alarming, frame, "trip_distance")
    assert re.match(expected, found)
