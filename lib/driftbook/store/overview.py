"""Reading the days: what is current, from the views that dashboards read."""

import datetime as dt

import pandas as pd

from driftbook.store.connection import connect
from driftbook.store.frames import fetch

_SPAN = "model = %(model)s and day >= %(start)s and day < %(end)s"


def daily_overview(model: str = "", start: dt.date = dt.date.min, end: dt.date = dt.date.max) -> pd.DataFrame:
    """Return the view of the same name for the days `[start, end)`: one row per model and day, in order.

    Without a model, of every model.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    span = {"model": model, "start": start, "end": end}
    query = """
        select * from driftbook.daily_overview
        where %(model)s in ('', model) and day >= %(start)s and day < %(end)s
        order by model, day
    """
    return fetch(query, span)


def measures(
    model: str, start: dt.date, end: dt.date, metric: str | None = None, *, by_segment: bool = False
) -> pd.DataFrame:
    """Return the current measures of the days `[start, end)`, one row each.

    Of one metric, if given, those that are of no segment; with `by_segment` those that are, too.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    only = "" if metric is None else "and metric = %(metric)s and (segment = '' or %(by_segment)s)"
    query = f"select * from driftbook.current_measure where {_SPAN} {only} order by day, metric, feature, segment"
    return fetch(query, {"model": model, "start": start, "end": end, "metric": metric, "by_segment": by_segment})


def monitored_days(url: str = "") -> tuple[dt.date, dt.date] | None:
    """Return the first and the newest monitored day of all models in the database at `url`, None if there is none.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    with connect(url) as connection:
        query = "select min(first_day), max(newest_day) from driftbook.model_overview"
        first, newest = connection.execute(query).fetchone()
    return (first, newest) if newest else None


def stored_days(model: str, start: dt.date, end: dt.date, model_version: str) -> set[dt.date]:
    """Return the days of `[start, end)` whose current measures of a model version a papermill run brought to its end.

    A day whose only run failed or was killed after writing is not among them: it has no page yet.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    query = """
        select distinct m.day
        from driftbook.measure m
        join driftbook.run r on r.model = m.model and r.day = m.day and r.revision = m.revision
        where m.model = %s and m.day >= %s and m.day < %s and m.current and m.model_version = %s
            and r.kind = 'papermill' and r.status = 'succeeded'
    """
    with connect() as connection:
        return {day for (day,) in connection.execute(query, [model, start, end, model_version])}
