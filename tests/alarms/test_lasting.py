"""One alarm is one open item: since when it lasts, whatever the order, until somebody acknowledges it."""

import datetime as dt
from dataclasses import dataclass

import pytest
from driftbook.alarms import lasting, trailing
from driftbook.alarms.judge import judge
from driftbook.config.alarms import Acknowledgement, Alarms

from tests.days import count, frame, span

START = dt.date(2022, 2, 15)  # a Tuesday
ALARMS = Alarms()


@dataclass
class Known:
    """Days that are there, whatever is monitored when."""

    calibration: object
    alarms: Alarms
    days: list

    def since(self, first):
        return [day for day in self.days if day.day >= first]

    def before(self, day):
        earlier = [other for other in self.days if other.day < day]
        (day_class,) = {other.day_class for other in self.days if other.day == day}
        return trailing.reference(self.calibration, self.alarms, day_class, earlier)


def scaled(day, factor=1.6):
    rows = frame(day)
    return count(day, rows.assign(amount=rows["amount"] * factor))


def told(calibration, later, at=-1, alarms=ALARMS):
    """Return the judgement of one of some days, which come after a quiet month."""
    quiet = [count(day) for day in span(dt.date(2022, 1, 18), 28)]
    past = Known(calibration, alarms, [*quiet, *later])
    day = later[at]
    verdict = judge(calibration, alarms, day, past.before(day.day))
    return lasting.with_since(calibration, alarms, day, verdict, past).judgement


@pytest.mark.parametrize(("at", "said"), [(0, ""), (1, "since 2022-02-15, day 2; "), (3, "since 2022-02-15, day 4; ")])
def test_an_alarm_lasts_from_its_first_day_on(calibration, at, said):
    found = told(calibration, [scaled(day) for day in span(START, 4)], at)
    assert (found.verdict, found.since) == ("alarm", START)
    assert found.reason.startswith(f"{said}amount: ")


def test_a_day_that_is_no_alarm_lasts_from_nowhere(calibration):
    found = told(calibration, [scaled(START), count(START + dt.timedelta(days=1))])
    assert (found.verdict, found.since) == ("ok", None)


def test_another_fact_is_another_item(calibration):
    next_day = START + dt.timedelta(days=1)
    found = told(calibration, [scaled(START), count(next_day, frame(next_day).assign(seats=1.0))])
    assert (found.verdict, found.feature, found.since) == ("alarm", "seats", next_day)


def test_what_was_mended_in_between_is_another_item(calibration):
    days = span(START, 3)
    found = told(calibration, [scaled(days[0]), count(days[1]), scaled(days[2])])
    assert (found.verdict, found.since) == ("alarm", days[2])


def test_what_strikes_saturdays_only_lasts_from_one_to_the_next(calibration):
    days = span(dt.date(2022, 2, 15), 12)
    found = told(calibration, [scaled(day) if day.weekday() == 5 else count(day) for day in days])
    assert (found.day_class, found.since) == ("saturday", dt.date(2022, 2, 19))
    assert found.reason.startswith("since 2022-02-19, day 2; ")


def test_a_check_lasts_as_well(calibration):
    days = [count(day, duplicates=400) for day in span(START, 2)]
    found = told(calibration, days)
    assert (found.facts[0], found.since) == ("duplicates", START)


@pytest.mark.parametrize("columns", [("amount",), ()])
def test_what_was_acknowledged_is_a_drift(calibration, columns):
    alarms = Alarms(acknowledged=(Acknowledgement(start=START, columns=columns),))
    found = told(calibration, [scaled(day) for day in span(START, 4)], alarms=alarms)
    assert (found.verdict, found.feature, found.since) == ("drift", "amount", None)
    assert found.severity <= 1


def test_what_goes_on_farther_than_acknowledged_is_an_alarm_again(calibration):
    alarms = Alarms(acknowledged=(Acknowledgement(start=START, columns=("amount",)),))
    later = [scaled(day, 1.3) for day in span(START, 3)]
    found = told(calibration, [*later, scaled(START + dt.timedelta(days=3), 2.5)], alarms=alarms)
    assert (found.verdict, found.feature) == ("alarm", "amount")


def test_an_acknowledgement_of_another_column_changes_nothing(calibration):
    alarms = Alarms(acknowledged=(Acknowledgement(start=START, columns=("seats",)),))
    assert told(calibration, [scaled(START)], alarms=alarms).verdict == "alarm"


def test_more_rows_a_week_after_fewer_are_another_item_but_on_the_next_day_the_same(calibration):
    saturdays = dt.date(2022, 2, 19), dt.date(2022, 2, 26)

    def rows(day):
        many = {saturdays[0]: 700, saturdays[1]: 3000}
        return count(day, frame(day, rows=many.get(day, 1500)))

    week = [rows(day) for day in span(START, 12)]
    assert told(calibration, week).since == saturdays[1]
    rebound = [count(START, frame(START, rows=700))]
    rebound.append(count(START + dt.timedelta(days=1), frame(START + dt.timedelta(days=1), rows=3000)))
    assert told(calibration, rebound).since == START


def test_a_slow_rise_that_cannot_be_followed_any_more_is_an_alarm(calibration):
    days = span(START, 40)
    rising = [scaled(day, 1 + 0.006 * at) for at, day in enumerate(days)]
    found = [told(calibration, rising, at) for at in range(len(days))]
    verdicts = [one.verdict for one in found]
    assert "drift" in verdicts and verdicts.index("drift") < verdicts.index("alarm")
    first = found[verdicts.index("alarm")]
    assert first.feature == "amount" and first.facts == ("amount",)
    assert first.reason.startswith("amount is too far out for the trailing reference to follow")
