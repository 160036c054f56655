"""What is known as families of Prometheus: named numbers with labels."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily

from driftbook import paths
from driftbook.config.service import Service
from driftbook.verdicts import VERDICTS

_Row = dict[str, Any]


def database(found: dict[str, list[_Row]]) -> Iterator[GaugeMetricFamily]:
    """Yield what the database says, as `store.service_status` gives it."""
    yield one("up", "Whether the database answers", 1)
    yield one("database_bytes", "Size of the database", found["database"][0]["bytes"])
    yield from _newest(found["newest"])
    yield from _service(found["service"])
    trained = [row for row in found["calibration"] if row["days"] is not None]
    yield _each("calibration_days", "Days since the model's reference period ended", trained, "days")
    at = [{**row, "at": row["finished_at"].timestamp()} for row in found["calibration"]]
    yield _each("trained_timestamp_seconds", "When the model was trained", at, "at")


def _newest(rows: list[_Row]) -> Iterator[GaugeMetricFamily]:
    verdicts = [{**row, "verdict": name, "is": name == row["verdict"]} for row in rows for name in VERDICTS]
    yield _each("verdict", "1 for the verdict of the newest day, 0 for the others", verdicts, "is", "verdict")
    days = [{**row, "at": datetime.combine(row["newest_day"], time(), UTC).timestamp()} for row in rows]
    yield _each("newest_day_timestamp_seconds", "Start of the newest monitored day, as if it were UTC", days, "at")
    yield _each("severity", "Score over threshold of the newest day, if it was judged", rows, "severity")
    yield _each("error", "Error of the newest day that has its labels", rows, "error", "error_metric")
    yield _each("open_items", "Alarms that nobody has acknowledged", rows, "open_items")


def _service(rows: list[_Row]) -> Iterator[GaugeMetricFamily]:
    # The age of the calibration is told of models without a monitored day, too.
    for metric in dict.fromkeys(row["metric"] for row in rows if row["metric"] != "calibration_days"):
        its = [row for row in rows if row["metric"] == metric]
        yield _each(metric, f"Of the service status, in {its[0]['unit']}", its, "value")
    limits = [limit for row in rows for limit in _limits(row)]
    yield _each("threshold", "Thresholds of the service status, by the params file", limits, "value", "metric", "bound")


def _limits(row: _Row) -> Iterator[_Row]:
    """Yield the bounds of a row; those of a model that was never stored are the defaults."""
    bounds = (row["lower"], row["upper"])
    if bounds == (None, None):
        bounds = Service().limits.get(row["metric"], bounds)
    for bound, value in zip(("lower", "upper"), bounds, strict=True):
        if value is not None:
            yield {"model": row["model"], "metric": row["metric"], "bound": bound, "value": value}


def disk() -> Iterator[GaugeMetricFamily]:
    """Yield how much the archive takes, and what is left where it lies; without an archive, where it will lie."""
    archive = paths.archive_dir()
    there = next(folder for folder in (archive, *archive.parents) if folder.exists())
    usage = shutil.disk_usage(there)
    yield one("archive_bytes", "Size of the archive's files", _size(archive))
    yield one("archive_free_bytes", "What is left on the archive's file system", usage.free)
    yield one("archive_filesystem_bytes", "Size of the archive's file system", usage.total)


def _size(folder: Path) -> int:
    total = 0
    for home, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # replaced meanwhile
                total += os.lstat(f"{home}/{name}").st_size
    return total


def one(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    """Return a number without labels."""
    return GaugeMetricFamily(f"driftbook_{name}", meaning, value=value)


def _each(name: str, meaning: str, rows: Iterable[_Row], value: str, *labels: str) -> GaugeMetricFamily:
    """Return a number per row, where the row has it, with its model and other labels."""
    family = GaugeMetricFamily(f"driftbook_{name}", meaning, labels=("model", *labels))
    for row in rows:
        if row[value] is not None:
            family.add_metric([row["model"], *(row[label] for label in labels)], float(row[value]))
    return family
