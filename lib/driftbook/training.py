"""Training: from the reference period to a model, both references and calibrated limits."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from driftbook import sources
from driftbook.alarms import bins
from driftbook.alarms.limits import Limits
from driftbook.alarms.thresholds import calibrate
from driftbook.config import Settings
from driftbook.errors import BadData
from driftbook.measures.performance import labelled, performance
from driftbook.measures.quality import quality
from driftbook.model import Trained, fit, predict
from driftbook.periods import one_day
from driftbook.sources import Batch


@dataclass(frozen=True)
class Splits:
    """The filtered rows of the reference period, in file order: the first ones train, the others validate."""

    training: pd.DataFrame
    validation: pd.DataFrame


def reference(settings: Settings) -> Batch:
    """Return every row of the reference period's files, strays included: the published months as they are."""
    return sources.read(settings, settings.references.period, strays=True)


def split(settings: Settings, frame: pd.DataFrame) -> Splits:
    """Return the rows that pass the filters, split after `train_rows`.

    Raises
    ------
    BadData
        If no row is left to validate on, or a feature has not a single value.
    """
    rows = frame[labelled(settings, frame)]
    size = settings.references.train_rows
    if len(rows) <= size:
        raise BadData(
            f"{len(rows)} of {len(frame)} reference rows pass the filters: train_rows {size} leaves none to validate on"
        )
    empty = [name for name in settings.features.all if rows[name].isna().all()]
    if empty:
        raise BadData(f"the features {empty} have no value in the reference period: take them out of the params file")
    return Splits(rows.iloc[:size], rows.iloc[size:])


def train(settings: Settings, batch: Batch) -> tuple[Trained, Splits]:
    """Return the trained model and its splits with `prediction`; writes nothing.

    `batch` is what `reference` gives. Strays are part of the published month, so they train and validate like its other
    rows, but no day of the calibration reference holds them.
    """
    estimator = fit(settings, split(settings, batch.frame).training)
    prediction = predict(settings, estimator, batch.frame)
    frame = batch.frame.assign(**{settings.prediction: prediction})
    splits = split(settings, frame)
    calibration = frame[batch.in_period(settings.time_column)]
    limits = _calibrated(settings, batch.table, calibration)
    validation = splits.validation.reset_index(drop=True)
    version = _version(settings, batch)
    return Trained(settings, version, estimator, validation, calibration.reset_index(drop=True), limits), splits


def _calibrated(settings: Settings, table: pa.Table, calibration: pd.DataFrame) -> Limits:
    limits = bins.freeze(settings, calibration)
    # Seen from its own day, a value of no other day is unseen: what a new day is to the reference.
    from_own_day = limits.model_copy(update={"seen": bins.seen_on_several_days(settings, calibration)})
    days = list(_reference_days(settings, table, calibration))
    measures = [[*quality(settings, day, from_own_day), *performance(settings, day.frame)] for day in days]
    return calibrate(settings, limits, measures, [bins.counts(limits, day.frame) for day in days])


def _reference_days(settings: Settings, table: pa.Table, frame: pd.DataFrame) -> Iterator[Batch]:
    """Yield the days that have enough rows to calibrate."""
    for day, rows in frame.groupby(frame[settings.time_column].dt.date):
        if len(rows) >= settings.references.min_rows_per_day:
            yield Batch(one_day(day), table.take(rows.index.to_numpy()), rows.reset_index(drop=True), 0)


def _version(settings: Settings, batch: Batch) -> str:
    return hashlib.sha256(f"{batch.sha256}{settings.model_dump_json()}".encode()).hexdigest()[:12]
