import math

import pytest
from driftbook.measures import performance
from driftbook.metrics import METRICS, OF_TARGET, OWN, Metric, is_beyond, metric, rounded
from driftbook.records import WHOLE_DAY, Measure


def test_each_metric_has_words_of_its_own():
    words = [one.words for one in METRICS.values()]
    assert len(set(words)) == len(words)
    assert all(METRICS[name].name == name for name in METRICS)


def test_shares_have_the_unit_they_are_of():
    assert {one.unit.split()[0] for one in METRICS.values() if one.is_share} == {"of"}


def test_bounds_name_features_that_the_alarms_know():
    labels = {*WHOLE_DAY, "missing", "outside", "other", "unseen", OWN}
    bounds = [bound for one in METRICS.values() for bound in one.bounds]
    assert {column for column, _ in bounds} <= {*WHOLE_DAY, OWN}
    assert {label for _, label in bounds} <= labels


def test_every_measure_of_a_task_is_in_the_catalogue_with_a_head_for_its_column():
    names = {name for names in performance._METRICS.values() for name in names}
    assert names <= {*METRICS}
    assert all(METRICS[name].short for name in names)


def test_every_measure_of_a_day_is_in_the_catalogue(monitored):
    assert {m.metric for m in monitored("2022-02-10")[1].result.measures} <= {*METRICS}


def test_only_errors_have_the_band_of_the_error():
    judged = {name for name, one in METRICS.items() if one.bounds == ((WHOLE_DAY[3], WHOLE_DAY[3]),)}
    assert judged == {names[0] for names in performance._METRICS.values()}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rows", Metric("rows", "rows", "rows", bounds=(("rows", "rows"),))),
        ("r2", Metric("r2", "share of the variance explained (R²)", short="R²")),
        ("of my own", Metric("of my own", "of my own")),
    ],
)
def test_a_metric_by_its_name(name, expected):
    assert metric(name) == expected


def test_errors_of_numbers_are_in_the_unit_of_the_target():
    assert {name for name, one in METRICS.items() if one.unit == OF_TARGET} == {
        *("mean_absolute_error", "root_mean_squared_error", "bias", "error_gap", "bias_gap"),
        *("estimated_error", "estimate_bias"),
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0, "0"),
        (2399, "2,399"),
        (1234567.0, "1,234,567"),
        (-3.0, "-3"),
        (0.188522969, "0.189"),
        (12345.678, "12,346"),
        (999.6, "1,000"),
        (99.96, "100"),
        (1e-9, "1e-09"),
        (1e300, "1e+300"),
        (math.inf, "inf"),
    ],
)
def test_a_number_to_read(value, text):
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [({}, False), ({"upper": 2.0}, False), ({"upper": 1.9}, True), ({"lower": 2.1}, True), ({"lower": 2.0}, False)],
)
def test_whether_a_measure_is_beyond_its_bounds(bounds, expected):
    assert is_beyond(Measure("rows", 2.0, **bounds)) is expected
