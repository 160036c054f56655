import dataclasses
import datetime as dt

import pytest
from driftbook.alarms import checks
from driftbook.config.alarms import Checks

from tests.days import KINDS, count, frame, span

DAY = dt.date(2022, 2, 8)  # a Tuesday
SPECIAL = dt.date(2022, 12, 24)


def found(calibration, day, before):
    return {
        (check.measure.metric, check.measure.feature): check for check in checks.run(calibration, Checks(), day, before)
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


@pytest.mark.parametrize(("rows", "verdict"), [(1049, "alarm"), (1050, "ok"), (1500, "ok")])
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
