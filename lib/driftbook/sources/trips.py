"""Simulated green-taxi trips of one day, shaped like published ones: zones, rush hours, weekends, fares by distance."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa

# Zones by popularity, the busiest first: East Harlem, Harlem and the green-cab parts of Queens and Brooklyn lead.
_PICKUP = [74, 75, 41, 42, 95, 82, 7, 166, 97, 244, 66, 43, 129, 181, 130, 260, 65, 116, 25, 33, 223, 49, 92, 152, 83]
_PICKUP += [*range(10, 24), 35, 36, 37, 38, 39, 40, 53, 55, 56, 61, 69, 76, 80, 89, 112, 119, 127, 134, 159, 168, 226]
_DROPOFF = [*dict.fromkeys([*_PICKUP, 236, 263, 141, 238, 151, 138, 132, 48, 161, 229, *range(100, 160)])]

# Trips by hour of day, relative: the morning and the evening rush, on weekends one late afternoon.
_WEEKDAY = [9, 6, 4, 3, 4, 8, 20, 42, 55, 52, 48, 49, 51, 54, 62, 70, 76, 80, 74, 56, 40, 30, 22, 14]
_WEEKEND = [24, 20, 16, 12, 10, 7, 9, 15, 26, 40, 50, 56, 60, 62, 63, 64, 64, 62, 56, 48, 40, 36, 32, 28]
_ROWS = [2250, 2350, 2400, 2450, 2450, 2100, 1750]  # Monday first
_MILES_PER_HOUR = [17, 18, 18, 18, 17, 15, 13, 11, 10, 11, 11, 11, 11, 11, 10, 10, 9, 9, 10, 12, 13, 14, 15, 16]

# The blizzard of 2022-01-29: the reference's thinnest day, as in the published month.
_SNOW, _LEFT_BY_SNOW = dt.date(2022, 1, 29), 0.2

# Martin Luther King Jr. Day and Washington's Birthday, when the city rests.
_HOLIDAYS = (dt.date(2022, 1, 17), dt.date(2022, 2, 21))

_WITHOUT_METER = 0.1  # trips booked otherwise: no passenger count, no payment type and so on
_LOST_WITHOUT_METER = [
    "store_and_fwd_flag",
    "RatecodeID",
    "passenger_count",
    "payment_type",
    "trip_type",
    "congestion_surcharge",
]
_REFUNDED = 0.003
_FORGOTTEN_METER = 0.002

SCHEMA = pa.schema(
    [
        ("VendorID", pa.int64()),
        ("lpep_pickup_datetime", pa.timestamp("us")),
        ("lpep_dropoff_datetime", pa.timestamp("us")),
        ("store_and_fwd_flag", pa.string()),
        ("RatecodeID", pa.float64()),
        ("PULocationID", pa.int64()),
        ("DOLocationID", pa.int64()),
        ("passenger_count", pa.float64()),
        ("trip_distance", pa.float64()),
        ("fare_amount", pa.float64()),
        ("extra", pa.float64()),
        ("mta_tax", pa.float64()),
        ("tip_amount", pa.float64()),
        ("tolls_amount", pa.float64()),
        ("ehail_fee", pa.null()),
        ("improvement_surcharge", pa.float64()),
        ("total_amount", pa.float64()),
        ("payment_type", pa.float64()),
        ("trip_type", pa.float64()),
        ("congestion_surcharge", pa.float64()),
    ]
)


def table(frame: pd.DataFrame) -> pa.Table:
    """Return trips in the types of a published month."""
    return pa.Table.from_pandas(frame.assign(ehail_fee=None)[SCHEMA.names], SCHEMA, preserve_index=False)


def simulate(day: dt.date, rng: np.random.Generator) -> pd.DataFrame:
    """Return one day's trips, roughly in the order of their pick-up; money in cents, times in seconds."""
    weekday = 6 if day in _HOLIDAYS else day.weekday()  # people stay at home on public holidays
    profile = np.array(_WEEKDAY if weekday < 5 else _WEEKEND, dtype=float)
    rows = round(_ROWS[weekday] * rng.normal(1, 0.03) * (_LEFT_BY_SNOW if day == _SNOW else 1))
    hour = rng.choice(24, rows, p=profile / profile.sum())
    second = hour * 3600 + rng.integers(0, 3600, rows)
    order = np.argsort(second + rng.normal(0, 300, rows))  # files are not strictly sorted
    hour, start = hour[order], pd.Timestamp(day) + pd.to_timedelta(second[order], unit="s")
    miles = np.minimum(rng.lognormal(0.75, 0.75, rows), 40).round(2)
    miles[rng.random(rows) < 0.02] = 0.0
    minutes = _minutes(miles, hour, rng)
    frame = pd.DataFrame(
        {
            "lpep_pickup_datetime": start,
            "lpep_dropoff_datetime": start + pd.to_timedelta((minutes * 60).round(), unit="s"),
        }
    )
    frame = frame.assign(
        **_zones(rows, rng), trip_distance=miles, **_fares(miles, minutes, hour, rng), **_labels(rows, rng)
    )
    return _without_meter(_refunded(frame, rng), rng, snow=day == _SNOW)


