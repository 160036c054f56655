"""Reading one period of any table: only its rows come into memory, only needed columns become pandas."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa
from threadpoolctl import ThreadpoolController

from driftbook.batches import derive, joining, selection, times
from driftbook.batches.batch import Batch
from driftbook.batches.frame import frame_of
from driftbook.batches.selection import Piece
from driftbook.config import Settings
from driftbook.config.model import DeliveredModel
from driftbook.errors import BadData
from driftbook.periods import Period
from driftbook.sources import registry
from driftbook.sources.contract import Part

_T = TypeVar("_T")
#: So many chunks are worked on at once: more would take more memory.
_AT_ONCE = 2


def read(settings: Settings, period: Period, *, strays: bool = False, most: int | None = None) -> Batch:
    """Return every row of a period, in the source's order, unfiltered but for the source's own `where`.

    May download or simulate what it needs first. With `strays` the rows of the period's parts whose day lies outside of
    the days a part was published to hold are among them: a reference is the published month as it is. Parts without a
    row of the period have no say in which columns there are, nor in their types.

    Raises
    ------
    BadInput
        If the source has no such period, or an expression of the params file cannot be computed.
    BadData
        If a part cannot be had or read, or lacks or mistypes a column.
    TooManyRows
        If a part has more than `most` rows of the period.
    """
    parts = _parts(settings, period)
    pieces = [selection.select(settings, part, period, strays, most) for part in parts]
    full = [piece for piece in pieces if piece.table.num_rows]
    if full:
        needed, ours = {*settings.columns, settings.target.name}, {*settings.source.derive}
        table = joining.joined([(piece.name, piece.table) for piece in full], needed - ours)
        derived = joining.joined([(piece.name, piece.derived) for piece in full], ours)
    else:
        table = joining.nothing(piece.table for piece in pieces)
        derived = derive.derive(settings.source, table, settings.calendar.time_zone).columns
    frame, invalid = frame_of(settings, table, derived)
    outside = sum(selection.strays(settings, part) for part in parts)
    return Batch(period, table, frame, outside, invalid, _outputs(settings))


def read_few(settings: Settings, period: Period, most: int) -> Batch | None:
    """Return what `read` does, None where a part has more rows of the period than `most`: `chunks` reads those."""
    try:
        return read(settings, period, most=most)
    except selection.TooManyRows:
        return None


def chunks(settings: Settings, period: Period, work: Callable[[Batch], Any] = lambda batch: batch) -> Iterator[Any]:
    """Yield what some work gives of the rows of a period, some of them at a time, in the source's order.

    Some are worked on at once, on threads that end with the last one: a process with others cannot be forked.

    Raises
    ------
    BadInput, BadData
        As `read` does, and where parts have columns of different types: so many rows are not made alike.
    """
    parts = _parts(settings, period)
    strays = sum(selection.strays(settings, part) for part in parts)
    first: tuple[str, pa.Schema] | None = None

    def done(read: Callable[[], Piece]) -> tuple[tuple[str, pa.Schema], Any] | None:
        if not (piece := read()).table.num_rows:
            return None
        described = piece.name, piece.table.schema
        try:
            frame, invalid = frame_of(settings, piece.table, piece.derived, copy=False)
            return described, work(Batch(period, piece.table, frame, strays, invalid, _outputs(settings)))
        except BadData as error:  # parts that differ explain it
            return described, error

    pieces = (piece for part in parts for piece in selection.pieces(settings, part, period))
    for found in in_order(partial(done, piece) for piece in pieces):
        if found is None:
            continue
        described, result = found
        first = first or described
        if not described[1].equals(first[1]):
            raise BadData(_differ(first, described))
        if isinstance(result, BadData):
            raise result
        yield result
        pa.default_memory_pool().release_unused()


def in_order(tasks: Iterable[Callable[[], _T]]) -> Iterator[_T]:
    """Yield what tasks return, in their order. On each thread of ours libraries have one of their own.

    More would mostly wait for each other, and in a fork GNU's OpenMP waits for ever for threads of its parent.
    """
    libraries = ThreadpoolController()
    alone = partial(libraries.limit, limits=1, user_api="openmp")
    with libraries.limit(limits=1, user_api="blas"), ThreadPoolExecutor(_AT_ONCE, initializer=alone) as pool:
        waiting: deque[Future[_T]] = deque()
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > _AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def prepare(settings: Settings) -> None:
    """Open what reads rows, and look into the source: forks of this process find it."""
    zone = settings.calendar.time_zone
    derive.prepare(zone)
    times.local(pa.chunked_array([pa.array([0], pa.timestamp("us", "UTC"))]), "", zone)  # loads the zone
    registry.prepare(settings.source)


def _parts(settings: Settings, period: Period) -> list[Part]:
    check_covers(settings, period)
    if parts := registry.parts(settings.source, period):
        return parts
    raise BadData(
        f"the source {settings.source.kind!r} gives no parts for {period.start} to {period.days[-1]}: "
        "expected one without rows where there are none, so that its columns are known"
    )


def _outputs(settings: Settings) -> tuple[str, ...]:
    return tuple(settings.model.columns) if isinstance(settings.model, DeliveredModel) else ()


def _differ(first: tuple[str, pa.Schema], other: tuple[str, pa.Schema]) -> str:
    names = [field.name for field in {*first[1]} ^ {*other[1]}]
    return (
        f"{first[0]} and {other[0]} hold a day of many rows and differ in the columns {', '.join(sorted({*names}))}: "
        "write them with the same columns in the same order and types"
    )


def check_covers(settings: Settings, period: Period) -> None:
    """Raise `BadInput` if a period cannot be in the source; reads nothing."""
    registry.check_covers(settings.source, period)


def state(settings: Settings, period: Period) -> str:
    """Return what stands for the files that hold a period, without reading them; empty where that cannot be told."""
    return registry.state(settings.source, period)


def notice(settings: Settings) -> str:
    """Return a sentence that every page must show about the data, empty for real data."""
    return registry.source(settings.source.kind).NOTICE
