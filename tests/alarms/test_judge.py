import datetime as dt
from dataclasses import replace

import pytest
from driftbook.alarms import judge, limits
from driftbook.alarms.calibration import Calibration, Outcome, from_json
from driftbook.config.alarms import Alarms
from driftbook.records import Measure

from tests.days import GRID, KINDS, count, frame, span

DAY = dt.date(2022, 2, 8)
BEFORE = span(dt.date(2022, 1, 11), 28)


def scaled(day, factor):
    rows = frame(day)
    return count(day, rows.assign(amount=rows["amount"] * factor))


def judged(calibration, day, before, alarms=None):
    return judge.judge(calibration, alarms or Alarms(), day, before)


@pytest.fixture(scope="module")
def before():
    return [count(day) for day in BEFORE]


def test_an_undisturbed_day(calibration, before):
    found = judged(calibration, count(DAY), before)
    assert found.judgement.verdict == "ok"
    assert set(found.verdicts.values()) == {"ok"}
    assert 0 <= found.judgement.severity < 1
    assert "the most unusual of the day" in found.judgement.reason
    assert found.judgement.trailing_days == tuple((day.day, day.sha256) for day in before)
    assert found.judgement.fixed_days == tuple(day.day for day in calibration.days)


@pytest.mark.parametrize(
    ("day_level", "before_level", "verdict", "words"),
    [
        (1.6, 1.0, "alarm", "beyond the threshold of both references"),
        (1.6, 1.6, "drift", "beyond the threshold of the fixed reference only"),
        (1.0, 1.6, "notice", "beyond the threshold of the trailing reference only"),
    ],
)
def test_two_references_one_page(calibration, day_level, before_level, verdict, words):
    found = judged(calibration, scaled(DAY, day_level), [scaled(day, before_level) for day in BEFORE])
    assert (found.judgement.verdict, found.judgement.feature) == (verdict, "amount")
    assert words in found.judgement.reason
    assert found.verdicts["zone"] == "ok"
    assert (found.judgement.severity > 1) is (verdict == "alarm")


def test_without_enough_days_before_it_the_fixed_reference_decides(calibration):
    found = judged(calibration, scaled(DAY, 1.6), [count(day) for day in BEFORE[:10]])
    assert found.judgement.verdict == "alarm"
    assert "the trailing one cannot judge yet" in found.judgement.reason
    assert (found.judgement.trailing_score, found.trailing) == (None, None)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (count(dt.date(2022, 12, 24), frame(dt.date(2022, 12, 24)).assign(seats=1.0)), "special day"),
        (count(DAY, frame(DAY)[:150]), "insufficient"),
    ],
)
def test_days_that_the_scores_may_not_judge(calibration, day, status):
    found = judged(calibration, day, ())
    assert found.judgement.verdict == status
    assert found.verdicts == {}
    assert f"not judged by scores: {status}" in found.judgement.reason


def test_too_small_a_reference_is_not_calibrated(reference_days):
    small = Calibration(GRID, reference_days[:10], KINDS, 200)
    found = judged(small, scaled(DAY, 1.6), ())
    assert found.judgement.verdict == "not calibrated"
    assert found.judgement.severity is None


def test_a_day_of_the_reference_does_not_vouch_for_itself(calibration):
    freak = scaled(calibration.days[9].day, 1.6)
    days = (*calibration.days[:9], freak, *calibration.days[10:])
    found = judged(Calibration(GRID, days, KINDS, 200), freak, ())
    assert (found.judgement.verdict, found.judgement.feature) == ("alarm", "amount")
    assert freak.day not in found.judgement.fixed_days


@pytest.mark.parametrize(("notes", "verdict"), [(4, "notice"), (30, "ok"), (90, "alarm")])
def test_missing_values_of_a_column_that_is_not_watched_alarm_on_a_rise_only(calibration, before, notes, verdict):
    found = judged(calibration, count(DAY, missing_notes=notes), before)
    assert found.judgement.verdict == verdict
    assert found.verdicts["missing values"] == verdict
    if verdict != "ok":
        assert found.judgement.reason.startswith(f"no note on {notes / 1500:.1%} of the rows, usually 2.0%")
        assert found.judgement.feature == "note"


def test_columns_missing_in_the_same_rows_are_one_fact():
    def day_of(day, both=30, one=None):
        missing = {"note": both, "flag": both, "tip": both if one is None else one}
        found = count(day, kinds={**KINDS, "flag": "text", "tip": "number"})
        return replace(found, missing=found.missing | missing)

    reference = [day_of(day, 20 + day.day) for day in span(dt.date(2022, 1, 2), 35)]
    calibration = Calibration(GRID, tuple(reference), {**KINDS, "flag": "text", "tip": "number"}, 200)
    assert calibration.plan.groups == (("flag", "note", "tip"),)
    found = judged(calibration, day_of(DAY, 200), reference)
    assert (found.judgement.verdict, found.judgement.feature) == ("alarm", "missing values")
    assert "no flag, note, tip on 13.3% of the rows" in found.judgement.reason
    alone = judged(calibration, day_of(DAY, 30, one=200), reference)
    assert (alone.judgement.verdict, alone.judgement.feature) == ("alarm", "tip")
    assert "no tip on 13.3% of the rows" in alone.judgement.reason


