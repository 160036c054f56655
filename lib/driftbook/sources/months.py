"""Files of one calendar month each, as parts of a table."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.dataset as ds

from driftbook.periods import Period
from driftbook.sources.contract import Part
from driftbook.sources.files import PARQUET, REMEDY, check_whole


def parts(period: Period, file: Callable[[str], Path]) -> Iterator[Part]:
    """Yield the files of a period's months as `file(month)` gives them, each published to hold that month's days."""
    for name in period.months:
        path = file(name)
        check_whole(path)
        yield Part(ds.dataset(path, format=PARQUET), path.name, month(name), REMEDY)


def month(name: str) -> Period:
    """Return the days of a month written as `YYYY-MM`.

    Examples
    --------
    >>> len(month("2022-02").days)
    28
    """
    first = dt.date.fromisoformat(f"{name}-01")
    return Period(first, (first + dt.timedelta(days=31)).replace(day=1))
