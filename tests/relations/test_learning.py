"""What is learnt of a reference: which columns go together, whatever else is delivered."""

import datetime as dt

import pytest
from driftbook import relations

from tests.relations import conftest as given


def test_the_columns_that_go_together_are_found(parcels):
    _, days, learnt = parcels
    assert {"price", "weight", "carrier", "surcharge", "hour"} <= {*learnt.columns}
    assert "depot" not in learnt.columns  # which goes with nothing
    assert learnt.days == tuple(day.period.start for day in days)
    by_name = {one.column: one for one in learnt.found}
    assert max(by_name["surcharge"].others, key=by_name["surcharge"].others.get) == "hour"
    assert by_name["surcharge"].dealt > 1.2


def test_labels_times_and_running_numbers_are_left_out(parcels):
    _, _, learnt = parcels
    looked_at = {one.column for one in learnt.cells}
    assert looked_at.isdisjoint({"hours", "late", "outcome", "sent", "batch", "expected"})
    assert "p" not in looked_at  # a number of many values that nobody named


def test_learning_twice_gives_the_same(parcels):
    settings, days, learnt = parcels
    again = relations.learn(settings, days)
    assert again.model_dump_json() == learnt.model_dump_json()
    assert relations.Relations.model_validate_json(learnt.model_dump_json()) == learnt


def test_holidays_and_special_days_are_left_out():
    settings = given.settings(calendar={"holidays": "US", "special_days": ["02-03"]})
    days = list(given.batch(settings, given.rows(days=28)).by_day("sent"))
    learnt = relations.learn(settings, days)
    assert {dt.date(2022, 2, 3), dt.date(2022, 2, 21)}.isdisjoint(learnt.days)
    assert len(learnt.days) == 26


def constant(found):
    kept = found[["sent", "hours", "late", "outcome", "expected", "hour"]]
    return kept.assign(price=1.0, weight=1.0, distance=2.0, carrier="fox", depot="east", expected=3.0, hour=5.0)


def unrelated(found):
    columns = {name: found[name].sample(frac=1, random_state=at).to_numpy() for at, name in enumerate(found)}
    return found.assign(**{name: values for name, values in columns.items() if name not in ("sent", "batch")})


@pytest.mark.parametrize(
    ("change", "days"),
    [(constant, given.DAYS), (unrelated, given.DAYS), (lambda found: found.head(60), 1), (lambda found: found, 0)],
    ids=["constant columns", "columns that go with nothing", "a day of few rows", "no days"],
)
def test_nothing_is_learnt_of(change, days):
    settings = given.settings()
    found = list(given.batch(settings, change(given.rows())).by_day("sent"))[:days]
    assert relations.learn(settings, found) is None
