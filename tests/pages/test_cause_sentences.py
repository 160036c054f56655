import numpy as np
import pandas as pd
import pytest
from driftbook.causes.parts import Part, Split
from driftbook.pages import cause_sentences

from tests import trade

SETTINGS = trade.settings()


def split(moved=1.5, changed=0.0, total=None, rows=900, recoded=None, elsewhere=0.0, columns=None, error=5.0):
    parts = [None if value is None else Part(value, value, value - 0.2, value + 0.3) for value in (moved, changed)]
    total = (moved or 0) + (changed or 0) + 0.1 if total is None else total
    noise = total - (moved or 0) - (changed or 0)
    named = pd.Series({"distance": moved, "no single column": 0.0} if columns is None else columns, dtype=float)
    known = {"recoded": recoded or {}, "undone_error": 3.5, "columns": named, "by_row": pd.DataFrame()}
    return Split(rows, 3000, error, error - total, total, *parts, noise, elsewhere, **known)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (split(), "The inputs moved: rows of another kind came, and on such rows the model errs as it did."),
        (split(0.1, 2.0), "The relation changed: on rows as in the reference the model errs otherwise than it did."),
        (split(0.15, 0.0), "Neither the inputs nor the relation account for more than chance."),
        (split(0.0, 0.0), "Neither the inputs nor the relation account for more than chance."),
        (split(1.0, 1.0), "Both changed: rows of another kind came, and on rows as before the model errs otherwise."),
        (split(-1.0, 1.0), "Both changed, one against the other: rows of another kind came, and on rows as before"),
    ],
)
def test_the_page_says_whether_the_inputs_moved_or_the_relation_did(found, expected):
    assert cause_sentences.change(SETTINGS, found, 900).splitlines()[1].startswith(expected)


def test_the_numbers_of_a_change():
    found = split(1.5, 0.25, recoded={"distance": 1.609}, elsewhere=0.12)
    assert cause_sentences.change(SETTINGS, found, 1000).splitlines() == [
        "The mean absolute error is 5 hours, 1.85 more than in the reference (3.15).",
        "900 of 1,000 rows have a usable label: the others may differ.",
        "The inputs moved: rows of another kind came, and on such rows the model errs as it did.",
        "Input +1.5 (+1.3 to +1.8), relation +0.25 (+0.05 to +0.55), noise +0.1.",
        "All of distance seems to have changed by the factor 1.61. Undone, the error would be 3.5.",
        "12% of the rows lie where the reference has next to none.",
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (split(None, None, total=np.nan, rows=0), r"No row of the day has a usable label and a prediction: why the er"),
        (split(None, None, total=1.0, rows=3), r"Too few labelled rows to tell why \(the day has 3, the reference 3,0"),
        (split(total=-2.0), r"The mean absolute error is 5 hours, 2 less than in the reference \(7\)\."),
    ],
)
def test_a_change_of_which_little_is_known(found, expected):
    said = cause_sentences.change(SETTINGS, found, found.rows).splitlines()
    assert any(pd.Series(said).str.match(expected))


def test_columns():
    assert cause_sentences.columns(split()) == "Of the inputs' part of +1.5, distance carries +1.5."
    for none in (split(0.0), split(0.1), split(None, None)):
        assert cause_sentences.columns(none) == "The inputs' part may be chance: no column is to be named."


def test_segments():
    table = pd.DataFrame({"rows": [9], "total": [1.0], "input": [0.25], "relation": [0.7], "noise": [0.05]}, ["fox"])
    assert cause_sentences.segments({"carrier": table, "hour": table.head(0)}) == (
        "carrier fox: +1, of it input +0.25, relation +0.7."
    )
    assert cause_sentences.segments({}) == "No labelled row, or the params file names no segments."


TABLE = pd.DataFrame({"reference": [1.0, 0.5], "day": [1.1, 0.9], "change": [0.1, 0.4]}, ["distance", "weight"])


def test_importance():
    assert cause_sentences.importance(SETTINGS, TABLE) == (
        "Dealt anew among the rows, distance raises the error by 1.1 hours (1 in the reference): no feature matters "
        "more. weight changed most, from 0.5 to 0.9."
    )
    assert cause_sentences.importance(SETTINGS, TABLE.head(0)).startswith("The predictions are delivered")
    assert cause_sentences.importance(SETTINGS, TABLE.assign(day=np.nan)).startswith("No row of the day has")


def test_attributions():
    assert cause_sentences.attributions(TABLE, "") == (
        "distance moves a prediction by 1.1 on the mean (1 in the reference). weight changed most, from 0.5 to 0.9."
    )
    assert cause_sentences.attributions(TABLE.head(0), "No row has a prediction.") == "No row has a prediction."


def test_rows():
    why = {"unusual column": ["weight"], "its value": ["60"], "usually": ["2.7"]}
    worst, unusual = pd.DataFrame({"loss": [9.5]} | why), pd.DataFrame({"score": [0.7]} | why)
    assert cause_sentences.rows(SETTINGS, worst, unusual.assign(**{"unusual column": ""})).splitlines() == [
        "The largest error: 9.5 hours; its weight is 60, usually 2.7.",
        "The most unusual row: score 0.70.",
    ]
    assert cause_sentences.rows(SETTINGS, worst.head(0), unusual.head(0)) == "No rows."
