"""Parcels whose columns go together: the price follows weight and carrier, the night has a surcharge of its own."""

import numpy as np
import pytest
from driftbook import relations

from tests import trade

DAYS, ROWS = 20, 600


def rows(days=DAYS, seed=0, start="2022-02-01"):  # no holiday but Presidents' Day, and the calendar names no country
    found = trade.frame(days=days, rows=ROWS, seed=seed, start=start)
    per_kilo = found["carrier"].map({"fox": 3.0, "hare": 5.0, "snail": 9.0})
    night = ((found["hour"] >= 20) | (found["hour"] < 6)).astype(float)
    return found.assign(price=per_kilo * found["weight"], surcharge=2.5 * night, batch=np.arange(len(found)) // ROWS)


def settings(**changes):
    given = {
        "features": {"numeric": ["weight", "distance"], "categorical": ["carrier", "depot"]},
        "watch": {"numeric": ["price"]},
        "model": {"kind": "delivered", "column": "expected"},
        "labels": {"columns": ["late", "outcome"]},
        **changes,
    }
    return trade.settings(**given)


def batch(given, parcels):
    """Return rows as a batch, as it is read: with the prediction."""
    found = trade.batch(parcels)
    frame = found.frame.assign(prediction=parcels["expected"])
    outputs = tuple(given.model.columns)
    return type(found)(found.period, found.table, frame, 0, outputs=outputs)


@pytest.fixture(scope="session")
def parcels():
    """Settings, the days of a reference, and what is learnt of them."""
    given = settings()
    days = list(batch(given, rows()).by_day("sent"))
    return given, days, relations.learn(given, days)


@pytest.fixture
def day(parcels):
    """A function of what is done to the rows of a day that the reference does not hold: that day as a batch."""
    given, *_ = parcels

    def made(change=lambda found: found, seed=7):
        return batch(given, change(rows(days=1, seed=seed, start="2022-03-02")))

    return made
