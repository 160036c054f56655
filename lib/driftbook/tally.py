"""A day of many rows, read and counted some at a time: what is exact of all of them, and a sample for the rest."""

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from driftbook import batches, estimates, model, relations
from driftbook.batches import Batch
from driftbook.batches.derive import row_hashes
from driftbook.batches.sampling import Sample
from driftbook.config import Settings
from driftbook.measures import performance
from driftbook.model import TrainedModel
from driftbook.periods import Period
from driftbook.profiles import counting
from driftbook.profiles.grid import MOST_VALUES, listed
from driftbook.profiles.labels import label
from driftbook.profiles.profile import Profile
from driftbook.records import Measure

#: A model's own code need not bear two calls at once.
_one_at_a_time = threading.Lock()
#: So many pieces' counts by value are held before they are added up.
_PIECES = 16


@dataclass(frozen=True)
class Tally:
    """What all rows of a day add up to.

    Attributes
    ----------
    profile
        The same as that of all rows at once, but for the surprises of columns together and the losses to be expected,
        which are the sample's.
    performance
        The number of labelled rows, and the metrics that are means over rows, by name, with their intervals.
    sample
        Rows for what does not add up: `counting.SAMPLE` of them, or all if there are no more.
    """

    profile: Profile
    performance: dict[str, Measure]
    sample: Batch


def count(trained: TrainedModel, period: Period, size: int = counting.SAMPLE) -> Tally | None:
    """Return the tally of a day, read in pieces, with a sample of some size; None without a row."""
    settings, grid = trained.settings, trained.calibration.grid
    by_value = {name: _Values() for name in (*grid.ordered, *grid.unordered)}
    few: dict[str, Counter | None] = {}  # None is looked at by the threads that count: such columns are left out
    sample, hashes, sums, profile = Sample(size), _Hashes(), Counter(), None
    for piece in batches.chunks(settings, period, partial(_counted, trained, few)):
        hashes.add(piece.batch, piece.hashes)
        sums.update(piece.sums)
        profile = counting.added(profile, piece.profile) if profile else piece.profile
        for name, counts in piece.values.items():
            by_value[name].add(counts)
        for name, counts in piece.few.items():
            few[name] = _added(few.get(name, Counter()), counts)
        sample.add(piece.batch)
    if profile is None:
        return None
    drawn = sample.batch(piece.batch, hashes.sha256)
    of_sample = partial(relations.sums, settings, grid.relations, drawn), partial(_estimated, trained, drawn)
    together, estimated = batches.in_order(of_sample)
    counted = {
        "together": together,
        "estimated": estimated,
        "duplicates": hashes.repeated(),
        "modes": counting.modes(few),
        "values": {name: one.counts() for name, one in by_value.items()},
    }
    return Tally(replace(profile, **counted), performance.of_sums(sums), drawn)


def sha256(settings: Settings, period: Period) -> str:
    """Return the hash that the sample of a day bears."""
    hashes = _Hashes()
    for batch, rows in batches.chunks(settings, period, lambda batch: (batch, row_hashes(batch.inputs))):
        hashes.add(batch, rows)
    return hashes.sha256()


@dataclass(frozen=True)
class _Piece:
    """What is counted of some rows of a day, to be added to what is counted of others."""

    batch: Batch
    hashes: np.ndarray
    sums: dict[str, float]
    profile: Profile
    values: dict[str, pd.Series]
    few: dict[str, Counter | None]


def _counted(trained: TrainedModel, known: dict[str, Counter | None], batch: Batch) -> _Piece:
    settings, grid = trained.settings, trained.calibration.grid
    needed = [name for name in (*settings.features.all, *batch.outputs) if name in batch.frame]
    with _one_at_a_time:
        told = model.predicted(trained, replace(batch, frame=batch.frame[needed])).frame
    for name in told.columns.difference(needed, sort=False):  # a frame with all columns would be copied for them
        batch.frame[name] = told[name]
    sums, losses = performance.sums(settings, batch.frame)
    return _Piece(
        batch,
        row_hashes(batch.inputs),
        sums,
        counting.piece(settings, grid, batch, losses),
        {name: batch.frame[name].value_counts(sort=False) for name in (*grid.ordered, *grid.unordered)},
        counting.few_values(counting.unwatched(grid, batch), {name for name in [*known] if known[name] is None}),
    )


def _estimated(trained: TrainedModel, batch: Batch) -> tuple[int, float]:
    return estimates.expected(trained.error_model, trained.settings, batch.frame) if trained.error_model else (0, 0.0)


def _added(one: Counter | None, other: Counter | None) -> Counter | None:
    """Return counts by value together, None where they are too many."""
    together = None if one is None or other is None else one + other
    return together if together is not None and len(together) <= MOST_VALUES else None


class _Hashes:
    """The hash of each row delivered: for duplicates among them, and for one hash of all, whatever the pieces."""

    def __init__(self):
        self._rows: list[np.ndarray] = []
        self._described = ""

    def add(self, batch: Batch, rows: np.ndarray) -> None:
        self._rows.append(rows)
        self._described = f"{batch.strays} {[(field.name, str(field.type)) for field in batch.table.schema]}"

    def sha256(self) -> str:
        digest = hashlib.sha256(self._described.encode())
        for rows in self._rows:
            digest.update(np.ascontiguousarray(rows))
        return digest.hexdigest()

    def repeated(self) -> int:
        ascending = np.concatenate(self._rows)
        ascending.sort()
        return int((ascending[1:] == ascending[:-1]).sum())


class _Values:
    """How often each value of a column occurs."""

    def __init__(self):
        self._pieces: list[pd.Series] = []

    def add(self, counts: pd.Series) -> None:
        self._pieces.append(counts)
        if len(self._pieces) > _PIECES:
            self._pieces = [self._together()]

    def counts(self) -> dict[str, int]:
        return listed(self._together())

    def _together(self) -> pd.Series:
        pieces = self._pieces
        if len({piece.index.dtype for piece in pieces if len(piece)}) > 1:  # numbers here, texts there
            pieces = [piece.set_axis(piece.index.map(label)) for piece in pieces]
        joined = pd.concat([piece for piece in pieces if len(piece)] or pieces[:1])
        return joined.groupby(level=0).sum()
