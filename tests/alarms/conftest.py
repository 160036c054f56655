import datetime as dt

import pytest
from driftbook.alarms.calibration import Calibration

from tests.days import GRID, KINDS, count, span


@pytest.fixture(scope="session")
def reference_days():
    """35 undisturbed days, 2022-01-02 to 2022-02-05."""
    return tuple(count(day) for day in span(dt.date(2022, 1, 2), 35))


@pytest.fixture(scope="session")
def calibration(reference_days):
    return Calibration(GRID, reference_days, KINDS, least_rows=200)
