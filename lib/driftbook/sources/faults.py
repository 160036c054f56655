"""The incidents that can be planted into a simulated day."""

import numpy as np
import pandas as pd

#: Kilometres in a mile.
_KILOMETRES = 1.609344
#: The share of fares that get lost, and of pick-ups that a zone swallows.
_MISSING, _SWALLOWED = 0.35, 0.25
#: The zone of pick-ups outside of the city.
_OUTSIDE = 265
#: How many times longer the same trips last in heavy traffic.
_LONGER = 1.3


def plant(fault: str, frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return a day's trips with a fault, named as in the params file."""
    match fault:
        case "kilometres":
            return frame.assign(trip_distance=(frame["trip_distance"] * _KILOMETRES).round(2))
        case "missing fares":
            return frame.assign(fare_amount=frame["fare_amount"].mask(rng.random(len(frame)) < _MISSING))
        case "zone":
            return frame.assign(PULocationID=frame["PULocationID"].mask(rng.random(len(frame)) < _SWALLOWED, _OUTSIDE))
        case "traffic":
            start = frame["lpep_pickup_datetime"]
            lasting = (frame["lpep_dropoff_datetime"] - start) * _LONGER
            return frame.assign(lpep_dropoff_datetime=start + lasting.dt.round("s"))
        case "no rows":
            return frame.head(0)
        case "delivered twice":
            return pd.concat([frame, frame], ignore_index=True)
    raise AssertionError(f"{fault!r} passed the params file's check but cannot be planted")
