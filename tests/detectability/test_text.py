import datetime as dt
from dataclasses import replace

import pytest
from driftbook import detectability
from driftbook.alarms.calibration import Calibration
from driftbook.config.alarms import Alarms
from driftbook.records import Detectability, DetectabilityReport

from tests.days import GRID, KINDS, count, span

DAYS = tuple(dt.date(2022, 1, day) for day in range(3, 10))
WEAK = Detectability("other unit", "fare", "times", (1.1, 2.0), (1.0,), 1.1, "x1.1")
STRONG = Detectability("rows lost", "", "share of the rows", (0.1, 0.5), (1 / 7, 0.9), 0.5, "50%")
NEVER = Detectability("value stuck", "fare", "share of the values", (0.1, 0.5), (0.0, 0.5), None, "missed")
UNKNOWN = Detectability("value stuck", "fare", "share of the values", (0.1, 0.5), (), None, "not calibrated")


def report(*found, held_back=DAYS):
    return DetectabilityReport("m", "v1", 1.0, 23, held_back, (), found)


def test_levels():
    assert [one.level for one in (WEAK, STRONG, NEVER, UNKNOWN)] == [0, 0.5, 1, None]


def test_the_table():
    lines = detectability.table(report(WEAK, STRONG, NEVER, UNKNOWN)).values.tolist()
    assert lines[:3] == [
        ["fare", "other unit", "x1.1", "x1.1 to x2", "x1.1: 100%", 0.0],
        ["all rows", "rows lost", "50%", "10% to 50%", "10%: 14%, 50%: 90%", 0.5],
        ["fare", "value stuck", "missed", "10% to 50%", "10%: 0%, 50%: 50%", 1.0],
    ]
    assert lines[3][:5] == ["fare", "value stuck", "not calibrated", "10% to 50%", "–"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            report(WEAK, STRONG, NEVER),
            "3 combinations of fault and column, each tried on 7 days held back while 23 stay: 2 are caught at some "
            "strength, 1 of them at the weakest tried, 1 at none. Most easily missed: value stuck in fare up to 50%; "
            "rows lost below 50%.",
        ),
        (
            report(WEAK),
            "1 combinations of fault and column, each tried on 7 days held back while 23 stay: 1 are caught at some "
            "strength, 1 of them at the weakest tried, 0 at none. Most easily missed: nothing.",
        ),
        (
            report(UNKNOWN, held_back=()),
            "Not calibrated: the reference has 23 days, too few to hold some back and let the others judge them.",
        ),
    ],
)
def test_the_conclusion(found, said):
    assert detectability.conclusion(found) == said


@pytest.fixture(scope="module")
def calibration():
    return Calibration(GRID, tuple(count(day) for day in span(dt.date(2022, 1, 2), 35)), KINDS, least_rows=200)


def test_how_sure_the_threshold_is(calibration):
    said = detectability.sure(calibration, Alarms())
    limit = calibration.fixed.limit(1.0)
    assert said.startswith(
        f"Threshold {limit.value:.2f} (standard error {limit.error:.2f}) in tail units, from 35 days"
    )
    assert "Warning" not in said


def test_a_threshold_far_above_the_references_own_days_is_warned_of(calibration):
    said = detectability.sure(calibration, Alarms(false_alarms_per_month=0.01))
    assert "Warning: that is" in said
    assert "times as far from usual as it ever did before it alarms" in said


def test_too_few_days_have_no_threshold(calibration):
    few = replace(calibration, days=calibration.days[:10])
    assert detectability.sure(few, Alarms()) == "Not calibrated: 10 days are too few for a threshold."
