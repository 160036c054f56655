"""A table of another trade with a known truth: deliveries of parcels, as a batch, for every task."""

import numpy as np
import pandas as pd
import pyarrow as pa
from driftbook import config
from driftbook.batches import Batch
from driftbook.periods import between

CARRIERS, DEPOTS = ["fox", "hare", "snail"], ["east", "north", "south", "west"]
SLOW = {"fox": 0.5, "hare": 1.0, "snail": 2.0}
TARGETS = {
    "regression": {"name": "hours", "unit": "hours"},
    "binary": {"name": "late"},
    "multiclass": {"name": "outcome"},
}


def params(task="regression", **changes):
    """Return a params mapping of a model of parcels; `changes` replace its keys."""
    return {
        "name": f"parcels_{task}",
        "title": "parcels",
        "source": {"kind": "simulated", "seed": 1, "start": "2022-01-01", "end": "2022-02-28"},  # never read
        "time_column": "sent",
        "task": task,
        "target": TARGETS[task],
        "features": {"numeric": ["weight", "distance"], "categorical": ["carrier", "depot", "rack"]},
        "references": {"start": "2022-01-01", "end": "2022-01-31", "train_rows": 3000, "min_rows_per_day": 100},
        **changes,
    }


def settings(task="regression", **changes):
    return config.load(params(task, **changes))


def frame(days=31, rows=200, seed=0, start="2022-01-01"):
    """Return deliveries of some days, with every target and with predictions as a table would hold them."""
    rng, n = np.random.default_rng(seed), days * rows
    found = pd.DataFrame(
        {
            "sent": np.repeat(pd.date_range(start, periods=days), rows)
            + pd.to_timedelta(rng.integers(0, 86_400, n), "s"),
            "weight": rng.lognormal(1, 0.5, n).round(2),
            "distance": rng.gamma(2, 100, n).round(1),
            "carrier": rng.choice(CARRIERS, n).astype(object),
            "depot": rng.choice(DEPOTS, n, p=[0.4, 0.3, 0.2, 0.1]).astype(object),
            "rack": rng.integers(1, 40, n).astype(float),
        }
    )
    mean = 5 + 0.03 * found["distance"] * found["carrier"].map(SLOW) + found["weight"]
    hours = mean * rng.lognormal(0, 0.2, n)
    probability = 1 / (1 + np.exp(-(mean - 15) / 3))
    late = (rng.random(n) < probability).astype(float)
    outcome = np.where(late == 0, "in time", np.where(hours > 25, "lost", "late")).astype(object)
    return found.assign(
        hour=found["sent"].dt.hour.astype(float), hours=hours, late=late, outcome=outcome, expected=mean, p=probability
    )


def batch(rows=None, **given):
    """Return the frame given, or a usual one, as a batch."""
    rows = frame(**given) if rows is None else rows
    days = rows["sent"].dt.date
    table = pa.Table.from_pandas(rows.drop(columns=["hour"]), preserve_index=False)
    return Batch(between(str(days.min()), str(days.max())), table, rows, 0)
