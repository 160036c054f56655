"""Evidently is the oracle: where the formulas answer, they answer the same."""

import os
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from driftbook import model, paths
from driftbook.measures.drift import EVIDENTLY_THRESHOLD, distances, reports
from driftbook.measures.drift.columns import comparable, labels

from tests import trade

RNG = np.random.default_rng(0)


def some(column, share, value):
    return column.mask(RNG.random(len(column)) < share, value)


def whole(low, high):
    return lambda day, name: RNG.integers(low, high, len(day)).astype(float)


NUMBERS = {
    "as it is": lambda day, name: day[name],
    "scaled": lambda day, name: day[name] * 1.6,
    "a third missing": lambda day, name: some(day[name], 0.3, np.nan),
    "none": lambda day, name: np.nan,
    "constant": lambda day, name: 1.0,
    "zero": lambda day, name: 0.0,
    "negative": lambda day, name: -day[name],
    "five values": whole(0, 5),
    "six values": whole(0, 6),
    "one outlier": lambda day, name: day[name].where(np.arange(len(day)) > 0, 1e9),
    "tiny": lambda day, name: day[name] * 1e-9,
}
LABELS = {
    "as it is": lambda day, name: day[name],
    "a third missing": lambda day, name: some(day[name], 0.3, None),
    "none": lambda day, name: None,
    "one": lambda day, name: day[name].dropna().iloc[0],
    "an unseen one": lambda day, name: some(day[name], 0.1, 999.0 if day[name].dtype.kind == "f" else "tortoise"),
    "numbers that are no integers": lambda day, name: RNG.integers(0, 9, len(day)) / 4,
}


def both(settings, reference, current):
    columns = comparable(settings, reference, current)
    ours = distances.by_formula(reference, current, columns, labels(settings))
    theirs, drifted = reports.drifts(settings, reference, current)
    return ours, theirs, drifted


def close(value, expected):
    return abs(value - expected) <= 1e-12 * max(1.0, abs(expected))


def same(settings, reference, current):
    ours, theirs, drifted = both(settings, reference, current)
    assert set(ours) == set(theirs)
    assert {name: value for name, value in ours.items() if not close(value, theirs[name])} == {}
    assert sum(value >= EVIDENTLY_THRESHOLD for value in ours.values()) == drifted


@pytest.fixture(scope="module")
def day(monitored):
    return monitored("2022-02-10")[0].frame


@pytest.mark.parametrize("odd", NUMBERS)
@pytest.mark.parametrize("name", ["fare_amount", "passenger_count", "prediction"])
def test_numbers_of_a_real_shape(demo, day, name, odd):
    settings, trained, _ = demo
    same(settings, trained.validation, day.assign(**{name: NUMBERS[odd](day, name)}))


@pytest.mark.parametrize("odd", LABELS)
def test_ids_of_a_real_shape(demo, day, odd):
    settings, trained, _ = demo
    same(settings, trained.validation, day.assign(PULocationID=LABELS[odd](day, "PULocationID")))


@pytest.mark.parametrize("rows", [1, 2, 3, 50])
def test_days_of_few_rows(demo, day, rows):
    settings, trained, _ = demo
    same(settings, trained.validation, day.head(rows))


@pytest.mark.parametrize("task", trade.TARGETS)
@pytest.mark.parametrize("odd", LABELS)
def test_text(task, odd):
    settings, reference, current = parcels(task)
    same(settings, reference, current.assign(carrier=LABELS[odd](current, "carrier")))


@pytest.mark.parametrize("values", [1, 2, 5, 6])
def test_a_reference_of_few_values(values):
    settings, reference, current = parcels("regression")
    reference = reference.assign(weight=whole(0, values)(reference, "weight"))
    same(settings, reference, current)
    same(settings, reference, current.assign(weight=whole(0, 7)(current, "weight")))


def test_where_evidently_does_something_else():
    settings, reference, current = parcels("regression")
    first = np.arange(len(reference)) == 0
    refused = {
        "1000 values in the reference": (reference["weight"].where(reference.index < 1000), current["weight"]),
        "an infinite number": (reference["weight"], current["weight"].where(current.index > 0, np.inf)),
        "infinite in the reference": (reference["weight"].mask(first, -np.inf), current["weight"]),
        "one absurd number": (reference["weight"], 1e99),
        "a constant without room for bins": (reference["weight"], 2.0**60),
    }
    for what, (before, now) in refused.items():
        sides = reference.assign(weight=before), current.assign(weight=now)
        assert distances.by_formula(*sides, comparable(settings, *sides), labels(settings)) is None, what


def test_a_small_difference_would_be_seen(demo, day):
    settings, trained, _ = demo
    ours, theirs, _ = both(settings, trained.validation, day.assign(fare_amount=day["fare_amount"] * (1 + 1e-9)))
    exact = distances.by_formula(trained.validation, day, ["fare_amount"], set())
    assert abs(ours["fare_amount"] - theirs["fare_amount"]) < 1e-12 < abs(exact["fare_amount"] - theirs["fare_amount"])


def test_another_reference_is_prepared_anew():
    _, reference, current = parcels("regression")
    first = distances.by_formula(reference, current, ["weight"], set())
    second = distances.by_formula(reference.assign(weight=reference["weight"] * 2), current, ["weight"], set())
    assert first != second
    assert distances.by_formula(reference, current, ["weight"], set()) == first


def test_rounded():
    assert distances.rounded({"a": 0.1 + 1e-14, "b": np.nan, "c": np.inf}) == {"a": 0.1, "b": None, "c": None}


def test_a_monitored_day_does_without_evidently(prepared):
    nb = nbformat.read(paths.notebooks_dir() / "monitor.ipynb", 4)
    setup = next(cell.source for cell in nb.cells if "import" in cell.source and cell.cell_type == "code")
    script = f'params, day = "demo", "2022-02-10"\n{setup}\nimport sys\nprint(*sys.modules)'
    given = {"env": {**os.environ, **prepared}, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", script], **given, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"evidently", "plotly", "nltk"}
    assert "driftbook" in loaded


def parcels(task):
    column = {"regression": "expected", "binary": "p", "multiclass": "outcome"}[task]
    settings = trade.settings(task, model={"kind": "delivered", "column": column})
    reference, current = trade.frame(days=10), trade.frame(days=1, seed=1)
    return settings, *(model.with_prediction(settings, None, one) for one in (reference, current))
