from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from driftbook import diagnosis
from driftbook.config.performance import Performance
from driftbook.diagnosis.by_segment import Usual
from driftbook.measures.performance import losses
from driftbook.records import DayResult, Judgement, Measure

from tests import trade

MAE = "mean_absolute_error"


def with_segments(trained, *given):
    settings = trained.settings.model_copy(update={"performance": Performance(segments=given)})
    return replace(trained, settings=settings)


def test_the_references_error_in_each_segment(demo):
    settings, trained, splits = demo
    found = diagnosis.usual_errors(trained)
    rows = splits.validation[splits.validation["payment_type"] == 2]
    assert found["payment_type = 2"].error == pytest.approx(losses(settings, rows).mean())
    assert {name.partition(" = ")[0] for name in found} == {"payment_type", "hour band", "long trips"}


@pytest.mark.parametrize("given", [{"column": "VendorID"}, {"name": "tipped", "where": "tip_amount > 1"}])
def test_a_column_that_the_reference_lacks_has_none(demo, given):
    found = diagnosis.usual_errors(with_segments(demo[1], given, {"column": "hour", "bands": [0, 12, 24]}))
    assert {*found} == {"hour = 0 to 12", "hour = 12 to 24"}


@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_how_far_days_lie_off(demo, spread):
    """Errors of four segments, exponential about a level of each day: the deviation is that of the levels."""
    rng, days, rows = np.random.default_rng(1), 60, 600
    settings = trade.settings(performance={"segments": [{"column": "depot"}]})
    frame = trade.frame(days=days, rows=rows)
    levels = rng.normal(1, spread, days)
    frame = frame.assign(prediction=frame["hours"] + np.repeat(levels, rows) * rng.exponential(4, len(frame)))
    found = diagnosis.usual_errors(replace(demo[1], settings=settings, validation=frame, reference_rows=frame))
    assert len(found) == 4
    for one in found.values():
        assert one.error == pytest.approx(4 * levels.mean(), rel=0.05)
        assert one.deviation / one.error == pytest.approx(levels.std(), abs=0.03)


@pytest.mark.parametrize(
    ("values", "usual", "worse", "compared"),
    [
        ({"a": 3.0, "b": 4.0, "c": 9.0}, {"a": 3.0, "b": 3.0, "c": 4.0}, ["c", "b"], 3),
        ({"a": 3.0, "b": 4.0}, {"b": 2.0}, ["b"], 1),
        ({"a": 2.0}, {"a": 3.0}, [], 1),
        ({"a": 3.2}, {"a": 3.0}, [], 1),  # chance of its rows
        ({"a": 4.0, "b": 3.0}, {"a": (3.0, 1.0), "b": 3.0}, [], 2),  # what days differ by
        ({}, {"a": 1.0}, [], 0),
    ],
)
def test_what_errs_more_than_usual(values, usual, worse, compared):
    measures = [Measure(MAE, value, segment=name, low=value - 0.3, high=value + 0.3) for name, value in values.items()]
    measures += [Measure(MAE, 9.0, low=8.0, high=10.0), Measure(MAE, None, segment="few")]
    result = DayResult("parcels", pd.Timestamp("2022-02-05").date(), 9, measures, {}, "d", "v", Judgement("ok", "", ""))
    known = {name: Usual(*one) if isinstance(one, tuple) else Usual(one) for name, one in usual.items()}
    found, count = diagnosis.worse(trade.settings(), result, known)
    assert ([m.segment for m in found], count) == (worse, compared)


def test_of_usual_days_few_have_a_segment_that_errs_more(demo, monitored):
    usual = diagnosis.usual_errors(demo[1])
    quiet = [f"2022-02-{day:02}" for day in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 18, 21)]
    named = [day for day in quiet if diagnosis.worse(demo[0], monitored(day)[1].result, usual)[0]]
    assert named == []
