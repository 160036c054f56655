from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from driftbook.alarms import bins
from driftbook.batches import Batch
from driftbook.periods import one_day
from driftbook.profiles import counting
from driftbook.profiles.grid import Grid


@pytest.fixture(scope="session")
def frame():
    """Six rows of demo's shape, small enough to count by hand."""
    missing = None
    return pd.DataFrame(
        {
            "lpep_pickup_datetime": pd.to_datetime([f"2022-02-05 0{hour}:00" for hour in (1, 1, 2, 3, 4, 5)]),
            "passenger_count": [1.0, 1.0, missing, 2.0, 0.0, 9.0],
            "trip_distance": [1.0, 1.0, 2.0, 3.0, 4.0, 100.0],
            "fare_amount": [5.0, 5.0, missing, missing, 8.0, 9.0],
            "total_amount": [6.0, 6.0, 7.0, 8.0, 9.0, 10.0],
            "PULocationID": [74.0, 74.0, 75.0, 75.0, 41.0, 1.0],
            "DOLocationID": [74.0, 74.0, 75.0, 75.0, 41.0, 41.0],
            "payment_type": [1.0, 1.0, missing, missing, 1.0, 2.0],
            "duration_min": [10.0, 10.0, 20.0, 60.0, 70.0, -1.0],
            "hour": [1.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            "prediction": [12.0, 12.0, 20.0, 50.0, 30.0, 5.0],
        }
    )


@pytest.fixture
def batch(frame):
    """The rows as delivered, with a column that is not in the frame and one that has no value."""
    delivered = frame.drop(columns=["duration_min", "hour", "prediction"])
    table = pa.Table.from_pandas(delivered, preserve_index=False)
    table = table.append_column("note", pa.array(["a", "a", None, "b", "c", "d"]))
    return Batch(one_day("2022-02-05"), table.append_column("ehail_fee", pa.nulls(6)), frame, strays=3)


@pytest.fixture(scope="session")
def grid(demo, frame):
    """A grid of two columns counted by value, the other numeric ones cut round the range of the first five rows."""
    watched, ordered = demo[0].watched, ("passenger_count", "hour")
    usual = frame.head(5)
    edges = {name: (usual[name].min() - 1, usual[name].max()) for name in watched.numeric if name not in ordered}
    return Grid(edges=edges, ordered=ordered, unordered=watched.categorical)


@pytest.fixture
def day(demo, grid, batch):
    """The rows as counts."""
    return counting.profile(demo[0], grid, batch)


@pytest.fixture
def columns(demo, grid, batch):
    """The cells of a reference of one day that is the same rows, but the last; the usual range is all of theirs."""
    reference = replace(batch, table=batch.table.slice(0, 5), frame=batch.frame.head(5))
    by_value = bins.freeze(grid.model_copy(update={"edges": {}}), [counting.profile(demo[0], grid, reference)])
    starts, labels = np.arange(3), ("below", "usual", "above")
    return [
        *(bins.Bins(name, labels, True, starts, np.array(edges), (), {}) for name, edges in grid.edges.items()),
        *by_value,
    ]
