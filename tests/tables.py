"""A table of orders of another trade, and the params that read it."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
from driftbook import config
from driftbook.sources.contract import Part, SourceSettings

DAYS = [dt.date(2022, 2, day) for day in (4, 5, 6)]


def orders(rows=20, days=DAYS):
    """Return orders as Arrow: `rows` on each day, a time without a zone among them, a number, a category, a target."""
    rng = np.random.default_rng(5)
    size = rows * len(days)
    minutes = np.tile(np.linspace(0, 24 * 60 - 1, rows).astype(int), len(days))
    at = pd.to_datetime(np.repeat(days, rows)) + pd.to_timedelta(minutes, unit="min")
    weight = pd.array(rng.integers(1, 9, size), dtype="Int64")
    weight[::7] = None
    return pa.table(
        {
            "at": pa.array(at, pa.timestamp("us")),
            "price": rng.normal(10, 2, size).round(3),
            "weight": pa.array(weight, pa.int64()),
            "shop": pa.array(np.where(rng.random(size) < 0.1, None, rng.choice(["north", "south"], size)), pa.string()),
            "paid": rng.random(size) < 0.5,
            "days": rng.normal(3, 1, size).round(3),
        }
    )


def settings(source, numeric=("price", "weight"), categorical=("shop",), time="at", zone="America/New_York", **more):
    """Return the settings of a model of the orders, which delivers its predictions."""
    given = {
        "name": "orders",
        "title": "days until an order arrives",
        "source": {"kind": "table"} | source,
        "time_column": time,
        "target": {"name": "days"},
        "model": {"kind": "delivered", "column": "price"},
        "watch": {"numeric": numeric, "categorical": categorical},
        "references": {"start": "2022-02-01", "end": "2022-02-28"},
        "calendar": {"time_zone": zone},
    }
    return config.load(given | more)


def held(table, **part):
    """Return the source of a table in memory, cut into parts if `parts` are given."""
    HELD[:] = [Part(table, **{"name": "memory"} | part)]
    return {"kind": "tests.tables:Held"}


HELD = []


class Held:
    """A source whose parts a test put into memory."""

    NOTICE = ""

    class Settings(SourceSettings):
        """Nothing of its own."""

    def covers(self, settings, period):
        """Every period."""

    def rows(self, settings, period):
        """Return the parts as they are."""
        return HELD
