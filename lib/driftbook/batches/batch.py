"""The rows of a period as they travel: delivered columns beside the frame that everything computes with."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from driftbook.periods import Period, one_day


@dataclass(frozen=True)
class Batch:
    """The rows of a period.

    Attributes
    ----------
    table
        Every delivered column, every row of the period in the source's order.
    frame
        The same rows for computing: the params file's columns, the target and `hour` (of the time column, which is
        local time of the calendar's zone). Numbers are float64, NaN where missing; categories are float64 or text.
    strays
        How many rows of the period's parts have a day outside of the days that part was published to hold.
    invalid
        Column to the rows, as positions in the frame, whose number is not finite, absurdly large or a fill value: NaN
        in the frame, but no missing value. Columns without such a row are not named.
    outputs
        The columns that hold the model's output, where it is delivered with the rows.
    drawn_from, drawn_hash
        Of how many rows these are a sample, and the hash of those; 0 and empty where these are all.
    """

    period: Period
    table: pa.Table
    frame: pd.DataFrame
    strays: int
    invalid: dict[str, np.ndarray] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    drawn_from: int = 0
    drawn_hash: str = ""

    @cached_property
    def inputs(self) -> pa.Table:
        """The delivered columns without those that hold the model's output, which is measured as the prediction."""
        return self.table.drop_columns([name for name in self.outputs if name in self.table.column_names])

    @cached_property
    def sha256(self) -> str:
        """Hash of everything delivered: the same rows in the same order give the same hash."""
        if self.drawn_hash:
            return self.drawn_hash
        digest = hashlib.sha256(b"%d" % self.strays)
        for name, column in zip(self.table.column_names, self.table.itercolumns(), strict=True):
            for part in (column.drop_null(), column.is_valid()):  # what lies in the place of a null is arbitrary
                digest.update(_as_bytes(pa.table({name: part})))
        return digest.hexdigest()

    def in_period(self, time_column: str) -> pd.Series:
        """Return which rows of the frame lie in the period: all but strays."""
        times = self.frame[time_column]
        return (times >= pd.Timestamp(self.period.start)) & (times < pd.Timestamp(self.period.end))

    def take(self, rows: np.ndarray) -> "Batch":
        """Return some rows, given by their positions, in that order; a row may come twice."""
        invalid = {name: np.flatnonzero(np.isin(rows, struck)) for name, struck in self.invalid.items()}
        return replace(
            self,
            table=self.table.take(rows),
            frame=self.frame.iloc[rows].reset_index(drop=True),
            invalid={name: struck for name, struck in invalid.items() if len(struck)},
        )

    def by_day(self, time_column: str) -> Iterator["Batch"]:
        """Yield the days that have rows, in order, each as a batch without strays."""
        for day, rows in self.frame.groupby(self.frame[time_column].dt.date):
            yield replace(self.take(rows.index.to_numpy()), period=one_day(day), strays=0)


def _as_bytes(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return sink.getvalue()
