import datetime as dt
import math
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from driftbook import show
from driftbook.records import VERDICTS, DayResult, Measure

DAY = dt.date(2022, 2, 5)


class Page(HTMLParser):
    """The text of some HTML, and the attributes of its `data` elements."""

    def __init__(self, page):
        super().__init__()
        self.words, self.numbers = [], []
        self.feed(page.data if hasattr(page, "data") else page)

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        if tag == "data":
            self.numbers.append(dict(attrs))

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def of(*measures):
    return DayResult("demo", DAY, 1995, measures, {}, "d", "v")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0, "0"),
        (2399, "2,399"),
        (1234567.0, "1,234,567"),
        (-3.0, "-3"),
        (0.188522969, "0.1885"),
        (12345.678, "1.235e+04"),
        (1e-9, "1e-09"),
        (1e300, "1e+300"),
        (math.inf, "inf"),
    ],
)
def test_a_number_to_read(value, text):
    assert show.rounded(value) == text


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 2399.0, 1e-300, -0.0])
def test_the_full_value_is_beside_it(value):
    page = Page(show.number(Measure("psi", value, "fare_amount", "p05")))
    (attributes,) = page.numbers
    assert repr(float(attributes["data-value"])) == repr(value)
    assert (attributes["data-metric"], attributes["data-feature"], attributes["data-segment"]) == (
        "psi", "fare_amount", "p05",
    )  # fmt: skip
    assert page.text == show.rounded(value)


def test_no_value_has_no_value():
    page = Page(show.number(Measure("psi", None)))
    assert (page.numbers[0]["data-value"], page.text) == ("", "–")


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_is_a_word_with_a_class(verdict):
    assert show.badge(verdict) == f'<span class="verdict verdict-{verdict.replace(" ", "-")}">{verdict}</span>'


def test_no_verdict_is_nothing():
    assert show.badge("") == ""


def test_the_headline_names_the_gravest_first(demo):
    result = of(
        Measure("rows", 100.0, lower=500.0, upper=900.0, verdict="warning"),
        Measure("psi", 0.3, "fare_amount", upper=0.2, verdict="alarm"),
        Measure("psi", 0.8, "trip_distance", upper=0.2, verdict="alarm"),
        Measure("psi", 0.1, "hour", upper=0.2, verdict="ok"),
        Measure("psi", None, "total_amount", upper=0.2, verdict="insufficient"),
        Measure("stray_rows", 5.0),
    )
    page = Page(show.headline(demo[0], result))
    assert re.fullmatch(
        "Saturday, 2022-02-05: alarm on 1,995 rows of simulated taxi trip duration ?"
        r"alarm score \(PSI\) of trip_distance: 0.8, above 0.2 ?"
        r"alarm score \(PSI\) of fare_amount: 0.3, above 0.2 ?"
        r"warning rows: 100 rows, below 500",
        page.text,
    )
    assert [float(number["data-value"]) for number in page.numbers] == [0.8, 0.3, 100.0]


@pytest.mark.parametrize(
    ("measures", "text"),
    [
        ([Measure("psi", 0.1, "hour", upper=0.2, verdict="ok")], "ok on 1,995 rows of .*no measure lies beyond its"),
        ([Measure("rows", 9.0, verdict="insufficient")], "insufficient on .*too few rows to judge, or a measure that"),
        ([Measure("rows", 0.0, verdict="no data")], "no data on .*no data rows: 0 rows"),
    ],
)
def test_the_headline_of_a_quiet_day(demo, measures, text):
    assert re.search(text, Page(show.headline(demo[0], of(*measures))).text)


def test_every_number_of_a_day_is_on_its_tables_with_its_full_value(demo, monitored):
    settings, _, _ = demo
    _, result = monitored("2022-02-10")
    tables = show.measures(settings, (m for m in result.measures if m.metric != "quantile"))
    numbers = [*Page(tables).numbers, *Page(show.quantiles(settings, result)).numbers]
    found = {(n["data-metric"], n["data-feature"], n["data-segment"]): n["data-value"] for n in numbers}
    expected = {(m.metric, m.feature, m.segment): m.value for m in result.measures}
    assert found.keys() == expected.keys()
    assert all(float(found[key]) == value for key, value in expected.items() if value is not None)


def test_a_table_of_measures_has_units_and_thresholds(demo):
    found = [
        Measure("mean_absolute_error", 4.2, upper=5.5, verdict="ok"),
        Measure("missing_share", 0.25, "fare_amount", lower=0.1, verdict="warning"),
        Measure("quantile", 3.5, "trip_distance", "p50"),
    ]
    text = Page(show.measures(demo[0], found)).text
    for part in ("mean absolute error", "minutes", "5.5", "missing values of fare_amount", "of rows", "0.1", "miles"):
        assert part in text
    assert "quantile p50 of trip_distance" in text


def test_selected_measures_in_the_order_asked_for():
    result = of(Measure("a", 1.0), Measure("b", 2.0), Measure("a", 3.0, "x"))
    assert [m.value for m in show.selected(result, "b", "a", "none")] == [2.0, 1.0, 3.0]


def test_days_link_to_their_pages():
    overview = pd.DataFrame(
        {
            "day": [DAY, dt.date(2022, 2, 6)],
            "verdict": ["alarm", "failed"],
            "rows": pd.array([1995, None], "Int64"),
            "mean_absolute_error": [4.25, None],
            "share_missing_values": [0.08, None],
            "labelled_rows": pd.array([1700, None], "Int64"),
        }
    )
    page = show.days(overview, link=lambda day: f'<a href="x/{day}">{day}</a>')
    assert '<a href="x/2022-02-05">2022-02-05</a>' in page.data
    assert {"Saturday", "Sunday", "alarm", "failed", "1,995", "4.25", "–"} <= set(re.split(r"\s+", Page(page).text))
    assert [number["data-value"] for number in Page(page).numbers] == ["1995.0", "4.25", "0.08", "1700.0"]


def test_a_frame_with_its_index():
    frame = pd.DataFrame({"part": [0.5, None], "rows": [3, 4]}, index=pd.Index(["a", "b"], name="segment"))
    page = Page(show.table(frame, "{:.1%}"))
    assert page.text == "part rows segment a 50.0% 3 b – 4"
    assert [number["data-value"] for number in page.numbers] == ["0.5"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": ["<b>odd</b> & co", None]}),
        pd.DataFrame({"x": [1.0]}, index=["<b>odd</b> & co"]),
        pd.DataFrame({"<b>odd</b> & co": [1.0]}),
        pd.DataFrame({"x": [1.0]}, index=pd.MultiIndex.from_tuples([("a", "<b>odd</b> & co")])),
    ],
)
def test_texts_of_the_data_are_no_html(frame):
    page = show.table(frame)
    assert "<b>" not in page.data
    assert "<b>odd</b> & co" in Page(page).text


def test_names_of_columns_are_no_html(demo):
    measure = Measure("psi", 0.5, '<i>"x"', upper=0.1, verdict="alarm")
    for page in (show.headline(demo[0], of(measure)), show.measures(demo[0], [measure])):
        assert "<i>" not in page.data
        assert Page(page).numbers[0]["data-feature"] == '<i>"x"'


def test_long_cells_are_not_cut():
    assert "x" * 500 in show.table(pd.DataFrame({"a": ["x" * 500]})).data
