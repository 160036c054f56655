"""Run records: one row per executed notebook, opened before it starts and closed when it ended."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from typing import Any

import pandas as pd
from psycopg.rows import dict_row

from driftbook.errors import BadInput
from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.frames import fetch
from driftbook.store.liveness import host, process
from driftbook.store.passwords import scrub


def open_run(
    notebook: str,
    model: str,
    day: dt.date | None,
    label: str,
    parameters: Mapping[str, Any],
    kind: str,
    notebook_hash: str,
    code_version: str,
    source_state: str = "",
) -> str:
    """Write a run with the status `running` and return its id, which sorts by its start in UTC.

    Parameters
    ----------
    notebook
        Its short name, like `monitor`.
    model
        The model it is about, empty if none.
    day
        The monitored day, None if it is about no single one.
    label
        The name of its folder in the archive.
    parameters
        Its parameters as executed; what JSON does not know is stored as text.
    kind
        `papermill` or `interactive`.
    source_state
        Stands for the source's files, as `batches.state` gives it.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    now = dt.datetime.now(dt.UTC)
    run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    as_json = json.dumps(dict(parameters), default=str)
    _insert_run(
        [
            *(run_id, notebook, model, day, label, as_json, kind, now, notebook_hash, code_version),
            *(source_state, host(), process()),
        ]
    )
    return run_id


@away.again
def _insert_run(row: list) -> None:
    with connect() as connection:
        connection.execute(
            """
            insert into driftbook.run (run_id, notebook, model, day, label, parameters, kind, started_at,
                notebook_hash, code_version, source_state, host, process)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (run_id) do nothing
            """,
            row,
        )


@away.again
def close_run(
    run_id: str,
    status: str,
    error: str = "",
    page: str = "",
    files: Mapping[str, str] | None = None,
    finished_at: dt.datetime | None = None,
) -> None:
    """Write a run's end.

    Parameters
    ----------
    status
        `succeeded` or `failed`.
    error
        What went wrong.
    page
        Its page's path below the archive folder.
    files
        The archived files beside that page, each with its SHA-256.
    finished_at
        When it ended, in UTC; now unless it is told later.

    Raises
    ------
    BadInput
        If there is no such run.
    """
    ended = finished_at or dt.datetime.now(dt.UTC)
    with connect() as connection:
        cursor = connection.execute(
            """
            update driftbook.run set status = %s, error = %s, page = %s, files = %s, finished_at = %s
            where run_id = %s
            """,
            [status, _storable(scrub(error)), page, json.dumps(dict(files or {})), ended, run_id],
        )
        if not cursor.rowcount:
            raise unknown_run(run_id)


@away.again
def run(run_id: str) -> dict[str, Any]:
    """Return a run's row by column name.

    Raises
    ------
    BadInput
        If there is no such run.
    """
    with connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select * from driftbook.run where run_id = %s", [run_id]).fetchone()
    if row is None:
        raise unknown_run(run_id)
    return row


def runs() -> pd.DataFrame:
    """Return every run without its parameters, newest first; times in UTC, `duration_seconds` in seconds.

    A run whose process was killed reads `running` until `mark_lost` finds it.
    """
    return fetch("select * from driftbook.run_overview order by started_at desc, run_id desc")


def write_smoke(run_id: str, value: float) -> None:
    """Write one value of the wiring check, stamped with the database's time, and note in the run that it is stored.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    with connect() as connection:
        connection.execute("insert into driftbook.smoke (run_id, value) values (%s, %s)", [run_id, value])
        connection.execute("update driftbook.run set stored_at = clock_timestamp() where run_id = %s", [run_id])


@away.again
def smoke_values(run_id: str) -> list[float]:
    """Return the values a run sent to the wiring check, in the order they arrived."""
    with connect() as connection:
        rows = connection.execute("select value from driftbook.smoke where run_id = %s order by sent_at", [run_id])
        return [value for (value,) in rows]


def unknown_run(run_id: str) -> BadInput:
    """Return the error for a run id that is in no row."""
    return BadInput(f"run_id is {run_id!r}: there is no such run; use an id that open_run returned")


def _storable(text: str) -> str:
    # A traceback may hold what PostgreSQL's text cannot; failing to record a failure would lose it.
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
