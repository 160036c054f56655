from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from driftbook.batches import Batch
from driftbook.measures import quality
from driftbook.periods import one_day
from driftbook.profiles import counting


def measured(demo, batch, columns, day):
    found = quality.quality(demo[0], batch, columns, day)
    keys = [(m.metric, m.feature, m.segment) for m in found]
    assert len(set(keys)) == len(keys)
    return {" ".join(filter(None, key)): m.value for key, m in zip(keys, found, strict=True)}


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("rows", 6),
        ("stray_rows", 3),
        ("share_missing_values", (1 + 2 + 2 + 1 + 6) / (6 * 11)),  # ten delivered columns and the prediction
        ("missing_share passenger_count", 1 / 6),
        ("missing_share fare_amount", 2 / 6),
        ("missing_share note", 1 / 6),
        ("missing_share ehail_fee", 1),
        ("missing_share trip_distance", 0),
        ("quantile total_amount p05", 6),
        ("quantile total_amount p50", 7.5),
        ("quantile total_amount p95", 9.75),
        ("quantile fare_amount p50", 6.5),
        ("out_of_range_share trip_distance", 1 / 6),
        ("out_of_range_share fare_amount", 1 / 4),
        ("out_of_range_share duration_min", 1 / 6),
        ("out_of_range_share passenger_count", 1 / 5),
        ("out_of_range_share hour", 1 / 6),
        ("out_of_range_share prediction", 1 / 6),
        ("unseen_share PULocationID", 1 / 6),
        ("unseen_share DOLocationID", 0),
        ("unseen_share payment_type", 1 / 4),
    ],
)
def test_a_day_counted_by_hand(demo, batch, columns, day, measure, expected):
    assert measured(demo, batch, columns, day)[measure] == pytest.approx(expected, abs=1e-12)


def test_which_measures_there_are(demo, batch, columns, day):
    settings, found = demo[0], measured(demo, batch, columns, day)
    single = {"rows", "share_missing_values", "stray_rows"}
    assert set(found) == single | {f"missing_share {name}" for name in batch.table.column_names} | {
        f"quantile {name} {level}" for name in settings.watched.numeric for level in ("p05", "p50", "p95")
    } | {f"out_of_range_share {name}" for name in settings.watched.numeric} | {
        f"unseen_share {name}" for name in settings.watched.categorical
    }


def test_columns_without_any_value(demo, grid, batch, columns):
    empty = replace(batch, frame=batch.frame.assign(fare_amount=np.nan, payment_type=np.nan, hour=np.nan))
    found = measured(demo, empty, columns, counting.profile(demo[0], grid, empty))
    assert found["out_of_range_share fare_amount"] is found["out_of_range_share hour"] is None
    assert found["quantile fare_amount p50"] is None
    assert found["unseen_share payment_type"] is None


def test_a_day_of_one_row(demo, grid, batch, columns):
    one = Batch(batch.period, batch.table.slice(0, 1), batch.frame.head(1), 0)
    found = measured(demo, one, columns, counting.profile(demo[0], grid, one))
    assert (found["rows"], found["quantile total_amount p05"], found["missing_share fare_amount"]) == (1, 6, 0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1.0, None, np.nan]), 2),
        (pa.array([1, None]), 1),
        (pa.array(["", None]), 1),
        (pa.nulls(3), 3),
        (pa.array([], pa.float64()), 0),
    ],
    ids=str,
)
def test_missing_is_null_or_nan(values, expected):
    assert quality.missing_values(pa.chunked_array([values])) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"a": [1, 1, 1], "b": ["x", "x", "x"]}, 2),
        ({"a": [1, 1, 1], "b": ["x", "y", "x"]}, 1),
        ({"a": [1.0, None, None]}, 1),
        ({"a": [1, 2, 3]}, 0),
        ({"a": [1, 1], "b": pa.nulls(2)}, 1),
        ({"a": pa.array([], pa.int64())}, 0),
    ],
)
def test_duplicates(columns, expected):
    assert quality.duplicates(pa.table(columns)) == expected


def test_cells_agree_with_pandas(demo, monitored):
    batch, found = monitored("2022-02-14")  # a burst of missing fares
    result = found.result
    delivered = batch.table.to_pandas().assign(prediction=batch.frame["prediction"])
    found = {(m.metric, m.feature): m.value for m in result.measures if not m.segment}
    assert found["share_missing_values", ""] == pytest.approx(delivered.isna().mean(axis=None), abs=1e-12)
    for column, share in delivered.isna().mean().drop("prediction").items():
        assert found["missing_share", column] == pytest.approx(share, abs=1e-12)
    assert found["duplicate_share", ""] == delivered.duplicated().mean()
    assert batch.period == one_day("2022-02-14")
    assert pd.Series(found).index.is_unique
