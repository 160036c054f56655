"""Numbers that no sum can hold: the day is judged, and every number it has is stored."""

import datetime as dt
import math

import pytest
from driftbook import model, monitoring, store, training

from tests import trade

DAY = dt.date(2022, 2, 3)


@pytest.fixture(scope="module")
def trained():
    return training.train(trade.settings(), trade.batch(trade.frame()))[0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # that squares overflow is what is tried
@pytest.mark.parametrize("share", [0.05, 1.0])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("weight", 1e308),
        ("weight", math.inf),
        ("distance", -1e308),
        ("hours", 1e308),
        ("hours", -1e308),
        ("hours", math.nan),
        ("rack", 5e-324),
        ("carrier", "\0"),
        ("carrier", "x" * 5000),
    ],
)
def test_a_day_is_written_whole(database, trained, column, value, share):
    frame = trade.frame(days=1, seed=9, start=str(DAY))
    values = frame[column].astype(object)
    values[frame.index < share * len(frame)] = value
    frame[column] = values.astype(frame[column].dtype)
    batch = model.predicted(trained, trade.batch(frame))
    result = monitoring.report(trained, batch, trained.calibration.days[-28:]).result
    run_id = store.open_run("monitor", result.model, DAY, "", {}, "papermill", "n", "c")
    store.write_day(run_id, result)
    assert len(store.measures(result.model, DAY, DAY + dt.timedelta(1))) == len(result.measures)
