"""Training: from the reference period to a model, both references and calibrated limits."""

import hashlib
import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from driftbook import batches, estimates, relations
from driftbook.alarms.calibration import Calibration
from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.config.model import TrainModel
from driftbook.errors import BadData
from driftbook.measures.performance import labelled
from driftbook.model import TrainedModel, fit, outcome, with_prediction
from driftbook.profiles import counting
from driftbook.profiles.grid import freeze


@dataclass(frozen=True)
class Splits:
    """The filtered rows of the reference period, in file order: the first ones train, the others validate.

    A model that is brought is validated on all of them, unless the params file gives `train_rows`.
    """

    training: pd.DataFrame
    validation: pd.DataFrame


def reference(settings: Settings) -> Batch:
    """Return every row of the reference period's files, strays included: the published months as they are."""
    return batches.read(settings, settings.references.period, strays=True)


def split(settings: Settings, frame: pd.DataFrame) -> Splits:
    """Return the rows that have a label and pass the filters, split after `train_rows`.

    Raises
    ------
    BadData
        If no row is left to validate on, a feature to train on has not a single value, or the target is not of the
        task.
    """
    _check_target(settings, frame)
    rows = frame[labelled(settings, frame)]
    size = settings.references.train_rows or 0
    if len(rows) <= size:
        raise BadData(
            f"{len(rows)} of {len(frame)} reference rows have a label and pass the filters: train_rows {size} leaves "
            "none to validate on"
        )
    empty = [name for name in settings.features.all if rows[name].isna().all()]
    if empty and isinstance(settings.model, TrainModel):
        raise BadData(f"the features {empty} have no value in the reference period: take them out of the params file")
    return Splits(rows.iloc[:size], rows.iloc[size:])


def train(settings: Settings, batch: Batch) -> tuple[TrainedModel, Splits]:
    """Return the trained model and its splits with `prediction`; writes nothing.

    `batch` is what `reference` gives. Strays are part of the published month, so they train and validate like its other
    rows, but no day of the calibration reference holds them.
    """
    estimator = fit(settings, split(settings, batch.frame).training)
    frame = with_prediction(settings, estimator, batch.frame)
    _check_prediction(settings, frame[settings.prediction])
    splits = split(settings, frame)
    of_days = batch.in_period(settings.time_column)
    inside = replace(batch, frame=frame).take(np.flatnonzero(of_days))
    seen = frame.index.isin(splits.training.index)[of_days]
    trained = TrainedModel(
        settings,
        _version(settings, batch),
        estimator,
        splits.validation.reset_index(drop=True),
        inside.frame,
        _calibrated(settings, inside),
        estimates.fit(settings, inside.frame, seen),
    )
    return trained, splits


def _check_target(settings: Settings, frame: pd.DataFrame) -> None:
    name, values = settings.target.name, frame[settings.target.name].dropna()
    odd = values[~values.isin([0, 1])] if settings.task == "binary" else values.head(0)
    if len(odd):
        raise BadData(
            f"the target {name!r} holds {odd.iloc[0]:g}, and task 'binary' expects 1 and 0 or true and false: "
            "write the value of the positive class to target.positive"
        )


def _check_prediction(settings: Settings, prediction: pd.Series) -> None:
    if prediction.isna().all():
        raise BadData("no row of the reference period has a prediction: correct the model in the params file")
    if settings.task == "binary" and not prediction.dropna().between(0, 1).all():
        raise BadData(
            f"the predictions go from {prediction.min():g} to {prediction.max():g}, and task 'binary' expects "
            "probabilities from 0 to 1: correct model.column, or make one of them with source.derive"
        )


def telling(settings: Settings, frame: pd.DataFrame, most: int = 3) -> list[str]:
    """Return the columns a reader wants to see first: the target, then the features of most different values."""
    different = {name: frame[name].nunique() for name in settings.features.numeric}
    numeric = sorted(different, key=different.get, reverse=True)
    return [settings.target.name, *numeric, *settings.features.categorical][:most]


def _calibrated(settings: Settings, batch: Batch) -> Calibration:
    """Return the fixed reference of the period's days that have enough rows; `batch` holds no strays."""
    watched = settings.watched
    grid = freeze(batch.frame, watched.numeric, watched.categorical, settings.partial)
    days = [day for day in batch.by_day(settings.time_column) if len(day.frame) >= settings.references.min_rows_per_day]
    if not days:
        least = settings.references.min_rows_per_day
        raise BadData(
            f"no day of the reference period has {least} rows or more: choose another period in the params file"
        )
    if settings.together:
        grid = grid.model_copy(update={"relations": relations.learn(settings, days)})
    counts = tuple(counting.profile(settings, grid, day) for day in days)
    return Calibration(
        grid, counts, counting.kinds(batch.inputs), settings.references.min_rows_per_day, outcome(settings)
    )


def _version(settings: Settings, batch: Batch) -> str:
    return hashlib.sha256(f"{batch.sha256}{json.dumps(settings.of_training())}".encode()).hexdigest()[:12]
