"""The published months of TLC trip records, looked for in the data folder, else downloaded once."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal

import requests
from tqdm import tqdm

from driftbook import paths, patience
from driftbook.errors import BadData, BadInput
from driftbook.periods import Period
from driftbook.sources import files, months
from driftbook.sources.contract import Part, SourceSettings

#: The TLC's public address (https://www.nyc.gov/site/tlc/about/tlc-trip-record-data.page).
ADDRESS = "https://d37ci6vzurychx.cloudfront.net/trip-data"
#: The first month with green taxis.
FIRST = dt.date(2013, 8, 1)
NOTICE = ""

_TIMEOUT_SECONDS = 30
_CHUNK_BYTES = 1 << 16
#: How often a month is asked for whose answer breaks off: the pauses add up to a quarter of a minute.
_TRIES = 8


class Settings(SourceSettings):
    """Published months of TLC trip records."""

    kind: Literal["tlc"]
    dataset: Literal["green"] = "green"


def covers(source: Settings, period: Period) -> None:
    """Raise `BadInput` if a period begins before the first published month."""
    if period.start < FIRST:
        raise BadInput(f"{period.start} lies before the first published month, {FIRST:%Y-%m}: give a later day")


def rows(source: Settings, period: Period) -> Iterator[Part]:
    """Yield the period's months, from the data folder or after downloading them."""
    return months.parts(period, partial(file, source))


def files_of(source: Settings, period: Period) -> list[Path]:
    """Return where the period's months lie, once they are there."""
    return [paths.data_dir() / _name(source, month) for month in period.months]


def file(source: Settings, month: str) -> Path:
    """Return a month's file from the data folder, after downloading it if it is not there.

    Raises
    ------
    BadData
        If the month is not published, cannot be downloaded, or arrives incomplete.
    """
    name = _name(source, month)
    return files.once(paths.data_dir() / name, partial(_download, f"{ADDRESS}/{name}"))


def _name(source: Settings, month: str) -> str:
    return f"{source.dataset}_tripdata_{month}.parquet"


def _download(address: str, part: Path) -> None:
    """Write what an address answers to a file, after some tries where the way there breaks."""
    try:
        patience.again(partial(_fetch, address, part), _may_pass, tries=_TRIES)
    except requests.RequestException as error:
        reason = type(error).__name__
        raise BadData(
            f"{address} cannot be downloaded ({reason}): run again, or put the file into DRIFTBOOK_DATA_DIR"
        ) from None


def _fetch(address: str, part: Path) -> None:
    """Write what an address answers to a file, from its beginning, with a progress bar."""
    with requests.get(address, stream=True, timeout=_TIMEOUT_SECONDS) as answer:
        if answer.status_code in (403, 404):
            raise BadData(
                f"{address} is not published: choose a month that is, or put the file into DRIFTBOOK_DATA_DIR"
            )
        answer.raise_for_status()
        size = int(answer.headers.get("Content-Length", 0)) or None
        with part.open("wb") as output, tqdm(total=size, unit="B", unit_scale=True, desc=part.stem) as bar:
            for chunk in answer.iter_content(_CHUNK_BYTES):
                bar.update(output.write(chunk))
    if size and part.stat().st_size != size:
        raise requests.ConnectionError(f"{address} broke off after {part.stat().st_size} of {size} bytes")


def _may_pass(error: BaseException) -> bool:
    """Return whether a download that failed so may work in a moment."""
    if isinstance(error, requests.HTTPError):
        return error.response.status_code >= 500
    passing = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, passing) and not isinstance(error, requests.exceptions.SSLError)
