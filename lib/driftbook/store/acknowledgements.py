"""What somebody has seen and wants no more alarms for."""

import datetime as dt
import json
from collections.abc import Sequence

import pandas as pd

from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.frames import fetch


def acknowledge(run_id: str, model: str, start: dt.date, columns: Sequence[str] = (), note: str = "") -> bool:
    """Note that a change of some columns (of all where none is named) is known from a day on; return if that is new.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    statement = """
        insert into driftbook.acknowledgement (model, start, columns, note, run_id) values (%s, %s, %s, %s, %s)
        on conflict do nothing returning model
    """
    given = [model, start, json.dumps(sorted(columns)), note, run_id]
    with connect() as connection:
        return connection.execute(statement, given).fetchone() is not None


@away.again
def acknowledged(model: str) -> list[tuple[dt.date, tuple[str, ...]]]:
    """Return what was acknowledged of a model: from which day, and which columns."""
    query = "select start, columns from driftbook.acknowledgement where model = %s order by start, columns"
    with connect() as connection:
        return [(start, tuple(columns)) for start, columns in connection.execute(query, [model]).fetchall()]


def open_items(model: str) -> pd.DataFrame:
    """Return the alarms of a model that nobody has acknowledged, one row each, the newest first, with their pages."""
    query = "select * from driftbook.open_item_page where model = %(model)s order by newest_day desc, since desc"
    return fetch(query, {"model": model})
