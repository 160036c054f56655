import numpy as np
import pandas as pd
import pytest
from driftbook.pages import cause_figures

from tests.pages.test_cause_sentences import SETTINGS, TABLE, split


@pytest.mark.parametrize(
    ("found", "bars"),
    [
        (split(1.5, 0.25), ["change: +1.85", "input: +1.5", "· distance: +1.5", "relation: +0.25", "noise: +0.1"]),
        (split(0.0, -0.5), ["change: -0.4", "input: +0", "relation: -0.5", "noise: +0.1"]),
        (split(None, None, total=0.5), ["change: +0.5", "noise: +0.5"]),
        (split(0.0, 0.0, total=0.0), ["change: +0", "input: +0", "relation: +0", "noise: +0"]),
    ],
)
def test_a_bar_for_each_part(found, bars):
    drawn = cause_figures.parts(SETTINGS, found).data
    assert all(f"<title>{bar}</title>" in drawn for bar in bars)
    assert ("interval of 95 %" in drawn) == (found.input is not None)
    assert "change of the error since the reference (hours)" in drawn
    assert "nan" not in drawn


def test_no_labels_nothing_to_draw():
    assert "no labelled rows" in cause_figures.parts(SETTINGS, split(None, None, total=np.nan, rows=0)).data


@pytest.mark.parametrize("table", [TABLE, -TABLE, TABLE * 0, pd.concat([TABLE, TABLE.tail(1) * np.nan])])
def test_importance_on_the_day_and_in_the_reference(table):
    drawn = cause_figures.importance(SETTINGS, table).data
    assert drawn.count("<title>") == 4
    assert "rise of the error if the feature is dealt anew (hours)" in drawn and "nan" not in drawn


def test_importance_of_nothing():
    assert "nothing to draw" in cause_figures.importance(SETTINGS, TABLE.head(0)).data
