"""Evidently's view of a period against the validation reference.

Its values are measures for comparison and for the interactive report; its 0.1 would alarm every day, so they carry no
verdict (`driftbook.alarms` decides). Its distances are computed by their formulas where these give the same, since the
import of Evidently alone costs more than a day: `reports`, which imports it, is loaded only when needed.
"""

import os
from typing import TYPE_CHECKING

import pandas as pd

from driftbook.config import Settings
from driftbook.measures.drift import distances
from driftbook.measures.drift.columns import comparable, features_and_prediction, labels
from driftbook.records import Measure

if TYPE_CHECKING:
    from evidently.core.report import Snapshot

os.environ.setdefault("DO_NOT_TRACK", "1")  # read by Evidently on import: no telemetry from a monitor

#: Evidently's default threshold for every distance it picks here.
EVIDENTLY_THRESHOLD = 0.1


def drift(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> list[Measure]:
    """Return Evidently's drift of each feature and the prediction, and the number of drifted columns.

    Parameters
    ----------
    reference, current
        One row per prediction, with the features and the `prediction`. A `reference` given again is expected unchanged.

    Notes
    -----
    A column without a single value on either side, or one that Evidently raises on, has no drift (value None). The
    number of drifted columns then counts the others.
    """
    columns, by_label = comparable(settings, reference, current), labels(settings)
    found = distances.by_formula(reference, current, columns, by_label)
    if found is None:
        found, drifted = _reports().drifts(settings, reference, current)
    else:
        drifted = sum(value >= EVIDENTLY_THRESHOLD for value in found.values())
    values = dict.fromkeys(features_and_prediction(settings)) | distances.rounded(found)
    measures = [
        Measure("evidently_drift", value, column, upper=EVIDENTLY_THRESHOLD, reference="validation")
        for column, value in values.items()
    ]
    return [
        Measure("prediction_drift", values[settings.prediction], upper=EVIDENTLY_THRESHOLD, reference="validation"),
        Measure("num_drifted_columns", drifted, reference="validation"),
        *measures,
    ]


def training_report(settings: Settings, training: pd.DataFrame, validation: pd.DataFrame) -> "Snapshot":
    """Return Evidently's report of validation against training rows: drift, drifted columns, missing values."""
    return _reports().training_report(settings, training, validation)


def training_values(settings: Settings, report: "Snapshot", rows: int) -> dict[str, float | None]:
    """Return the three values of `training_report` as data, `rows` being the number of validation rows.

    The share of missing values is Evidently's count over all cells: its own share divides by rows.
    """
    return _reports().training_values(settings, report, rows)


def drift_report(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> "Snapshot | None":
    """Return Evidently's drift preset with its tests, over the features and the prediction.

    Columns that cannot be compared are out; None if there is no other.
    """
    return _reports().drift_report(settings, reference, current)


def _reports():
    from driftbook.measures.drift import reports

    return reports
