"""The detectability report: every fault of the catalogue tried on every column it can strike."""

import datetime as dt
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from tqdm import tqdm

from driftbook import faults
from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.detectability import copies
from driftbook.detectability.copies import Copy
from driftbook.detectability.trial import Trial, detect, hold_back
from driftbook.faults import Fault
from driftbook.model import TrainedModel
from driftbook.profiles.profile import Profile
from driftbook.records import HOUR, Detectability, DetectabilityReport

#: After so many seconds a progress bar is shown.
_PATIENCE = 30


def report(trained: TrainedModel, batch: Batch, *, seed: int = 0, progress: bool = False) -> DetectabilityReport:
    """Return which faults would be missed, by fault and column; writes nothing.

    `batch` is the one trained on. The same model, budget, catalogue and seed give the same report. Where the reference
    is too small for it, every entry is there without a number; where the params file leaves it out, no entry is there.
    With `progress`, standard error shows a bar once it takes its time.

    Raises
    ------
    BadInput
        If a fault that drops or repeats rows does not keep their index.
    """
    settings = trained.settings
    trial = hold_back(trained.calibration, settings.alarms) if settings.detectability else None
    days = _held_back(trained, batch, trial) if trial else {}
    places = list(_places(settings)) if settings.detectability else []
    shown = tqdm(places, desc="faults", file=sys.stderr, delay=_PATIENCE, leave=False, disable=not progress)
    return DetectabilityReport(
        settings.name,
        trained.version,
        settings.alarms.false_alarms_per_month,
        reference_days=len(trial.calibration.fixed.days) if trial else len(trained.calibration.days),
        held_back=tuple(days),
        alarming=trial.alarming if trial else (),
        found=tuple(_detect(trained, trial, days, *where, seed) for where in shown),
    )


def _places(settings: Settings) -> Iterator[tuple[Fault, str, Any]]:
    """Yield every fault with each column it can strike, by its name and as the fault's function takes it."""
    features, watch = settings.features, settings.watch
    places = {
        faults.NUMERIC: [(name, name) for name in features.numeric + watch.numeric],
        faults.CATEGORICAL: [(name, name) for name in features.categorical + watch.categorical],
        faults.HOUR: [(HOUR, HOUR)],
        faults.TARGET: [(settings.target.name, settings.target.name)] if settings.task == "regression" else [],
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
    """Return the held-back days with the predictions that training made, and as counts."""
    counts, time = {day.day: day for day in trial.held_back}, trained.settings.time_column
    inside = replace(batch.take(np.flatnonzero(batch.in_period(time))), frame=trained.reference_rows)
    days = {day.period.start: day for day in inside.by_day(time)}
    return {day: (days[day], profile) for day, profile in counts.items()}


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
    inject = partial(_injected, trained, days, fault, column, seed)
    return detect(trial, fault, feature, inject, partial(copies.predict, trained))


def _injected(
    trained: TrainedModel,
    days: dict[dt.date, tuple[Batch, Profile]],
    fault: Fault,
    column: Any,
    seed: int,
    strength: float,
) -> list[Copy]:
    """Return copies of the held-back days with a fault at a strength."""
    name = zlib.crc32(f"{fault.name} {column}".encode())
    return [
        copies.inject(
            *(trained, rows, counts, fault, column),
            given=[strength, np.random.default_rng([seed, day.toordinal(), name])],
        )
        for day, (rows, counts) in days.items()
    ]
