"""The faults, planted into a delivered day: what the features' change does to the prediction is computed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from driftbook import model
from driftbook.batches import Batch
from driftbook.faults import clock_shifted, other_unit, value_takes_over
from driftbook.model import TrainedModel


@dataclass(frozen=True)
class Fault:
    """A fault: its name, the column it sits in (empty if it is in the rows), and what it does to a day."""

    name: str
    column: str
    plant: Callable[[Batch, np.random.Generator], Batch]


def _scaled(column: str, factor: float) -> Fault:
    name = f"{column} x{factor:g}"
    return Fault(
        name, column, lambda batch, rng: _with(batch, column, other_unit(batch.frame, column, factor, rng)[column])
    )


def _masked(name: str, column: str, share: float, value: float) -> Fault:
    """Return the fault that gives a share of the rows one value."""

    def plant(batch: Batch, rng: np.random.Generator) -> Batch:
        return _with(batch, column, value_takes_over(batch.frame, column, share, rng, value=value)[column])

    return Fault(name, column, plant)


def _negative(batch: Batch, rng: np.random.Generator) -> Batch:
    fares = batch.frame["fare_amount"]
    return _with(batch, "fare_amount", fares.mask(rng.random(len(fares)) < 0.05, -fares.abs()))


def _cents(batch: Batch, rng: np.random.Generator) -> Batch:
    fares = batch.frame["fare_amount"]
    return _with(batch, "fare_amount", fares.mask(rng.random(len(fares)) < 0.3, 100 * fares))


def _later(batch: Batch, rng: np.random.Generator) -> Batch:
    return _with(batch, "hour", clock_shifted(batch.frame, "hour", 5, rng)["hour"])


def _half(batch: Batch, rng: np.random.Generator) -> Batch:
    return rows_of(batch, np.flatnonzero(rng.random(len(batch.frame)) < 0.5))


def _twice(batch: Batch, _: np.random.Generator) -> Batch:
    return rows_of(batch, np.tile(np.arange(len(batch.frame)), 2))


def _dealt(name: str, column: str, busiest: int, share: float = 1.0) -> Fault:
    """Return the fault that deals a column's values anew among the rows that have one of the busiest."""

    def plant(batch: Batch, rng: np.random.Generator) -> Batch:
        values = batch.frame[column]
        struck = values.isin(values.value_counts().index[:busiest]) & (rng.random(len(values)) < share)
        dealt = values.mask(struck)
        dealt[struck] = rng.permutation(values[struck])
        return _with(batch, column, dealt)

    return Fault(name, column, plant)


def _clock(name: str, column: str, value: int, hours: int) -> Fault:
    """Return the fault that shifts the clock of the rows with a value in a delivered column; each stays on its day."""

    def plant(batch: Batch, rng: np.random.Generator) -> Batch:
        struck = batch.table[column].to_pandas().to_numpy() == value
        hour = batch.frame["hour"]
        return _with(batch, "hour", hour.mask(struck, (hour + hours) % 24))

    return Fault(name, "hour", plant)


#: What no column shows alone: every column has the values it always has, or nearly.
RELATIONS = (
    _dealt("pick-up zones of the ten busiest dealt anew", "PULocationID", 10),
    _dealt("the same for a tenth of their rows", "PULocationID", 10, 0.1),
    _dealt("fares dealt anew among a tenth of the rows", "fare_amount", 10_000, 0.1),
    _clock("clock of the large vendor +1 h", "VendorID", 2, 1),
    _clock("clock of the large vendor -1 h", "VendorID", 2, -1),
    _clock("clock of the small vendor +1 h", "VendorID", 1, 1),
)

FAULTS = (
    _scaled("trip_distance", 1.6),
    _scaled("fare_amount", 1.2),
    _masked("30 % of fares missing", "fare_amount", 0.3, np.nan),
    Fault("hour +5", "hour", _later),
    _masked("passengers all 1", "passenger_count", 1.0, 1.0),
    _masked("20 % payment unknown", "payment_type", 0.2, 5.0),
    _masked("25 % of pick-ups in zone 265", "PULocationID", 0.25, 265.0),
    Fault("all rows twice", "", _twice),
    Fault("half the rows lost", "", _half),
    Fault("5 % negative fares", "fare_amount", _negative),
    _masked("a distance of 0 for 13 %", "trip_distance", 0.13, 0.0),
    Fault("cents on 30 % of fares", "fare_amount", _cents),
)


def faulty(trained: TrainedModel, batch: Batch, fault: Fault) -> Batch:
    """Return a day with a fault and the prediction made of it; the day seeds what is random."""
    rng = np.random.default_rng(batch.period.start.toordinal())
    return model.predicted(trained, fault.plant(batch, rng))


def _with(batch: Batch, column: str, values: pd.Series) -> Batch:
    """Return a day with other values in a column, as delivered and as computed with."""
    table = batch.table
    if column in table.column_names:
        position = table.column_names.index(column)
        table = table.set_column(position, column, pa.array(values, pa.float64(), from_pandas=True))
    return replace(batch, table=table, frame=batch.frame.assign(**{column: values}))


def rows_of(batch: Batch, kept: np.ndarray) -> Batch:
    """Return a batch of the rows at some positions."""
    return batch.take(kept)
