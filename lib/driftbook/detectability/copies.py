"""Faulty copies of held-back days as counts, predicted on only where the prediction decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from driftbook import model
from driftbook.batches import Batch
from driftbook.errors import BadInput
from driftbook.faults import Fault
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel
from driftbook.profiles import counting
from driftbook.profiles.profile import Profile


@dataclass(frozen=True)
class Copy:
    """A held-back day with a fault.

    Attributes
    ----------
    counts
        The day with its fault; while it waits for a prediction, its prediction and errors are as they were.
    batch
        Its rows to predict on, None where the fault strikes nothing that the model looks at.
    has_all_rows
        Whether they are the day's rows, none gone and none repeated.
    """

    counts: Profile
    batch: Batch | None = None
    has_all_rows: bool = True


def inject(trained: TrainedModel, day: Batch, counts: Profile, fault: Fault, column: Any, given: list) -> Copy:
    """Return a copy of a day with a fault; `counts` is the undisturbed day, `given` the strength and the generator."""
    frame = fault.inject(day.frame, column, *given)
    if not frame.index.isin(day.frame.index).all():
        raise BadInput(f"fault {fault.name!r} returned rows with another index: rows that stay keep theirs")
    has_all_rows = frame.index.equals(day.frame.index)
    before = day.frame if has_all_rows else day.frame.loc[frame.index]
    changed = [name for name in frame if not frame[name].equals(before[name])]
    asks = trained.estimator is not None and not {*changed}.isdisjoint(trained.settings.features.all)
    if not has_all_rows:
        rows = replace(day.take(frame.index.to_numpy()), frame=frame.reset_index(drop=True))
        return Copy(counts if asks else _profile(trained, rows), rows if asks else None, has_all_rows)
    if asks:
        found = counting.recount(trained.calibration.grid, counts, frame, changed, None)
        return Copy(found, replace(day, frame=frame))
    errors = losses(trained.settings, frame).to_numpy()
    return Copy(counting.recount(trained.calibration.grid, counts, frame, changed, errors))


def predict(trained: TrainedModel, copies: Sequence[Copy]) -> list[Profile]:
    """Return copies as counts with their predictions: one call of the model for all that wait for one."""
    waiting = [copy.batch.frame for copy in copies if copy.batch]
    if not waiting:
        return [copy.counts for copy in copies]
    rows = model.with_prediction(trained.settings, trained.estimator, pd.concat(waiting, ignore_index=True))
    ends = pairwise(np.cumsum([0, *map(len, waiting)]))
    return [_counted(trained, copy, rows.iloc[slice(*next(ends))]) if copy.batch else copy.counts for copy in copies]


def _counted(trained: TrainedModel, copy: Copy, predicted: pd.DataFrame) -> Profile:
    settings = trained.settings
    if not copy.has_all_rows:
        return _profile(trained, replace(copy.batch, frame=predicted.reset_index(drop=True)))
    errors = losses(settings, predicted).to_numpy()
    return counting.recount(trained.calibration.grid, copy.counts, predicted, [settings.prediction], errors)


def _profile(trained: TrainedModel, rows: Batch) -> Profile:
    return counting.profile(trained.settings, trained.calibration.grid, rows)
