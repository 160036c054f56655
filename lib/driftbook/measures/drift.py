"""Evidently's view of a period against the validation reference. The only importer of Evidently.

Its values are measures for comparison and for the interactive report; its 0.1 would alarm every day, so they carry no
verdict (`driftbook.alarms` decides).
"""

import os
import warnings

import pandas as pd

from driftbook.config import Settings
from driftbook.records import Measure

os.environ.setdefault("DO_NOT_TRACK", "1")  # read by Evidently on import: no telemetry from a monitor
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Evidently's own imports are deprecated ones of its dependencies
    from evidently import DataDefinition, Dataset, Report
    from evidently.core.report import Snapshot
    from evidently.metrics import DatasetMissingValueCount, DriftedColumnsCount, ValueDrift
    from evidently.presets import DataDriftPreset

#: Evidently's default threshold for every distance it picks here.
EVIDENTLY_THRESHOLD = 0.1


def drift(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> list[Measure]:
    """Return Evidently's drift of each feature and the prediction, and the number of drifted columns.

    Parameters
    ----------
    reference, current
        One row per prediction, with the features and the `prediction`. `current` must have at least one row.

    Notes
    -----
    A column without a single value in `current` has no drift (value None): Evidently raises on it. The number of
    drifted columns then counts the others.
    """
    columns = _columns(settings)
    empty = [column for column in columns if current[column].isna().all()]
    snapshot = _run(
        Report([DriftedColumnsCount(columns=[c for c in columns if c not in empty]), *_value_drifts(columns, empty)]),
        settings,
        reference,
        current,
        [c for c in columns if c not in empty],
    )
    values = _by_column(snapshot) | dict.fromkeys(empty)
    measures = [
        Measure("evidently_drift", values[column], column, upper=EVIDENTLY_THRESHOLD, reference="validation")
        for column in columns
    ]
    return [
        Measure("prediction_drift", values[settings.prediction], upper=EVIDENTLY_THRESHOLD, reference="validation"),
        Measure("num_drifted_columns", _drifted(snapshot), reference="validation"),
        *measures,
    ]


def training_report(settings: Settings, training: pd.DataFrame, validation: pd.DataFrame) -> Snapshot:
    """Return Evidently's report of validation against training rows: drift, drifted columns, missing values."""
    columns = _columns(settings)
    metrics = [
        ValueDrift(column=settings.prediction),
        DriftedColumnsCount(columns=columns),
        DatasetMissingValueCount(),
    ]
    return _run(Report(metrics), settings, training, validation, columns)


def training_values(settings: Settings, report: Snapshot, rows: int) -> dict[str, float]:
    """Return the three values of `training_report` as data, `rows` being the number of validation rows.

    The share of missing values is Evidently's count over all cells: its own share divides by rows.
    """
    missing = next(m["value"]["count"] for m in report.dict()["metrics"] if "MissingValue" in m["metric_name"])
    return {
        "prediction_drift": _by_column(report)[settings.prediction],
        "num_drifted_columns": _drifted(report),
        "share_missing_values": missing / (rows * len(_columns(settings))),
    }


def drift_report(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> Snapshot:
    """Return Evidently's drift preset with its tests, over features and prediction; columns without a value are out."""
    columns = [column for column in _columns(settings) if current[column].notna().any()]
    return _run(Report([DataDriftPreset(columns=columns)], include_tests=True), settings, reference, current, columns)


def _columns(settings: Settings) -> list[str]:
    return [*settings.features.all, settings.prediction]


def _value_drifts(columns: list[str], empty: list[str]) -> list[ValueDrift]:
    return [ValueDrift(column=column) for column in columns if column not in empty]


def _run(
    report: Report, settings: Settings, reference: pd.DataFrame, current: pd.DataFrame, columns: list[str]
) -> Snapshot:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # divisions by zero inside Evidently's statistics on constant columns
        return report.run(_dataset(settings, current, columns), _dataset(settings, reference, columns))


def _dataset(settings: Settings, frame: pd.DataFrame, columns: list[str]) -> Dataset:
    categorical = [column for column in settings.features.categorical if column in columns]
    frame = frame[columns].copy()
    for column in categorical:  # ids must be strings, or Evidently takes them for numbers
        frame[column] = frame[column].map(str, na_action="ignore").astype(object)
    numerical = [column for column in columns if column not in categorical]
    definition = DataDefinition(numerical_columns=numerical, categorical_columns=categorical)
    return Dataset.from_pandas(frame, data_definition=definition)


def _by_column(snapshot: Snapshot) -> dict[str, float]:
    drifts = [m for m in snapshot.dict()["metrics"] if m["metric_name"].startswith("ValueDrift(")]
    # Evidently sums over sets of categories: the last bits change with each process's hash seed.
    return {m["config"]["column"]: round(float(m["value"]), 12) for m in drifts}


def _drifted(snapshot: Snapshot) -> float:
    metrics = snapshot.dict()["metrics"]
    return next(m["value"]["count"] for m in metrics if m["metric_name"].startswith("DriftedColumnsCount("))
