"""A look at a table nobody described yet: its columns whole, a bounded sample of its rows, its days counted."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from driftbook.adoption import zones
from driftbook.adoption.request import EVER, source
from driftbook.batches import columns, selection, times
from driftbook.errors import BadData, BadInput
from driftbook.profiles import counting
from driftbook.sources import registry
from driftbook.sources.contract import SourceSettings
from driftbook.sources.files import readable

#: Rows that statistics are made of, drawn alike every time.
SAMPLE, _SEED = 200_000, 9
#: A reference of fewer days calibrates nothing.
LEAST_DAYS = 28
#: Local days are counted by quarters of an hour: no zone is off by less.
_QUARTER = "15min"
_ISO = r"^\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Look:
    """What a table shows of itself.

    Attributes
    ----------
    zone, zone_reason
        The time zone that its days are cut in, and why.
    sample
        At most `SAMPLE` rows with every delivered column, in the source's order.
    local
        The sample's times in that zone, without a zone.
    days
        One line per day that has rows, in order: how many `rows`, and how many of them are `labelled`.
    """

    source: SourceSettings
    time: str
    time_reason: str
    prediction: str
    target: str
    zone: str
    zone_reason: str
    sample: pa.Table
    local: pd.Series
    days: pd.DataFrame

    @property
    def rows(self) -> int:
        """How many rows of the table have a time."""
        return int(self.days["rows"].sum())


def look(path: str, query: str = "", url_env: str = "", *, time: str, prediction: str, target: str) -> Look:
    """Return what a table shows; reads it once, and keeps `SAMPLE` rows of it. Without `time` it is looked for.

    Raises
    ------
    BadInput
        If a column named is not there, none holds times, or the table has too few days.
    BadData
        If the table cannot be had or read.
    """
    settings = source(path, query, url_env)
    pieces = _pieces(settings)
    first = next(pieces, None)
    if first is None:
        raise BadInput("the table has no rows: nothing can be proposed of it")
    for parameter, name in {"time": time, "prediction": prediction, "target": target}.items():
        _check_column(parameter, name, first.column_names)
    time, why = (time, "you named it") if time else _time(first)
    sample, counts = _scan(first, pieces, time, target)
    zone, zone_why = zones.guess(sample, time)
    local = times.local(sample[time], time, zone)
    days = _days(counts, zone if zones.is_aware(sample[time], time) else None)
    _check_days(days, time, target)
    return Look(settings, time, why, prediction, target, zone, zone_why, sample, local, days)


def _pieces(settings: SourceSettings) -> Iterator[pa.Table]:
    """Yield the table's rows, some at a time, without empty pieces."""
    for part in registry.source(settings.kind).rows(settings, EVER):
        rows = ds.dataset(part.rows) if isinstance(part.rows, pa.Table) else part.rows
        selection.check_names(part)
        with readable(part.name, part.remedy):
            for batch in rows.to_batches():
                if batch.num_rows:
                    yield columns.plain(pa.Table.from_batches([batch]))


def _check_column(parameter: str, name: str, known: list[str]) -> None:
    if (not name and parameter != "target") or name in known:
        return
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise BadInput(f"{parameter} is {name!r}, and the table has no such column: {hint}it has {', '.join(known)}")


def _time(rows: pa.Table) -> tuple[str, str]:
    found = [name for name in rows.column_names if is_time(rows[name])]
    if not found:
        raise BadInput(
            "no column holds times (timestamps, dates or ISO text): give `time`, or make such a column where the table "
            f"is written; it has {', '.join(f'{field.name} ({field.type})' for field in rows.schema)}"
        )
    chosen = min(found, key=lambda name: rows[name].null_count)  # times of what happens later are missing more often
    others = [name for name in found if name != chosen]
    why = f"of all columns of times ({', '.join(others)}, too) the one least empty" if others else "the only times"
    return chosen, why


def is_time(column: pa.ChunkedArray) -> bool:
    """Return whether a column holds timestamps, dates or ISO text."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return True
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return False
    texts = column.slice(0, 1000).drop_null()
    return len(texts) > 0 and bool(pc.all(pc.match_substring_regex(texts, _ISO)).as_py())


def kind(column: pa.ChunkedArray) -> str:
    """Return the kind of a column: number, text, boolean, time, null or other."""
    return counting.kinds(pa.table({"": column}))[""]


def distinct(column: pa.ChunkedArray) -> int:
    """Return how many values a column has, missing ones left out; 0 for lists and structs."""
    try:
        return pc.count_distinct(column, mode="only_valid").as_py()
    except pa.ArrowNotImplementedError:
        return 0


def _scan(first: pa.Table, rest: Iterator[pa.Table], time: str, target: str) -> tuple[pa.Table, pd.DataFrame]:
    """Return a sample of all rows, and by quarter of an hour how many there are and how many have a label.

    Every row draws a number; those with the smallest ones are kept.
    """
    rng, limit = np.random.default_rng(_SEED), 1.0
    kept, drawn, counts = [], [], []
    for rows in chain([first], rest):
        numbers = rng.random(rows.num_rows)
        wanted = np.flatnonzero(numbers < limit)
        kept.append(rows.take(wanted))
        drawn.append(numbers[wanted])
        counts.append(_counted(rows, time, target))
        if sum(map(len, drawn)) > 2 * SAMPLE:
            kept, drawn, limit = _smallest(kept, drawn)
    kept, *_ = _smallest(kept, drawn)
    return kept[0], pd.concat(counts).groupby(level=0).sum()


def _smallest(kept: list[pa.Table], drawn: list[np.ndarray]) -> tuple[list[pa.Table], list[np.ndarray], float]:
    numbers = np.concatenate(drawn)
    limit = np.partition(numbers, SAMPLE)[SAMPLE] if len(numbers) > SAMPLE else 1.0
    try:
        rows = pa.concat_tables(kept, promote_options="permissive")
    except pa.ArrowException as error:
        raise BadData(f"the table's files do not fit together: {' '.join(str(error).split())}") from error
    return [rows.take(np.flatnonzero(numbers < limit))], [numbers[numbers < limit]], limit


def _counted(rows: pa.Table, time: str, target: str) -> pd.DataFrame:
    local = times.local(rows[time], time, "UTC")
    labelled = pc.invert(rows[target].is_null(nan_is_null=True))
    found = pd.DataFrame({"rows": 1, "labelled": labelled.to_numpy().astype(int)})
    return found.groupby(local.dt.floor(_QUARTER).to_numpy()).sum()  # rows without a time are left out


def _days(counts: pd.DataFrame, zone: str | None) -> pd.DataFrame:
    at = counts.index.tz_localize("UTC").tz_convert(zone).tz_localize(None) if zone else counts.index
    return counts.groupby(at.date).sum().sort_index()


def _check_days(days: pd.DataFrame, time: str, target: str) -> None:
    if len(days) < LEAST_DAYS:
        raise BadInput(
            f"the table has rows on {len(days)} days of {time!r}: expected at least {LEAST_DAYS}, which the alarms "
            "need to know what is usual"
        )
    if not days["labelled"].any():
        raise BadInput(f"target is {target!r}, and that column holds no value: name the one that holds the true values")
