"""Where rows come from: fetch once, check the schema, read one period. Only this package knows taxis."""

from types import ModuleType

from driftbook.config import Incident, Settings
from driftbook.periods import Period
from driftbook.sources import parquet, simulated, tlc
from driftbook.sources.parquet import Batch

__all__ = ["Batch", "check_covers", "incidents", "notice", "read"]


def read(settings: Settings, period: Period, *, strays: bool = False) -> Batch:
    """Return every row of a period, in file order, unfiltered.

    May download or simulate the months it needs first. With `strays` the rows of the period's files whose day lies in
    no month of these files are among them: a reference is the published month as it is.

    Raises
    ------
    BadInput
        If the source has no such period.
    BadData
        If a month cannot be had, or a file is cut short or lacks or mistypes a column.
    """
    check_covers(settings, period)
    files = [_kind(settings).file(settings.source, month) for month in period.months]
    return parquet.read(settings, period, files, strays=strays)


def check_covers(settings: Settings, period: Period) -> None:
    """Raise `BadInput` if a period cannot be in the source; reads nothing."""
    _kind(settings).check_covers(settings.source, period)


def notice(settings: Settings) -> str:
    """Return a sentence that every page must show about the data, empty for real data."""
    return _kind(settings).NOTICE


def incidents(settings: Settings) -> tuple[Incident, ...]:
    """Return the incidents planted into the data, none for real data."""
    return getattr(settings.source, "incidents", ())


def _kind(settings: Settings) -> ModuleType:
    return {"tlc": tlc, "simulated": simulated}[settings.source.kind]
