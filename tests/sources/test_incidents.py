import datetime as dt
from typing import get_args

import numpy as np
import pytest
from driftbook.sources import incidents, trips
from driftbook.sources.simulated import Incident
from pandas.testing import assert_frame_equal

FRAME = trips.simulate(dt.date(2022, 2, 8), np.random.default_rng(7))
NAMES = get_args(Incident.model_fields["fault"].annotation)


def planted(name):
    return incidents.plant(name, FRAME, np.random.default_rng(1))


@pytest.mark.parametrize("name", NAMES)
def test_each_fault_of_a_params_file_can_be_planted(name):
    before = FRAME.copy()
    assert not planted(name).equals(before)
    assert_frame_equal(FRAME, before)  # the day given is left alone
    assert_frame_equal(planted(name), planted(name))


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("kilometres", "trip_distance"),
        ("missing fares", "fare_amount"),
        ("zone", "PULocationID"),
        ("traffic", "lpep_dropoff_datetime"),
    ],
)
def test_only_its_column_changes(name, column):
    assert_frame_equal(planted(name).drop(columns=column), FRAME.drop(columns=column))


def test_distances_in_kilometres():
    assert (planted("kilometres")["trip_distance"] - FRAME["trip_distance"] * 1.609344).abs().max() < 0.0051


def test_a_burst_of_missing_fares():
    assert 0.32 < planted("missing fares")["fare_amount"].isna().mean() < 0.38


def test_a_zone_that_swallows_a_quarter_of_the_trips():
    zone = planted("zone")["PULocationID"]
    assert 0.22 < (zone == 265).mean() < 0.28
    assert (FRAME["PULocationID"] != 265).all()


def test_the_same_trips_last_longer():
    before, after = (f["lpep_dropoff_datetime"] - f["lpep_pickup_datetime"] for f in (FRAME, planted("traffic")))
    assert (after - before * 1.3).dt.total_seconds().abs().max() <= 0.5


def test_an_empty_day_and_one_delivered_twice():
    empty, twice = planted("no rows"), planted("delivered twice")
    assert (len(empty), list(empty)) == (0, list(FRAME))
    assert len(twice) == 2 * len(FRAME)
    assert_frame_equal(twice.head(len(FRAME)), twice.tail(len(FRAME)).reset_index(drop=True))


def test_an_unknown_fault_is_a_bug():
    with pytest.raises(AssertionError, match="'flood' passed the params file's check but cannot be planted"):
        planted("flood")
