"""A column scored among the rows of one segment: a clock one hour off for one carrier only."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from driftbook import batches, config, history, model, training
from driftbook.alarms.judge import judge
from driftbook.errors import BadInput
from driftbook.periods import one_day
from driftbook.profiles import counting

from tests import trade

HOURS = "hour where carrier is fox"
SHAPE = np.array([1, 1, 1, 1, 2, 4, 8, 16, 20, 14, 10, 10, 10, 10, 12, 16, 20, 18, 12, 8, 6, 4, 2, 1], dtype=float)


def deliveries(days, start, seed):
    """Return parcels sent by day more than by night; in Berlin's March too, where an hour is skipped."""
    frame = trade.frame(days=days, rows=3000, seed=seed, start=start)
    hours = np.random.default_rng(seed + 100).choice(24, len(frame), p=SHAPE / SHAPE.sum())
    return frame.assign(sent=frame["sent"].dt.normalize() + pd.to_timedelta(hours, unit="h"))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    found = tmp_path_factory.mktemp("parcels") / "parcels.parquet"
    frame = pd.concat([deliveries(40, "2022-01-01", 1), deliveries(1, "2022-03-27", 2)], ignore_index=True)
    skipped = (frame["sent"].dt.hour == 2) & (frame["sent"].dt.date == dt.date(2022, 3, 27))
    pq.write_table(trade.pa.Table.from_pandas(frame[~skipped], preserve_index=False), found)
    return found


def settings(path, within=({"column": "hour", "of": "carrier", "values": ["fox", "hare"]},)):
    return trade.settings(
        source={"kind": "table", "path": str(path)},
        model={"kind": "delivered", "column": "expected"},
        calendar={"time_zone": "Europe/Berlin"},
        within=list(within),
    )


@pytest.fixture(scope="module")
def trained(path):
    given = settings(path)
    return training.train(given, training.reference(given))[0]


def judged(trained, day, change=lambda frame: frame):
    batch = model.predicted(trained, batches.read(trained.settings, one_day(day)))
    changed = change(batch.frame.copy())
    profile = counting.profile(
        trained.settings, trained.calibration.grid, batches.Batch(**{**vars(batch), "frame": changed})
    )
    before = history.choose(trained, profile.day, trained.calibration.days)
    return judge(trained.calibration, trained.settings.alarms, profile, before)


def an_hour_off(frame):
    for column in ("hour", HOURS):
        frame[column] = frame[column].mask(frame["carrier"] == "fox", (frame[column] + 1) % 24)
    return frame


@pytest.mark.parametrize("day", [f"2022-02-0{at}" for at in range(1, 9)])
def test_a_clock_an_hour_off_for_one_carrier_is_caught_and_named(trained, day):
    assert judged(trained, day).judgement.verdict in ("ok", "notice", "drift")
    found = judged(trained, day, an_hour_off).judgement
    assert (found.verdict, found.feature) == ("alarm", HOURS)


def test_the_rows_of_other_segments_are_no_missing_values(trained):
    found = judged(trained, "2022-02-01")
    assert HOURS in found.verdicts
    assert (HOURS, "missing") not in found.fixed.bands
    assert HOURS not in {measure.feature for measure in found.measures if measure.metric == "missing_rise"}


def test_a_skipped_hour_is_put_back_in_each_segment(trained):
    found = judged(trained, "2022-03-27")
    assert found.verdicts[HOURS] == "ok"


@pytest.mark.parametrize(
    ("within", "said"),
    [
        ({"column": "speed", "of": "carrier", "values": ["fox"]}, r"within names the columns \['speed'\]"),
        ({"column": "hour", "of": "carrier", "values": []}, "within.0.values"),
    ],
)
def test_what_cannot_be_scored_is_refused(path, within, said):
    with pytest.raises(BadInput, match=said):
        settings(path, [within])


def test_a_column_to_divide_by_that_is_not_there_is_named(path):
    given = settings(path, [{"column": "hour", "of": "vendor", "values": [1]}])
    with pytest.raises(Exception, match="there is no column 'vendor'"):
        training.reference(given)


def test_the_units_are_those_of_the_column(path):
    assert settings(path).axes[HOURS] == f"{HOURS} (hour of day)"
    assert config.load("demo").partial == ()
