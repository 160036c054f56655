"""Which task a target asks for, and which model gives its prediction."""

from typing import Any

import pyarrow as pa

from driftbook.adoption.table import Look, distinct, kind
from driftbook.batches import columns
from driftbook.errors import BadInput
from driftbook.profiles.labels import label

#: Whole numbers of no more values are classes; text of more is none.
_FEW, _MOST_CLASSES = 5, 100
_BOOSTING = "sklearn.ensemble:HistGradientBoosting"


def task(look: Look) -> tuple[str, dict[str, Any], str]:
    """Return the task, what names the positive class where that is needed, and why.

    Raises
    ------
    BadInput
        If the target is nothing that can be predicted, or the prediction is none of it.
    """
    target, values = look.sample[look.target], distinct(look.sample[look.target])
    of = kind(target)
    if of not in ("number", "text", "boolean") or (of == "text" and values > _MOST_CLASSES) or values < 2:
        raise BadInput(
            f"target is {look.target!r}, {target.type} of {values:,} values: expected numbers, or 2 to {_MOST_CLASSES} "
            "classes"
        )
    if look.prediction and _are_labels_of(look.sample[look.prediction], target):
        return "multiclass", {}, f"{look.prediction} names one of the {values} classes of {look.target}"
    _check_number(look)
    if values == 2:
        return "binary", *_positive(look, target)
    if of == "number" and (look.prediction or values > _FEW or not pa.types.is_integer(target.type)):
        return "regression", {}, f"{look.target} holds {values:,} different numbers"
    if look.prediction:
        raise BadInput(f"prediction is {look.prediction!r}, and it holds no classes of the target {look.target!r}")
    return "multiclass", {}, f"{look.target} is one of {values} classes"


def model(look: Look, of: str, *, has_categories: bool) -> tuple[dict[str, Any], str]:
    """Return the model of a task as the params file describes it, and why it is this one."""
    if look.prediction:
        return {"kind": "delivered", "column": look.prediction}, "the table holds the prediction: nothing is trained"
    if of == "regression" and not has_categories:
        return {"kind": "train", "estimator": "sklearn.linear_model:LinearRegression"}, "numbers only: a line to begin"
    estimator = f"{_BOOSTING}{'Regressor' if of == 'regression' else 'Classifier'}"
    return {"kind": "train", "estimator": estimator}, "it takes categories and missing values as they are"


def _positive(look: Look, target: pa.ChunkedArray) -> tuple[dict[str, Any], str]:
    """Return which of two classes counts as 1, and why."""
    known = target.unique().drop_null().to_pylist()
    given = columns.numbers(look.sample[look.prediction], look.prediction) if look.prediction else None
    if given is not None and not given.dropna().between(0, 1).all():
        raise BadInput(
            f"prediction is {look.prediction!r} with values from {given.min():g} to {given.max():g}, and the target "
            f"{look.target!r} has two classes: expected the probability of one of them, from 0 to 1"
        )
    if {*known} == {0, 1}:  # false and true are equal to them
        return {}, f"{look.target} is true or false, 1 or 0"
    by_class = target.to_pandas()
    if given is not None:
        positive, why = given.groupby(by_class).mean().idxmax(), f"{look.prediction} is higher where it is"
    else:
        positive, why = by_class.value_counts().idxmin(), "the rarer one"
    positive = next(value for value in known if value == positive)  # as Python's own type
    return {"positive": positive}, f"{look.target} has two classes, and {positive!r} counts as 1: {why}"


def _check_number(look: Look) -> None:
    if look.prediction and kind(look.sample[look.prediction]) not in ("number", "boolean"):
        raise BadInput(
            f"prediction is {look.prediction!r}, {look.sample[look.prediction].type}: expected numbers, or classes of "
            f"the target {look.target!r}"
        )


def _are_labels_of(prediction: pa.ChunkedArray, target: pa.ChunkedArray) -> bool:
    """Return whether every value of a prediction is a class of the target."""
    if not 2 <= distinct(target) <= _MOST_CLASSES or distinct(prediction) > distinct(target):
        return False
    named, known = ({label(each) for each in columns.categories(c).dropna().unique()} for c in (prediction, target))
    return named <= known
