import pytest
from driftbook.alarms.declared import unjudged, with_notices
from driftbook.records import Judgement, Measure

NOTICE = Measure(
    "error_gap", 2.5, segment="depot", upper=2.0, verdict="notice", reference="declared", low=2.1, high=3.0
)
RATIO = Measure("error_ratio", 0.25, segment="depot", lower=0.5, verdict="notice", reference="declared")
OK = Measure("bias_gap", 0.5, segment="depot", upper=2.0, verdict="ok", reference="declared")
SAID = "beyond a declared threshold: largest difference of the error between groups, depot: 2.5, above 2"


@pytest.mark.parametrize("measures", [[], [OK]])
def test_nothing_beyond_changes_nothing(measures):
    judgement = Judgement("ok", "nothing stands out", "weekday")
    assert with_notices(judgement, measures) is judgement


@pytest.mark.parametrize(
    ("verdict", "expected", "reason"),
    [
        ("ok", "notice", f"{SAID}; why"),
        ("special day", "notice", f"{SAID}; why"),
        ("notice", "notice", f"why; {SAID}"),
        ("alarm", "alarm", f"why; {SAID}"),
    ],
)
def test_a_notice_says_what_is_beyond(verdict, expected, reason):
    found = with_notices(Judgement(verdict, "why", "weekday"), [OK, NOTICE])
    assert (found.verdict, found.reason) == (expected, reason)


def test_several_are_counted():
    found = with_notices(Judgement("ok", "why", "weekday"), [RATIO, NOTICE, OK])
    ratio = "least error over the greatest, between groups, depot: 0.25, below 0.5"
    assert found.reason == f"beyond a declared threshold: {ratio} and 1 more; why"


def test_a_day_that_waits_for_labels_is_not_judged():
    (found,) = unjudged([NOTICE])
    assert (found.verdict, found.upper, found.reference, found.value, found.low) == ("", None, "", 2.5, 2.1)
