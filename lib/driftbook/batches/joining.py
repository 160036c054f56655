"""The rows of several files as one table, whatever their types are."""

from collections.abc import Collection, Iterable, Sequence

import pyarrow as pa

from driftbook.batches import columns
from driftbook.errors import BadData

_types = pa.types


def joined(tables: Sequence[tuple[str, pa.Table]], needed: Collection[str]) -> pa.Table:
    """Return the rows of named tables below each other; a column that one of them lacks is missing there.

    Types of one meaning become one: integers, decimals and floats; dates and times; times of several zones. Any other
    column whose type differs becomes text, unless it is needed.

    Raises
    ------
    BadData
        If a needed column has types that do not go together.
    """
    if len(tables) == 1:
        return tables[0][1]
    names = dict.fromkeys(name for _, table in tables for name in table.column_names)
    return pa.table({name: _column(name, tables, name in needed) for name in names})


def nothing(tables: Iterable[pa.Table]) -> pa.Table:
    """Return a table without rows, of every column that some tables have, in the type of the first that has it."""
    fields: dict[str, pa.Field] = {}
    for table in tables:
        fields = {field.name: field for field in table.schema} | fields
    return pa.schema([*fields.values()]).empty_table()


def _column(name: str, tables: Sequence[tuple[str, pa.Table]], is_needed: bool) -> pa.ChunkedArray:
    pieces = [table[name] if name in table.column_names else _missing(len(table)) for _, table in tables]
    try:
        return _concatenated(pieces)
    except pa.ArrowException:
        pass
    if (common := _common([piece for piece in pieces if not _types.is_null(piece.type)])) is not None:
        return _concatenated([piece.cast(common, safe=False) for piece in pieces])
    if is_needed:
        raise BadData(_conflict(name, [(part, piece.type) for (part, _), piece in zip(tables, pieces, strict=True)]))
    return pa.chunked_array([pa.array(columns.labels(piece), pa.string(), from_pandas=True) for piece in pieces])


def _common(pieces: list[pa.ChunkedArray]) -> pa.DataType | None:
    """Return a type that holds what some columns mean, None if there is none."""
    kinds = [piece.type for piece in pieces]
    if all(columns.is_number(kind) for kind in kinds):
        return pa.float64() if all(columns.stays_exact(piece) for piece in pieces) else None
    zoned = [_types.is_timestamp(kind) and kind.tz is not None for kind in kinds]
    if all(zoned):
        return pa.timestamp("us", "UTC")
    times = [_types.is_timestamp(kind) or _types.is_date(kind) for kind in kinds]
    return pa.timestamp("us") if all(times) and not any(zoned) else None


def _conflict(name: str, found: list[tuple[str, pa.DataType]]) -> str:
    known = [(part, kind) for part, kind in found if not _types.is_null(kind)]
    first, other = known[0], next((each for each in known if each[1] != known[0][1]), known[-1])
    return (
        f"column {name!r} is {first[1]} in {first[0]} and {other[1]} in {other[0]}: write it in one type, "
        f"or give it one with source.derive, like `{name}: try_cast({name} as varchar)`"
    )


def _concatenated(pieces: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    return pa.concat_tables([pa.table({"": piece}) for piece in pieces], promote_options="permissive")[""]


def _missing(rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows)])
