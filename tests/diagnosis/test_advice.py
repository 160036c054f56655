import datetime as dt
import re
from dataclasses import replace

import pandas as pd
import pytest
from driftbook import diagnosis, monitoring
from driftbook.records import DayResult, Judgement, Measure


def step(demo, monitored, day, column=""):
    batch, found = monitored(day)
    return diagnosis.next_step(demo[1], found.result, batch.frame, diagnosis.chosen(found.result, column))


@pytest.mark.parametrize(
    ("day", "column", "expected"),
    [
        ("2022-02-05", "", r"No alarm: nothing to do\."),
        (
            "2022-02-10",
            "trip_distance",
            r"All of trip_distance changed by about the same factor, 1\.[56]\d: look",
        ),
        (
            "2022-02-14",
            "",
            r"3\d% of fare_amount are missing \(0% in the reference\); the model was given 0 in",
        ),
        (
            "2022-02-17",
            "",
            r"9\d% of the change of PULocationID comes from the rows with PULocationID 265",
        ),
        (
            "2022-02-19",
            "",
            r"50\.0% of the rows repeat another row exactly: the day was probably delivered twice",
        ),
        ("2022-02-20", "", r"No row arrived for this day: ask whether the job that delivers it has run, then backfill"),
        (
            "2022-02-23",
            "",
            r"The features are as they were, the error rose \(duration_min changed by the factor 1\.[23]\d\)",
        ),
    ],
)
def test_each_incident_has_its_next_step(demo, monitored, day, column, expected):
    assert re.match(expected, step(demo, monitored, day, column))


def test_a_missing_column_that_is_no_input_of_the_model(demo, monitored, before):
    settings, trained, _ = demo
    batch, _ = monitored("2022-02-05")
    frame = batch.frame.assign(payment_type=batch.frame["payment_type"].mask(batch.frame.index % 2 == 0))
    result = monitoring.report(trained, replace(batch, frame=frame), before(batch.period.start)).result
    found = diagnosis.next_step(trained, result, frame, "payment_type")
    assert re.fullmatch(
        r"5\d% of payment_type are missing \(1\d% in the reference\)\. Ask who delivers the column\.", found
    )
    assert "payment_type" not in settings.features.all


def test_missing_values_are_no_change_of_the_relation(demo, monitored):
    _, trained, _ = demo
    batch, day = monitored("2022-02-08")
    alarm = replace(day.result.judgement, verdict="alarm", feature="missing values", cell="RatecodeID")
    for measure, named in (
        (Measure("severity", 2.0, "missing values", verdict="alarm"), "RatecodeID"),
        (Measure("missing_rise", 0.5, "ehail_fee", verdict="alarm"), "ehail_fee"),
    ):
        result = replace(day.result, judgement=alarm, measures=(measure,))
        assert diagnosis.next_step(trained, result, batch.frame, "fare_amount") == (
            f"Missing on more rows than usual: {named}. Ask who delivers it; once it is there, backfill the day."
        )


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("trip_distance >= 0", "The change of trip_distance is spread over the rows. Compare with the days around"),
        ("payment_type == 1", "100% of the change of trip_distance comes from the rows with payment_type 1: look"),
    ],
)
def test_a_segment_is_named_only_if_it_carries_more_than_its_share(demo, monitored, before, where, expected):
    _, trained, _ = demo
    batch, _ = monitored("2022-02-05")
    day, frame = (
        rows.assign(trip_distance=rows["trip_distance"] + 3 * rows.eval(where))
        for rows in (batch.frame, trained.reference_rows)
    )
    alarming = monitoring.report(trained, replace(batch, frame=day), before(batch.period.start)).result
    assert ("severity", "trip_distance") in {(m.metric, m.feature) for m in alarming.measures if m.verdict == "alarm"}
    found = diagnosis.next_step(trained, alarming, frame, "trip_distance")
    assert re.match(expected, found)


def of(*alarming, verdict="alarm", **values):
    """Return a day of some alarms, each `metric` or `metric of feature`, with the values given."""
    keys = [each.partition(" of ")[::2] for each in alarming]
    measures = [Measure(metric, values.get(metric, 2.0), feature, verdict="alarm") for metric, feature in keys]
    measures += [Measure(name, value) for name, value in values.items() if name not in dict(keys)]
    measures.append(Measure("severity", 2.0, verdict=verdict))
    judgement = Judgement(verdict, "columns: fare is gone", "saturday")
    return DayResult("demo", dt.date(2022, 2, 5), 900, tuple(measures), {}, "d", "v", judgement)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (of(verdict="ok"), r"No alarm: nothing to do\."),
        (
            of(verdict="labels pending"),
            r"Nothing stands out so far\. Once the true values have arrived, `backfi",
        ),
        (of(verdict="drift"), r"The day is like the days before it, but no longer like the reference period\."),
        (of(verdict="notice"), r"The day is unusual after the last weeks, but the reference period knows such days"),
        (of(verdict="special day"), r"A day like no other is not judged by its scores: nothing to do unless a check"),
        (of(verdict="insufficient"), r"Too few rows to judge: ask whether the day is complete\."),
        (
            of(verdict="not calibrated"),
            r"The reference has too few days \(of this class\) to judge by: give it a longer",
        ),
        (
            of("duplicate_share", duplicate_share=0.02),
            r"2\.0% of the rows repeat another row exactly: the day was prob",
        ),
        (of("severity of duplicates", duplicate_share=0.005), r"0\.5% of the rows repeat another row exactly"),
        (of("column_changes"), r"The delivered columns changed \(columns: fare is gone\): ask who delivers them"),
        (of("rows_ratio", rows_ratio=0.5), r"900 rows arrived, 50% of what the last days of its class had: ask wheth"),
        (of("severity of rows", rows_ratio=None), r"900 rows arrived: ask whether the day was delivered completely"),
    ],
)
def test_the_next_step_without_looking_at_a_column(demo, result, expected):
    assert re.match(expected, diagnosis.next_step(demo[1], result, pd.DataFrame(), "trip_distance"))


def test_an_error_that_rose_while_the_features_are_as_they_were(demo, monitored):
    batch, day = monitored("2022-02-05")
    alarms = [m for m in day.result.measures if m.metric != "severity"]
    alarms += [Measure("severity", 2.0, verdict="alarm"), Measure("severity", 2.0, "error", verdict="alarm")]
    result = replace(day.result, measures=tuple(alarms))
    found = diagnosis.next_step(demo[1], result, batch.frame, "duration_min")
    assert found == (
        "The features are as they were, the error rose: the relation has changed. "
        "If it lasts, train again on newer days."
    )
