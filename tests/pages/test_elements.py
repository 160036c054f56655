import pytest
from driftbook.metrics import rounded
from driftbook.pages import elements
from driftbook.records import Measure
from driftbook.verdicts import VERDICTS

from tests.pages.test_tables import Page


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 2399.0, 1e-300, -0.0])
def test_the_full_value_is_beside_it(value):
    page = Page(elements.number(Measure("quantile", value, "fare_amount", "p05")))
    (attributes,) = page.numbers
    assert repr(float(attributes["data-value"])) == repr(value)
    assert (attributes["data-metric"], attributes["data-feature"], attributes["data-segment"]) == (
        "quantile", "fare_amount", "p05",
    )  # fmt: skip
    assert page.text == rounded(value)


def test_no_value_has_no_value():
    page = Page(elements.number(Measure("severity", None)))
    assert (page.numbers[0]["data-value"], page.text) == ("", "–")


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_is_a_word_with_a_class(verdict):
    badge = elements.badge(verdict)
    assert badge.startswith(f'<span class="verdict verdict-{verdict.replace(" ", "-")}" style="background:#')
    assert f"color:{VERDICTS[verdict].ink};" in badge  # where no style sheet is, as in JupyterLab
    assert Page(badge).text == verdict


def test_no_verdict_is_nothing():
    assert elements.badge("") == ""


def test_bounds_are_numbers_too():
    measure = Measure("missing_share", 0.25, "fare", lower=0.0, upper=0.0125)
    (lower, upper) = (Page(elements.number(measure, part)) for part in ("lower", "upper"))
    assert (lower.text, upper.text) == ("0%", "1.25%")
    assert (upper.numbers[0]["data-part"], upper.numbers[0]["data-value"]) == ("upper", "0.0125")
