"""Evidently itself: its reports, and its distances where no formula of ours gives the same. Its only importer."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from driftbook.config import Settings
from driftbook.measures.drift.columns import comparable, features_and_prediction, labels
from driftbook.measures.drift.distances import rounded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Evidently's own imports are deprecated ones of its dependencies
    from evidently import DataDefinition, Dataset, Report
    from evidently.core.report import Snapshot
    from evidently.metrics import DatasetMissingValueCount, DriftedColumnsCount, ValueDrift
    from evidently.presets import DataDriftPreset


def drifts(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> tuple[dict[str, float], float]:
    """Return the distance of each column that can be compared, and the number of drifted ones."""
    snapshot, _ = _run(_drifts, settings, reference, current, comparable(settings, reference, current))
    return _by_column(snapshot), _drifted(snapshot)


def training_report(settings: Settings, training: pd.DataFrame, validation: pd.DataFrame) -> Snapshot | None:
    """Return Evidently's report of validation against training rows: drift, drifted columns, missing values.

    None where nothing was trained.
    """
    if training.empty:
        return None
    compared = comparable(settings, training, validation)
    metrics = partial(_training_metrics, settings.prediction)
    return _run(metrics, settings, training, validation, compared, shown=features_and_prediction(settings))[0]


def training_values(settings: Settings, report: Snapshot | None, rows: int) -> dict[str, float | None]:
    """Return the three values of `training_report` as data, `rows` being the number of validation rows.

    The share of missing values is Evidently's count over all cells: its own share divides by rows.
    Nothing without a report.
    """
    if report is None:
        return {}
    missing = next(m["value"]["count"] for m in report.dict()["metrics"] if "MissingValue" in m["metric_name"])
    return {
        "prediction_drift": rounded(_by_column(report)).get(settings.prediction),
        "num_drifted_columns": _drifted(report),
        "share_missing_values": missing / (rows * len(features_and_prediction(settings))),
    }


def drift_report(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> Snapshot | None:
    """Return Evidently's drift preset with its tests, over the features and the prediction.

    Columns that cannot be compared are out; None if there is no other.
    """
    compared = comparable(settings, reference, current)
    snapshot, compared = _run(_preset, settings, reference, current, compared)
    return snapshot if compared else None


def _drifts(columns: list[str]) -> list[Any]:
    # Evidently divides by the number of columns.
    counted = [DriftedColumnsCount(columns=columns)] if columns else []
    return [*counted, *(ValueDrift(column=column) for column in columns)]


def _preset(columns: list[str]) -> list[Any]:
    return [DataDriftPreset(columns=columns)] if columns else []


def _training_metrics(prediction: str, columns: list[str]) -> list[Any]:
    drifts = [ValueDrift(column=prediction)] if prediction in columns else []
    return [*drifts, *_drifts(columns)[:1], DatasetMissingValueCount()]


def _run(
    metrics: Callable[[list[str]], list[Any]],
    settings: Settings,
    reference: pd.DataFrame,
    current: pd.DataFrame,
    columns: list[str],
    *,
    shown: list[str] | None = None,
) -> tuple[Snapshot, list[str]]:
    """Return Evidently's report and the columns it compares: those given, without what it raises on."""
    try:
        return _ran(metrics(columns), settings, reference, current, shown or columns), columns
    except Exception:  # whatever its statistics raise on columns of one value, or of 1e99
        columns = [name for name in columns if _is_bearable(settings, reference, current, name)]
        return _ran(metrics(columns), settings, reference, current, shown or columns), columns


def _is_bearable(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame, column: str) -> bool:
    try:
        _ran([ValueDrift(column=column)], settings, reference, current, [column])
    except Exception:
        return False
    return True


def _ran(
    metrics: list[Any], settings: Settings, reference: pd.DataFrame, current: pd.DataFrame, columns: list[str]
) -> Snapshot:
    report = Report(metrics, include_tests=any(isinstance(one, DataDriftPreset) for one in metrics))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # divisions by zero inside Evidently's statistics on constant columns
        return report.run(_dataset(settings, current, columns), _dataset(settings, reference, columns))


def _dataset(settings: Settings, frame: pd.DataFrame, columns: list[str]) -> Dataset:
    are_labels = labels(settings)
    categorical = [column for column in columns if column in are_labels]
    numerical = [column for column in columns if column not in are_labels]
    frame = frame[columns].astype(dict.fromkeys(numerical, float))
    for column in categorical:  # ids must be strings, or Evidently takes them for numbers
        frame[column] = frame[column].map(str, na_action="ignore").astype(object)
    definition = DataDefinition(numerical_columns=numerical, categorical_columns=categorical)
    return Dataset.from_pandas(frame, data_definition=definition)


def _by_column(snapshot: Snapshot) -> dict[str, float]:
    drifts = [m for m in snapshot.dict()["metrics"] if m["metric_name"].startswith("ValueDrift(")]
    return {m["config"]["column"]: float(m["value"]) for m in drifts}


def _drifted(snapshot: Snapshot) -> float:
    metrics = snapshot.dict()["metrics"]
    return next((m["value"]["count"] for m in metrics if m["metric_name"].startswith("DriftedColumnsCount(")), 0.0)
