import datetime as dt

import numpy as np
import pandas as pd
import pytest
from driftbook.sources import trips

WEDNESDAY, SATURDAY, SNOW = dt.date(2022, 2, 2), dt.date(2022, 2, 5), dt.date(2022, 1, 29)


def simulate(day=WEDNESDAY, seed=7):
    return trips.simulate(day, np.random.default_rng(seed))


def test_all_trips_start_that_day():
    assert set(simulate()["lpep_pickup_datetime"].dt.date) == {WEDNESDAY}


@pytest.mark.parametrize(
    ("day", "least", "most", "rush"),
    [(WEDNESDAY, 2100, 2700, range(15, 19)), (SATURDAY, 1800, 2400, range(12, 20)), (SNOW, 330, 480, range(12, 20))],
)
def test_the_rows_and_hours_of_a_day(day, least, most, rush):
    hours = simulate(day)["lpep_pickup_datetime"].dt.hour
    assert least < len(hours) < most
    assert hours.value_counts().idxmax() in rush


def test_fares_follow_distances_and_totals_add_up():
    frame = simulate().query("fare_amount > 0 and 0 < trip_distance")
    assert frame["trip_distance"].corr(frame["fare_amount"]) > 0.9
    parts = ["fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge"]
    rest = frame["total_amount"] - frame[parts].sum(axis=1)
    assert set(rest.round(2)) == {0.0, 2.75}  # the congestion surcharge, which trips without a meter do not show


def test_zones_have_a_popularity():
    counts = simulate()["PULocationID"].value_counts()
    assert counts.index[:2].isin([74, 75, 41, 42]).all()
    assert counts.iloc[0] > 10 * counts.iloc[-1]


def test_money_in_cents_and_times_in_seconds():
    frame = simulate()
    for column in ("trip_distance", "fare_amount", "tip_amount", "total_amount"):
        assert np.allclose(frame[column], frame[column].round(2), rtol=0, atol=0)
    for column in ("lpep_pickup_datetime", "lpep_dropoff_datetime"):
        assert (frame[column] == frame[column].dt.floor("s")).all()


def test_the_types_of_a_published_month():
    table = trips.table(simulate().head(3))
    assert table.schema == trips.SCHEMA
    assert table["ehail_fee"].null_count == 3


def test_the_random_numbers_are_the_ones_given():
    pd.testing.assert_frame_equal(simulate(), simulate())
    assert not simulate().equals(simulate(seed=8))
