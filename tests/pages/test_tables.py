import datetime as dt
from html.parser import HTMLParser

import pandas as pd
import pytest
from driftbook.pages import elements, tables
from driftbook.records import DayResult, Judgement, Measure
from driftbook.verdicts import gravest

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


def of(*measures, reason="nothing to see"):
    judgement = Judgement(gravest(m.verdict for m in measures), reason, "saturday")
    return DayResult("demo", DAY, 1995, measures, {}, "d", "v", judgement)


def test_what_is_beyond_its_threshold_the_gravest_first(demo):
    result = of(
        Measure("rows", 100.0, lower=500.0, upper=900.0, verdict="alarm"),
        Measure("severity", 4.0, upper=1.0, verdict="alarm"),
        Measure("severity", 1.5, "fare_amount", upper=1.0, verdict="alarm"),
        Measure("severity", 4.0, "trip_distance", upper=1.0, verdict="alarm"),
        Measure("severity", 0.9, "duration_min", upper=1.0, verdict="drift"),
        Measure("severity", 0.5, "hour", upper=1.0, verdict="ok"),
        Measure("score", 6.0, "trip_distance", upper=4.0),
        Measure("duplicate_share", 0.5, upper=0.01, verdict="alarm"),
        Measure("column_changes", 1.0, upper=0.0, verdict="notice"),
        Measure("stray_rows", 5.0),
    )
    lines = tables.beyond(demo[0], result)
    assert [Page(line).text for line in lines] == [
        "alarm severity of trip_distance: 4 times the threshold, above 1",
        "alarm severity of fare_amount: 1.5 times the threshold, above 1",
        "alarm duplicate rows: 50% of rows, above 1%",
        "alarm rows: 100 rows, below 500",
        "drift severity of duration_min: 0.9 times the threshold",
        "notice columns new, gone or of another type: 1 columns, above 0",
    ]
    assert [float(number["data-value"]) for number in Page("".join(lines)).numbers] == [4, 1.5, 0.5, 100, 0.9, 1]


def test_what_is_within_its_threshold_is_folded(demo):
    found = [
        Measure("missing_share", 0.5, "fare_amount", upper=0.1, verdict="alarm"),
        Measure("missing_share", 0.0, "hour", upper=0.1, verdict="ok"),
        Measure("missing_share", 0.25, "zone"),
    ]
    shown, folded = tables.measures(demo[0], found, fold="shares").data.split("<details>")
    assert "fare_amount" in shown and "hour" not in shown
    assert "<summary>2 more shares are within their thresholds</summary>" in folded
    assert "hour" in folded and "zone" in folded
    assert "<details>" not in tables.measures(demo[0], found).data
    assert tables.measures(demo[0], found[1:], fold="shares").data.startswith("<details><summary>2 shares")


def test_every_number_of_a_day_is_on_its_tables_with_its_full_value(demo, monitored):
    settings, _, _ = demo
    result = monitored("2022-02-10")[1].result
    table = tables.measures(settings, (m for m in result.measures if m.metric != "quantile"))
    numbers = [*Page(table).numbers, *Page(tables.quantiles(settings, result)).numbers]
    keys = [(n["data-metric"], n["data-feature"], n["data-segment"]) for n in numbers]
    parts = {(*key, n["data-part"]): n["data-value"] for key, n in zip(keys, numbers, strict=True) if "data-part" in n}
    found = {key: n["data-value"] for key, n in zip(keys, numbers, strict=True) if "data-part" not in n}
    told = {
        (m.metric, m.feature, m.segment, part): getattr(m, part) for m in result.measures for part in ("low", "high")
    }
    assert {key: float(value) for key, value in parts.items()} == {
        key: end for key, end in told.items() if end is not None
    }
    expected = {(m.metric, m.feature, m.segment): m.value for m in result.measures}
    assert found.keys() == expected.keys()
    assert all(float(found[key]) == value for key, value in expected.items() if value is not None)