def _minutes(miles: np.ndarray, hour: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    speed = np.array(_MILES_PER_HOUR)[hour] * rng.normal(1, 0.02) * rng.lognormal(0, 0.3, len(miles))
    minutes = 60 * miles / speed + rng.gamma(2, 1.2, len(miles))
    forgotten = rng.random(len(miles)) < _FORGOTTEN_METER
    return np.where(forgotten, rng.uniform(1380, 1440, len(miles)), minutes)


def _zones(rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    pickup = rng.choice(_PICKUP, rows, p=_popularity(len(_PICKUP)))
    dropoff = rng.choice(_DROPOFF, rows, p=_popularity(len(_DROPOFF)))
    return {"PULocationID": pickup, "DOLocationID": np.where(rng.random(rows) < 0.12, pickup, dropoff)}


def _popularity(zones: int) -> np.ndarray:
    """Return each rank's share of trips: nearly as one over the rank."""
    weight = 1 / (np.arange(zones) + 3)
    return weight / weight.sum()


def _fares(miles: np.ndarray, minutes: np.ndarray, hour: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the amounts in dollars: the fare follows distance and time, haggled a little; the total is their sum."""
    rows = len(miles)
    fare = (3 + 2.4 * miles + 0.3 * np.minimum(minutes, 90)) * rng.lognormal(0, 0.12, rows)
    amounts = {
        "fare_amount": (fare * 2).round() / 2,
        "extra": np.where((hour >= 16) & (hour < 20), 1.0, np.where((hour >= 20) | (hour < 6), 0.5, 0.0)),
        "mta_tax": np.full(rows, 0.5),
        "tip_amount": np.where(rng.random(rows) < 0.45, fare * rng.choice([0.15, 0.2, 0.25], rows), 0.0).round(2),
        "tolls_amount": np.where(rng.random(rows) < 0.03, 6.55, 0.0),
        "improvement_surcharge": np.full(rows, 0.3),
        "congestion_surcharge": np.where(rng.random(rows) < 0.25, 2.75, 0.0),
    }
    return {**amounts, "total_amount": sum(amounts.values()).round(2)}


def _labels(rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "VendorID": rng.choice([1, 2], rows, p=[0.13, 0.87]),
        "store_and_fwd_flag": np.where(rng.random(rows) < 0.003, "Y", "N"),
        "RatecodeID": rng.choice([1.0, 2.0, 5.0], rows, p=[0.945, 0.005, 0.05]),
        "passenger_count": rng.choice([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], rows, p=[0.85, 0.08, 0.02, 0.01, 0.025, 0.015]),
        "payment_type": rng.choice([1.0, 2.0], rows, p=[0.6, 0.4]),
        "trip_type": rng.choice([1.0, 2.0], rows, p=[0.96, 0.04]),
    }


def _refunded(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the trips with a few booked back: negative amounts, payment types 3 and 4."""
    rows = rng.random(len(frame)) < _REFUNDED
    frame.loc[rows, ["fare_amount", "total_amount"]] *= -1
    frame.loc[rows, "payment_type"] = rng.choice([3.0, 4.0], rows.sum())
    return frame


def _without_meter(frame: pd.DataFrame, rng: np.random.Generator, *, snow: bool) -> pd.DataFrame:
    share = _WITHOUT_METER * rng.normal(1, 0.1) * (2.5 if snow else 1)
    frame.loc[rng.random(len(frame)) < share, _LOST_WITHOUT_METER] = None
    return frame
