"""Query results as pandas frames with the same column types for one row, many rows and none."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import psycopg

from driftbook.store import away
from driftbook.store.connection import connect

# PostgreSQL type names; days stay `datetime.date` objects, texts stay `str` or None.
_DTYPES = {
    "int4": "Int64",
    "int8": "Int64",
    "float8": "float64",
    "bool": "boolean",
    "timestamptz": "datetime64[ns, UTC]",
}


@away.again
def fetch(query: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Return the rows of a select as a frame: nullable integers, days as `datetime.date`, times in UTC.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    with connect() as connection:
        return fetched(connection, query, parameters)


def fetched(connection: psycopg.Connection, query: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Return what `fetch` does, over a connection that is there."""
    cursor = connection.execute(query, parameters)
    types = {column.name: connection.adapters.types[column.type_code].name for column in cursor.description}
    frame = pd.DataFrame(cursor.fetchall(), columns=list(types), dtype=object)
    return frame.astype({name: _DTYPES[kind] for name, kind in types.items() if kind in _DTYPES})
