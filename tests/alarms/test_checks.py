import dataclasses
import datetime as dt

import pytest
from driftbook.alarms import checks
from driftbook.config.alarms import Acknowledgement, Alarms

from tests.days import KINDS, count, frame, span

DAY = dt.date(2022, 2, 8)  # a Tuesday
SPECIAL = dt.date(2022, 12, 24)


ALARMS = Alarms()


def found(calibration, day, before, alarms=ALARMS):
    return {
        (check.measure.metric, check.measure.feature): check for check in checks.run(calibration, alarms, day, before)
    }


def test_an_undisturbed_day_finds_nothing(calibration, reference_days):
    all_checks = found(calibration, count(DAY), reference_days).values()
    assert {check.measure.verdict for check in all_checks} == {"ok"}
    assert not any(check.finding for check in all_checks)


@pytest.mark.parametrize(("duplicates", "verdict"), [(15, "ok"), (16, "alarm")])
def test_duplicates(calibration, reference_days, duplicates, verdict):
    check = found(calibration, count(DAY, duplicates=duplicates), reference_days)["duplicate_share", ""]
    assert (check.measure.verdict, check.measure.value) == (verdict, duplicates / 1500)
    assert bool(check.finding) is (verdict == "alarm")


@pytest.mark.parametrize(("rows", "verdict"), [(1124, "alarm"), (1125, "ok"), (1500, "ok")])
def test_rows_against_the_last_days_of_the_class(calibration, reference_days, rows, verdict):
    check = found(calibration, count(DAY, frame(DAY)[:rows]), reference_days)["rows_ratio", ""]
    assert (check.measure.value, check.measure.verdict) == (rows / 1500, verdict)


def test_rows_finding_names_both_numbers(calibration, reference_days):
    check = found(calibration, count(DAY, frame(DAY)[:500]), reference_days)["rows_ratio", ""]
    assert check.finding == "500 rows, 1,500 are usual for a weekday (the last 4)"


def test_rows_count_the_last_four_of_the_class_only(calibration):
    before = [
        count(day, frame(day)[: 300 if day < dt.date(2022, 2, 2) else 1500])
        for day in span(DAY - dt.timedelta(days=20), 20)
    ]
    assert found(calibration, count(DAY), before)["rows_ratio", ""].measure.value == 1.0


@pytest.mark.parametrize("day", [DAY, SPECIAL])
def test_rows_say_nothing_without_days_to_compare_with(calibration, reference_days, day):
    before = reference_days if day == SPECIAL else reference_days[:1]
    measure = found(calibration, count(day), before)["rows_ratio", ""].measure
    assert (measure.value, measure.verdict) == (None, "")


@pytest.mark.parametrize(
    ("kinds", "verdict", "finding"),
    [
        ({**KINDS, "amount": "text"}, "alarm", "columns: amount is text, was number"),
        ({name: kind for name, kind in KINDS.items() if name != "note"}, "alarm", "columns: note is gone"),
        ({**KINDS, "fee": "number"}, "notice", "columns: fee is new"),
        ({**KINDS, "note": "null"}, "ok", ""),
    ],
)
def test_columns(calibration, reference_days, kinds, verdict, finding):
    check = found(calibration, count(DAY, kinds=kinds), reference_days)["column_changes", ""]
    assert (check.measure.verdict, check.finding) == (verdict, finding)


@pytest.mark.parametrize(("notes", "verdict"), [(100, "ok"), (110, "alarm")])
def test_missing_values(calibration, reference_days, notes, verdict):
    check = found(calibration, count(DAY, missing_notes=notes), reference_days)["missing_rise", "note"]
    assert check.measure.verdict == verdict
    assert check.measure.value == pytest.approx((notes - 30) / 1500)


def test_a_new_column_has_no_rise(calibration, reference_days):
    day = count(DAY)
    day = dataclasses.replace(day, missing={**day.missing, "fee": 1500})
    assert ("missing_rise", "fee") not in found(calibration, day, reference_days)


def test_shares_of_few_rows_judge_nothing(calibration, reference_days):
    checked = found(calibration, count(DAY, frame(DAY)[:150], duplicates=5, missing_notes=40), reference_days)
    assert checked["duplicate_share", ""].measure.verdict == checked["missing_rise", "note"].measure.verdict == ""
    assert checked["rows_ratio", ""].measure.verdict == "alarm"


