import datetime as dt
from dataclasses import FrozenInstanceError

import pytest
from driftbook.records import VERDICTS, DayResult, Judgement, Measure, gravest


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "ok"),
        (["", ""], "ok"),
        (["ok", ""], "ok"),
        (["ok", "insufficient"], "insufficient"),
        (["special day", "ok"], "special day"),
        (["insufficient", "not calibrated"], "not calibrated"),
        (["notice", "not calibrated"], "notice"),
        (["notice", "drift", "ok"], "drift"),
        (["drift", "no data"], "no data"),
        (["drift", "alarm", "notice"], "alarm"),
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


def test_a_day_says_why_it_has_its_verdict_if_it_was_judged():
    day = DayResult("m", dt.date(2022, 2, 5), 0, (Measure("rows", 0.0, verdict="no data"),), {}, "d", "v")
    assert (day.judgement, day.counts, day.context_hash) == (None, None, "")
    judgement = Judgement("ok", "nothing to see", "saturday")
    assert vars(judgement) == {
        "verdict": "ok", "reason": "nothing to see", "day_class": "saturday", "feature": "", "cell": "",
        "day_share": None, "reference_share": None, "severity": None, "fixed_score": None, "fixed_threshold": None,
        "trailing_score": None, "trailing_threshold": None, "fixed_days": (), "trailing_days": (),
    }  # fmt: skip


def test_a_measure_judges_nothing_unless_told():
    assert Measure("x", None) == Measure("x", None, "", "", None, None, "", "")
    with pytest.raises(FrozenInstanceError):
        Measure("x", None).value = 1.0
