"""Writing and reading the detectability report: which faults a model's alarms would miss."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql

from driftbook.records import DetectabilityReport
from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.frames import fetch
from driftbook.store.runs import unknown_run

_COLUMNS = (
    *("model", "model_version", "fault", "feature", "position", "unit", "smallest", "said", "level"),
    *("weakest", "strongest", "powers", "held_back", "alarming"),
    *("reference_days", "false_alarms_per_month", "status"),
)
_INTO = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
_JSON = ("powers", "held_back", "alarming")


@away.again
def write_detectability(run_id: str, report: DetectabilityReport) -> bool:
    """Write a model's report in one transaction, note in the run that it is stored, and return whether rows were added.

    A report equal to the model's current one changes nothing, unless the run that wrote that one did not succeed.
    Anything else becomes the current one, and the old rows stay.

    Raises
    ------
    BadInput
        If there is no such run.
    DatabaseUnavailable
        If the database cannot be reached.
    """
    rows = list(_rows(report))
    with connect() as connection:
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{report.model} detectability"])
        note = "update driftbook.run set stored_at = clock_timestamp(), model_version = %s where run_id = %s"
        if not connection.execute(note, [report.model_version, run_id]).rowcount:
            raise unknown_run(run_id)
        changed = _current(connection, run_id, report.model) != rows
        if changed:
            _insert(connection, run_id, report.model, rows)
    return changed


def detectability(model: str) -> pd.DataFrame:
    """Return a model's current report, one row per fault and column, in the report's order.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    query = "select * from driftbook.current_detectability where model = %(model)s order by position"
    return fetch(query, {"model": model})


def _rows(report: DetectabilityReport) -> Iterable[tuple]:
    days = {name: [str(day) for day in getattr(report, name)] for name in ("held_back", "alarming")}
    for position, one in enumerate(report.found):
        powers = [{"strength": at, "power": power} for at, power in zip(one.strengths, one.powers, strict=False)]
        row: dict[str, Any] = vars(one) | vars(report) | days
        row |= {"position": position, "level": one.level, "powers": powers, "status": report.status}
        row |= {"weakest": one.strengths[0], "strongest": one.strengths[-1]}
        yield tuple(row[name] for name in _COLUMNS)


def _current(connection: psycopg.Connection, run_id: str, model: str) -> list[tuple]:
    """Return the model's current rows as written, none if their run may have to be done again."""
    query = sql.SQL(
        """
        select {} from driftbook.detectability
        where model = %s and current
            and run_id in (select run_id from driftbook.run where status = 'succeeded' or run_id = %s)
        order by position
        """
    )
    return connection.execute(query.format(_INTO), [model, run_id]).fetchall()


def _insert(connection: psycopg.Connection, run_id: str, model: str, rows: list[tuple]) -> None:
    connection.execute("update driftbook.detectability set current = false where model = %s and current", [model])
    values = sql.SQL(", ").join(sql.Placeholder() * len(_COLUMNS))
    insert = sql.SQL("insert into driftbook.detectability ({}, run_id, current) values ({}, %s, true)")
    as_json = [
        (*(json.dumps(v) if name in _JSON else v for name, v in zip(_COLUMNS, row, strict=True)), run_id)
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(insert.format(_INTO, values), as_json)
