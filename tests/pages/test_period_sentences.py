import datetime as dt

import pandas as pd
import pytest
from driftbook import config
from driftbook.pages import period_sentences
from driftbook.pages.period_sentences import Call
from driftbook.periods import between

from tests.pages.test_tables import Page

PERIOD = between("2022-02-01", "2022-02-06")
DAYS = PERIOD.days
DEMO = config.load("demo")


@pytest.fixture
def overview():
    return pd.DataFrame({"day": DAYS, "verdict": ["ok", "alarm", "alarm", "alarm", "no data", "failed"]})


@pytest.fixture
def judgements():
    found = pd.DataFrame({"day": DAYS[:5], "feature": ["x", "fare", "fare", "<i>zone", ""]})
    said = [f"Reason {day.day}." for day in DAYS[:5]]
    return found.assign(summary=said, since=None, severity=[0.5, 2.0, 3.0, 1.5, None])


def test_neighbours_with_the_same_column_stand_together(overview, judgements):
    assert period_sentences.calls(overview, judgements) == [
        Call((DAYS[1], DAYS[2]), "alarm", "fare", "Reason 3."),
        Call((DAYS[3],), "alarm", "<i>zone", "Reason 4."),
        Call((DAYS[4],), "no data", "", "Reason 5."),
        Call((DAYS[5],), "failed", "", "The run failed."),
    ]
    apart = overview.drop(index=2)
    assert next(call.days for call in period_sentences.calls(apart, judgements)) == (DAYS[1],)
    assert period_sentences.calls(overview.head(1), judgements) == []


def test_the_days_of_an_alarm_stand_together_whatever_lies_between(overview, judgements):
    since = [None, DAYS[1], DAYS[2], DAYS[1], None]
    assert period_sentences.calls(overview, judgements.assign(since=since))[:3] == [
        Call((DAYS[1], DAYS[3]), "alarm", "<i>zone", "Reason 4.", DAYS[1]),
        Call((DAYS[2],), "alarm", "fare", "Reason 3.", DAYS[2]),
        Call((DAYS[4],), "no data", "", "Reason 5."),
    ]


def test_the_headline_of_a_period(overview, judgements):
    calls = period_sentences.calls(overview, judgements)
    page = period_sentences.headline(DEMO, PERIOD, overview, calls, lambda notebook, day: f"{notebook} {day:%d}")
    assert "<h1" in page.data
    assert Page(page).text == (
        "2022-02-01 to 2022-02-06 · simulated taxi trip duration · 5 days need you"
        "6 of 6 days stored: 3 alarm, 1 ok, 1 no data, 1 failed."
        "alarm monitor 02, monitor 03: Reason 3. (debug 02)alarm monitor 04: Reason 4. (debug 04)"
        "no data monitor 05: Reason 5.failed monitor 06: The run failed."
    )
    calm = period_sentences.headline(DEMO, PERIOD, overview.head(1), [], str)
    assert "no day needs you" in calm.data and "<ul>" not in calm.data


def test_what_became_of_the_days():
    jobs = pd.DataFrame(
        {"day": DAYS[:3], "outcome": ["computed", "failed", "computed"], "error": ["", "E: no", "debug: E"]}
    )
    assert period_sentences.outcomes(jobs) == (
        "3 days: 2 in the database, 1 failed.\n2022-02-02 failed: E: no\n2022-02-03 computed: debug: E"
    )


def test_days_beyond_the_threshold_beside_the_budget(judgements):
    assert period_sentences.exceeding(DEMO, judgements) == (
        "3 of 5 days exceed the threshold of both references. Budget: 1 false alarm in 30 days."
    )
    alarms = DEMO.alarms.model_copy(update={"false_alarms_per_month": 0.5})
    assert "0.5 false alarms" in period_sentences.budget(DEMO.model_copy(update={"alarms": alarms}))


def test_between_which_values_a_measure_lies():
    found = pd.DataFrame({"metric": "share_missing_values", "value": [0.0712, None, 0.25]})
    assert period_sentences.span(found, "missing cells") == "Missing cells between 7.12% and 25%."
    rows = pd.DataFrame({"metric": "mean_absolute_error", "value": [3.0512, 4.0]})
    assert period_sentences.span(rows, "the error", "minutes") == "The error between 3.05 and 4 minutes."
    assert period_sentences.span(rows.head(0), "rows") == "No day has rows."


def test_the_highest_severities():
    scores = pd.DataFrame({dt.date(2022, 2, 1): [0.5, 2.25]}, index=["fare", "zone"])
    said = "Highest: zone on 2022-02-01, 2.25 times its threshold; fare on 2022-02-01, 0.5 times its threshold."
    assert period_sentences.highest(scores) == said
    assert period_sentences.highest(scores.head(0)) == "No day has a score."
