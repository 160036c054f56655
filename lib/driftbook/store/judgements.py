"""Reading the judgements: why days have their verdicts, the days as counts, and which wait for their labels."""

import datetime as dt
from typing import Any

import pandas as pd

from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.frames import fetch

_CURRENT = "model = %s and day >= %s and day < %s and current and model_version = %s"


def judgements(model: str, start: dt.date, end: dt.date) -> pd.DataFrame:
    """Return the current judgements of the days `[start, end)`, one row per day, in order.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    query = """
        select j.*, a.facts, a.since, a.fixed_threshold_error, a.trailing_threshold_error,
            s.summary, s.lasted
        from driftbook.current_judgement j
        left join driftbook.current_alarm a using (model, day)
        left join driftbook.day_summary s using (model, day)
        where model = %(model)s and day >= %(start)s and day < %(end)s
        order by day
    """
    return fetch(query, {"model": model, "start": start, "end": end})


@away.again
def day_counts(model: str, start: dt.date, end: dt.date, model_version: str) -> dict[dt.date, dict[str, Any]]:
    """Return the current counts of the days `[start, end)` on the fine grid of a model version, by day."""
    query = f"select day, counts from driftbook.judgement where {_CURRENT} and counts is not null order by day"
    with connect() as connection:
        return dict(connection.execute(query, [model, start, end, model_version]).fetchall())


@away.again
def trailing_days(model: str, start: dt.date, end: dt.date, model_version: str) -> dict[dt.date, dict[dt.date, str]]:
    """Return, for each day of `[start, end)` with rows, the days of its trailing reference with their hashes."""
    query = f"select day, trailing_days from driftbook.judgement where {_CURRENT} and counts is not null order by day"
    with connect() as connection:
        rows = connection.execute(query, [model, start, end, model_version]).fetchall()
    return {day: {dt.date.fromisoformat(one["day"]): one["sha256"] for one in used} for day, used in rows}


@away.again
def pending_days(model: str, start: dt.date, end: dt.date, model_version: str) -> dict[dt.date, str]:
    """Return the days of `[start, end)` judged while their labels were pending, with the data hash they were judged on.

    A day whose rows have another hash now may have got its labels since.
    """
    query = """
        select j.day, r.data_hash
        from driftbook.judgement j
        join driftbook.run r using (run_id)
        where j.model = %s and j.day >= %s and j.day < %s and j.current and j.model_version = %s
            and j.labels = 'pending'
        order by j.day
    """
    with connect() as connection:
        return dict(connection.execute(query, [model, start, end, model_version]).fetchall())
