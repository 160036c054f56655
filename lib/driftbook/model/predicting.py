"""Predictions beside the rows they are about: a number, a probability, or a class with the probability of each."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.config.model import DeliveredModel
from driftbook.errors import BadData, BadInput
from driftbook.model import features
from driftbook.model.trained import TrainedModel
from driftbook.profiles.labels import label
from driftbook.records import probability_column


def predicted(trained: TrainedModel, batch: Batch) -> Batch:
    """Return the batch with the `prediction` in its frame."""
    return replace(batch, frame=with_prediction(trained.settings, trained.estimator, batch.frame))


def predict(settings: Settings, estimator: Any, frame: pd.DataFrame) -> np.ndarray:
    """Return one prediction per row, as `with_prediction` puts it into the frame."""
    return with_prediction(settings, estimator, frame)[settings.prediction].to_numpy()


def with_prediction(settings: Settings, estimator: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its `prediction`, and for several classes `p(<class>)` where probabilities are known.

    The prediction is a number in the target's unit, the probability of the positive class, or the most probable class.
    One that is not finite counts as none. So does that of a row with a gap, where the estimator takes none.

    Raises
    ------
    BadData
        If the estimator cannot predict on these rows.
    """
    if isinstance(settings.model, DeliveredModel):
        return frame.assign(**_delivered(settings.model, settings, frame))
    answers = _answers(settings, estimator, frame)
    if settings.task == "multiclass":
        return frame.assign(**_classes(answers, _labels(estimator)))
    return frame.assign(**{settings.prediction: answers[:, 0]})


def _delivered(model: DeliveredModel, settings: Settings, frame: pd.DataFrame) -> dict[str, Any]:
    if settings.task != "multiclass":
        return {settings.prediction: frame[model.column].where(np.isfinite(frame[model.column]))}
    found = _classes(frame[[*model.probabilities.values()]].to_numpy(dtype=float), [*model.probabilities])
    if model.column:
        found[settings.prediction] = frame[model.column].map(label, na_action="ignore").astype(object)
    return found


def _classes(probabilities: np.ndarray, labels: list[str]) -> dict[str, np.ndarray]:
    """Return the columns of some classes' probabilities and the most probable one, None where one is not known."""
    found = {probability_column(name): probabilities[:, at] for at, name in enumerate(labels)}
    is_known = np.isfinite(probabilities).all(axis=1)
    most = np.full(len(probabilities), None, dtype=object)
    if labels and is_known.any():
        most[is_known] = np.array(labels, dtype=object)[probabilities[is_known].argmax(axis=1)]
    return found | {"prediction": most}


def _answers(settings: Settings, estimator: Any, frame: pd.DataFrame) -> np.ndarray:
    """Return a line per row, a column per number predicted; NaN for rows that the estimator cannot take."""
    given, wanted = features.given(settings, estimator, frame), _wanted(settings, estimator)
    found = np.full((len(frame), len(wanted)), np.nan)
    if not len(frame):
        return found
    try:
        found[:] = _ask(settings, estimator, given)[:, wanted]
    except Exception as error:  # whatever the model's own code raises
        usable = features.complete(given)
        if usable.all():
            raise BadData(_complaint(settings, error)) from error
        if usable.any():
            found[usable] = _of_some(settings, estimator, given[usable])[:, wanted]
    return np.where(np.isfinite(found), found, np.nan)


def _of_some(settings: Settings, estimator: Any, given: np.ndarray | pd.DataFrame) -> np.ndarray:
    try:
        return _ask(settings, estimator, given)
    except Exception as error:
        raise BadData(_complaint(settings, error)) from error


def _ask(settings: Settings, estimator: Any, given: np.ndarray | pd.DataFrame) -> np.ndarray:
    with warnings.catch_warnings():
        # A model that was fitted on a matrix takes the columns of a frame by their order, which is the params file's.
        warnings.filterwarnings("ignore", message="X has feature names", category=UserWarning)
        if settings.task == "regression":
            return np.asarray(estimator.predict(given), dtype=float).reshape(len(given), 1)
        return np.asarray(estimator.predict_proba(given), dtype=float)


def _wanted(settings: Settings, estimator: Any) -> list[int]:
    """Return the positions of the numbers that count: of two classes, only the probability of the positive one."""
    if settings.task == "binary":
        return [_positive(settings, estimator)]
    return [*range(len(_labels(estimator)))] if settings.task == "multiclass" else [0]


def _labels(estimator: Any) -> list[str]:
    return [label(name) for name in estimator.classes_]


def _positive(settings: Settings, estimator: Any) -> int:
    """Return which of the estimator's classes is the positive one: the params file's, 1 or true."""
    known = [name.lower() for name in _labels(estimator)]
    wanted = [label(value).lower() for value in (settings.target.positive, 1, True) if value is not None]
    found = [known.index(name) for name in wanted if name in known]
    if not found:
        raise BadInput(
            f"the model's classes are {known}, none of them the positive one: write it to target.positive "
            f"(given: {settings.target.positive!r})"
        )
    return found[0]


def _complaint(settings: Settings, error: Exception) -> str:
    names = ", ".join(settings.features.all)
    said = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return f"the model cannot predict on the features {names}: {said}"
