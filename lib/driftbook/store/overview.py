"""Reading the days: what is current, from the views that dashboards read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from driftbook.store import away
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


def model_overview() -> pd.DataFrame:
    """Return the view of the same name: one row per model that has monitored days, by name.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    return fetch("select * from driftbook.model_overview order by model")


@away.again
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


@dataclass(frozen=True)
class Computed:
    """How a day's current rows were computed, and what came of its newest run.

    Attributes
    ----------
    versions
        The hashes of the library and of the notebook.
    unfinished
        Whether the day's newest run failed or was lost; its rows are those of an earlier one.
    """

    versions: tuple[str, str]
    data_hash: str
    source_state: str
    unfinished: bool


@away.again
def computed_days(model: str, start: dt.date, end: dt.date) -> dict[dt.date, Computed]:
    """Return how each day of `[start, end)` that has current rows was computed.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    query = """
        select d.day, w.code_version, w.notebook_hash, w.data_hash, w.source_state, coalesce(n.unfinished, false)
        from driftbook.day d
        join driftbook.run w using (run_id)
        left join lateral (
            select r.status in ('failed', 'lost') as unfinished from driftbook.run r
            where r.model = d.model and r.day = d.day and r.notebook = 'monitor' and r.kind = 'papermill'
                and r.status <> 'running'
            order by r.started_at desc, r.run_id desc
            limit 1
        ) n on true
        where d.model = %s and d.day >= %s and d.day < %s
        order by d.day
    """
    with connect() as connection:
        found = connection.execute(query, [model, start, end]).fetchall()
    return {day: Computed((code, notebook), *rest) for day, code, notebook, *rest in found}


@away.again
def note_source_states(model: str, states: Mapping[dt.date, str]) -> None:
    """Note what the files of days look like now whose rows are still those that their numbers were computed from."""
    query = """
        update driftbook.run r set source_state = %s from driftbook.day d
        where d.model = %s and d.day = %s and r.run_id = d.run_id
    """
    with connect() as connection, connection.cursor() as cursor:
        cursor.executemany(query, [(state, model, day) for day, state in sorted(states.items())])


@away.again
def is_done_since(model: str, day: dt.date, since: dt.datetime, model_version: str, code_version: str) -> bool:
    """Return whether a run of the same model and code has brought a day to its end after a moment."""
    query = """
        select 1 from driftbook.run
        where model = %s and day = %s and notebook = 'monitor' and kind = 'papermill' and status = 'succeeded'
            and finished_at > %s and model_version = %s and code_version = %s
        limit 1
    """
    with connect() as connection:
        return bool(connection.execute(query, [model, day, since, model_version, code_version]).fetchone())


@away.again
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