def test_every_score_of_a_day_is_on_its_table_with_its_full_value(monitored):
    result = monitored("2022-02-10")[1].result
    page = Page(tables.scores(result))
    found = {(n["data-metric"], n["data-feature"]): float(n["data-value"]) for n in page.numbers}
    metrics = ("severity", "score", "trailing_score")
    assert found == {(m.metric, m.feature): m.value for m in result.measures if m.metric in metrics}
    assert len(page.numbers) == len(found)
    limits = [next(m.upper for m in result.measures if m.metric == metric) for metric in metrics]
    judged = result.judgement
    errors = (None, judged.fixed_threshold_error, judged.trailing_threshold_error)
    assert all(errors[1:])
    assert f"threshold {' '.join(map(elements.threshold, limits, errors))}" in page.text


def test_the_scores_of_a_day_the_gravest_first():
    result = of(
        Measure("severity", 2.0, upper=1.0, verdict="alarm"),
        Measure("severity", 0.5, "hour", upper=1.0, verdict="ok"),
        Measure("severity", 2.0, "<i>fare</i>", upper=1.0, verdict="alarm"),
        *(
            Measure("score", value, name, upper=4.0)
            for name, value in (("", 9.0), ("hour", -1.0), ("<i>fare</i>", 9.0))
        ),
    )
    page = tables.scores(result)
    assert Page(page).text == (
        "column verdict severity fixed reference (tail units) trailing reference (tail units) "
        "the day alarm 2 9 – <i>fare</i> alarm 2 9 – threshold 1 4 – 1 more columns are ok "
        "column verdict severity fixed reference (tail units) trailing reference (tail units) hour ok 0.5 -1 –"
    )
    assert "<i>" not in page.data


@pytest.mark.parametrize(
    ("measures", "text"),
    [
        (
            [Measure("severity", None, upper=1.0, verdict="not calibrated")],
            "the day not calibrated – – – threshold 1 – –",
        ),
        ([Measure("rows", 0.0, verdict="no data")], "threshold 1 – –"),
    ],
)
def test_the_scores_of_a_day_that_has_none(measures, text):
    assert Page(tables.scores(of(*measures))).text.endswith(text)


def test_a_table_of_measures_has_units_and_thresholds(demo):
    found = [
        Measure("mean_absolute_error", 4.2, upper=5.5, verdict="ok"),
        Measure("missing_share", 0.25, "fare_amount", lower=0.1, verdict="warning"),
        Measure("quantile", 3.5, "trip_distance", "p50"),
    ]
    text = Page(tables.measures(demo[0], found)).text
    for part in (
        "mean absolute error",
        "minutes",
        "5.5",
        "missing values of fare_amount",
        "25% of rows",
        "10%",
        "miles",
    ):
        assert part in text
    assert "quantile p50 of trip_distance" in text


def test_selected_measures_in_the_order_asked_for():
    result = of(Measure("a", 1.0), Measure("b", 2.0), Measure("a", 3.0, "x"))
    assert [m.value for m in tables.selected(result, "b", "a", "none")] == [2.0, 1.0, 3.0]


@pytest.fixture
def overview():
    """Two days, the second one failed."""
    return pd.DataFrame(
        {
            "day": [DAY, dt.date(2022, 2, 6)],
            "verdict": ["alarm", "failed"],
            "rows": pd.array([1995, None], "Int64"),
            "error": [4.25, None],
            "error_metric": ["mean_absolute_error", None],
            "share_missing_values": [0.08, None],
            "labelled_rows": pd.array([1700, None], "Int64"),
        }
    )


def judgements(**columns):
    given = {"day": [DAY], "severity": [1.75], "reason": ["fare: odd"], "day_class": ["saturday"]}
    scores = {"fixed_score": [7.5], "fixed_threshold": [4.0], "trailing_score": [8.75], "trailing_threshold": [5.0]}
    return pd.DataFrame({**given, **scores, **columns})


def test_days_link_to_their_pages_and_say_why(overview):
    page = tables.days(overview, judgements(), link=lambda day: f'<a href="x/{day}">{day}</a>')
    assert '<a href="x/2022-02-05">2022-02-05</a>' in page.data
    assert Page(page).text == (
        "day verdict severity fixed score (threshold) trailing score (threshold) class "
        "rows mean absolute error missing cells "
        "2022-02-05 alarm 1.75 7.5 (4) 8.75 (5) saturday 1,995 4.25 8% "
        "2022-02-06 failed – – – – – – – "
        "Why 1 of them are not ok2022-02-05 alarm fare: odd"
    )
    values = [number["data-value"] for number in Page(page).numbers]
    assert values == ["1.75", "7.5", "8.75", "1995.0", "4.25", "0.08"]


