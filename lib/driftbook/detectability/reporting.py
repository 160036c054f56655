"""The detectability report: every fault of the catalogue tried on every column it can strike."""

import datetime as dt
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from driftbook import faults, model
from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.detectability.trial import Trial, detect, hold_back
from driftbook.errors import BadInput
from driftbook.faults import Fault
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel
from driftbook.profiles import counting
from driftbook.profiles.profile import Profile
from driftbook.records import HOUR, Detectability, DetectabilityReport


def report(trained: TrainedModel, batch: Batch, *, seed: int = 0) -> DetectabilityReport:
    """Return which faults would be missed, by fault and column; writes nothing.

    `batch` is the one trained on. The same model, budget, catalogue and seed give the same report. Where the reference
    is too small for it, every entry is there without a number.

    Raises
    ------
    BadInput
        If a fault that drops or repeats rows does not keep their index.
    """
    settings = trained.settings
    trial = hold_back(trained.calibration, settings.alarms)
    days = _held_back(trained, batch, trial) if trial else {}
    return DetectabilityReport(
        settings.name,
        trained.version,
        settings.alarms.false_alarms_per_month,
        reference_days=len(trial.calibration.fixed.days) if trial else len(trained.calibration.days),
        held_back=tuple(days),
        alarming=trial.alarming if trial else (),
        found=tuple(_detect(trained, trial, days, *where, seed) for where in _places(settings)),
    )


def _places(settings: Settings) -> Iterator[tuple[Fault, str, Any]]:
    """Yield every fault with each column it can strike, by its name and as the fault's function takes it."""
    features, watch = settings.features, settings.watch
    places = {
        faults.NUMERIC: [(name, name) for name in features.numeric + watch.numeric],
        faults.CATEGORICAL: [(name, name) for name in features.categorical + watch.categorical],
        faults.HOUR: [(HOUR, HOUR)],
        faults.TARGET: [(settings.target.name, settings.target.name)],
        faults.PAIR: [(pair[0], pair) for pair in _pairs(features.numeric)],
        faults.ROWS: [("", settings.time_column)],
    }
    for fault in faults.CATALOGUE.values():
        for kind in fault.applies_to:
            yield from ((fault, feature, column) for feature, column in places[kind])


def _pairs(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return each name with the next, the last with the first."""
    last = names[:1] if len(names) > 2 else ()
    return list(pairwise(names + last))


def _held_back(trained: TrainedModel, batch: Batch, trial: Trial) -> dict[dt.date, tuple[Batch, Profile]]:
    counts = {day.day: day for day in trial.held_back}
    days = model.predicted(trained, batch).by_day(trained.settings.time_column)
    return {day.period.start: (day, counts[day.period.start]) for day in days if day.period.start in counts}


def _detect(
    trained: TrainedModel,
    trial: Trial | None,
    days: dict[dt.date, tuple[Batch, Profile]],
    fault: Fault,
    feature: str,
    column: Any,
    seed: int,
) -> Detectability:
    if trial is None:
        return Detectability(fault.name, feature, fault.unit, fault.strengths, (), None, "not calibrated")
    return detect(trial, fault, feature, partial(_injected, trained, days, fault, column, seed))


def _injected(
    trained: TrainedModel,
    days: dict[dt.date, tuple[Batch, Profile]],
    fault: Fault,
    column: Any,
    seed: int,
    strength: float,
) -> list[Profile]:
    """Return the held-back days as counts, with a fault at a strength."""
    name = zlib.crc32(f"{fault.name} {column}".encode())
    found = []
    for day, (batch, counts) in days.items():
        frame = fault.inject(batch.frame, column, strength, np.random.default_rng([seed, day.toordinal(), name]))
        if not frame.index.isin(batch.frame.index).all():
            raise BadInput(f"fault {fault.name!r} returned rows with another index: rows that stay keep theirs")
        found.append(_counted(trained, batch, counts, frame))
    return found


def _counted(trained: TrainedModel, batch: Batch, counts: Profile, frame: pd.DataFrame) -> Profile:
    """Return a faulty day as counts: the columns that changed, or all of them where rows are gone or repeated."""
    settings, grid = trained.settings, trained.calibration.grid
    if not frame.index.equals(batch.frame.index):
        rows = replace(batch.take(frame.index.to_numpy()), frame=frame.reset_index(drop=True))
        return counting.profile(settings, grid, model.predicted(trained, rows))
    changed = [name for name in frame if not frame[name].equals(batch.frame[name])]
    if not {*changed}.isdisjoint(settings.features.all):
        frame = model.with_prediction(settings, trained.estimator, frame)
        changed.append(settings.prediction)
    errors = losses(settings, frame).to_numpy()
    return counting.recount(grid, counts, frame, changed, errors)
