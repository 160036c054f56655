"""A sample of rows that come some at a time: seeded, of equal chances, in the rows' order, whatever the pieces."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from driftbook.batches.batch import Batch


class Sample:
    """Keeps the rows with the smallest of seeded random numbers, one of which belongs to each row.

    Parameters
    ----------
    size
        How many rows are kept; fewer rows are kept whole.
    """

    def __init__(self, size: int, seed: int = 0):
        self._size, self._random, self._below = size, np.random.default_rng(seed), 1.0
        self._smallest = np.empty(0)
        self._kept: list[tuple[np.ndarray, pd.DataFrame, pa.Table]] = []
        self.rows = 0

    def add(self, batch: Batch) -> None:
        """Look at further rows."""
        drawn = self._random.random(len(batch.frame))
        self.rows += len(drawn)
        self._smallest = np.concatenate([self._smallest, drawn])
        if len(self._smallest) > self._size:
            self._below = min(self._below, np.partition(self._smallest, self._size)[self._size])
            self._smallest = self._smallest[self._smallest < self._below]
        self._kept.append(_those(drawn < self._below, (drawn, batch.frame, batch.table)))
        if sum(len(drawn) for drawn, *_ in self._kept) > 2 * self._size:
            self._prune()

    def batch(self, like: Batch, sha256: Callable[[], str]) -> Batch:
        """Return the sample as a batch like another one; `sha256` gives the hash of all rows where it is not all."""
        self._prune()
        frame = pd.concat([frame for _, frame, _ in self._kept], ignore_index=True)
        table = pa.concat_tables([table for *_, table in self._kept])
        drawn = {"drawn_from": self.rows, "drawn_hash": sha256()} if self.rows > self._size else {}
        return replace(like, frame=frame, table=table, invalid={}, **drawn)

    def _prune(self) -> None:
        self._kept = [_those(kept[0] < self._below, kept) for kept in self._kept]


def _those(rows: np.ndarray, kept: tuple[np.ndarray, pd.DataFrame, pa.Table]):
    drawn, frame, table = kept
    if rows.all():
        return kept
    return drawn[rows], frame.take(np.flatnonzero(rows)), table.filter(pa.array(rows))
