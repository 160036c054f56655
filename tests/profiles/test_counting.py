import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from driftbook.profiles import counting, profile


def test_a_day_counted_by_hand(batch, day):
    assert (day.day, day.rows, day.duplicates) == (dt.date(2022, 2, 5), 6, 1)
    assert day.bins["trip_distance"].tolist() == [0, 5, 1]  # up to 0, up to 4, above
    assert day.bins["duration_min"].tolist() == [1, 5, 0]
    assert day.values["passenger_count"] == {"0": 1, "1": 2, "2": 1, "9": 1}
    assert day.values["payment_type"] == {"1": 3, "2": 1}
    assert tuple(day.kinds) == tuple(batch.table.column_names)
    assert day.missing == {
        **dict.fromkeys([*batch.table.column_names, "duration_min", "hour", "prediction"], 0),
        "passenger_count": 1, "fare_amount": 2, "payment_type": 2, "note": 1, "ehail_fee": 6,
    }  # fmt: skip
    assert day.errors == (3, 14.0, 4.0 + 4.0 + 100.0)


def test_every_row_is_in_one_cell_or_missing(day):
    for column in day.bins:
        assert day.bins[column].sum() + day.missing[column] == day.rows
    for column, counts in day.values.items():
        assert sum(counts.values()) + day.missing[column] == day.rows


def test_a_day_without_a_labelled_row(demo, grid, batch):
    unlabelled = replace(batch, frame=batch.frame.assign(duration_min=np.nan))
    assert counting.profile(demo[0], grid, unlabelled).errors == (0, 0.0, 0.0)


def test_counts_as_json_and_back(day):
    again = profile.from_dict(day.to_dict())
    assert (again.sha256, again.to_dict()) == (day.sha256, day.to_dict())


def test_a_whole_day_against_pandas(monitored):
    batch, found = monitored("2022-02-14")  # a burst of missing fares
    day, delivered = found.profile, batch.table.to_pandas()
    assert (day.rows, day.duplicates) == (len(delivered), delivered.duplicated().sum())
    assert {name: day.missing[name] for name in delivered} == delivered.isna().sum().to_dict()
    zones = batch.frame["PULocationID"].astype(int).astype(str).value_counts()
    pd.testing.assert_series_equal(pd.Series(day.values["PULocationID"]), zones, check_like=True, check_names=False)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([1, 2]), "number"),
        (pa.array([1.5, None]), "number"),
        (pa.array([1, 2]).cast(pa.decimal128(21, 2)), "number"),
        (pa.array(["a"]), "text"),
        (pa.array(["a"]).cast(pa.large_string()), "text"),
        (pa.array([dt.datetime(2022, 2, 5)]), "time"),
        (pa.array([dt.date(2022, 2, 5)]), "time"),
        (pa.nulls(2), "null"),
        (pa.array([True]), "boolean"),
        (pa.array([[1]]), "other"),
    ],
    ids=lambda value: str(getattr(value, "type", value)),
)
def test_kinds_of_types(values, kind):
    assert counting.kinds(pa.table({"a": values})) == {"a": kind}


def test_the_most_frequent_value_of_each_column(batch):
    table = pa.table(
        {
            "flag": ["N", "N", "Y", None],
            "fee": [1.0, 2.0, 2.0, 2.0],
            "paid": [True, True, False, False],
            "empty": pa.nulls(4, pa.int64()),
            "tags": [["a"], ["a"], ["b"], None],
            "at": pa.array([dt.datetime(2022, 2, 5)] * 4),
        }
    )
    assert counting.modes(counting.few_values(table)) == {"flag": ("N", 2), "fee": ("2", 3), "paid": ("False", 2)}


def test_a_column_of_too_many_values_has_no_most_frequent_one():
    table = pa.table({"id": [*range(counting.MOST_VALUES), 1, 2], "more": [*range(counting.MOST_VALUES + 2)]})
    assert counting.modes(counting.few_values(table)) == {"id": ("1", 2)}
