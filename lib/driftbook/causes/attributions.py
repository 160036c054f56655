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
    sides = {"reference": _some(trained, trained.validation), "day": _some(trained, frame)}
    if any(rows.empty for rows in sides.values()):
        return _NOTHING, "No row has a prediction."
    steps, last = _parts(trained.estimator)
    given = {of: features.given(trained.settings, trained.estimator, rows) for of, rows in sides.items()}
    try:
        names = trained.settings.features.all if steps is None else list(steps.get_feature_names_out())
        numbers = {of: _dense(rows if steps is None else steps.transform(rows)) for of, rows in given.items()}
    except Exception as error:  # whatever the steps of a model that was brought raise
        return _NOTHING, f"The steps before the model do not name their columns: {' '.join(str(error).split())}."
    if hasattr(last, "coef_"):
        values = {of: _linear(last, one, numbers["reference"]) for of, one in numbers.items()}
    elif importlib.util.find_spec("shap") is None:
        return _NOTHING, "SHAP values of trees need the package shap: pip install -e .[explain]."
    else:
        values, why = _trees(last, numbers)
        if why:
            return _NOTHING, why
    return _table(trained, names, values), ""


def _some(trained: TrainedModel, frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame[frame[trained.settings.prediction].notna()]
    return rows.sample(MOST, random_state=0).sort_index() if len(rows) > MOST else rows


def _parts(estimator: Any) -> tuple[Any, Any]:
    """Return the steps before the model, None without any, and the model itself."""
    steps = getattr(estimator, "steps", None)
    return (estimator[:-1], steps[-1][1]) if steps and len(steps) > 1 else (None, steps[-1][1] if steps else estimator)


def _dense(given: Any) -> np.ndarray:
    return np.asarray(given.toarray() if hasattr(given, "toarray") else given, dtype=float)


def _linear(model: Any, numbers: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return a value per row, column and class."""
    return (numbers - reference.mean(axis=0))[:, :, None] * np.atleast_2d(model.coef_).T


def _trees(model: Any, numbers: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], str]:
    name = type(model).__name__
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its import uses what other packages have deprecated
            import shap

            explainer = shap.TreeExplainer(model)
            values = {of: np.asarray(explainer.shap_values(one, check_additivity=False)) for of, one in numbers.items()}
    except Exception as error:  # shap has errors of its own for what it does not know
        return {}, f"shap cannot look into a {name}: {' '.join(str(error).split()):.100}."
    for of, one in values.items():
        missed = np.abs(one.sum(axis=1) + explainer.expected_value - _said(model, numbers[of], one.ndim))
        if not missed.max() <= 1e-4 * max(1.0, np.abs(one).max()):
            return {}, f"The SHAP values of a {name} with these columns do not add up to what it predicts: not shown."
    return {of: one.reshape(*one.shape[:2], -1) for of, one in values.items()}, ""


def _said(model: Any, numbers: np.ndarray, dimensions: int) -> np.ndarray:
    """Return what the values of a model should add up to."""
    if hasattr(model, "decision_function"):
        return model.decision_function(numbers)
    return model.predict_proba(numbers) if dimensions == 3 else model.predict(numbers)


def _table(trained: TrainedModel, names: Sequence[str], values: dict[str, np.ndarray]) -> pd.DataFrame:
    known = trained.settings.features.all
    found = {}
    for name in known:
        own = [at for at, column in enumerate(names) if _feature(column, known) == name]
        found[name] = {of: float(np.abs(one[:, own].sum(axis=1)).mean()) for of, one in values.items()}
    table = pd.DataFrame(found).T.rename_axis("feature")
    table["change"] = table["day"] - table["reference"]
    return table.sort_values("day", ascending=False, kind="stable")


def _feature(column: str, known: Sequence[str]) -> str:
    """Return the feature a column of an encoder is made of: `one hot__carrier_AA` is of `carrier`."""
    name = column if column in known else column.partition("__")[2] or column
    fitting = [one for one in known if name == one or name.startswith(f"{one}_")]
    return max(fitting, key=len, default="")
