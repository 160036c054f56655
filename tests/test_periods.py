import datetime as dt
import re

import pandas as pd
import pytest
from driftbook.errors import BadInput
from driftbook.periods import Period, between, one_day, parse_day


@pytest.mark.parametrize("given", ["2022-02-05", dt.date(2022, 2, 5)])
def test_a_day(given):
    assert parse_day(given) == dt.date(2022, 2, 5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2022-02-30", "day is '2022-02-30': there is no such day in the calendar"),
        ("2023-02-29", "there is no such day"),
        ("2022-13-01", "there is no such day"),
        ("0000-01-01", "there is no such day"),
        ("２０２２-02-05", "there is no such day"),
        ("", "day is '': expected a day as text, like '2022-02-05'"),
        ("20220205", "day is '20220205': expected"),
        (20220205, "day is 20220205: expected"),  # what `papermill -p day 20220205` passes
        (None, "day is None: expected"),
        (True, "day is True: expected"),
        ("2022-2-5", "expected a day as text"),
        ("2022-02-05 ", "expected a day as text"),
        ("2022-02-05\n", "expected a day as text"),
        ("2022-02-05T00:00", "expected a day as text"),
        ("2022-W05-6", "expected a day as text"),
        ("yesterday", "expected a day as text"),
        (dt.datetime(2022, 2, 5, 1), "expected a day as text"),
        (pd.Timestamp("2022-02-05"), "expected a day as text"),
    ],
)
def test_no_day(given, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        parse_day(given)


def test_the_parameter_is_named():
    with pytest.raises(BadInput, match="start is 'x'"):
        parse_day("x", "start")


@pytest.mark.parametrize(
    ("start", "end", "days", "months"),
    [
        ("2022-02-05", "2022-02-05", 1, ["2022-02"]),
        ("2022-02-01", "2022-02-28", 28, ["2022-02"]),
        ("2020-02-01", "2020-02-29", 29, ["2020-02"]),
        ("2021-12-31", "2022-01-01", 2, ["2021-12", "2022-01"]),
        ("2022-03-26", "2022-03-28", 3, ["2022-03"]),  # clocks change in Europe: days are dates, not 24 hours
        ("2021-11-30", "2022-02-01", 64, ["2021-11", "2021-12", "2022-01", "2022-02"]),
    ],
)
def test_both_days_are_included(start, end, days, months):
    period = between(start, end)
    assert (str(period.start), str(period.days[0]), str(period.days[-1])) == (start, start, end)
    assert (len(period.days), period.months) == (days, months)
    assert period.end == period.days[-1] + dt.timedelta(days=1)


def test_one_day_is_a_period_of_one_day():
    assert one_day("2022-02-28") == between("2022-02-28", "2022-02-28")
    assert one_day("2022-02-28") == Period(dt.date(2022, 2, 28), dt.date(2022, 3, 1))


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2022-02-02", "2022-02-01", "start 2022-02-02 lies after end 2022-02-01: give the earlier day first"),
        ("2022-02-30", "2022-03-01", "start is '2022-02-30'"),
        ("2022-02-01", "2022-02-29", "end is '2022-02-29'"),
        ("2022-02-01", 20220205, "end is 20220205"),
        ("2022-02-01", "9999-12-31", "end is '9999-12-31': no day follows it"),
    ],
)
def test_no_period(start, end, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        between(start, end)