@pytest.mark.parametrize(
    ("metric", "expected"), [("log_loss", "rows mean log loss missing"), (None, "rows error missing")]
)
def test_days_are_headed_by_their_error(overview, metric, expected):
    page = tables.days(overview.assign(error_metric=metric), judgements(), link=str)
    assert expected in Page(page).text


def test_a_quiet_day_needs_no_reason(overview):
    assert "fare: odd" not in tables.days(overview.assign(verdict="ok"), judgements(), link=str).data


@pytest.mark.parametrize(
    ("found", "severity", "why"),
    [
        (judgements(severity=[None], reason=["<b>no</b> row arrived"]), "–", "<b>no</b> row arrived"),
        (judgements(trailing_score=[None], trailing_threshold=[None]), "1.75 7.5 (4) –", "fare: odd"),
        (judgements(day=[dt.date(2022, 2, 7)]), "–", ""),
        (judgements().head(0), "–", ""),
    ],
)
def test_days_without_a_severity_or_a_judgement(overview, found, severity, why):
    page = tables.days(overview, found, link=str)
    assert f"2022-02-05 alarm {severity}" in Page(page).text
    assert why in Page(page).text
    assert "<b>" not in page.data


def test_no_days(overview):
    assert Page(tables.days(overview.head(0), judgements().head(0), link=str)).text == "No rows, nothing to show."


def test_a_frame_with_its_index():
    frame = pd.DataFrame({"part": [0.5, None], "rows": [3, 4]}, index=pd.Index(["a", "b"], name="segment"))
    page = Page(tables.table(frame, "{:.1%}"))
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
    page = tables.table(frame)
    assert "<b>" not in page.data
    assert "<b>odd</b> & co" in Page(page).text


def test_names_of_columns_are_no_html(demo):
    measure = Measure("severity", 0.5, '<i>"x"', upper=0.1, verdict="alarm")
    for page in ("".join(tables.beyond(demo[0], of(measure))), tables.measures(demo[0], [measure]).data):
        assert "<i>" not in page
        assert Page(page).numbers[0]["data-feature"] == '<i>"x"'


def test_long_cells_are_not_cut():
    assert "x" * 500 in tables.table(pd.DataFrame({"a": ["x" * 500]})).data


SCRIPT = "<script>alert(1)</script>\"'"


def test_names_and_values_are_text_in_every_table(demo):
    settings = demo[0].model_copy(update={"units": {SCRIPT: SCRIPT}})
    found = of(
        Measure("quantile", 1.0, SCRIPT, "p50", lower=0.0, upper=0.5, verdict="alarm"),
        Measure("quantile", 1.0, SCRIPT, SCRIPT, lower=0.0, upper=0.5, verdict="alarm"),
        Measure("severity", 2.0, SCRIPT, "", upper=1.0, verdict="alarm"),
        Measure("score", 2.0, SCRIPT, "", upper=1.0, verdict="alarm"),
    )
    frame = pd.DataFrame({SCRIPT: [SCRIPT], "list": [[SCRIPT]], "set": pd.Categorical([SCRIPT])}, index=[SCRIPT])
    overview = pd.DataFrame({"day": [DAY], "verdict": "alarm", "rows": 1, "error": 0.1, "share_missing_values": 0.0})
    judged = {"severity": 1.0, "fixed_score": 1.0, "fixed_threshold": 1.0, "trailing_score": 1.0}
    judged |= {"day": DAY, "trailing_threshold": 1.0, "day_class": SCRIPT, "reason": SCRIPT}
    pages = [
        tables.quantiles(settings, found),
        tables.scores(found),
        tables.measures(settings, found.measures, fold=""),
        "".join(tables.beyond(settings, found)),
        tables.table(frame.rename_axis(index=SCRIPT, columns=SCRIPT)),
        tables.days(overview.assign(error_metric=None), pd.DataFrame([judged]), link=str),
    ]
    for page in pages:
        assert "<script" not in (page.data if hasattr(page, "data") else page)
        assert SCRIPT in Page(page).text
