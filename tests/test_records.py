import datetime as dt
from dataclasses import FrozenInstanceError

import pytest
from driftbook.records import DayResult, Judgement, Measure


@pytest.mark.parametrize(("verdicts", "expected"), [(["", "ok", "notice"], "notice"), (["no data"], "no data")])
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
        "trailing_score": None, "trailing_threshold": None, "fixed_days": (), "trailing_days": (), "labels": "complete",
        "facts": (), "since": None, "fixed_threshold_error": None, "trailing_threshold_error": None,
        "lasted": None, "summary": "",
    }  # fmt: skip


def test_a_measure_judges_nothing_unless_told():
    assert Measure("x", None) == Measure("x", None, "", "", None, None, "", "")
    with pytest.raises(FrozenInstanceError):
        Measure("x", None).value = 1.0
