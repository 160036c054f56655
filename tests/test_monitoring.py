import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from driftbook import diagnosis, monitoring
from driftbook.alarms.judge import judge
from driftbook.config.performance import Performance
from driftbook.diagnosis import advice
from driftbook.errors import BadInput
from driftbook.profiles import counting, profile
from driftbook.records import Judgement, Measure

#: Incident to its days, a measure that must alarm on each of them, and the columns of which one leads the judgement.
INCIDENTS = {
    "kilometres": (range(10, 13), ("severity", "trip_distance"), {"trip_distance"}),
    "missing fares": (range(14, 16), ("severity", "fare_amount"), {"fare_amount", "prediction"}),
    "zone": (range(17, 18), ("severity", "PULocationID"), {"PULocationID"}),
    "delivered twice": (range(19, 20), ("duplicate_share", ""), {"duplicates"}),
    "traffic": (range(22, 29), ("severity", "duration_min"), {"duration_min", "error"}),
}
DAY = dt.date(2022, 2, 5)


def alarms(measures):
    return {(m.metric, m.feature) for m in measures if m.verdict == "alarm"}


def judged(demo, before, day, counts):
    """Return how the demo model judges a day's counts."""
    settings, trained, _ = demo
    return judge(trained.calibration, settings.alarms, counts, before(day))


@pytest.mark.parametrize(
    ("incident", "day"), [(name, dt.date(2022, 2, day)) for name, (days, *_) in INCIDENTS.items() for day in days]
)
def test_each_day_of_a_planted_incident_alarms_and_is_explained(demo, counted, before, incident, day):
    _, measure, leading = INCIDENTS[incident]
    found = judged(demo, before, day, counted[day])
    assert found.judgement.verdict == "alarm"
    assert measure in alarms(found.measures)
    assert found.judgement.feature in leading
    assert found.judgement.severity > 1


def test_no_other_day_of_the_month_alarms(demo, counted, before):
    planted = {day for days, *_ in INCIDENTS.values() for day in days}
    undisturbed = [day for day in counted if day.month == 2 and day.day not in planted]
    assert len(undisturbed) == 28 - 1 - len(planted)  # one day is empty
    found = {day: judged(demo, before, day, counted[day]).judgement for day in undisturbed}
    assert {str(day): one.reason for day, one in found.items() if one.verdict == "alarm"} == {}
    assert all(0 <= one.severity < 1 for one in found.values())


@pytest.mark.parametrize(
    ("day", "incident"), [("2022-02-10", "kilometres"), ("2022-02-19", "delivered twice"), ("2022-02-05", "")]
)
def test_a_whole_day_has_the_verdict_of_its_judgement(monitored, day, incident):
    _, found = monitored(day)
    assert found.result.verdict == found.result.judgement.verdict == ("alarm" if incident else "ok")
    assert replace(found.verdict.judgement, summary=found.result.judgement.summary) == found.result.judgement
    assert found.result.judgement.summary.endswith(".")
    if incident:
        assert INCIDENTS[incident][1] in alarms(found.result.measures)
    else:
        assert alarms(found.result.measures) == set()


def test_what_a_day_holds(demo, monitored, counted, before):
    settings, trained, _ = demo
    batch, found = monitored("2022-02-05")
    result = found.result
    assert (result.model, result.day, result.rows) == ("demo", DAY, len(batch.frame))
    assert (result.data_hash, result.model_version) == (batch.sha256, trained.version)
    assert set(result.histograms) == {*settings.watched.all}
    assert all(sum(counts.values()) == result.rows for counts in result.histograms.values())
    keys = [(m.metric, m.feature, m.segment) for m in result.measures]
    assert len(keys) == len(set(keys))
    assert {m.metric for m in result.measures} == {
        "rows", "stray_rows", "share_missing_values", "missing_share", "duplicate_share", "quantile", "unseen_share",
        "out_of_range_share", "prediction_drift", "num_drifted_columns", "evidently_drift", "labelled_rows",
        "mean_absolute_error", "root_mean_squared_error", "bias", "r2", "severity", "score", "trailing_score",
        "rows_ratio", "missing_rise", "column_changes", "unlabelled_share", "error_gap", "error_ratio", "bias_gap",
        "estimated_error", "estimate_days", "estimate_coverage", "estimate_misses", "estimate_bias",
    }  # fmt: skip
    assert all(m.value is None or math.isfinite(m.value) for m in result.measures)
    assert result.counts == counted[DAY].to_dict() | {"estimated": [*found.profile.estimated]}
    assert profile.from_dict(result.counts).sha256 == found.profile.sha256 == counted[DAY].sha256
    assert result.judgement.trailing_days == tuple((day.day, day.sha256) for day in before(DAY))


def test_every_column_is_scored(demo, monitored):
    found = {m.feature for m in monitored("2022-02-05")[1].result.measures if m.metric == "severity"}
    beside = {"", "rows", "duplicates", "missing values", "error", "columns together"}
    assert found == {*demo[0].watched.all} | beside


