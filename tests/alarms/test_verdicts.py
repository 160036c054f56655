import numpy as np
import pytest
from driftbook.alarms.limits import Limits, Threshold
from driftbook.alarms.verdicts import judge, scores
from driftbook.records import Measure

LIMITS = Limits(
    edges={"x": (1.0,)}, values={}, ranges={}, seen={}, reference={"x": (10, 10, 0)},
    thresholds=(
        Threshold(metric="psi", feature="x", upper=0.5, beyond="alarm"),
        Threshold(metric="rows", lower=10, upper=20, beyond="warning"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "enough", "expected"),
    [
        (Measure("psi", 0.6, "x"), True, (None, 0.5, "alarm")),
        (Measure("psi", 0.5, "x"), True, (None, 0.5, "ok")),
        (Measure("psi", 0.6, "x"), False, (None, 0.5, "insufficient")),
        (Measure("psi", None, "x"), True, (None, 0.5, "insufficient")),
        (Measure("psi", 0.6, "y"), True, (None, None, "")),
        (Measure("rows", 9.0), True, (10, 20, "warning")),
        (Measure("rows", 10.0), True, (10, 20, "ok")),
        (Measure("rows", 21.0), True, (10, 20, "warning")),
        (Measure("stray_rows", 9.0), False, (None, None, "")),
    ],
)
def test_a_verdict(measure, enough, expected):
    (found,) = judge(LIMITS, [measure], enough=enough)
    assert (found.lower, found.upper, found.verdict) == expected
    assert (found.metric, found.value, found.feature) == (measure.metric, measure.value, measure.feature)


def test_each_column_has_a_score():
    (found,) = scores(LIMITS, {"x": np.array([10, 10, 0])})
    assert found == Measure("psi", 0.0, "x", reference="calibration")
