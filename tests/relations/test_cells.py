"""A column's cells: numbers by value or by quantile, categories by their most frequent values."""

import numpy as np
import pandas as pd
import pytest
from driftbook.relations.cells import MISSING, Cells, freeze, positions


def series(values, dtype=None):
    return pd.Series(values, name="column", dtype=dtype)


def test_numbers_of_few_values_have_a_cell_each():
    cells = freeze(series([0.0] * 50 + [0.5] * 30 + [1.0] * 20), is_amount=True)
    assert cells.edges == (0.0, 0.5, 1.0)
    assert positions(cells, series([-1.0, 0.0, 0.2, 0.5, 1.0, 9.0, np.nan])).tolist() == [0, 0, 1, 1, 2, 3, MISSING]
    assert cells.labels == ["0", "0.5", "1", "> 1"]


def test_other_numbers_are_cut_at_quantiles():
    values = series(np.random.default_rng(0).normal(size=12_000))
    cells = freeze(values, is_amount=True)
    counts = np.bincount(positions(cells, values), minlength=cells.size)
    assert cells.size == len(cells.labels) == 12
    assert np.abs(counts / len(values) - 1 / 12).max() < 0.001
    assert cells.labels[0].startswith("≤ ") and " – " in cells.labels[1] and cells.labels[-1].startswith("> ")


@pytest.mark.parametrize(
    ("values", "asked", "found"),
    [
        (["a"] * 60 + ["b"] * 40, ["b", "a", "never seen", None], [1, 0, 2, MISSING]),
        ([74.0] * 60 + [75.0] * 40, [75.0, 74.0, 1.0, np.nan], [1, 0, 2, MISSING]),
        ([True] * 60 + [False] * 40, [False, True], [1, 0]),
    ],
    ids=["text", "ids", "truth values"],
)
def test_values_have_a_cell_each_and_others_share_one(values, asked, found):
    cells = freeze(series(values), is_amount=False)
    assert positions(cells, series(asked)).tolist() == found
    assert cells.labels[-1] == "other"


def test_rare_values_share_a_cell():
    cells = freeze(series([f"v{at % 50}" for at in range(5_000)] + ["rare"] * 5), is_amount=False)
    assert cells.size == 51
    assert positions(cells, series(["rare"])).tolist() == [50]


@pytest.mark.parametrize(
    ("values", "is_amount"),
    [
        ([], True),
        ([np.nan] * 9, True),
        ([5.0] * 1000, True),
        ([5.0] * 1000 + [6.0] * 5, True),
        (["x"] * 1000 + [None] * 500, False),
        ([f"id {at}" for at in range(2000)], False),
    ],
    ids=["nothing", "only gaps", "constant", "as good as constant", "one value and gaps", "a name for each row"],
)
def test_a_column_that_says_nothing_has_no_cells(values, is_amount):
    assert freeze(series(values, dtype=None if values else float), is_amount=is_amount) is None


def test_numbers_that_come_as_text_are_missing():
    cells = Cells(column="column", edges=(1.0, 2.0))
    assert positions(cells, series(["1", "2"])).tolist() == [MISSING, MISSING]
