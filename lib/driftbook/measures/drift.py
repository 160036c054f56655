"""Evidently's view of a period against the validation reference. The only importer of Evidently.

Its values are measures for comparison and for the interactive report; its 0.1 would alarm every day, so they carry no
verdict (`driftbook.alarms` decides).
"""

import math
import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

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
        One row per prediction, with the features and the `prediction`.

    Notes
    -----
    A column without a single value on either side, or one that Evidently raises on, has no drift (value None). The
    number of drifted columns then counts the others.
    """
    compared = _comparable(settings, reference, current)
    snapshot, compared = _run(_drifts, settings, reference, current, compared)
    values = dict.fromkeys(_columns(settings)) | _by_column(snapshot)
    measures = [
        Measure("evidently_drift", value, column, upper=EVIDENTLY_THRESHOLD, reference="validation")
        for column, value in values.items()
    ]
    return [
        Measure("prediction_drift", values[settings.prediction], upper=EVIDENTLY_THRESHOLD, reference="validation"),
        Measure("num_drifted_columns", _drifted(snapshot), reference="validation"),
        *measures,
    ]


def training_report(settings: Settings, training: pd.DataFrame, validation: pd.DataFrame) -> Snapshot | None:
    """Return Evidently's report of validation against training rows: drift, drifted columns, missing values.

    None where nothing was trained.
    """
    if training.empty:
        return None
    compared = _comparable(settings, training, validation)
    metrics = partial(_training_metrics, settings.prediction)
    return _run(metrics, settings, training, validation, compared, shown=_columns(settings))[0]


def training_values(settings: Settings, report: Snapshot | None, rows: int) -> dict[str, float | None]:
    """Return the three values of `training_report` as data, `rows` being the number of validation rows.

    The share of missing values is Evidently's count over all cells: its own share divides by rows.
    Nothing without a report.
    """
    if report is None:
        return {}
    missing = next(m["value"]["count"] for m in report.dict()["metrics"] if "MissingValue" in m["metric_name"])
    return {
        "prediction_drift": _by_column(report).get(settings.prediction),
        "num_drifted_columns": _drifted(report),
        "share_missing_values": missing / (rows * len(_columns(settings))),
    }


def drift_report(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> Snapshot | None:
    """Return Evidently's drift preset with its tests, over the features and the prediction.

    Columns that cannot be compared are out; None if there is no other.
    """
    compared = _comparable(settings, reference, current)
    snapshot, compared = _run(_preset, settings, reference, current, compared)
    return snapshot if compared else None


def _columns(settings: Settings) -> list[str]:
    return [*settings.features.all, settings.prediction]


def _comparable(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> list[str]:
    return [name for name in _columns(settings) if reference[name].notna().any() and current[name].notna().any()]


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
    are_labels = {*settings.features.categorical, *([settings.prediction] if settings.task == "multiclass" else [])}
    categorical = [column for column in columns if column in are_labels]
    numerical = [column for column in columns if column not in are_labels]
    frame = frame[columns].astype(dict.fromkeys(numerical, float))
    for column in categorical:  # ids must be strings, or Evidently takes them for numbers
        frame[column] = frame[column].map(str, na_action="ignore").astype(object)
    definition = DataDefinition(numerical_columns=numerical, categorical_columns=categorical)
    return Dataset.from_pandas(frame, data_definition=definition)


def _by_column(snapshot: Snapshot) -> dict[str, float | None]:
    drifts = [m for m in snapshot.dict()["metrics"] if m["metric_name"].startswith("ValueDrift(")]
    # Evidently sums over sets of categories: the last bits change with each process's hash seed.
    found = {m["config"]["column"]: round(float(m["value"]), 12) for m in drifts}
    return {name: value if math.isfinite(value) else None for name, value in found.items()}


def _drifted(snapshot: Snapshot) -> float:
    metrics = snapshot.dict()["metrics"]
    return next((m["value"]["count"] for m in metrics if m["metric_name"].startswith("DriftedColumnsCount(")), 0.0)
