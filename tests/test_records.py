import datetime as dt
from dataclasses import FrozenInstanceError

import pytest
from driftbook.records import VERDICTS, DayResult, Measure, gravest


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "ok"),
        (["", ""], "ok"),
        (["ok", ""], "ok"),
        (["ok", "insufficient"], "insufficient"),
        (["warning", "insufficient"], "warning"),
        (["no data", "warning"], "no data"),
        (["ok", "alarm", "no data"], "alarm"),
        (["alarm", "failed"], "failed"),
        (VERDICTS, "failed"),
    ],
)
def test_the_gravest(verdicts, expected):
    assert gravest(verdicts) == gravest(reversed(verdicts)) == expected


def test_an_unknown_verdict_is_a_bug():
    with pytest.raises(ValueError, match="not in tuple"):
        gravest(["fine"])


@pytest.mark.parametrize(("verdicts", "expected"), [(["", "ok", "warning"], "warning"), (["no data"], "no data")])
def test_a_day_has_the_gravest_of_its_measures(verdicts, expected):
    measures = tuple(Measure("x", 1.0, str(number), verdict=verdict) for number, verdict in enumerate(verdicts))
    assert DayResult("m", dt.date(2022, 2, 5), 3, measures, {}, "d", "v").verdict == expected


def test_a_measure_judges_nothing_unless_told():
    assert Measure("x", None) == Measure("x", None, "", "", None, None, "", "")
    with pytest.raises(FrozenInstanceError):
        Measure("x", None).value = 1.0
