"""Columns of any type made plain, and the types that everything computes with: numbers and labels."""

from collections.abc import Collection

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


def plain(table: pa.Table) -> pa.Table:
    """Return a table without dictionaries, views and extension types: what they stand for, value by value."""
    for position, field in enumerate(table.schema):
        kind = plain_type(field.type)
        if kind != field.type:
            table = table.set_column(position, field.name, _plain(table.column(position), kind))
    return table


def numbers(column: pa.ChunkedArray, name: str) -> pd.Series:
    """Return a column as float64, NaN where missing.

    Raises
    ------
    BadData
        If it holds anything but numbers or booleans.
    """
    kind = column.type
    if _types.is_null(kind):
        return pd.Series(np.nan, index=range(len(column)))
    if not (_is_number(kind) or _types.is_boolean(kind)):
        raise BadData(
            f"column {name!r} is {kind}, and the params file takes it for a number: name it under categorical, "
            "or make a number of it with source.derive"
        )
    if _types.is_boolean(kind) or _types.is_float16(kind):
        column = column.cast(pa.float32())
    return column.cast(pa.float64(), safe=False).to_pandas()


def invalid(values: pd.Series, fills: Collection[float] = ()) -> pd.Series:
    """Return which numbers stand for none: infinite ones, those beyond `LARGEST`, and the fill values."""
    return (values.abs() > LARGEST) | values.isin([*fills])


def categories(column: pa.ChunkedArray) -> pd.Series:
    """Return a column as categories: float64 for numbers that stay exact, else text, None where missing."""
    kind = column.type
    if _types.is_null(kind):
        return pd.Series(np.nan, index=range(len(column)))
    if _types.is_float16(kind):
        column, kind = column.cast(pa.float32()), pa.float32()
    if _is_number(kind) and _stays_exact(column):
        return column.cast(pa.float64(), safe=False).to_pandas()
    if _types.is_boolean(kind) or _types.is_temporal(kind) or _is_number(kind):
        column = column.cast(pa.string())
    if not _is_text(column.type):
        return pd.Series([None if value is None else label(value) for value in column.to_pylist()], dtype=object)
    distinct = pc.unique(column.combine_chunks())
    texts = column.to_pandas().astype(object)
    plain_texts = {value: label(value) for value in distinct.to_pylist() if value is not None}
    odd = {value: text for value, text in plain_texts.items() if value != text}
    return texts.replace(odd) if odd else texts.where(texts.notna(), None)


def _is_number(kind: pa.DataType) -> bool:
    return _types.is_integer(kind) or _types.is_floating(kind) or _types.is_decimal(kind)


def _is_text(kind: pa.DataType) -> bool:
    return _types.is_string(kind) or _types.is_large_string(kind)


def _stays_exact(column: pa.ChunkedArray) -> bool:
    if _types.is_floating(column.type):
        return True
    if not _types.is_integer(column.type):
        column = column.cast(pa.float64(), safe=False)
    least, most = pc.min_max(column).as_py().values()
    return least is None or (least >= -_EXACT and most <= _EXACT)


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of the values that a dictionary, view or extension type stands for."""
    if _types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return plain_type(kind.storage_type)
    if _types.is_run_end_encoded(kind):
        return plain_type(kind.value_type)
    if kind == pa.string_view():
        return pa.string()
    if kind == pa.binary_view():
        return pa.binary()
    return kind


def _plain(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    while column.type != kind:
        if isinstance(column.type, pa.BaseExtensionType):
            column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
        elif _types.is_run_end_encoded(column.type):
            column = pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], column.type.value_type)
        else:
            column = column.cast(column.type.value_type if _types.is_dictionary(column.type) else kind)
    return column
