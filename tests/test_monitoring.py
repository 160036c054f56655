import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from driftbook import monitoring
from driftbook.records import Measure

#: Incident to one of its days and a measure that must alarm on it.
INCIDENTS = {
    "kilometres": ("2022-02-10", ("psi", "trip_distance")),
    "missing fares": ("2022-02-14", ("psi", "fare_amount")),
    "zone": ("2022-02-17", ("psi", "PULocationID")),
    "delivered twice": ("2022-02-19", ("duplicate_share", "")),
    "traffic": ("2022-02-23", ("psi", "duration_min")),
}


def alarms(result):
    return {(m.metric, m.feature) for m in result.measures if m.verdict == "alarm"}


@pytest.mark.parametrize("incident", INCIDENTS)
def test_a_planted_incident_alarms_on_the_measure_it_is_about(monitored, incident):
    day, expected = INCIDENTS[incident]
    _, result = monitored(day)
    assert result.verdict == "alarm"
    assert expected in alarms(result)


@pytest.mark.parametrize("day", ["2022-02-02", "2022-02-05", "2022-02-08"])
def test_an_undisturbed_day_is_quiet(monitored, day):
    _, result = monitored(day)
    assert alarms(result) == set()


def test_what_a_day_holds(demo, monitored):
    settings, trained, _ = demo
    batch, result = monitored("2022-02-05")
    assert (result.model, str(result.day), result.rows) == ("demo", "2022-02-05", len(batch.frame))
    assert (result.data_hash, result.model_version) == (batch.sha256, trained.version)
    assert set(result.histograms) == {*settings.watched.all}
    assert all(sum(counts.values()) == result.rows for counts in result.histograms.values())
    keys = [(m.metric, m.feature, m.segment) for m in result.measures]
    assert len(keys) == len(set(keys))
    metrics = {m.metric for m in result.measures}
    assert metrics >= {
        "rows", "stray_rows", "share_missing_values", "missing_share", "duplicate_share", "quantile", "unseen_share",
        "out_of_range_share", "prediction_drift", "num_drifted_columns", "evidently_drift", "labelled_rows",
        "mean_absolute_error", "psi",
    }  # fmt: skip
    assert all(m.value is None or math.isfinite(m.value) for m in result.measures)


def test_the_same_day_again_is_the_same(demo, monitored):
    batch, result = monitored("2022-02-05")
    assert monitoring.monitor_day(demo[1], batch) == result


def test_an_empty_day_is_a_result(monitored):
    batch, result = monitored("2022-02-20")
    assert batch.frame.empty
    assert result.measures == (Measure("rows", 0.0, verdict="no data"),)
    assert (result.rows, result.verdict, result.histograms) == (0, "no data", {})


@pytest.mark.parametrize("rows", [1, 199, 200])
def test_a_day_of_few_rows_is_not_judged(demo, monitored, rows):
    batch, _ = monitored("2022-02-05")
    few = replace(batch, table=batch.table.slice(0, rows), frame=batch.frame.head(rows))
    result = monitoring.monitor_day(demo[1], few)
    verdicts = {m.verdict for m in result.measures}
    assert result.rows == rows
    assert (verdicts == {"", "insufficient"}) == (rows < 200)
    assert all(m.value is None or math.isfinite(m.value) for m in result.measures)


@pytest.mark.parametrize("column", ["fare_amount", "passenger_count", "PULocationID", "payment_type", "duration_min"])
def test_a_column_without_any_value_alarms_and_is_no_crash(demo, monitored, column):
    batch, _ = monitored("2022-02-05")
    result = monitoring.monitor_day(demo[1], replace(batch, frame=batch.frame.assign(**{column: np.nan})))
    assert ("psi", column) in alarms(result)
    assert {m.value for m in result.measures if m.feature == column and m.metric in ("quantile", "unseen_share")} <= {
        None
    }


def test_a_day_does_not_look_at_its_order(demo, monitored):
    batch, result = monitored("2022-02-05")
    order = np.random.default_rng(1).permutation(len(batch.frame))
    shuffled = replace(batch, table=batch.table.take(order), frame=batch.frame.iloc[order])
    values, found = (
        pd.Series({(m.metric, m.feature, m.segment): m.value for m in each.measures}, dtype=float)
        for each in (result, monitoring.monitor_day(demo[1], shuffled))
    )
    assert np.allclose(values, found, rtol=1e-9, equal_nan=True)
