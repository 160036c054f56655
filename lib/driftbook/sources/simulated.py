"""Simulated months of green-taxi trips with planted incidents: the same values on every machine."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, model_validator

from driftbook import paths
from driftbook.errors import BadInput
from driftbook.periods import Period, one_day
from driftbook.sources import files, incidents, months, trips
from driftbook.sources.contract import Part, SourceSettings

NOTICE = "Simulated data: these trips were never driven, and the incidents among them are planted."

#: Raised whenever other values come out of the same params file, so that cached months are made anew.
_VERSION = 2
#: Distances no taxi drives, as in the published January 2022: (day, row, miles).
_ABSURD = (dt.date(2022, 1, 5), 500, 90_421.0)


class Incident(BaseModel):
    """A fault planted into the simulated days `start` to `end`, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: Literal["kilometres", "missing fares", "zone", "traffic", "no rows", "delivered twice"]
    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _order(self) -> "Incident":
        return _in_order(self)


class Settings(SourceSettings):
    """Simulated months of the same shape, with planted incidents."""

    kind: Literal["simulated"]
    seed: int
    start: dt.date
    end: dt.date
    incidents: tuple[Incident, ...] = ()

    @model_validator(mode="after")
    def _order(self) -> "Settings":
        return _in_order(self)


def covers(source: Settings, period: Period) -> None:
    """Raise `BadInput` if a period is not wholly among the simulated days."""
    if period.start < source.start or period.end > one_day(source.end).end:
        last = period.days[-1]
        raise BadInput(f"{period.start} to {last} is not among the simulated days, {source.start} to {source.end}")


def rows(source: Settings, period: Period) -> Iterator[Part]:
    """Yield the period's months, after simulating those that are not there."""
    return months.parts(period, partial(file, source))


def files_of(source: Settings, period: Period) -> list[Path]:
    """Return where the period's months lie, once they are there."""
    return [_path(source, month) for month in period.months]


def file(source: Settings, month: str) -> Path:
    """Return a month's file, simulating it if it is not there."""
    return files.once(_path(source, month), partial(_write, source, month))


def _path(source: Settings, month: str) -> Path:
    kind = hashlib.sha256(f"{_VERSION}{source.model_dump_json(exclude={'derive', 'where'})}".encode()).hexdigest()[:8]
    return paths.simulated_dir() / f"green_simulated_{month}_{kind}.parquet"


def _in_order(days: Any) -> Any:
    if days.start > days.end:
        raise ValueError(f"start {days.start} lies after end {days.end}")
    return days


def _write(source: Settings, month: str, part: Path) -> None:
    first = dt.date.fromisoformat(f"{month}-01")
    days = Period(
        max(first, source.start), min((first + dt.timedelta(days=31)).replace(day=1), one_day(source.end).end)
    )
    frames = [_strays(source, first), *(_day(source, day) for day in days.days)]
    pq.write_table(trips.table(pd.concat(frames, ignore_index=True)), part)


def _day(source: Settings, day: dt.date) -> pd.DataFrame:
    """Return one day's trips with what was planted; an undisturbed day does not depend on any other day's incidents."""
    frame = trips.simulate(day, np.random.default_rng([source.seed, day.toordinal()]))
    if day == _ABSURD[0]:
        frame.loc[_ABSURD[1], "trip_distance"] = _ABSURD[2]
    for incident in source.incidents:
        if incident.start <= day <= incident.end:
            frame = incidents.plant(incident.fault, frame, np.random.default_rng([source.seed, day.toordinal(), 1]))
    return frame


def _strays(source: Settings, first: dt.date) -> pd.DataFrame:
    """Return the rows of other months that a published file always holds: clocks reset to 2008, late deliveries."""
    days = [dt.date(2008, 12, 31), dt.date(2009, 1, 1), first - dt.timedelta(days=1)]
    rng = np.random.default_rng([source.seed, first.toordinal(), 2])
    return pd.concat([trips.simulate(day, rng).head(2) for day in days], ignore_index=True)
