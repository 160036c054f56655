"""A day counted in pieces is the same day; what is computed of a sample says so."""

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pytest
from driftbook import batches, history, model, monitoring, periods, tally
from driftbook.batches import selection
from driftbook.batches.sampling import Sample
from driftbook.errors import BadData
from driftbook.measures import performance
from driftbook.profiles import counting, grid
from driftbook.sources.contract import Part

from tests import tables, trade

DAYS = ["2022-02-05", "2022-02-14", "2022-02-19"]  # usual, with missing fares, delivered twice
MEANS = {
    "regression": {"mean_absolute_error", "root_mean_squared_error", "bias"},
    "binary": {"log_loss", "brier_score", "accuracy", "base_rate"},
    "multiclass": {"log_loss", "accuracy"},
}


@pytest.fixture(params=[97, 500, 1 << 17])
def pieces(request, monkeypatch):
    monkeypatch.setattr(selection, "CHUNK", request.param)


def whole(demo, day):
    return model.predicted(demo[1], batches.read(demo[0], periods.one_day(day)))


@pytest.mark.parametrize("day", DAYS)
def test_a_day_in_pieces_has_the_same_numbers(demo, before, pieces, day):
    _, trained, _ = demo
    counted = tally.count(trained, periods.one_day(day))
    known = before(periods.one_day(day).start)
    expected = monitoring.report(trained, whole(demo, day), known)
    found = monitoring.report(trained, counted.sample, known, counted=counted)
    assert found.profile.errors == pytest.approx(expected.profile.errors, rel=1e-12)
    assert replace(found.profile, errors=expected.profile.errors).to_dict() == expected.profile.to_dict()
    assert (found.result.sample, found.result.data_hash) == (0, expected.result.data_hash)
    for mine, theirs in zip(found.result.measures, expected.result.measures, strict=True):
        for one in fields(theirs):
            value = getattr(theirs, one.name)
            wanted = pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value
            assert getattr(mine, one.name) == wanted, theirs


def test_a_sample_says_so_and_does_not_depend_on_the_pieces(demo, before, monkeypatch):
    _, trained, _ = demo
    period = periods.one_day("2022-02-19")
    expected, known = whole(demo, "2022-02-19"), before(period.start)
    found = []
    for size in (97, 1000, 1 << 17):
        monkeypatch.setattr(selection, "CHUNK", size)
        found.append(tally.count(trained, period, size=300))
    first = found[0].sample
    assert (len(first.frame), first.table.num_rows, first.drawn_from) == (300, 300, len(expected.frame))
    assert first.frame["lpep_pickup_datetime"].isin(expected.frame["lpep_pickup_datetime"]).all()
    for other in found[1:]:
        assert other.sample.frame.equals(first.frame) and other.sample.table.equals(first.table)
        assert other.sample.sha256 == first.sha256 == tally.sha256(trained.settings, period)
    report = monitoring.report(trained, first, known, counted=found[0])
    assert (report.result.sample, report.result.rows) == (300, len(expected.frame))
    exact = {(m.metric, m.feature, m.segment): m for m in monitoring.report(trained, expected, known).result.measures}
    sampled = {"quantile", "evidently_drift", "prediction_drift", "num_drifted_columns", "r2"}
    sampled |= {"estimated_error", "estimate_days", "estimate_coverage", "estimate_misses", "estimate_bias"}
    of_sample = [one for one in report.result.measures if one.metric in sampled or one.segment]
    for one in report.result.measures:
        if one not in of_sample:
            other = exact[one.metric, one.feature, one.segment]
            assert one.value == pytest.approx(other.value, rel=1e-12), one
            assert (one.low, one.high) == (
                other.low and pytest.approx(other.low),
                other.high and pytest.approx(other.high),
            )
    assert {one.metric for one in of_sample} >= sampled


def test_the_sample_is_fair():
    rng, hits = np.random.default_rng(0), np.zeros(40)
    batch = trade.batch(trade.frame(days=1, rows=40))
    for seed in range(300):
        sample = Sample(10, seed)
        cuts = np.sort(rng.integers(0, 41, 3))
        for start, end in zip([0, *cuts], [*cuts, 40], strict=True):
            sample.add(batch.take(np.arange(start, end)))
        drawn = sample.batch(batch, lambda: "hash").frame
        assert len(drawn) == 10
        hits[np.flatnonzero(batch.frame["sent"].isin(drawn["sent"]))] += 1
    assert hits.min() > 45 and hits.max() < 110  # of 75 expected, standard deviation 7.5


