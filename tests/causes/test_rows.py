import numpy as np
import pandas as pd
import pytest
from driftbook import causes
from driftbook.measures.performance import losses

from tests.causes.conftest import day

WHY = ["unusual column", "its value", "usually"]


@pytest.fixture(scope="module")
def detector(parcels):
    return causes.detector(parcels()[0])


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("distance", 1990.0, "1,990"),
        ("weight", 60.0, "60"),
    ],
)
def test_a_planted_row_is_the_most_unusual_one_and_its_column_is_named(parcels, detector, column, value, said):
    trained, frame = parcels()
    usual = frame[(frame["distance"] < 250) & (frame["distance"] > 100) & frame["weight"].between(2, 4)]
    frame = usual[usual["depot"] == "east"].copy()
    row = frame.index[5]
    frame.loc[row, column] = value
    found = causes.unusual(detector, frame, rows=1)
    assert found.index.tolist() == [row]
    assert found[WHY].iloc[0].tolist()[:2] == [column, said]
    assert found["usually"].iloc[0] == f"{trained.reference_rows[column].median():,.4g}"


def test_the_rows_of_the_largest_error(parcels, detector):
    trained, frame = parcels()
    found = causes.worst(detector, frame, rows=3)
    assert found["loss"].tolist() == losses(trained.settings, frame).nlargest(3).tolist()
    assert found.columns.tolist() == ["loss", *WHY, *frame.columns]
    pd.testing.assert_frame_equal(found[frame.columns], frame.loc[found.index])


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_few_rows(parcels, detector, rows):
    frame = parcels()[1].head(rows)
    assert len(causes.unusual(detector, frame)) == len(causes.worst(detector, frame)) == rows
    assert causes.worst(detector, frame.assign(hours=np.nan)).empty


def test_gaps_and_values_never_seen(parcels, detector):
    frame = parcels()[1].assign(depot=None, weight=np.nan, carrier="tortoise")
    found = causes.unusual(detector, frame)
    assert len(found) == 5 and found["score"].is_monotonic_decreasing
    assert found["score"].between(0.3, 1).all()
    assert set(found["its value"]) <= {"missing", "tortoise", *(f"{value:,.4g}" for value in frame["distance"])}


def test_a_row_as_usual_as_can_be_has_no_unusual_column(parcels, detector):
    trained, _ = parcels()
    frame = day(trained, rows=1).assign(**{name: [value] for name, value in detector.usual.items()})
    assert causes.unusual(detector, frame)[WHY].iloc[0].tolist() == ["", "", ""]
