"""Columns of any type made plain, and the types that everything computes with: numbers and labels."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftbook.errors import BadData
from driftbook.profiles.labels import label

_types = pa.types
#: Beyond this a float cannot tell integers apart.
_EXACT = 2**53
#: A larger number is no measurement: its square would not fit into a float.
LARGEST = 1e100
#: What a type is read as, where Arrow cannot filter, group or take it: the same values in a type it can.
_PLAIN = {
    pa.string_view(): pa.string(),
    pa.binary_view(): pa.binary(),
    pa.float16(): pa.float32(),
    pa.uuid(): pa.string(),
}


def plain(table: pa.Table) -> pa.Table:
    """Return a table without dictionaries, views and extension types: what they stand for, value by value.

    Texts and the columns' names hold nothing that cannot be decoded, and no name is longer than a label.
    """
    columns = [plain_column(column) for column in table.itercolumns()]
    return pa.Table.from_arrays(columns, names=[label(name) for name in table.column_names]) if columns else table


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that `plain` gives a column of a type."""
    if _types.is_dictionary(kind) or _types.is_run_end_encoded(kind):
        return plain_type(kind.value_type)
    if _types.is_decimal32(kind) or _types.is_decimal64(kind):
        return pa.decimal128(kind.precision, kind.scale)
    if isinstance(kind, pa.BaseExtensionType) and kind not in _PLAIN:
        return plain_type(kind.storage_type)
    return _PLAIN.get(kind, kind)


def plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column in its plain type, its texts decodable."""
    kind = plain_type(column.type)
    while column.type != kind:
        column = _plainer(column, kind)
    return _decodable(column) if _is_text(kind) else column


def is_nested(kind: pa.DataType) -> bool:
    """Return whether a plain type is one that Arrow cannot group by: lists, structs and the like."""
    return _types.is_nested(kind) or _types.is_interval(kind)


def can_be_filtered(kind: pa.DataType) -> bool:
    """Return whether Arrow can leave out rows of a type as it is."""
    views = (_types.is_string_view, _types.is_binary_view, _types.is_run_end_encoded)
    return not any(check(kind) for check in views)


def numbers(column: pa.ChunkedArray, name: str) -> pd.Series:
    """Return a column as float64, NaN where missing.

    Raises
    ------
    BadData
        If it holds a value that is no number or boolean.
    """
    kind = column.type
    if column.null_count == len(column):
        return pd.Series(np.nan, index=range(len(column)))
    if not (is_number(kind) or _types.is_boolean(kind)):
        raise BadData(
            f"column {name!r} is {kind}, and the params file takes it for a number: name it under categorical, "
            "or make a number of it with source.derive"
        )
    if _types.is_boolean(kind):
        column = column.cast(pa.int8())
    return column.cast(pa.float64(), safe=False).to_pandas()


def invalid(values: pd.Series, fills: Collection[float] = ()) -> pd.Series:
    """Return which numbers stand for none: infinite ones, those beyond `LARGEST`, and the fill values."""
    found = values.abs() > LARGEST
    return found | values.isin([*fills]) if fills else found


def categories(column: pa.ChunkedArray) -> pd.Series:
    """Return a column as categories: float64 for numbers that stay exact, else text, None where missing."""
    if _types.is_null(column.type):
        return pd.Series(np.nan, index=range(len(column)))
    if is_number(column.type) and stays_exact(column):
        return column.cast(pa.float64(), safe=False).to_pandas()
    return labels(column)


def labels(column: pa.ChunkedArray) -> pd.Series:
    """Return every value of a column as a label, None where missing; times read the same whatever their unit."""
    if is_nested(column.type):
        return pd.Series(_labels(values(column)), dtype=object)
    column = _written(column)
    distinct = column.unique()
    codes = pc.index_in(column, value_set=distinct).to_numpy()
    return pd.Series(np.array(_labels(distinct.to_pylist()), dtype=object)[codes], dtype=object)


def values(column: pa.ChunkedArray) -> list[Any]:
    """Return a column's values as Python has them; one that it cannot have (undecodable text in a list) as bytes."""
    try:
        return column.to_pylist()
    except (UnicodeError, OverflowError, ValueError):
        return [_value(column.slice(row, 1)) for row in range(len(column))]


def is_number(kind: pa.DataType) -> bool:
    """Return whether a plain type is one of numbers."""
    return _types.is_integer(kind) or _types.is_floating(kind) or _types.is_decimal(kind)


def stays_exact(column: pa.ChunkedArray) -> bool:
    """Return whether numbers as floats are still told apart."""
    if _types.is_floating(column.type):
        return True
    if not _types.is_integer(column.type):
        column = column.cast(pa.float64(), safe=False)
    least, most = pc.min_max(column).as_py().values()
    return least is None or (least >= -_EXACT and most <= _EXACT)


def _value(one: pa.ChunkedArray) -> Any:
    try:
        return one[0].as_py()
    except (UnicodeError, OverflowError, ValueError):
        return pa.record_batch([one.combine_chunks()], names=[""]).serialize().to_pybytes()


def _labels(found: list[Any]) -> list[str | None]:
    return [None if value is None else label(value) for value in found]


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return numbers, booleans and times as text, bytes and text as they are."""
    kind = column.type
    if _types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz and "UTC"), safe=False)
    elif _types.is_time(kind):
        column = column.cast(pa.time64("us"), safe=False)
    elif _types.is_duration(kind):
        column = column.cast(pa.duration("us"), safe=False)
    is_bytes = _types.is_binary(kind) or _types.is_large_binary(kind) or _types.is_fixed_size_binary(kind)
    return column if is_bytes or _is_text(kind) else column.cast(pa.string())


def _is_text(kind: pa.DataType) -> bool:
    return _types.is_string(kind) or _types.is_large_string(kind)


def _plainer(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return a column one step nearer to its plain type."""
    if column.type == pa.uuid():
        return pa.chunked_array([pa.array(map(_uuid, chunk), kind) for chunk in column.chunks], kind)
    if isinstance(column.type, pa.BaseExtensionType):
        return pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    if _types.is_run_end_encoded(column.type):
        return pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], column.type.value_type)
    return column.cast(column.type.value_type if _types.is_dictionary(column.type) else kind)


def _uuid(value: pa.Scalar) -> str | None:
    return str(value.as_py()) if value.is_valid else None


def _decodable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        column.validate(full=True)
        return column
    except pa.ArrowInvalid:
        texts = column.cast(pa.large_binary()).to_pylist()
        decoded = [None if text is None else text.decode("utf-8", "backslashreplace") for text in texts]
        return pa.chunked_array([pa.array(decoded, column.type)])
