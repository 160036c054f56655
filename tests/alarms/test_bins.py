import numpy as np
import pandas as pd
import pytest
from driftbook.alarms import bins
from driftbook.alarms.limits import Limits

LIMITS = Limits(edges={"x": (1.0, 2.5)}, values={"zone": (74.0, 41.0)}, ranges={}, seen={}, reference={})
NAN = np.nan


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("x", [0.0, 1.0, 1.5, 2.5, 2.6, NAN, np.inf, -np.inf], [0, 0, 1, 1, 2, 3, 2, 0]),
        ("zone", [74.0, 41.0, 1.0, NAN], [0, 1, 2, 3]),
        ("x", [], []),
    ],
)
def test_each_value_has_a_bin(column, values, expected):
    assert bins.positions(LIMITS, pd.Series(values, name=column, dtype=float)).tolist() == expected


def test_counts_of_a_frame():
    frame = pd.DataFrame({"x": [0.0, NAN, 9.0], "zone": [74.0, 74.0, 3.0]})
    found = bins.counts(LIMITS, frame)
    assert {name: counts.tolist() for name, counts in found.items()} == {"x": [1, 0, 1, 1], "zone": [2, 0, 1, 0]}
    assert [len(found[name]) for name in found] == [len(bins.labels(LIMITS, name)) for name in found]
    assert {name: counts.sum() for name, counts in bins.counts(LIMITS, frame.head(0)).items()} == {"x": 0, "zone": 0}


def test_the_reference_is_frozen_with_its_own_counts(demo):
    settings, trained, _ = demo
    limits, calibration = trained.limits, trained.calibration
    for name in settings.watched.all:
        assert sum(limits.reference[name]) == len(calibration)
        assert limits.reference[name][-1] == calibration[name].isna().sum()
    assert list(limits.edges["trip_distance"]) == sorted(set(limits.edges["trip_distance"]))
    assert list(limits.values["PULocationID"]) == calibration["PULocationID"].value_counts().index[:10].tolist()
