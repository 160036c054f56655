"""What the archive's index shows, of many models at once: a run that ends waits for it."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.frames import fetch, fetched

#: The year that a run is about: that of its day or its days, else the one it began in.
_YEAR = """
    coalesce(extract(year from r.day), substring(r.label from '^(\\d{4})-')::numeric,
        extract(year from r.started_at at time zone 'UTC'))::integer
"""
_SPANS = "from unnest(%(models)s::text[], %(starts)s::date[], %(ends)s::date[]) s (its, first, stop)"
_IN = "where v.model = s.its and v.day >= s.first and v.day < s.stop"
# Laterally, and `offset 0` keeps it so: each model's days are found by an index, else all days of all models are read.
_QUERIES = {
    "days": f"""
        select x.* {_SPANS} cross join lateral (
            select model, day, rows, verdict, page from driftbook.daily_overview v {_IN} offset 0
        ) x
        order by x.model, x.day
    """,
    "judgements": f"""
        select x.*, a.since, d.summary {_SPANS} cross join lateral (
            select model, day, verdict, feature from driftbook.current_judgement v {_IN}
                and verdict in ('no data', 'alarm') offset 0
        ) x
        left join driftbook.current_alarm a on a.model = x.model and a.day = x.day
        left join driftbook.day_summary d on d.model = x.model and d.day = x.day
        order by x.model, x.day
    """,
    "comparisons": f"""
        select x.* {_SPANS} cross join lateral (select * from driftbook.comparison_page v {_IN} offset 0) x
        order by x.model, x.day, x.beside
    """,
    "acknowledged": f"""
        select x.model, x.start, x.columns {_SPANS} join driftbook.acknowledgement x on x.model = s.its
        order by x.model, x.start, x.columns
    """,
    "items": "select * from driftbook.open_item_page order by model, newest_day desc, since desc",
}


@away.again
def listed(spans: Mapping[str, tuple[dt.date, dt.date]]) -> dict[str, pd.DataFrame]:
    """Return what the index shows of the days `[start, end)` of each model, as frames with a column `model`.

    `days` with their verdicts and pages, the `judgements` that call a person with what the day is about, `comparisons`
    of two days, what is `acknowledged`, and, whatever the days, all open `items`.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    given = {
        "models": [*spans],
        "starts": [one for one, _ in spans.values()],
        "ends": [one for _, one in spans.values()],
    }
    with connect() as connection:
        return {name: fetched(connection, query, given) for name, query in _QUERIES.items()}


def newest_runs(most: int) -> pd.DataFrame:
    """Return the newest runs of each model and of none, at most so many of each, as `runs` does."""
    query = """
        with recursive known (model) as (
            (select model from driftbook.run order by model limit 1)
            union all
            select (select r.model from driftbook.run r where r.model > k.model order by r.model limit 1)
            from known k where k.model is not null
        )
        select n.* from known k cross join lateral (
            select * from driftbook.run_overview o where o.model = k.model
            order by o.started_at desc, o.run_id desc limit %(most)s
        ) n
        order by n.started_at desc, n.run_id desc
    """
    return fetch(query, {"most": most})


def runs_of_year(model: str, year: int) -> pd.DataFrame:
    """Return the runs about a year of a model's days, and those of no day that began in it, as `runs` does."""
    query = f"""
        select o.* from driftbook.run_overview o join driftbook.run r using (run_id)
        where r.model = %(model)s and {_YEAR} = %(year)s
        order by o.started_at desc, o.run_id desc
    """
    return fetch(query, {"model": model, "year": year})


@away.again
def years() -> dict[tuple[str, int], str]:
    """Return the models with their years that there are runs of, each with what stands for the state of those runs."""
    query = f"""
        select r.model, {_YEAR} as year,
            concat_ws(' ', count(*), count(*) filter (where status = 'lost'), count(pruned_at), max(started_at),
                max(finished_at), max(pruned_at))
        from driftbook.run r group by 1, 2 order by 1, 2
    """
    with connect() as connection:
        return {(model, year): state for model, year, state in connection.execute(query).fetchall()}
