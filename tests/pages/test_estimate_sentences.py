from dataclasses import replace

import pytest
from driftbook import monitoring
from driftbook.pages import estimate_sentences, harm
from driftbook.records import Measure

ESTIMATE = Measure("estimated_error", 3.9, low=3.7, high=4.2)
PENDING = Measure("unlabelled_share", 1.0, upper=0.2, verdict="labels pending")


def record(within, misses):
    return [
        Measure("estimate_days", 28.0),
        Measure("estimate_coverage", within / 28, lower=22 / 28),
        Measure("estimate_misses", float(misses), upper=2.0),
        Measure("estimate_bias", -0.25),
    ]


@pytest.fixture
def said(demo, monitored):
    """A function of measures: what is said of a day that has them instead of its own."""
    _, trained, _ = demo
    result = monitored("2022-02-08")[1].result

    def of(*measures, **changes):
        return estimate_sentences.of_day(replace(trained, **changes), replace(result, measures=measures))

    return of


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        (
            [ESTIMATE, PENDING],
            "Labels are not all here yet: the mean absolute error is estimated at 3.9 minutes "
            "(90% interval 3.7 to 4.2).\nNo later day with labels tells yet",
        ),
        (
            [ESTIMATE, Measure("mean_absolute_error", 4.0), *record(26, 1)],
            "was estimated at 3.9 minutes (90% interval 3.7 to 4.2); it is 4 minutes, within the interval.\nOf the "
            "last 28 labelled days 26 lay within their interval; on average the estimate was 0.25 too low.\nIt ",
        ),
        ([ESTIMATE, Measure("mean_absolute_error", 5.0)], "it is 5 minutes, outside of the interval."),
        ([ESTIMATE, Measure("mean_absolute_error", 5.0), PENDING], "Labels are not all here yet"),
        ([ESTIMATE, *record(25, 3)], "It is not to be trusted: 3 of the newest 5 labelled days lay outside"),
        ([ESTIMATE, *record(20, 0)], "It is not to be trusted: 0 of the newest 5"),
        (
            [replace(ESTIMATE, low=None, high=None), PENDING],
            "is estimated at 3.9 minutes (no interval: the reference has too few days).\nIt supposes",
        ),
        ([], "no row has a prediction and passes the filters"),
    ],
)
def test_what_is_said_of_an_estimate(said, measures, expected):
    assert expected in said(*measures)


def test_what_an_estimate_cannot_see_stands_beside_each(said):
    assert said(ESTIMATE).endswith("that the relation of inputs and outcome has changed, only labels can show.")


def test_a_model_without_estimates_says_what_to_do(said):
    assert "then train it again" in said(error_model=None)


def test_a_day_without_rows(demo, monitored):
    assert estimate_sentences.of_day(demo[1], monitored("2022-02-20")[1].result) == "No rows, nothing to estimate."


def test_what_training_says(demo):
    _, trained, _ = demo
    model = trained.error_model
    said = estimate_sentences.of_reference
    assert f"Each of {model.spread.days} days of the reference was estimated by the others" in said(trained)
    assert "too few labelled rows" in said(replace(trained, error_model=None))
    few = replace(model, spread=replace(model.spread, days=12, factor=None))
    assert "no interval: 12 days" in said(replace(trained, error_model=few))


@pytest.mark.parametrize(("misses", "is_trusted"), [(1, True), (3, False)])
def test_the_first_screen_tells_the_estimate_while_labels_are_pending(demo, monitored, misses, is_trusted):
    _, trained, _ = demo
    result = replace(monitored("2022-02-08")[1].result, measures=(ESTIMATE, PENDING, *record(26, misses)))
    hurt = harm.of_day(trained, result, {})
    assert (
        "Its mean absolute error is estimated at 3.9 minutes (90% interval 3.7 to 4.2); the reference has 3.2." in hurt
    )
    assert ("not to be trusted" not in hurt) is is_trusted
    assert estimate_sentences.clause(trained, replace(result, measures=(PENDING,))) == ""


def test_a_day_whose_labels_are_late_has_its_estimate(demo, monitored, before):
    _, trained, _ = demo
    batch, day = monitored("2022-02-08")
    late = replace(batch, frame=batch.frame.assign(duration_min=float("nan")))
    found = monitoring.report(trained, late, before(batch.period.start))
    estimates = [next(m for m in one.result.measures if m.metric == "estimated_error") for one in (day, found)]
    assert found.result.verdict == "labels pending"
    assert estimates[0] == estimates[1]
    assert "is estimated at" in harm.of_day(trained, found.result, {})