def test_the_same_day_again_is_the_same(demo, monitored, before):
    batch, day = monitored("2022-02-05")
    assert monitoring.report(demo[1], batch, before(DAY)).result == day.result


def test_the_context_is_the_budget_and_the_days_compared_with(demo, counted, before):
    _, trained, _ = demo
    judgement = judged(demo, before, DAY, counted[DAY]).judgement
    loud = trained.settings.alarms.model_copy(update={"false_alarms_per_month": 3.0})
    fewer = Performance(segments=trained.settings.performance.segments[:1])
    others = [
        (trained, judgement),
        (replace(trained, settings=trained.settings.model_copy(update={"alarms": loud})), judgement),
        (replace(trained, settings=trained.settings.model_copy(update={"performance": fewer})), judgement),
        (trained, replace(judgement, trailing_days=judgement.trailing_days[1:])),
        (trained, replace(judgement, trailing_days=((DAY, "other"), *judgement.trailing_days[1:]))),
    ]
    assert len({monitoring._context_hash(*other) for other in others}) == len(others)
    assert monitoring._context_hash(trained, replace(judgement, reason="other", severity=0.0)) == (
        monitoring._context_hash(trained, judgement)
    )


def test_an_empty_day_is_a_result(monitored):
    batch, found = monitored("2022-02-20")
    result = found.result
    assert batch.frame.empty
    assert result.measures == (Measure("rows", 0.0, verdict="no data"),)
    assert (result.rows, result.verdict, result.histograms, result.counts) == (0, "no data", {}, None)
    assert result.judgement == Judgement("no data", "no row arrived", "sunday or holiday", summary="No row arrived.")
    assert (found.profile, found.verdict) == (None, None)


@pytest.mark.parametrize("rows", [1, 2, 199])
def test_a_day_of_few_rows_is_not_judged_by_its_scores(demo, monitored, before, rows):
    batch, _ = monitored("2022-02-05")
    few = replace(batch, table=batch.table.slice(0, rows), frame=batch.frame.head(rows))
    result = monitoring.report(demo[1], few, before(DAY)).result
    assert result.rows == rows
    assert alarms(result.measures) == {("rows_ratio", "")}
    assert next(m.verdict for m in result.measures if (m.metric, m.feature) == ("severity", "")) == "insufficient"
    assert {m.verdict for m in result.measures if m.metric == "severity" and m.feature} == {""}
    assert f"{rows} rows, 2,141 are usual for a saturday (the last 3)" in result.judgement.reason
    assert "not judged by scores: insufficient" in result.judgement.reason
    assert all(m.value is None or math.isfinite(m.value) for m in result.measures)


@pytest.mark.parametrize("column", ["fare_amount", "passenger_count", "PULocationID", "payment_type"])
def test_a_column_without_any_value_alarms(demo, monitored, before, column):
    settings, trained, _ = demo
    batch, _ = monitored("2022-02-05")
    counts = counting.profile(
        settings, trained.calibration.grid, replace(batch, frame=batch.frame.assign(**{column: np.nan}))
    )
    found = judged(demo, before, DAY, counts)
    assert found.judgement.verdict == "alarm"
    assert column in found.judgement.facts
    scored = "missing values" if column in ("passenger_count", "payment_type") else column  # missing with others
    assert {("severity", scored), ("missing_rise", column)} <= alarms(found.measures)


def test_a_day_whose_labels_are_late_is_judged_on_everything_else(demo, monitored, before):
    batch, whole = monitored("2022-02-05")
    late = replace(batch, frame=batch.frame.assign(duration_min=np.nan))
    found = monitoring.report(demo[1], late, before(DAY))
    assert (found.result.verdict, found.result.judgement.labels) == ("labels pending", "pending")
    assert "labels pending" in found.result.judgement.reason
    assert whole.result.judgement.labels == "complete"
    scored = {m.feature for m in found.result.measures if m.metric == "severity"}
    assert scored == {m.feature for m in whole.result.measures if m.metric == "severity"} - {
        "duration_min",
        "error",
    }


def test_a_faulty_day_alarms_though_its_labels_are_late(demo, monitored, before):
    batch, _ = monitored("2022-02-10")
    late = replace(batch, frame=batch.frame.assign(duration_min=np.nan))
    judgement = monitoring.report(demo[1], late, before(batch.period.start)).result.judgement
    assert (judgement.verdict, judgement.feature) == ("alarm", "trip_distance")


def test_labels_late_for_some_rows(demo, monitored, before):
    batch, _ = monitored("2022-02-05")
    some = batch.frame["duration_min"].mask(np.arange(len(batch.frame)) % 10 == 0)
    late = replace(batch, frame=batch.frame.assign(duration_min=some))
    assert monitoring.report(demo[1], late, before(DAY)).result.verdict == "labels pending"


