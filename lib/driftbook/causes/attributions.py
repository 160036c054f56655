"""What single predictions are made of: SHAP values of linear models and trees, on the day and in the reference."""

import importlib.util
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from driftbook.causes.importance import COLUMNS, MOST
from driftbook.config.model import DeliveredModel
from driftbook.model import TrainedModel, features
from driftbook.once import once

_NOTHING = pd.DataFrame(columns=COLUMNS, dtype=float)


def attributions(trained: TrainedModel, frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return how much each feature moves a prediction on the mean, and why that is not known where it is not.

    One line per feature, the largest on the day first, with `reference`, `day` and `change`: the mean of the absolute
    SHAP value (Lundberg and Lee, 2017) over some rows of each, in what the model adds up: the target's unit, or
    log-odds or probabilities for classes. The values of a linear model are coefficient x (value - the reference's
    mean), with no library; those of trees come from `shap`, which needs to be installed. They are shown only where they
    add up to what the model says: splits by category, which `shap` does not read, would be found out so.
    """
    if isinstance(trained.settings.model, DeliveredModel):
        return _NOTHING, "The predictions are delivered: there is no model to look into."
    rows = _some(trained, frame)
    if rows.empty or _some(trained, trained.validation).empty:
        return _NOTHING, "No row has a prediction."
    usual, why = _of_reference(trained)  # which says of most models that cannot be looked into why
    day, why = ({}, why) if why else _means(trained, rows)
    if why:
        return _NOTHING, why
    table = pd.DataFrame({"reference": usual, "day": day}).rename_axis("feature")
    table["change"] = table["day"] - table["reference"]
    return table.sort_values("day", ascending=False, kind="stable"), ""


@once
def _of_reference(trained: TrainedModel) -> tuple[dict[str, float], str]:
    return _means(trained, _some(trained, trained.validation))


def _means(trained: TrainedModel, rows: pd.DataFrame) -> tuple[dict[str, float], str]:
    """Return the mean absolute value of each feature in some rows, and why that is not known where it is not."""
    steps, last = _parts(trained.estimator)
    try:
        names = trained.settings.features.all if steps is None else list(steps.get_feature_names_out())
        numbers = _numbers(trained, rows)
    except Exception as error:  # whatever the steps of a model that was brought raise
        return {}, f"The steps before the model do not name their columns: {' '.join(str(error).split())}."
    if hasattr(last, "coef_"):
        values, why = (numbers - _middle(trained))[:, :, None] * np.atleast_2d(last.coef_).T, ""
    elif importlib.util.find_spec("shap") is None:
        return {}, "SHAP values of trees need the package shap: pip install -e .[explain]."
    else:
        values, why = _trees(last, numbers)
    return {} if why else _by_feature(trained.settings.features.all, names, values), why


def _some(trained: TrainedModel, frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame[frame[trained.settings.prediction].notna()]
    return rows.sample(MOST, random_state=0).sort_index() if len(rows) > MOST else rows


def _parts(estimator: Any) -> tuple[Any, Any]:
    """Return the steps before the model, None without any, and the model itself."""
    steps = getattr(estimator, "steps", None)
    return (estimator[:-1], steps[-1][1]) if steps and len(steps) > 1 else (None, steps[-1][1] if steps else estimator)


def _numbers(trained: TrainedModel, rows: pd.DataFrame) -> np.ndarray:
    """Return rows as the model itself gets them, after the steps before it."""
    steps, given = _parts(trained.estimator)[0], features.given(trained.settings, trained.estimator, rows)
    found = given if steps is None else steps.transform(given)
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=float)


@once
def _middle(trained: TrainedModel) -> np.ndarray:
    return _numbers(trained, _some(trained, trained.validation)).mean(axis=0)


def _trees(model: Any, numbers: np.ndarray) -> tuple[np.ndarray, str]:
    """Return a value per row, column and class, and why there is none where there is none."""
    name = type(model).__name__
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its import uses what other packages have deprecated
            import shap

            explainer = shap.TreeExplainer(model)
            values = np.asarray(explainer.shap_values(numbers, check_additivity=False))
    except Exception as error:  # shap has errors of its own for what it does not know
        return numbers, f"shap cannot look into a {name}: {' '.join(str(error).split()):.100}."
    missed = np.abs(values.sum(axis=1) + explainer.expected_value - _said(model, numbers, values.ndim))
    if not missed.max() <= 1e-4 * max(1.0, np.abs(values).max()):
        return values, f"The SHAP values of a {name} with these columns do not add up to what it predicts: not shown."
    return values.reshape(*values.shape[:2], -1), ""


def _said(model: Any, numbers: np.ndarray, dimensions: int) -> np.ndarray:
    """Return what the values of a model should add up to."""
    if hasattr(model, "decision_function"):
        return model.decision_function(numbers)
    return model.predict_proba(numbers) if dimensions == 3 else model.predict(numbers)


def _by_feature(known: Sequence[str], names: Sequence[str], values: np.ndarray) -> dict[str, float]:
    found = {}
    for name in known:
        own = [at for at, column in enumerate(names) if _feature(column, known) == name]
        found[name] = float(np.abs(values[:, own].sum(axis=1)).mean())
    return found


def _feature(column: str, known: Sequence[str]) -> str:
    """Return the feature a column of an encoder is made of: `one hot__carrier_AA` is of `carrier`."""
    name = column if column in known else column.partition("__")[2] or column
    fitting = [one for one in known if name == one or name.startswith(f"{one}_")]
    return max(fitting, key=len, default="")