HOLIDAY = dt.date(2022, 2, 21)  # Presidents' Day, a Monday


@pytest.mark.parametrize(("rows", "verdict"), [(1050, "alarm"), (1200, "ok"), (1500, "ok"), (2400, "alarm")])
def test_the_rows_of_a_holiday_lie_between_a_sundays_and_its_weekdays(calibration, rows, verdict):
    before = [
        count(day, frame(day)[: 1500 if day.weekday() < 5 else 1600])
        for day in span(HOLIDAY - dt.timedelta(days=28), 28)
    ]
    day = count(HOLIDAY, frame(HOLIDAY, rows=rows))
    assert found(calibration, day, before)["rows_ratio", ""].measure.verdict == verdict


def test_a_new_column_is_said_once_and_hides_no_special_day(calibration, reference_days):
    kinds = {**KINDS, "fee": "number"}
    first, second, special = (count(day, kinds=kinds) for day in (DAY, DAY + dt.timedelta(days=1), SPECIAL))
    assert found(calibration, first, reference_days)["column_changes", ""].measure.verdict == "notice"
    assert found(calibration, second, (*reference_days, first))["column_changes", ""].measure.verdict == "ok"
    check = found(calibration, special, reference_days)["column_changes", ""]
    assert (check.measure.verdict, check.finding) == ("", "columns: fee is new")


@pytest.mark.parametrize("columns", [("note",), ()])
def test_missing_values_that_were_acknowledged_are_said_once(calibration, reference_days, columns):
    alarms = Alarms(acknowledged=(Acknowledgement(start=DAY, columns=columns),))
    first, second, worse = (count(DAY + dt.timedelta(days=at), missing_notes=n) for at, n in enumerate((300, 310, 500)))
    check = found(calibration, first, reference_days, alarms)["missing_rise", "note"]
    assert check.measure.verdict == "notice"
    assert check.finding.endswith(f": acknowledged on {DAY}")
    after = (*reference_days, first)
    assert found(calibration, second, after, alarms)["missing_rise", "note"].measure.verdict == "ok"
    assert found(calibration, worse, after, alarms)["missing_rise", "note"].measure.verdict == "alarm"


def test_a_column_that_is_gone_can_be_acknowledged(calibration, reference_days):
    alarms = Alarms(acknowledged=(Acknowledgement(start=DAY, columns=("note",)),))
    kinds = {name: kind for name, kind in KINDS.items() if name != "note"}
    first, second = (count(DAY + dt.timedelta(days=at), kinds=kinds) for at in (0, 1))
    assert found(calibration, first, reference_days)["column_changes", ""].measure.verdict == "alarm"
    assert found(calibration, first, reference_days, alarms)["column_changes", ""].measure.verdict == "notice"
    check = found(calibration, second, (*reference_days, first), alarms)["column_changes", ""]
    assert (check.measure.verdict, check.finding) == ("ok", "")
    both = count(DAY, kinds={name: kind for name, kind in kinds.items() if name != "seats"})
    assert found(calibration, both, reference_days, alarms)["column_changes", ""].fact == "seats"


def with_flag(day, rest=300, value="N"):
    """Return a day with a column that is not watched: most of its rows hold one value."""
    return dataclasses.replace(count(day), modes={"note": (value, 1470 - rest)})


def test_a_single_value_where_there_were_several_is_a_fault(calibration):
    days = tuple(with_flag(day) for day in span(dt.date(2022, 1, 2), 35))
    known = dataclasses.replace(calibration, days=days)
    check = found(known, with_flag(DAY, rest=0), days)["single_value", "note"]
    assert (check.measure.verdict, check.fact) == ("alarm", "note")
    assert check.finding == "every value of note is N, usually 20.0% of the rows have another"
    assert ("single_value", "note") not in found(known, with_flag(DAY, rest=1), days)


@pytest.mark.parametrize("rest", [0, 10])
def test_a_single_value_that_may_be_chance_or_was_there_before_is_none(calibration, rest):
    days = tuple(with_flag(day, rest=rest) for day in span(dt.date(2022, 1, 2), 35))
    known = dataclasses.replace(calibration, days=days)
    assert ("single_value", "note") not in found(known, with_flag(DAY, rest=0), days)
