import numpy as np
import pytest
from driftbook.config import Bounds
from driftbook.measures.performance import errors, labelled, performance


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 1, 1, 1, 1, 1]),
        ({"duration_min": Bounds(min=0, max=60)}, [1, 1, 1, 1, 0, 0]),
        ({"duration_min": Bounds(above=10, max=60)}, [0, 0, 1, 1, 0, 0]),
        ({"passenger_count": Bounds(above=0, max=8)}, [1, 1, 0, 1, 0, 0]),
        ({"passenger_count": Bounds()}, [1, 1, 0, 1, 1, 1]),
        ({"duration_min": Bounds(min=0, max=60), "passenger_count": Bounds(above=0, max=8)}, [1, 1, 0, 1, 0, 0]),
    ],
)
def test_which_rows_have_a_usable_label(demo, frame, filters, expected):
    settings = demo[0].model_copy(update={"filters": filters})
    assert labelled(settings, frame).tolist() == [bool(each) for each in expected]


def test_a_day_counted_by_hand(demo, frame):
    found = {m.metric: m.value for m in performance(demo[0], frame)}
    assert found == {"labelled_rows": 3, "mean_absolute_error": pytest.approx((2 + 2 + 10) / 3)}


@pytest.mark.parametrize("rows", [slice(4, 6), slice(0, 0)])
def test_no_usable_label(demo, frame, rows):
    found = {m.metric: m.value for m in performance(demo[0], frame.iloc[rows])}
    assert found == {"labelled_rows": 0, "mean_absolute_error": None}


def test_the_error_agrees_with_numpy(demo, monitored):
    batch, result = monitored("2022-02-05")
    frame = batch.frame.query("0 <= duration_min <= 60 and 0 < passenger_count <= 8")
    found = {m.metric: m.value for m in result.measures if not m.feature}
    assert found["labelled_rows"] == len(frame)
    expected = np.mean(np.abs(frame["duration_min"].to_numpy() - frame["prediction"].to_numpy()))
    assert found["mean_absolute_error"] == pytest.approx(expected, abs=1e-12)


def test_the_table_of_errors(demo, frame):
    table = errors(demo[0], {"training": frame.head(2), "validation": frame.iloc[2:4]})
    assert table.index.tolist() == ["training", "validation"]
    assert table["rows"].tolist() == [2, 2]
    assert table["MAE (minutes)"].tolist() == pytest.approx([2, 5])
    assert table["MAPE (share)"].tolist() == pytest.approx([0.2, (0 + 10 / 60) / 2])
