"""The features as an estimator gets them: a matrix of numbers, or a frame with its categories."""

from typing import Any

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.config.model import TrainModel
from driftbook.profiles.labels import label

#: The step of a pipeline of ours that encodes the categories.
ENCODER = "categories"
#: Some estimators compute in single precision.
_LARGEST = np.finfo(np.float32).max


def given(settings: Settings, estimator: Any, frame: pd.DataFrame) -> np.ndarray | pd.DataFrame:
    """Return the features as an estimator gets them.

    An estimator of ours without categories to encode gets a matrix of numbers, `fill_missing` in the place of every
    gap. A pipeline of ours gets a frame with its categories as labels, and a model that was brought gets `frame_of`.
    """
    if not isinstance(settings.model, TrainModel):
        return frame_of(settings, frame)
    steps = getattr(estimator, "steps", None)  # of a pipeline
    if steps and steps[0][0] == ENCODER:
        return labels_of(settings, frame)
    return matrix(settings, frame)


def matrix(settings: Settings, frame: pd.DataFrame) -> np.ndarray:
    """Return the features as numbers; a category that is no number is a gap, and gaps are filled."""
    found = np.empty((len(frame), len(settings.features.all)), order="F")
    for at, name in enumerate(settings.features.all):
        column = frame[name]
        found[:, at] = pd.to_numeric(column, errors="coerce") if column.dtype == object else column
    if settings.fill_missing is not None:
        found[np.isnan(found)] = settings.fill_missing
    return found


def frame_of(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the features in the params file's order: numeric ones, then categories; missing values are NaN.

    Numeric features are float64, `fill_missing` in the place of gaps. Categories are float64 where they are numbers,
    else text (true and false as `true` and `false`), their gaps left as they are.
    """
    numeric, categorical = [*settings.features.numeric], [*settings.features.categorical]
    features = frame[[*numeric, *categorical]].copy()
    if settings.fill_missing is not None:
        features[numeric] = features[numeric].fillna(settings.fill_missing)
    for name in features[categorical].select_dtypes("object"):  # encoders know the gap NaN, not None
        features[name] = features[name].where(features[name].notna(), np.nan)
    return features


def labels_of(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame_of` with every category as a label: one of 74, 74.0 and "74" is the others, whatever its type."""
    features = frame_of(settings, frame)
    for name in settings.features.categorical:
        codes, values = pd.factorize(features[name])
        known = np.array([*(label(value) for value in values), np.nan], dtype=object)
        features[name] = known[codes]  # a gap has the code -1
    return features


def complete(features: np.ndarray | pd.DataFrame) -> np.ndarray:
    """Return which rows have no gap, nor a number too large for single precision."""
    frame = pd.DataFrame(features)
    is_large = (frame.select_dtypes("number").abs() > _LARGEST).any(axis=1)
    return ~(frame.isna().any(axis=1) | is_large).to_numpy()
