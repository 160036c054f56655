"""Surprises of a day: as usual where nothing happened, large where values lie in other rows."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from driftbook import batches, relations
from driftbook.relations import surprise

from tests.relations import conftest as given


def means(parcels, batch):
    settings, _, learnt = parcels
    return {name: total / n for name, (n, total, _) in relations.sums(settings, learnt, batch).items() if n}


@pytest.fixture
def usual(parcels, day):
    return means(parcels, day())


def dealt(name):
    return lambda found: found.assign(**{name: found[name].sample(frac=1, random_state=1).to_numpy()})


def clock(found):  # one carrier's clock is fast
    return found.assign(hour=found["hour"].mask(found["carrier"] == "hare", (found["hour"] + 3) % 24))


def test_an_undisturbed_day_surprises_as_the_references_own_days_do(parcels, usual):
    own = pd.DataFrame([means(parcels, day) for day in parcels[1]])
    assert (own.mean() <= 1.1).all()  # each is measured without itself
    spread = (pd.Series(usual) - own.mean()) / own.std()
    assert spread.abs().max() < 4


@pytest.mark.parametrize(
    ("change", "column"),
    [(dealt("price"), "price"), (dealt("carrier"), "carrier"), (clock, "surcharge")],
    ids=["prices", "carriers", "a clock"],
)
def test_values_in_other_rows_surprise(parcels, day, usual, change, column):
    assert means(parcels, day(change))[column] > 1.3 * usual[column]


def test_other_shares_of_the_same_relations_do_not_surprise(parcels, day, usual):
    def heavier(found):
        return pd.concat([found, *[found[found["carrier"] == "snail"]] * 3], ignore_index=True)

    found = means(parcels, day(heavier))
    assert max(found[name] / usual[name] for name in found) < 1.3


def test_a_day_of_the_reference_is_measured_without_itself(parcels):
    settings, days, _ = parcels
    first, rest = days[3], [day for at, day in enumerate(days) if at != 3]
    apart = relations.learn(settings, rest)
    mine, theirs = means(parcels, first), means((settings, rest, apart), first)
    assert max(abs(np.log(mine[name] / theirs[name])) for name in mine) < 0.15


def test_a_holiday_may_be_like_its_weekday_or_like_a_sunday(parcels, day):
    settings, _, learnt = parcels
    monday = given.batch(settings, given.rows(days=1, seed=3, start="2022-07-04"))
    plain = relations.surprises(settings, learnt, monday)
    holiday = relations.surprises(given.settings(calendar={"holidays": "US"}), learnt, monday)
    assert (holiday <= plain + 1e-12).all(axis=None)


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda found: found.drop(columns="surcharge"), "surcharge"),
        (lambda found: found.assign(surcharge=found["surcharge"].astype(str)), "surcharge"),
        (lambda found: found.assign(surcharge=np.nan), "surcharge"),
    ],
    ids=["a column is gone", "numbers as text", "only gaps"],
)
def test_a_column_without_values_has_no_surprises(parcels, day, change, gone):
    settings, _, learnt = parcels
    found = relations.sums(settings, learnt, day(change))
    assert found[gone] == (0, 0.0, 0.0)
    assert found["weight"][0] == given.ROWS


def test_a_day_without_rows_and_a_model_without_relations_have_none(parcels, day):
    settings, _, learnt = parcels
    assert relations.sums(settings, None, day()) == {}
    empty = day().take(np.arange(0))
    assert relations.sums(settings, learnt, empty) == {}


def test_the_pieces_of_a_day_add_up(parcels, day):
    settings, _, learnt = parcels
    whole = day()
    pieces = [whole.take(np.arange(first, first + 200)) for first in (0, 200, 400)]
    found = [relations.sums(settings, learnt, piece) for piece in pieces]
    for name, sums in relations.sums(settings, learnt, whole).items():
        assert tuple(np.sum([one[name] for one in found], axis=0)) == sums


def test_a_surprise_is_bounded_and_a_dealt_value_surprises_by_what_is_said():
    table = np.array([[1000.0, 0.0, 0.0], [0.0, 500.0, 0.0]])
    found = surprise.of_cells(table)
    assert found.min() > 0 and found.max() <= 10
    assert found[0, 1] > 5 > 1 > found[0, 0]
    assert found[:, 2].tolist() == [1.0, 1.0]  # no row of the reference has it


def test_what_a_column_says_of_another_is_lost_when_it_is_dealt(parcels, day):
    settings, _, learnt = parcels
    now, then = (relations.strengths(settings, learnt, one) for one in (day(), day(dealt("surcharge"))))
    assert now["surcharge"]["hour"] > 0.3
    assert abs(then["surcharge"]["hour"]) < 0.1
    assert now["price"]["carrier"] == pytest.approx(then["price"]["carrier"], abs=0.05)


def test_the_usual_value_of_a_row(parcels, day):
    settings, _, learnt = parcels
    rows = day()
    night = np.flatnonzero((rows.frame["hour"] == 23).to_numpy())[:2]
    noon = np.flatnonzero((rows.frame["hour"] == 12).to_numpy())[:1]
    found = rows.take(np.concatenate([night, noon]))
    values, usual = relations.expected(settings, learnt, found, ["surcharge"] * 3)
    assert values == usual == ["2.5", "2.5", "0"]
    assert isinstance(found, batches.Batch) and found.period.start == dt.date(2022, 3, 2)
