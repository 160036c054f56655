import datetime as dt
from dataclasses import replace

import pytest
from driftbook.estimates import record
from driftbook.estimates.spread import Spread
from scipy import stats

from tests import days

SPREAD = Spread(days=30, level=1.0, between=0.01, within=0.0, factor=1.7)
WITHIN, BEYOND = 1.1, 1.3


def past(ratios):
    """Return days in a row whose true error is so many times the expected one, which is 2."""
    usual = days.count(dt.date(2022, 2, 1))
    return [
        replace(
            usual, day=dt.date(2022, 2, 1) + dt.timedelta(at), errors=(100, 200.0 * ratio, 0.0), estimated=(110, 220.0)
        )
        for at, ratio in enumerate(ratios)
    ]


@pytest.mark.parametrize(
    ("ratios", "within", "misses", "is_trusted"),
    [
        ([WITHIN] * 28, 28, 0, True),
        ([WITHIN] * 26 + [BEYOND] * 2, 26, 2, True),
        ([WITHIN] * 25 + [BEYOND] * 3, 25, 3, False),
        ([WITHIN] * 23 + [BEYOND, WITHIN, BEYOND, WITHIN, BEYOND], 25, 3, False),
        ([BEYOND] * 3 + [WITHIN] * 25, 25, 0, True),
        ([BEYOND] * 8 + [WITHIN] * 20, 20, 0, False),
        ([BEYOND] * 40 + [WITHIN] * 28, 28, 0, True),  # only the newest 28 count
        ([BEYOND], 0, 1, True),
        ([BEYOND] * 2, 0, 2, False),
        ([WITHIN, BEYOND, BEYOND, BEYOND], 1, 3, False),
    ],
)
def test_what_earlier_estimates_were_worth(ratios, within, misses, is_trusted):
    found = record.of(SPREAD, past(ratios))
    assert (found.days, found.within, found.misses) == (min(len(ratios), 28), within, misses)
    assert found.is_trusted is is_trusted


def test_the_bias_is_estimated_minus_true():
    assert record.of(SPREAD, past([1.5, 0.9])).bias == pytest.approx(2 - 2 * 1.2)


@pytest.mark.parametrize(
    "changes",
    [{"errors": (0, 0.0, 0.0)}, {"estimated": (0, 0.0)}, {"is_special": True}],
    ids=["no label", "no estimate", "special"],
)
def test_days_that_tell_nothing(changes):
    (day,) = past([BEYOND])
    assert record.of(SPREAD, [replace(day, **changes)]) is None
    assert record.of(SPREAD, [*past([WITHIN]), replace(day, **changes)]).days == 1


def test_without_an_interval_there_is_no_record():
    assert record.of(replace(SPREAD, factor=None), past([WITHIN])) is None


@pytest.mark.parametrize("n", range(1, 29))
def test_the_least_coverage_is_a_binomial_quantile(n):
    found = record.of(SPREAD, past([WITHIN] * n))
    assert found.least_coverage * n == pytest.approx(stats.binom.ppf(0.01, n, 0.9))


def test_the_rule_of_the_newest_days_leaves_less_than_one_in_a_hundred():
    assert stats.binom.sf(record.MOST_MISSES, record.NEWEST, 0.1) < 0.01