def test_a_watched_column_that_is_missing_with_others_counts_its_gaps_with_them():
    def day_of(day, n):
        rows = frame(day)
        rows = rows.assign(seats=rows["seats"].mask(rows.index < n))
        return count(day, rows, missing_notes=n)

    reference = [day_of(day, 20 + day.day) for day in span(dt.date(2022, 1, 2), 35)]
    calibration = Calibration(GRID, tuple(reference), KINDS, 200)
    assert calibration.plan.groups == (("note", "seats"),)
    seats = next(own for own in calibration.plan.bins if own.column == "seats")
    assert not seats.counts_missing
    found = judged(calibration, day_of(DAY, 200), reference)
    assert found.verdicts["seats"] == "ok" and found.verdicts["missing values"] == "alarm"


def test_a_delivered_column_speaks_before_the_error(calibration, before):
    rows = frame(DAY)
    day = count(DAY, rows.assign(amount=rows["amount"] * 1.3), error=6.0)
    found = judged(calibration, day, before)
    assert found.verdicts["amount"] == found.verdicts["error"] == "alarm"
    ratios = found.fixed.ratios
    assert ratios["error"] > ratios["amount"]
    assert found.judgement.feature == "amount"


def test_the_thresholds_errors_are_known(calibration, before):
    found = judged(calibration, count(DAY), before).judgement
    assert 0 < found.fixed_threshold_error < found.fixed_threshold
    assert 0 < found.trailing_threshold_error < found.trailing_threshold


def test_checks_run_all_the_same(calibration, before):
    found = judged(calibration, count(DAY, frame(DAY)[:150]), before)
    assert found.judgement.verdict == "alarm"
    assert found.judgement.reason.startswith(
        "150 rows, 1,500 are usual for a weekday (the last 4); not judged by scores"
    )


def test_a_column_that_only_drifts_and_one_that_is_only_noticed_do_not_page(calibration):
    def day_of(day, amount, zone):
        rows = frame(day)
        rows = rows.assign(amount=rows["amount"] * amount)
        return count(day, rows.assign(zone=rows["zone"].mask(rows.index < zone, "z0")))

    found = judged(calibration, day_of(DAY, 1.6, 0), [day_of(day, 1.6, 400) for day in BEFORE])
    assert (found.verdicts["amount"], found.verdicts["zone"]) == ("drift", "notice")
    assert found.judgement.verdict == "drift"


def test_measures(calibration, before):
    found = judged(calibration, scaled(DAY, 1.6), before)
    by_key = {(m.metric, m.feature): m for m in found.measures}
    assert len(by_key) == len(found.measures)
    severity, score, trailing = (by_key[name, "amount"] for name in ("severity", "score", "trailing_score"))
    assert severity.value == pytest.approx(min(score.value / score.upper, trailing.value / trailing.upper))
    assert (severity.verdict, severity.upper) == ("alarm", 1.0)
    assert by_key["severity", ""].value == max(m.value for m in found.measures if m.metric == "severity")
    assert by_key["score", ""].value == found.judgement.fixed_score


def test_bands_are_in_the_numbers_own_units(calibration, before):
    found = judged(calibration, count(DAY), before)
    numbers = [
        Measure("rows", 1500.0),
        Measure("missing_share", 0.0, "amount"),
        Measure("missing_share", 0.02, "note"),
        Measure("unseen_share", 0.0, "zone"),
        Measure("out_of_range_share", 0.02, "amount"),
        Measure("mean_absolute_error", 3.2),
        Measure("quantile", 7.4, "amount", "p50"),
        Measure("quantile", 1.0, "seats", "p50"),
        Measure("evidently_drift", 0.5, "amount"),
    ]
    rows, amount, note, zone, outside, error, median, seats, other = limits.with_bands(found, numbers)
    assert rows.lower < 1500 < rows.upper
    assert amount.upper < 0.02 and note.lower < 0.02 < note.upper < 0.08 and zone.upper < 0.02
    assert outside.lower < 0.02 < outside.upper
    assert error.lower is None and 3.2 < error.upper < 6
    assert median.lower < 7.4 < median.upper
    assert {m.verdict for m in (rows, amount, note, zone, outside, error, median, seats)} == {"ok"}
    assert {m.reference for m in (rows, amount, note, zone, outside, error, median, seats)} == {"both"}
    assert other == Measure("evidently_drift", 0.5, "amount")


def test_a_band_without_a_trailing_reference_is_the_fixed_ones(calibration):
    (rows,) = limits.with_bands(judged(calibration, count(DAY), []), [Measure("rows", 1500.0)])
    assert (rows.verdict, rows.reference) == ("ok", "fixed")


def test_a_number_outside_of_its_band_has_its_columns_verdict(calibration, before):
    found = judged(calibration, scaled(DAY, 1.6), before)
    (median,) = limits.with_bands(found, [Measure("quantile", 7.4 * 1.6, "amount", "p50")])
    assert median.value > median.upper and median.verdict == "alarm"


def test_a_number_of_a_day_that_is_not_judged_has_no_verdict(calibration, before):
    found = judged(calibration, count(DAY, frame(DAY)[:150]), before)
    (rows,) = limits.with_bands(found, [Measure("rows", 150.0)])
    assert rows.value < rows.lower and rows.verdict == ""


def test_a_calibration_there_and_back(calibration, before):
    again = from_json(calibration.to_json(), least_rows=200, outcome=Outcome())
    day = scaled(DAY, 1.1)
    assert judged(again, day, before).measures == judged(calibration, day, before).measures
