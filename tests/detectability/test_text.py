import datetime as dt

import pytest
from driftbook import detectability
from driftbook.records import Detectability, DetectabilityReport

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
