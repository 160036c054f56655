"""The incidents that can be planted into a simulated day: faults of the catalogue at a strength, and traffic."""

import numpy as np
import pandas as pd

from driftbook import faults

#: Kilometres in a mile.
_KILOMETRES = 1.609344
#: The share of fares that get lost, and of pick-ups that a zone swallows.
_MISSING, _SWALLOWED = 0.35, 0.25
#: The zone of pick-ups outside of the city.
_OUTSIDE = 265
#: How many times longer the same trips last in heavy traffic.
_LONGER = 1.3


def plant(incident: str, frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return a day's trips with an incident, named as in the params file."""
    match incident:
        case "kilometres":
            return faults.other_unit(frame, "trip_distance", _KILOMETRES, rng).round({"trip_distance": 2})
        case "missing fares":
            return faults.values_missing(frame, "fare_amount", _MISSING, rng)
        case "zone":
            return faults.value_takes_over(frame, "PULocationID", _SWALLOWED, rng, value=_OUTSIDE)
        case "traffic":
            start = frame["lpep_pickup_datetime"]
            lasting = (frame["lpep_dropoff_datetime"] - start) * _LONGER
            return frame.assign(lpep_dropoff_datetime=start + lasting.dt.round("s"))
        case "no rows":
            return faults.rows_lost(frame, "", 1.0, rng)
        case "delivered twice":
            return faults.rows_repeated(frame, "", 1.0, rng).reset_index(drop=True)
    raise AssertionError(f"{incident!r} passed the params file's check but cannot be planted")
