"""Days with a known truth: a numeric column, a column of few values, a category and the hour, from seeded draws."""

import datetime as dt

import numpy as np
import pandas as pd
from driftbook.config.alarms import Calendar
from driftbook.profiles import counting, grid

CALENDAR = Calendar(time_zone="America/New_York", holidays="US", special_days=("New Year's Day", "12-24"))
KINDS = {"amount": "number", "seats": "number", "zone": "text", "hour": "number", "note": "text"}


def frame(day, rows=1500, level=1.0):
    """Return one day's rows; `level` scales the amounts."""
    rng = np.random.default_rng(day.toordinal())
    level *= rng.normal(1, 0.01)  # days differ a little
    return pd.DataFrame(
        {
            "amount": rng.lognormal(2, 0.6, rows) * level,
            "seats": rng.choice([1.0, 2.0, 3.0], rows, p=[0.7, 0.2, 0.1]),
            "zone": rng.choice([f"z{i}" for i in range(12)], rows),
            "hour": rng.choice(24, rows).astype(float),
        }
    )


GRID = grid.freeze(
    pd.concat([frame(dt.date(2022, 1, day)) for day in range(2, 12)]), ["amount", "seats", "hour"], ["zone"]
)


def count(day, rows=None, duplicates=0, missing_notes=30, error=1.0, kinds=KINDS, invalid=None):
    """Return a day's histogram of the rows given, or of usual ones."""
    rows = frame(day) if rows is None else rows
    errors = np.abs(np.random.default_rng(day.toordinal()).normal(0, 4 * error, len(rows)))
    missing = {"amount": int(rows["amount"].isna().sum()), "note": missing_notes}
    given = {"duplicates": duplicates, "missing": missing, "errors": errors, "kinds": kinds, "invalid": invalid}
    return counting.count(CALENDAR, GRID, day, rows, **given)


def span(start, days):
    return [start + dt.timedelta(days=offset) for offset in range(days)]
