"""How well the service is, as monitoring systems ask for it: each model's newest day, its runs, its calibration."""

import os
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.rows import dict_row

from driftbook.errors import DatabaseUnavailable
from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.passwords import scrub

#: A monitoring system asks every minute and does not wait: a database that cannot answer in this time counts as down.
_PATIENCE = "set local statement_timeout = '10s'"
_QUERIES = {
    # The error is that of the newest day that has its labels.
    "newest": """
        select m.model, m.newest_day, m.verdict, j.severity, e.error, e.error_metric, coalesce(i.items, 0) as open_items
        from driftbook.model_overview m
        left join driftbook.current_judgement j on j.model = m.model and j.day = m.newest_day
        left join lateral (
            select error, error_metric from driftbook.daily_overview d
            where d.model = m.model and d.error is not null
            order by d.day desc
            limit 1
        ) e on true
        left join (select model, count(*) as items from driftbook.open_item group by model) i on i.model = m.model
        order by m.model
    """,
    "service": """
        select model, metric, value, lower, upper, unit from driftbook.service_status
        where value is not null
        order by metric, model
    """,
    # The label of a training is its reference period, both days included.
    "calibration": """
        select distinct on (model) model, finished_at,
            (now() at time zone 'UTC')::date - nullif(right(label, 10), '')::date as days
        from driftbook.run_overview
        where notebook = 'train' and status = 'succeeded' and model <> ''
        order by model, started_at desc
    """,
    "database": "select pg_database_size(current_database()) as bytes",
}


def service_status() -> dict[str, list[dict[str, Any]]]:
    """Return rows by column name: of each model `newest`, `service` and `calibration`, of the `database` one.

    A login that only reads views will do: migrations are applied only where a view is missing. An embedded server that
    does not run is not started: who watches changes nothing.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached, or does not answer within ten seconds.
    """
    _check_running()
    try:
        with suppress(psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InvalidSchemaName):
            return _asked(migrates=False)
        return _asked(migrates=True)
    except psycopg.Error as error:
        raise DatabaseUnavailable(scrub(f"the database did not answer: {' '.join(str(error).split())}")) from None


def _asked(*, migrates: bool) -> dict[str, list[dict[str, Any]]]:
    with away.at_once(), connect(migrates=migrates) as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_PATIENCE)
        return {name: cursor.execute(query).fetchall() for name, query in _QUERIES.items()}


def _check_running() -> None:
    from driftbook.store.embedded import server

    if not os.environ.get("DATABASE_URL", "").strip() and not server.is_running():
        raise DatabaseUnavailable("the embedded PostgreSQL is not running: `driftbook db start`, or set DATABASE_URL")