def test_columns_without_any_value_are_no_crash(demo, monitored, before):
    columns = ["fare_amount", "PULocationID"]
    batch, _ = monitored("2022-02-05")
    empty = replace(batch, frame=batch.frame.assign(**dict.fromkeys(columns, np.nan)))
    measures = monitoring.report(demo[1], empty, before(DAY)).result.measures
    assert {("severity", column) for column in columns} <= alarms(measures)
    shares = ("quantile", "unseen_share", "out_of_range_share")
    assert {m.value for m in measures if m.feature in columns and m.metric in shares} == {None}
    assert all(m.value is None or math.isfinite(m.value) for m in measures)


def test_columns_that_come_and_go(demo, counted, before, monitored):
    _, trained, _ = demo
    kinds = {**trained.calibration.kinds, "fare_amount": "text", "surge": "number"}
    del kinds["trip_type"]
    counts = counted[DAY]
    gone = replace(
        counts,
        kinds=kinds,
        missing={name: n for name, n in counts.missing.items() if name != "trip_type"} | {"surge": 0},
    )
    found = judged(demo, before, DAY, gone)
    assert ("column_changes", "") in alarms(found.measures)
    assert "trip_type is gone; fare_amount is text, was number; surge is new" in found.judgement.reason


def test_a_day_does_not_look_at_its_order(demo, monitored, before):
    batch, day = monitored("2022-02-05")
    order = np.random.default_rng(1).permutation(len(batch.frame))
    shuffled = replace(batch, table=batch.table.take(order), frame=batch.frame.iloc[order])
    values, found = (
        pd.Series({(m.metric, m.feature, m.segment): m.value for m in each.measures}, dtype=float)
        for each in (day.result, monitoring.report(demo[1], shuffled, before(DAY)).result)
    )
    assert np.allclose(values, found, rtol=1e-9, equal_nan=True)


def test_more_days_before_it_change_no_number_of_the_day(demo, monitored):
    batch, day = monitored("2022-02-05")
    alone = monitoring.report(demo[1], batch, ()).result
    by_reference = ("severity", "trailing_score", "rows_ratio")
    values, found = (
        {(m.metric, m.feature, m.segment): m.value for m in each.measures if m.metric not in by_reference}
        for each in (day.result, alone)
    )
    assert values == found
    assert alone.judgement.trailing_days == ()
    assert alone.context_hash != day.result.context_hash


def test_a_day_like_no_other_is_not_judged_by_its_scores(demo, counted, before):
    found = judged(demo, before, DAY, replace(counted[DAY], day=dt.date(2022, 12, 24), is_special=True))
    assert found.judgement.verdict == "special day"
    assert "not judged by scores: special day" in found.judgement.reason


def with_segments(trained, **performance):
    changed = trained.settings.model_copy(update={"performance": Performance(**performance)})
    return replace(trained, settings=changed)


def test_segments_spend_no_budget(demo, monitored, before):
    batch, day = monitored("2022-02-05")
    without = monitoring.report(with_segments(demo[1]), batch, before(DAY)).result
    of_segments = [m for m in day.result.measures if m.segment and m.metric != "quantile"]
    assert {m.verdict for m in of_segments} == {""}
    assert [m for m in day.result.measures if m not in of_segments] == [*without.measures]
    assert (day.result.verdict, day.result.judgement) == (without.verdict, without.judgement)


def test_a_declared_threshold_makes_a_notice(demo, monitored, before):
    batch, _ = monitored("2022-02-05")
    declared = with_segments(demo[1], segments=[{"column": "payment_type", "most": 0.1}])
    result = monitoring.report(declared, batch, before(DAY)).result
    assert (result.verdict, result.judgement.verdict) == ("notice", "notice")
    assert result.judgement.reason.startswith("beyond a declared threshold: mean absolute error, payment_type = ")
    assert diagnosis.next_step(declared, result, batch.frame, "hour") == advice.DECLARED


def test_a_wrong_segment_names_itself(demo, monitored, before):
    batch, _ = monitored("2022-02-05")
    for given, message in (
        ({"column": "borough"}, "names the column 'borough'"),
        ({"where": "1 +", "name": "x"}, "x: "),
    ):
        with pytest.raises(BadInput, match=f"performance.segments .*{message}"):
            monitoring.report(with_segments(demo[1], segments=[given]), batch, before(DAY))


def test_a_column_of_a_segment_may_be_missing_on_a_day(demo, monitored, before):
    batch, _ = monitored("2022-02-05")
    cut = with_segments(demo[1], segments=[{"column": "VendorID"}, {"name": "one", "where": "VendorID = 1"}])
    assert "VendorID" in batch.table.column_names and "VendorID" not in batch.frame
    without = replace(batch, table=batch.table.drop_columns(["VendorID"]))
    found = [{m.segment for m in monitoring.report(cut, day, before(DAY)).result.measures} for day in (batch, without)]
    assert {"VendorID = 1", "VendorID = 2", "one = yes"} <= found[0]
    assert {"VendorID = missing", "one = no"} <= found[1] and "one = yes" not in found[1]
