"""Tables nobody described: 90 days of jobs, changed by each test, looked at from a file."""

import numpy as np
import pandas as pd
import pytest
from driftbook import adoption

DAYS, ROWS = 90, 40


def _jobs(days):
    rng = np.random.default_rng(1)
    size = days * ROWS
    day = np.repeat(np.arange(days), ROWS)
    at = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    return pd.DataFrame(
        {
            "queued_at": at + pd.to_timedelta(rng.integers(0, 24 * 60, size), unit="min"),
            "team": rng.choice(["red", "blue", "green"], size),
            "pages": rng.gamma(2, 10, size),
            "minutes": rng.gamma(2, 20, size),
        }
    )


@pytest.fixture
def jobs():
    """A function of a number of days: a table of jobs, their time without a zone."""
    return lambda days=DAYS: _jobs(days)


@pytest.fixture
def look(tmp_path):
    """Return a function that looks at a frame through a parquet file."""

    def looked(table, *, target="minutes", time="", prediction=""):
        file = tmp_path / "jobs.parquet"
        table.to_parquet(file)
        return adoption.look(str(file), time=time, prediction=prediction, target=target)

    return looked


@pytest.fixture
def proposed(look):
    """Return a function that gives the proposal for a frame."""
    return lambda table, **named: adoption.propose(look(table, **named))
