"""Still good? For whom not? Why? On the first screen of a day."""

import datetime as dt
from dataclasses import replace

import pytest
from driftbook import diagnosis
from driftbook.diagnosis.by_segment import Usual
from driftbook.pages import harm
from driftbook.records import DayResult, Judgement, Measure

from tests.pages.test_tables import Page

MAE, SHIFTS = "mean_absolute_error", [f"shift = {name}" for name in ("day", "late", "night")]
USUAL = {name: Usual(3.0, 0.1) for name in SHIFTS}
ESTIMATE = Measure("estimated_error", 3.2, low=3.0, high=3.4)
PENDING = Measure("unlabelled_share", 1.0, upper=0.2, verdict="labels pending")
CHANGED = "Why: the relation changed, on such inputs 3 to 3.4 was to be expected."
MOVED = "Why: inputs moved (hour); the split in debug tells whether the relation did too."


def error(value, segment="", reach=0.2, upper=3.5, verdict=""):
    return Measure(MAE, value, "", segment, upper=upper, verdict=verdict, low=value - reach, high=value + reach)


def segments(*values):
    return [error(value, name, upper=None) for name, value in zip(SHIFTS, values, strict=True)]


def moved(*columns, verdict="alarm"):
    return [Measure("severity", 5.0 - at, column, upper=1.0, verdict=verdict) for at, column in enumerate(columns)]


@pytest.fixture(scope="module")
def said(demo):
    """A function of a day's measures: what the first screen says of them, as text."""

    def of(*measures, usual=USUAL):
        judgement = Judgement("alarm", "", "weekday")
        result = DayResult("demo", dt.date(2022, 2, 8), 400, measures, {}, "d", "v", judgement)
        return Page(harm.of_day(demo[1], result, usual)).text

    return of


@pytest.mark.parametrize(
    ("measures", "text"),
    [
        ([], "Whether the model is hurt is not known: no row has a usable label."),
        ([Measure(MAE, None)], "Whether the model is hurt is not known: no row has a usable label."),
        (
            [Measure(MAE, 3.25)],
            "Its mean absolute error is 3.25 minutes; nothing tells yet how high it usually is.",
        ),
        (
            [PENDING],
            "Whether the model is hurt, and for whom, is not known yet: "
            "100% of the rows wait for their true values, expected by 2022-02-08.",
        ),
        (
            [PENDING, ESTIMATE, *segments(9.0, 9.0, 9.0)],
            "Whether the model is hurt, and for whom, is not known yet: 100% of the rows wait for their true values, "
            "expected by 2022-02-08. Its mean absolute error is estimated at 3.2 minutes (90% interval 3 to 3.4); "
            "the reference has 3.2.",
        ),
        ([PENDING, *moved("fare_amount")], "expected by 2022-02-08. Why the alarm: inputs moved (fare_amount)."),
    ],
)
def test_it_may_not_be_known(said, measures, text):
    assert said(*measures).endswith(text)


@pytest.mark.parametrize(
    ("measures", "text"),
    [
        (segments(3.0, 3.1, 3.2), "at most 3.5 on usual days."),
        (segments(3.0, 3.1, 4.0), "on usual days. For whom not: shift = night (4, usually 3)."),
        (segments(3.9, 3.1, 4.0), "For whom not: shift = night (4, usually 3) and shift = day (3.9, usually 3)."),
        (segments(3.9, 4.1, 4.0), "For whom not: all 3 named segments, most of all shift = late (4.1, usually 3)."),
        (
            [*segments(3.0, 3.9, 4.0)[1:], error(3.1, "shift = day", 0.01, 3.05, "notice")],
            "For whom not: shift = day (3.1, declared at most 3.05), shift = night (4, usually 3) and 1 more.",
        ),
        ([], "on usual days."),
    ],
)  # fmt: skip
def test_for_whom_not(said, measures, text):
    found = said(error(3.2), *measures)
    also = "" if "For whom" in found or not measures else ", nor is any segment"
    assert found.startswith(f"The model is not hurt{also}: its mean absolute error is 3.2 minutes, at most 3.5 on ")
    assert found.endswith(text)


@pytest.mark.parametrize(
    ("measures", "text"),
    [
        ([], "more than usual. Why: no input is beyond its threshold, so look at the relation, in debug."),
        ([ESTIMATE], CHANGED),
        ([replace(ESTIMATE, high=4.5)], "Why: its rows are harder, on such inputs 3 to 4.5 was to be expected."),
        ([ESTIMATE, *moved("hour")], MOVED),
        ([ESTIMATE, *moved("hour", verdict="drift")], MOVED),
        ([ESTIMATE, *moved("columns together", "error")], MOVED.replace("hour", "columns together")),
        ([ESTIMATE, *moved("duration_min", "prediction", "rows")], CHANGED),
    ],
)  # fmt: skip
def test_why(said, measures, text):
    found = said(error(4.0), *segments(3.0, 3.0, 3.0), *measures)
    assert found.startswith(
        "The model is hurt: its mean absolute error is 4 minutes, at most 3.5 on usual days. No segment "
    )
    assert found.endswith(text)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (["hour"], " Why the alarm: inputs moved (hour)."),
        (["hour", "fare_amount", "payment_type"], " Why the alarm: inputs moved (hour, fare_amount and 1 more)."),
        (["columns together", "hour"], " Why the alarm: inputs moved (hour)."),
        (["missing values", "columns together"], " Why the alarm: inputs moved (missing values, columns together)."),
        (["rows", "duplicates", "prediction", "error"], "at most 3.5 on usual days."),
    ],
)
def test_what_moved_without_harm(said, columns, text):
    assert said(error(3.0), *segments(3.0, 3.0, 3.0), *moved(*columns)).endswith(text)


@pytest.mark.parametrize(
    ("day", "whom", "why"),
    [
        ("2022-02-08", ", nor is any segment: its", ""),
        ("2022-02-10", ", nor is any segment: its", "Why the alarm: inputs moved (trip_distance)."),
        ("2022-02-14", "all 9 named segments, most of all hour band", "Why: inputs moved (fare_amount)"),
        ("2022-02-22", "For whom not: hour band = 16 to 20", "Why: the relation changed"),
    ],
)
def test_the_planted_incidents(demo, monitored, day, whom, why):
    found = Page(harm.of_day(demo[1], monitored(day)[1].result, diagnosis.usual_errors(demo[1]))).text
    assert whom in found and why in found
    assert ("Why" in found) is bool(why)


def test_names_of_segments_and_columns_are_escaped(said):
    found = said(error(4.0), error(9.0, "shift = <b>", upper=None), usual={"shift = <b>": Usual(3.0)})
    assert "shift = <b> (9, usually 3)" in found


def test_a_day_without_rows_says_nothing(demo, monitored):
    assert harm.of_day(demo[1], monitored("2022-02-20")[1].result, USUAL) == ""
