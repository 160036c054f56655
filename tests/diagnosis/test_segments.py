from dataclasses import replace

import numpy as np
import pytest
from driftbook import diagnosis
from driftbook.config import Columns


@pytest.fixture
def kilometres(monitored):
    """The frame of a day with distances in kilometres."""
    return monitored("2022-02-10")[0].frame


@pytest.mark.parametrize("segment", ["hour", "PULocationID", "payment_type"])
@pytest.mark.parametrize(("day", "column"), [("2022-02-10", "trip_distance"), ("2022-02-17", "PULocationID")])
def test_the_parts_add_up(demo, monitored, day, column, segment):
    frame = monitored(day)[0].frame
    table = diagnosis.carriers(demo[1], frame, column, segment)
    assert table.sum().tolist() == pytest.approx([1, 1, 1])
    assert table["part"].is_monotonic_decreasing
    assert table.index.name == segment


def test_the_swallowing_zone_carries_its_change(demo, monitored):
    frame = monitored("2022-02-17")[0].frame
    table = diagnosis.carriers(demo[1], frame, "PULocationID", "PULocationID")
    top = table.iloc[0]
    assert (table.index[0], top["reference"]) == ("265", 0)
    assert top["day"] == pytest.approx((frame["PULocationID"] == 265).mean())
    assert top["part"] == pytest.approx(0.5, abs=0.02)  # the other half is what the other zones lose
    assert table["part"].iloc[1] < 0.1


def test_a_change_planted_into_one_hour_is_found_there(demo, monitored):
    _, trained, _ = demo
    frame = trained.reference_rows.assign()
    frame.loc[frame["hour"] == 17, "trip_distance"] *= 3
    table = diagnosis.carriers(trained, frame, "trip_distance", "hour")
    assert table.index[0] == "17"
    assert table["part"].tolist() == pytest.approx([1] + [0] * 23)


def test_missing_segments_are_a_group(demo, monitored):
    frame = monitored("2022-02-05")[0].frame
    table = diagnosis.carriers(demo[1], frame, "trip_distance", "payment_type")
    assert table.loc["missing", "day"] == pytest.approx(frame["payment_type"].isna().mean())


def test_nothing_changed_or_nothing_there(demo):
    _, trained, _ = demo
    for frame in (trained.reference_rows, trained.reference_rows.head(0)):
        table = diagnosis.carriers(trained, frame, "trip_distance", "hour")
        assert (table.empty, list(table.columns)) == (True, ["reference", "day", "part"])


def test_outliers(demo, monitored):
    _, trained, _ = demo
    frame = monitored("2022-02-05")[0].frame.copy()
    frame.loc[7, "trip_distance"] = 5e6
    frame.loc[9, "fare_amount"] = -9e6
    frame.loc[11, ["trip_distance", "fare_amount"]] = [np.nan, 7e6]
    found = diagnosis.outliers(trained, frame, rows=3)
    assert found.index.tolist() == [7, 9, 11]
    assert found["farthest column"].tolist() == ["trip_distance", "fare_amount", "fare_amount"]
    assert found["its value"].tolist() == [5e6, -9e6, 7e6]
    assert found["widths away"].is_monotonic_decreasing
    reference = trained.reference_rows["trip_distance"].quantile([0.05, 0.5, 0.95])
    assert found["widths away"].iloc[0] == pytest.approx((5e6 - reference[0.5]) / (reference[0.95] - reference[0.05]))
    assert found.columns.tolist() == ["farthest column", "its value", "widths away", *frame.columns]


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_outliers_of_few_rows(demo, monitored, rows):
    frame = monitored("2022-02-05")[0].frame.head(rows)
    found = diagnosis.outliers(demo[1], frame)
    assert len(found) == rows
    assert {"farthest column", "its value", "widths away"} <= set(found)


def test_a_table_may_have_columns_of_any_name(demo, monitored):
    frame = monitored("2022-02-05")[0].frame.assign(column="x", value=1.0, distance=2.0)
    assert {"column", "value", "distance"} <= set(diagnosis.outliers(demo[1], frame))


def test_no_numeric_column_no_outliers(demo, monitored):
    settings = demo[0].model_copy(update={"features": Columns(), "task": "multiclass"})
    trained = replace(demo[1], settings=settings)
    found = diagnosis.outliers(trained, monitored("2022-02-05")[0].frame)
    assert found.empty


def test_the_table_of_carriers(demo, monitored):
    frame = monitored("2022-02-10")[0].frame
    tables = {name: diagnosis.carriers(demo[1], frame, "trip_distance", name) for name in ("hour", "payment_type")}
    found = diagnosis.carrier_table(tables, most=2)
    assert found.index.names == ["segment", "value"]
    assert found.index.get_level_values("segment").tolist() == ["hour", "hour", "payment_type", "payment_type"]
    assert diagnosis.carrier_table({}).empty


def test_outliers_where_columns_have_no_value(demo, monitored):
    frame = monitored("2022-02-05")[0].frame.assign(fare_amount=np.nan, passenger_count=np.nan)
    assert len(diagnosis.outliers(demo[1], frame)) == 10


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda values: values * 1.6, pytest.approx(1.6, rel=0.06)),
        (lambda values: values * 0.5, pytest.approx(0.5, rel=0.06)),
        (lambda values: values, None),
        (lambda values: values + 3, None),
        (lambda values: values * 0, None),
        (lambda values: values * -1, None),
        (lambda values: values * np.nan, None),
    ],
)
def test_one_factor(demo, change, expected):
    _, trained, _ = demo
    frame = trained.reference_rows.head(3000)
    changed = frame.assign(trip_distance=change(frame["trip_distance"]))
    assert diagnosis.scale(trained, changed, "trip_distance") == expected


def test_kilometres_are_one_factor_and_categories_have_none(demo, kilometres):
    assert diagnosis.scale(demo[1], kilometres, "trip_distance") == pytest.approx(1.609, rel=0.05)
    assert diagnosis.scale(demo[1], kilometres, "PULocationID") is None
