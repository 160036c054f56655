import re
from dataclasses import replace

import pytest
from driftbook import diagnosis
from driftbook.pages import headline
from driftbook.records import Judgement, Measure

from tests.pages.test_tables import Page


@pytest.fixture
def shown(demo, monitored):
    """A function of a day as text: its headline as a page, and its result."""
    _, trained, _ = demo
    usual = diagnosis.usual_errors(trained)

    def of(text):
        _, day = monitored(text)
        return Page(headline.day(trained, day, diagnosis.chosen(day.result, ""), usual)), day.result

    return of


@pytest.mark.parametrize(
    ("day", "title", "what", "hurt", "step"),
    [
        (
            "2022-02-08", "Tuesday", r"Nothing stands out: \w+ comes nearest, at 0\.\d+ times its threshold\.",
            "is not hurt", "nothing to do",
        ),
        (
            "2022-02-10", "Thursday",
            r"trip_distance is higher than usual: its median is 3\.\d+ miles, on usual days 1\.\d+ to 2\.\d+\.",
            "is not hurt", "look for a change of unit",
        ),
        (
            "2022-02-14", "Monday", r"3\d% of fare_amount are missing, usually 0\.\d+%\.",
            "is hurt", "Ask who delivers the column",
        ),
        (
            "2022-02-17", "Thursday",
            r"2\d% of the rows have a PULocationID that no day of the reference has, usually 0\.\d+%\.",
            "is not hurt", "look at them",
        ),
        (
            "2022-02-19", "Saturday", r"50% of the rows repeat another row exactly, usually 0\.\d+%\.",
            "is not hurt", "delivered twice",
        ),
        ("2022-02-20", "Sunday", r"No row arrived\.", None, "ask whether the job"),
        (
            "2022-02-22", "Tuesday", r"duration_min is higher than usual: its median is 17\.\d minutes",
            "is hurt", "the relation has changed",
        ),
    ],
)  # fmt: skip
def test_a_day_in_ten_seconds(shown, day, title, what, hurt, step):
    page, result = shown(day)
    assert page.text.startswith(f"{day}, {title} · simulated taxi trip duration · {result.verdict}")
    assert re.search(what, page.text), page.text
    assert (f"The model {hurt}" in page.text) is (hurt is not None)
    assert re.search(f"Next step: .*({step})", page.text), page.text


@pytest.mark.parametrize("day", ["2022-02-08", "2022-02-10", "2022-02-14", "2022-02-19", "2022-02-22"])
def test_every_number_is_that_of_its_row(shown, day):
    page, result = shown(day)
    rows = {(m.metric, m.feature, m.segment): m for m in result.measures}
    assert page.numbers
    for number in page.numbers:
        row = rows[number["data-metric"], number["data-feature"], number["data-segment"]]
        assert float(number["data-value"]) == getattr(row, number.get("data-part", "value"))


@pytest.mark.parametrize("day", ["2022-02-08", "2022-02-10", "2022-02-19", "2022-02-20"])
def test_the_sentence_is_the_one_that_is_stored(demo, monitored, day):
    result = monitored(day)[1].result
    assert Page(headline.what(demo[1], result)).text == result.judgement.summary


def test_the_evidence_has_the_reason_and_all_that_is_beyond(demo, monitored):
    _, day = monitored("2022-02-10")
    found = headline.evidence(demo[1], day.result)
    beyond = [m for m in day.result.measures if m.verdict not in ("", "ok")]
    page = Page(found)
    assert day.result.judgement.reason in page.text
    assert len(page.numbers) == len(beyond) - 1  # all but the day's severity, which is its column's
    assert found.data.startswith(f"<details><summary>The reason in terms of the alarms; {len(page.numbers)} numbers")


@pytest.mark.parametrize(
    ("given", "text", "is_near"),
    [
        ({}, "", False),
        ({"fixed_score": 6.0, "fixed_threshold": 4.117}, "", False),
        ({"fixed_score": 6.0, "fixed_threshold": 4.117, "fixed_threshold_error": 0.287}, "4.1 ± 0.3 (fixed)", False),
        ({"fixed_score": 4.3, "fixed_threshold": 4.117, "fixed_threshold_error": 0.287}, "4.1 ± 0.3 (fixed)", True),
        ({"fixed_score": 3.9, "fixed_threshold": 4.117, "fixed_threshold_error": 0.287}, "4.1 ± 0.3 (fixed)", True),
    ],
)
def test_how_sure_the_thresholds_are(demo, monitored, given, text, is_near):
    found = Page(
        headline.evidence(demo[1], of(monitored("2022-02-08")[1].result, Judgement("ok", "r", "sunday", **given)))
    )
    assert ("Thresholds of the score: " in found.text) is bool(text)
    assert text in found.text
    assert ("might have decided otherwise" in found.text) is is_near


def of(result, judgement, *measures):
    return replace(result, judgement=judgement, measures=measures)


@pytest.mark.parametrize(
    ("judgement", "measures", "text"),
    [
        (
            Judgement("alarm", "a column is new: tip; x: y", "saturday", "x"),
            [Measure("severity", 0.5, upper=1.0, verdict="ok"), Measure("column_changes", 1.0, verdict="alarm")],
            "A column is new: tip.",
        ),
        (
            Judgement("insufficient", "not judged by scores: insufficient", "saturday"),
            [Measure("severity", None, upper=1.0, verdict="insufficient")],
            "Not judged by scores: insufficient.",
        ),
        (
            Judgement("drift", "x", "saturday", "zone", "<b>", 0.25, 0.013),
            [Measure("severity", 0.5, upper=1.0, verdict="drift")],
            "25% of the rows have zone <b>, usually 1.3%; beyond the threshold of the fixed reference only.",
        ),
        (
            Judgement("alarm", "x", "saturday", "rows", "rows", 4000.0, 2000.0),
            [Measure("severity", 4.0, upper=1.0, verdict="alarm")],
            "4,000 rows arrived, usually 2,000.",
        ),
        (
            Judgement("alarm", "x", "saturday", "trip_distance", "up to 2", 0.75, 0.5),
            [
                Measure("severity", 4.0, upper=1.0, verdict="alarm"),
                Measure("quantile", 1.25, "trip_distance", "p50", lower=1.5, upper=None),
            ],
            "trip_distance is lower than usual: its median is 1.25 miles, on usual days 1.5.",
        ),
    ],
)
def test_what_a_day_is_about(demo, monitored, judgement, measures, text):
    result = of(monitored("2022-02-08")[1].result, judgement, *measures)
    found = headline.what(demo[1], result)
    assert Page(found).text == text
    assert "<b>" not in found


def test_what_is_of_a_sample_is_said(demo, monitored):
    _, trained, _ = demo
    _, report = monitored("2022-02-08")
    assert "of a sample" not in Page(headline.day(trained, report, "", {})).text
    sampled = replace(report, result=replace(report.result, sample=100_000))
    assert "are of a sample of 100,000 rows" in Page(headline.day(trained, sampled, "", {})).text
