import datetime as dt

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from driftbook import config, paths
from driftbook.sources import trips


@pytest.fixture
def green(tmp_path, monkeypatch):
    """The settings of green_taxi, its data folder being the empty `tmp_path`."""
    monkeypatch.setenv("DRIFTBOOK_DATA_DIR", str(tmp_path))
    return config.load("green_taxi")


@pytest.fixture
def publish(tmp_path):
    """A function that puts a small month into the data folder and returns its path.

    It holds `rows` trips of each of the days given, in that order, in the types of 2022; `columns` are put in place of
    published ones or added, None takes one out.
    """

    def write(
        month="2022-02", days=("2022-02-04", "2022-02-05", "2022-02-06"), rows=20, row_group_size=None, **columns
    ):
        rng = np.random.default_rng(1)
        frames = [trips.simulate(dt.date.fromisoformat(day), rng).head(rows) for day in days]
        table = trips.table(pd.concat(frames, ignore_index=True)) if frames else trips.SCHEMA.empty_table()
        for name, values in columns.items():
            table = table.drop_columns([name]) if name in table.column_names else table
            table = table if values is None else table.append_column(name, values)
        file = tmp_path / f"green_tripdata_{month}.parquet"
        pq.write_table(table, file, row_group_size=row_group_size)
        return file

    return write


@pytest.fixture
def simulated_here(tmp_path, monkeypatch):
    """Make simulated months in `tmp_path`, so that none of an earlier version is taken."""
    monkeypatch.setattr(paths, "simulated_dir", lambda: tmp_path)
