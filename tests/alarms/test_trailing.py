import datetime as dt
from dataclasses import replace

import pytest
from driftbook.alarms import trailing
from driftbook.config import References
from driftbook.config.alarms import Acknowledgement, Alarms
from driftbook.profiles import calendars

from tests.days import CALENDAR, count, frame, span

DAY = dt.date(2022, 2, 9)
ALARMS = Alarms()


def classes(days):
    return {day: calendars.day_class(CALENDAR, day) for day in days}


def scaled(day, factor):
    rows = frame(day)
    return count(day, rows.assign(amount=rows["amount"] * factor))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (count(DAY), True),
        (count(DAY, frame(DAY)[:199]), False),
        (count(DAY, duplicates=100), False),
        (count(dt.date(2022, 12, 24)), False),
        (scaled(DAY, 1.6), False),
        (count(DAY, error=3.0), False),
    ],
)
def test_a_day_is_kept_out_by_its_own_counts(calibration, day, expected):
    assert trailing.usable(calibration, ALARMS, [day]) == [expected]


def test_company_does_not_matter(calibration):
    days = [count(DAY), scaled(DAY + dt.timedelta(days=1), 1.6), count(DAY + dt.timedelta(days=2))]
    alone = [trailing.usable(calibration, ALARMS, [day])[0] for day in days]
    assert trailing.usable(calibration, ALARMS, days) == alone == [True, False, True]


def test_a_freak_day_of_the_reference_is_kept_out_too(calibration):
    days = [*calibration.days[:9], scaled(calibration.days[9].day, 1.6), *calibration.days[10:]]
    with_freak = replace(calibration, days=tuple(days))
    kept = trailing.usable(with_freak, ALARMS, days)
    assert [day.day for day, keep in zip(days, kept, strict=True) if not keep] == [days[9].day]


@pytest.mark.parametrize(
    ("acknowledged", "expected"),
    [
        ([], False),
        ([Acknowledgement(start=DAY)], True),
        ([Acknowledgement(start=DAY, columns=("amount",))], True),
        ([Acknowledgement(start=DAY, columns=("zone",))], False),
        ([Acknowledgement(start=DAY + dt.timedelta(days=1))], False),
    ],
)
def test_an_acknowledged_change_lets_days_in(calibration, acknowledged, expected):
    alarms = Alarms(acknowledged=tuple(acknowledged))
    assert trailing.usable(calibration, alarms, [scaled(DAY, 1.6)]) == [expected]


def test_the_latest_days_are_chosen():
    days = span(dt.date(2022, 1, 2), 38)
    chosen = trailing.choose(classes(reversed(days)), ALARMS, "weekday")
    assert chosen == days[-28:]


def test_earlier_days_of_the_class_fill_up():
    saturdays = [day for day in span(dt.date(2022, 1, 2), 60) if day.weekday() == 5]
    days = [day for day in span(dt.date(2022, 1, 2), 60) if day not in saturdays[-4:]]
    chosen = trailing.choose(classes(days), ALARMS, "saturday")
    assert [day for day in chosen if day.weekday() == 5] == saturdays[:-4][-4:]
    assert len(chosen) == 28 + 4


@pytest.mark.parametrize(("days", "expected"), [(27, False), (28, True)])
def test_enough(days, expected):
    assert trailing.is_enough(classes(span(dt.date(2022, 1, 2), days)), ALARMS, "weekday") is expected


@pytest.mark.parametrize(("day", "expected"), [("2022-02-01", "2022-01-01"), ("2022-12-31", "2022-07-16")])
def test_reach(day, expected):
    references = References(start=dt.date(2022, 1, 1), end=dt.date(2022, 1, 31), train_rows=1)
    assert str(trailing.reach(ALARMS, references, dt.date.fromisoformat(day))) == expected
