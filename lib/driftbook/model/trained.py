"""A trained model as it travels: what predicts, beside all that a day is compared with."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from driftbook.alarms.calibration import Calibration, Outcome
from driftbook.config import Settings
from driftbook.estimates import ErrorModel
from driftbook.measures.performance import error_metric
from driftbook.metrics import metric


@dataclass(frozen=True)
class TrainedModel:
    """A trained model with all that a day is compared with.

    Attributes
    ----------
    version
        Hash of the training data and the params file: the same input gives the same version.
    estimator
        What predicts, of scikit-learn's kind; None where predictions are delivered.
    validation
        The filtered rows after the training split, with `prediction`: Evidently's reference.
    reference_rows
        Every row of the reference period, unfiltered, with `prediction`: what a day's figures are drawn against.
    calibration
        The same rows' days as counts: the fixed reference of scores and thresholds.
    error_model
        What estimates the error of a day without labels, None where too few rows of the reference have one, or the
        model was trained before there were estimates.
    """

    settings: Settings
    version: str
    estimator: Any
    validation: pd.DataFrame
    reference_rows: pd.DataFrame
    calibration: Calibration
    error_model: ErrorModel | None = None


def outcome(settings: Settings) -> Outcome:
    """Return what the alarms must know of what is predicted."""
    error = metric(error_metric(settings))
    return Outcome(
        *(settings.target.name, settings.label_columns, error.unit_in(settings.target.unit), error.words),
        delay_days=settings.labels.delay_days,
    )
