import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from driftbook import estimates, history, model, monitoring
from driftbook.alarms.calibration import Calibration, Outcome
from driftbook.batches import read
from driftbook.estimates.error_model import ErrorModel
from driftbook.estimates.inputs import Inputs
from driftbook.measures import performance
from driftbook.metrics import METRICS
from driftbook.periods import one_day

from tests import days
from tests.estimates.test_record import BEYOND, SPREAD, WITHIN, past

MODEL = ErrorModel(None, Inputs((), {}, None), SPREAD)
CALIBRATION = Calibration(days.GRID, (), {}, least_rows=200)


def named(found):
    return {measure.metric: measure for measure in found}


def test_an_estimate_judges_nothing_and_its_record_has_the_bounds_of_trust():
    *earlier, day = past([WITHIN] * 10 + [BEYOND] * 3)
    found = named(estimates.measures(MODEL, CALIBRATION, day, earlier))
    assert {*found} <= {*METRICS} and {measure.verdict for measure in found.values()} == {""}
    estimate = found["estimated_error"]
    assert (estimate.value, estimate.low, estimate.high) == (2.0, *SPREAD.interval(110, 220.0))
    assert (found["estimate_days"].value, found["estimate_coverage"].value) == (13.0, 10 / 13)
    assert (found["estimate_misses"].value, found["estimate_misses"].upper) == (3.0, 2.0)


@pytest.mark.parametrize(
    ("changes", "days_known"),
    [({}, 2), ({"errors": (0, 0.0, 0.0)}, 1), ({"rows": 199}, 1)],
    ids=["labelled", "no labels yet", "few rows"],
)
def test_a_day_is_part_of_its_own_record_once_its_labels_are_there(changes, days_known):
    first, day = past([WITHIN, WITHIN])
    found = named(estimates.measures(MODEL, CALIBRATION, replace(day, **changes), [first]))
    assert found["estimate_days"].value == days_known
    assert found["estimated_error"].value == 2.0


def test_labels_of_a_part_of_the_day_are_no_record():
    first, day = (replace(one, missing={"label": 0}) for one in past([WITHIN, BEYOND]))
    calibration = Calibration(days.GRID, (replace(first, day=dt.date(2022, 1, 1)),), {}, 200, Outcome("label"))
    half = replace(day, missing={"label": day.rows // 2})
    assert named(estimates.measures(MODEL, calibration, half, [first]))["estimate_days"].value == 1
    assert named(estimates.measures(MODEL, calibration, day, [first]))["estimate_days"].value == 2


def test_days_of_the_reference_are_no_test_of_what_they_taught():
    first, day = past([BEYOND, WITHIN])
    calibration = replace(CALIBRATION, days=(first,))
    assert named(estimates.measures(MODEL, calibration, day, [first]))["estimate_days"].value == 1


def test_a_day_without_a_countable_row_has_none():
    (day,) = past([WITHIN])
    assert estimates.measures(MODEL, CALIBRATION, replace(day, estimated=(0, 0.0)), []) == []


class Known:
    """Days before a monitored one, from memory."""

    def __init__(self, days):
        self._days = days

    def since(self, first):
        return [day for day in self._days if day.day >= first]

    def before(self, day):
        return [other for other in self._days if other.day < day][-28:]


def test_durations_a_third_longer_are_flagged_within_three_labelled_days(demo, counted, before):
    settings, trained, _ = demo
    known, flags = dict(counted), []
    for day in (dt.date(2022, 2, 3) + dt.timedelta(at) for at in range(5)):
        batch = model.predicted(trained, read(settings, one_day(day)))
        if day.day > 4:
            slow = batch.frame.assign(duration_min=1.3 * batch.frame["duration_min"])
            batch = replace(batch, frame=slow)
        earlier = [history.with_estimate(trained, one, _batch(trained, one)) for one in _since(known, day)]
        found = named(monitoring.report(trained, batch, before(day), Known(earlier)).result.measures)
        known[day] = replace(known[day], errors=_errors(settings, batch.frame))
        flags.append(found["estimate_misses"].value)
        assert found["estimated_error"].low < found["estimated_error"].value < found["estimated_error"].high
    assert flags == [0.0, 0.0, 1.0, 2.0, 3.0]


def _since(known, day):
    return [one for at, one in known.items() if dt.date(2022, 2, 1) <= at < day]


def _batch(trained, day):
    return model.predicted(trained, read(trained.settings, one_day(day.day)))


def _errors(settings, frame):
    losses = performance.losses(settings, frame)
    return len(losses), float(losses.sum()), float(np.square(losses).sum())
