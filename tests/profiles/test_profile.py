import dataclasses
import datetime as dt
import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from driftbook.profiles import grid, labels, profile

from tests.days import GRID, KINDS, count, frame

DAY = dt.date(2022, 2, 6)


def test_columns_of_few_values_are_counted_by_value():
    assert (set(GRID.edges), GRID.ordered, GRID.unordered) == ({"amount"}, ("seats", "hour"), ("zone",))
    assert 300 < len(GRID.edges["amount"]) < 500


def test_edges_ascend_and_reach_beyond_the_usual_range():
    edges = np.array(GRID.edges["amount"])
    assert (np.diff(edges) > 0).all()
    assert edges[-1] > 1.8 * frame(DAY)["amount"].quantile(0.99)


@pytest.mark.parametrize(("value", "cell"), [(1.0, 0), (1.5, 1), (2.0, 1), (2.1, 2), (np.inf, 2), (-np.inf, 0)])
def test_cells_are_closed_on_the_right(value, cell):
    of_x = grid.Grid(edges={"x": (1.0, 2.0)}, ordered=(), unordered=())
    assert grid.bin_counts(of_x, pd.Series([value, np.nan], name="x")).argmax() == cell


def test_counts_are_complete():
    day = count(DAY, duplicates=3)
    assert (day.rows, day.duplicates) == (1500, 3)
    assert day.bins["amount"].sum() == sum(day.values["zone"].values()) == sum(day.values["hour"].values()) == 1500
    assert day.missing == {"amount": 0, "note": 30, "seats": 0, "hour": 0, "zone": 0}
    assert day.kinds == KINDS


def test_missing_values_are_in_no_cell():
    rows = frame(DAY)
    rows.loc[:99, ["amount", "zone", "seats"]] = None
    day = count(DAY, rows)
    assert day.bins["amount"].sum() == sum(day.values["zone"].values()) == sum(day.values["seats"].values()) == 1400
    assert day.missing["amount"] == day.missing["zone"] == day.missing["seats"] == 100


def test_days_are_mergeable():
    rows = frame(DAY)
    whole, parts = count(DAY, rows), (count(DAY, rows[:700]), count(DAY, rows[700:]))
    assert (whole.bins["amount"] == parts[0].bins["amount"] + parts[1].bins["amount"]).all()


def test_there_and_back_as_json():
    day = count(DAY, duplicates=2)
    back = profile.from_dict(json.loads(json.dumps(day.to_dict(), sort_keys=True)))
    assert back.sha256 == day.sha256
    assert back.to_dict() == day.to_dict()


def test_a_day_read_again_is_not_hashed_again(monkeypatch):
    day = count(DAY)
    data = day.to_dict()
    assert dataclasses.replace(profile.from_dict(data), duplicates=1).sha256 != day.sha256
    monkeypatch.setattr(json, "dumps", None)
    assert profile.from_dict(data).sha256 == day.sha256


def test_a_day_stored_by_an_earlier_version_is_read_with_its_hash():
    day = count(DAY)
    data = {name: value for name, value in day.to_dict().items() if name not in ("sha256", "estimated")}
    filled = {str(at): n for at, n in enumerate(data["bins"]["amount"]) if n}
    sizes = {"amount": len(data["bins"]["amount"])}
    stored = {**data, "bins": {"amount": filled}, "sizes": sizes}
    assert len(filled) < sizes["amount"]
    assert profile.from_dict(stored).to_dict() == day.to_dict()
    text = json.dumps(stored, sort_keys=True, allow_nan=False)
    assert profile.from_dict(stored).sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_the_hash_is_of_the_counts():
    day, rows = count(DAY), frame(DAY)
    assert count(DAY, rows.sample(frac=1, random_state=1).reset_index(drop=True)).bins["amount"].tolist() == (
        day.bins["amount"].tolist()
    )
    assert count(DAY, duplicates=1).sha256 != day.sha256
    assert count(DAY, rows.assign(amount=rows["amount"] * 1.5)).sha256 != day.sha256


@pytest.mark.parametrize(
    ("value", "label"), [(74.0, "74"), (74, "74"), (1234567.0, "1234567"), (2.5, "2.5"), ("N", "N"), (True, "True")]
)
def test_labels(value, label):
    assert labels.label(value) == label
