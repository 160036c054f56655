import datetime as dt

import pytest
from driftbook.config.alarms import Calendar
from driftbook.profiles import calendars

US = Calendar(time_zone="America/New_York", holidays="US", special_days=("Thanksgiving Day", "12-24"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-02-04", "weekday"),
        ("2022-02-05", "saturday"),
        ("2022-02-06", "sunday or holiday"),
        ("2022-01-17", "sunday or holiday"),  # Martin Luther King Jr. Day
        ("2022-02-11", "weekday"),  # Lincoln's birthday is no federal holiday
        ("2024-02-15", "weekday"),  # nor is Susan B. Anthony Day
        ("2021-12-24", "sunday or holiday"),  # Christmas Day, observed
    ],
)
def test_classes(day, expected):
    assert calendars.day_class(US, dt.date.fromisoformat(day)) == expected


def test_without_a_country_there_are_no_holidays():
    assert calendars.day_class(Calendar(), dt.date(2022, 1, 17)) == "weekday"


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2022-11-24", True), ("2022-11-25", False), ("2022-12-24", True), ("2022-07-04", False)],
)
def test_special_days(day, expected):
    assert calendars.is_special(US, dt.date.fromisoformat(day)) is expected


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/New_York", "2022-03-13", {2: 0}),
        ("America/New_York", "2022-11-06", {1: 2}),
        ("America/New_York", "2022-03-14", {}),
        ("Europe/Berlin", "2022-03-27", {2: 0}),
        ("Europe/Berlin", "2022-10-30", {2: 2}),
        ("UTC", "2022-03-27", {}),
        ("Asia/Tokyo", "2022-03-13", {}),
    ],
)
def test_clock_changes(zone, day, expected):
    assert calendars.clock_change(zone, dt.date.fromisoformat(day)) == expected
