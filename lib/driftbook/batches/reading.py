"""Reading one period of any table: only its rows come into memory, only needed columns become pandas."""

from driftbook.batches import joining, selection
from driftbook.batches.batch import Batch
from driftbook.batches.derive import derive
from driftbook.batches.frame import frame_of
from driftbook.config import Settings
from driftbook.config.model import DeliveredModel
from driftbook.errors import BadData
from driftbook.periods import Period
from driftbook.sources import registry


def read(settings: Settings, period: Period, *, strays: bool = False) -> Batch:
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
    """
    check_covers(settings, period)
    parts = registry.parts(settings.source, period)
    if not parts:
        raise BadData(
            f"the source {settings.source.kind!r} gives no parts for {period.start} to {period.days[-1]}: "
            "expected one without rows where there are none, so that its columns are known"
        )
    pieces = [selection.select(settings, part, period, strays) for part in parts]
    full = [piece for piece in pieces if piece.table.num_rows]
    if full:
        needed, ours = {*settings.columns, settings.target.name}, {*settings.source.derive}
        table = joining.joined([(piece.name, piece.table) for piece in full], needed - ours)
        derived = joining.joined([(piece.name, piece.derived) for piece in full], ours)
    else:
        table = joining.nothing(piece.table for piece in pieces)
        derived = derive(settings.source, table, settings.calendar.time_zone).columns
    frame, invalid = frame_of(settings, table, derived)
    outside = sum(selection.strays(settings, part) for part in parts)
    outputs = tuple(settings.model.columns) if isinstance(settings.model, DeliveredModel) else ()
    return Batch(period, table, frame, outside, invalid, outputs)


def check_covers(settings: Settings, period: Period) -> None:
    """Raise `BadInput` if a period cannot be in the source; reads nothing."""
    registry.check_covers(settings.source, period)


def notice(settings: Settings) -> str:
    """Return a sentence that every page must show about the data, empty for real data."""
    return registry.source(settings.source.kind).NOTICE
