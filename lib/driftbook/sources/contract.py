"""The contract of a source: what a module or class must offer that rows come from.

A source of one's own is a module or class named by its import path (`kind: my_company.orders`, or of a class, which is
called without arguments, `my_company.orders:Orders`) with

- `Settings`: a subclass of `SourceSettings` with the keys of its own in the params file;
- `covers(settings, period)`: raises `BadInput` if the period cannot be in the source; reads nothing;
- `rows(settings, period)`: returns or yields `Part`s that hold at least the period's rows, one without rows where there
  are none; may fetch;
- `files_of(settings, period)`, which may be left out: the paths of the files that hold the period, so that `backfill`
  notices one that was replaced;
- `prepare(settings)`, which may be left out: looks into what every period needs, for the processes of a `backfill`;
- `NOTICE`: a sentence that every page must show about the data, empty for none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.dataset as ds
from pydantic import BaseModel, ConfigDict, Field

from driftbook.periods import Period


class SourceSettings(BaseModel):
    """What every source has in a params file.

    Attributes
    ----------
    derive
        New column to its SQL expression over the delivered ones, as DuckDB reads it.
    where
        A SQL condition; rows for which it is not true are left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    derive: dict[str, str] = Field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class Part:
    """A piece of a source's table.

    Attributes
    ----------
    rows
        A dataset, of which only what a period needs is read, or a table in memory.
    name
        What to call it in a message: a file's name, a query.
    days
        The days it is published to hold, if it is; rows of other days in it are strays.
    remedy
        What to do if it cannot be read, empty where only its owner knows.
    """

    rows: ds.Dataset | pa.Table
    name: str
    days: Period | None = None
    remedy: str = ""


class Source(Protocol):
    """What `registry.source` checks a source for."""

    Settings: type[SourceSettings]
    NOTICE: str

    def covers(self, settings: SourceSettings, period: Period) -> None:
        """Raise `BadInput` if a period cannot be in the source; reads nothing."""

    def rows(self, settings: SourceSettings, period: Period) -> Iterable[Part]:
        """Return parts that hold at least a period's rows."""
