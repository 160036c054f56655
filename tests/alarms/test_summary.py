from dataclasses import replace

import pytest
from driftbook.alarms import summary
from driftbook.records import DayResult, Judgement, Measure

DROPPED = Measure("column_changes", 1.0, verdict="alarm")


@pytest.mark.parametrize(
    ("reason", "lasted", "text"),
    [
        ("a column is gone: tip; fare: y", None, "A column is gone: tip."),
        ("a column is gone: tip; fare: y", 1, "A column is gone: tip."),
        ("since 2022-02-01, day 3; a column is gone: tip; fare: y", 3, "A column is gone: tip."),
        ("fare has one value", 1, "fare has one value."),
    ],
)
def test_what_a_check_found_is_the_first_of_the_reason(demo, monitored, reason, lasted, text):
    settings, trained, _ = demo
    judgement = Judgement("alarm", reason, "weekday", "fare", lasted=lasted)
    result = replace(monitored("2022-02-08")[1].result, judgement=judgement, measures=(DROPPED,))
    assert summary.day(settings, trained.calibration.outcome, result) == text


def test_the_words_are_those_of_the_writing(demo, monitored):
    settings, trained, _ = demo
    result = monitored("2022-02-10")[1].result
    shouted = summary.Writing(str.upper, "*{}*".format, lambda measure, part="value": part)
    said = summary.day(settings, trained.calibration.outcome, result, shouted)
    assert said == "*TRIP_DISTANCE is higher than usual*: its median is value MILES, on usual days lower to upper."
    assert isinstance(result, DayResult) and result.judgement.summary.startswith("trip_distance is higher than usual: ")


def test_a_column_may_come_nearest_that_is_not_scored_by_itself(demo, monitored):
    settings, trained, _ = demo
    result = monitored("2022-02-08")[1].result
    only = replace(result, judgement=replace(result.judgement, feature="ehail_fee", cell="ehail_fee"))
    said = summary.day(settings, trained.calibration.outcome, only)
    assert said.startswith("Nothing stands out: ehail_fee comes nearest, at 0.")
