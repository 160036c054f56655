"""What made a day's columns go less together: the columns, the pairs and the rows of a planted fault."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from driftbook import batches, diagnosis, model, monitoring, periods
from driftbook.pages import day_sentences, headline

DAY = "2022-02-05"


@pytest.fixture(scope="module")
def dealt(demo, before):
    """A day whose fares were dealt anew among a third of its rows: its batch, the report and the rows struck."""
    settings, trained, _ = demo
    batch = batches.read(settings, periods.one_day(DAY))
    struck = np.random.default_rng(0).random(len(batch.frame)) < 1 / 3
    fares = batch.frame["fare_amount"].copy()
    fares[struck] = np.random.default_rng(1).permutation(fares[struck])
    batch = model.predicted(trained, replace(batch, frame=batch.frame.assign(fare_amount=fares)))
    return batch, monitoring.report(trained, batch, before(batch.period.start)), struck


@pytest.fixture(scope="module")
def without(demo):
    """The demo's model without relations."""
    trained = demo[1]
    grid = trained.calibration.grid.model_copy(update={"relations": None})
    return replace(trained, calibration=replace(trained.calibration, grid=grid))


def test_the_day_alarms_for_its_columns_together(dealt):
    judgement = dealt[1].result.judgement
    assert (judgement.verdict, judgement.feature, judgement.cell) == ("alarm", "columns together", "fare_amount")
    assert judgement.facts[0] == "columns together"
    assert judgement.reason.startswith(
        "the values of fare_amount go less with the other columns than usual: their surprise is "
    )
    assert judgement.day_share > 2 * judgement.reference_share


def test_the_page_says_which_pair(demo, dealt):
    page = headline.day(demo[1], dealt[1], "fare_amount", {}).data
    assert "The values of fare_amount no longer go with the other columns: their surprise is" in page
    assert "Most of all fare_amount with " in page
    assert "not in the same rows" in page


def test_the_column_is_named_with_the_share_dealt(demo, dealt):
    found = diagnosis.together(demo[1], dealt[1].profile)
    assert found.index[0] == "fare_amount"
    assert found["like dealt"].iloc[0] == pytest.approx(1 / 3, abs=0.1)
    assert (found["day"] / found["usual"]).is_monotonic_decreasing
    assert "fare_amount goes with the other columns as if" in day_sentences.together(found, pd.DataFrame())


def test_the_pairs_are_named(demo, dealt):
    found = diagnosis.pairs(demo[1], dealt[0])
    assert all("fare_amount" in pair for pair in found.index[:2])
    assert found["lost"].is_monotonic_decreasing and (found["day"] < found["usual"]).all()
    assert "\nMost lost: fare_amount with " in day_sentences.together(
        diagnosis.together(demo[1], dealt[1].profile), found
    )


def test_the_rows_are_those_dealt(demo, dealt):
    batch, _, struck = dealt
    found = diagnosis.least_fitting(demo[1], batch, 20)
    assert struck[found.index].mean() >= 0.9
    assert found["surprise"].is_monotonic_decreasing
    assert (found["its value"] != found["usual there"]).all()
    assert day_sentences.least_fitting(found).startswith("The row that fits least: ")


def test_an_undisturbed_day_has_little_to_tell(demo, monitored):
    batch, day = monitored(DAY)
    assert diagnosis.together(demo[1], day.profile)["like dealt"].max() < 0.1
    assert diagnosis.pairs(demo[1], batch)["lost"].max() < 0.2


def test_nothing_is_told_where_it_is_not_looked_at(without, dealt):
    batch, report, _ = dealt
    found = diagnosis.together(without, report.profile), diagnosis.pairs(without, batch)
    rows = diagnosis.least_fitting(without, batch)
    assert [len(one) for one in (*found, rows)] == [0, 0, 0]
    assert "not looked at" in day_sentences.together(*found) and "not looked at" in day_sentences.least_fitting(rows)


def test_nothing_is_told_of_a_day_without_rows(demo, dealt):
    trained, empty = demo[1], dealt[0].take(np.arange(0))
    assert len(diagnosis.together(trained, None)) == len(diagnosis.pairs(trained, empty)) == 0
    assert len(diagnosis.least_fitting(trained, empty)) == 0