def test_a_day_of_many_rows_is_counted_in_pieces(demo, database, monkeypatch):
    _, trained, _ = demo
    monkeypatch.setattr(counting, "MOST_ROWS", 1000)
    monkeypatch.setattr(selection, "CHUNK", 700)
    monkeypatch.setattr(
        model, "predicted", lambda trained, batch, run=model.predicted: seen.append(batch) or run(trained, batch)
    )
    seen = []
    found = monitoring.monitor(trained, "2022-02-05").result
    assert max(len(batch.frame) for batch in seen[-3:]) <= 700
    monkeypatch.undo()
    expected = whole(demo, "2022-02-05")
    assert (found.rows, found.sample, found.data_hash) == (len(expected.frame), 0, expected.sha256)


def test_a_month_of_many_rows_is_counted_day_by_day(demo, database, monkeypatch):
    _, trained, _ = demo
    day = periods.one_day("2022-02-08").start
    expected = history.before(trained, day)
    monkeypatch.setattr(history, "_MOST_ROWS", 1000)
    found = history.before(trained, day)
    assert [one.day for one in found] == [one.day for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.errors == pytest.approx(other.errors, rel=1e-12)
        assert replace(one, errors=other.errors).to_dict() == other.to_dict()


def test_a_day_without_a_row(demo):
    assert tally.count(demo[1], periods.one_day("2022-02-20")) is None


@pytest.mark.parametrize("task", MEANS)
def test_means_add_up(task):
    settings, frame = trade.settings(task), trade.frame(days=2)
    target = settings.target.name
    frame["prediction"] = frame["expected"] if task == "regression" else frame["p"]
    if task == "multiclass":
        chances = np.random.default_rng(0).dirichlet([3, 2, 1], len(frame))
        for place, name in enumerate(["in time", "late", "lost"]):
            frame[f"p({name})"] = chances[:, place]
        frame["prediction"] = np.array(["in time", "late", "lost"], dtype=object)[chances.argmax(axis=1)]
    frame.loc[::9, target], frame.loc[::7, "prediction"] = None, None
    added = [performance.sums(settings, part) for part in (frame[:37], frame[37:37], frame[37:])]
    total = {name: sum(sums[name] for sums, _ in added) for name in added[0][0]}
    found, expected = performance.of_sums(total), performance.values(settings, frame)
    found = {name: one.value for name, one in found.items()}
    assert found.pop("labelled_rows") == performance.labelled(settings, frame).sum()
    assert found == pytest.approx({name: expected[name] for name in MEANS[task]}, rel=1e-12)
    assert np.concatenate([loss for _, loss in added]) == pytest.approx(performance.losses(settings, frame))


def test_no_row_to_score_has_no_means():
    settings, frame = trade.settings(), trade.frame(days=1).assign(prediction=None)
    found = performance.of_sums(performance.sums(settings, frame)[0])
    assert {(one.value, one.low, one.high) for one in found.values()} == {(200.0, None, None), (None, None, None)}


def test_values_in_pieces_are_ranked_together(monkeypatch):
    monkeypatch.setattr(grid, "MOST_VALUES", 3)
    frame, values = trade.frame(days=3), tally._Values()
    for part in (frame[:100], frame[100:200], frame[200:]):
        values.add(part["rack"].value_counts())
    assert values.counts() == grid.value_counts(frame["rack"])
    assert grid.REST in values.counts()


def test_numbers_in_one_piece_and_texts_in_another():
    values = tally._Values()
    for part in ([1.0, 2.0, 2.0], ["2", "a"]):
        values.add(trade.pd.Series(part).value_counts())
    assert values.counts() == {"1": 1, "2": 3, "a": 1}


def test_parts_of_other_types_are_named():
    table = tables.orders()
    other = table.set_column(2, "weight", table["weight"].cast(pa.string()))
    settings = tables.settings(tables.held(table))
    tables.HELD.append(Part(other, "another"))
    with pytest.raises(BadData, match="memory and another hold a day of many rows and differ in the columns weight"):
        list(batches.chunks(settings, periods.one_day("2022-02-05")))
