import numpy as np
import pytest
from driftbook.adoption import columns

RNG = np.random.default_rng(4)


def few(frame, values):
    return RNG.integers(0, values, len(frame))


CASES = {
    "numbers": (lambda f: RNG.normal(size=len(f)), "numeric", "numbers"),
    "whole numbers": (lambda f: few(f, 900), "numeric", "numbers"),
    "text": (lambda f: few(f, 20).astype(str), "categorical", "text of 20 values"),
    "true or false": (lambda f: few(f, 2) == 1, "categorical", "boolean of 2 values"),
    "shop_id": (lambda f: few(f, 30), "categorical", "30 whole numbers, and its name says that they name something"),
    "tail": (lambda f: few(f, 400).astype(str), "watched", "text of 400 values: too many to learn from"),
    "row": (lambda f: RNG.permutation(len(f)), "left out", "is another value in nearly every row: it names the row"),
    "key": (lambda f: [f"k{n}" for n in range(len(f))], "left out", "is another value in nearly every row"),
    "note": (lambda f: ["said " * 20 + str(n) for n in few(f, 9)], "left out", "is free text: 9 texts of 101"),
    "country": (lambda f: "DK", "left out", "is 'DK' in every row"),
    "empty": (lambda f: None, "left out", "is empty"),
    "day": (lambda f: f["queued_at"].dt.day, "left out", "has one value a day: it says which day it is"),
    "weekday": (lambda f: f["queued_at"].dt.day_name(), "left out", "has one value a day"),
    "other time": (lambda f: f["queued_at"].dt.floor("h"), "left out", "is a time: derive a duration from it"),
    "list": (lambda f: [[n] for n in few(f, 3)], "left out", "neither a number nor a category"),
    "grade": (lambda f: RNG.normal(size=len(f)) + 0 * f["minutes"], "with the label", "is missing where minutes is"),
    "half": (lambda f: np.where(few(f, 2) == 1, np.nan, 1.5 + few(f, 9)), "numeric", "numbers"),
    "seldom": (lambda f: np.where(few(f, 2) == 1, None, "yes"), "categorical", "text of 1 values"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_column_is_taken_for_something_with_a_reason(jobs, look, name):
    values, role, reason = CASES[name]
    frame = jobs()
    frame.loc[frame.index % 10 == 0, "minutes"] = None
    frame[name] = values(frame)
    found = {column.name: column for column in columns.roles(look(frame, time="queued_at"))}
    assert (found[name].role, found[name].reason[: len(reason)] if not reason.startswith("neither") else reason) == (
        role, reason
    )  # fmt: skip


def test_time_target_and_prediction_have_their_roles_already(jobs, look):
    found = columns.roles(look(jobs(), prediction="pages"))
    assert [column.name for column in found] == ["team"]
