"""What was believed about a day at a moment, and what retention may take away of what is believed no longer."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
from psycopg.rows import dict_row

from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.frames import fetch

_AT = """
    model = %(model)s and day = %(day)s and known_from <= %(at)s and coalesce(known_until, 'infinity') > %(at)s
"""
#: Runs that a reader still needs: those whose page stands behind something current.
_NEEDED = """
    select run_id from driftbook.day
    union select run_id from driftbook.judgement where current
    union select run_id from driftbook.detectability where current
    union select run_id from driftbook.acknowledgement
"""


@away.again
def known_at(model: str, day: dt.date, at: dt.datetime) -> tuple[dict[str, Any] | None, pd.DataFrame]:
    """Return what was believed about a day at a moment: its judgement, None if there was none, and its measures.

    Raises
    ------
    DatabaseUnavailable
        If the database cannot be reached.
    """
    asked = {"model": model, "day": day, "at": at}
    with connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        judged = cursor.execute(f"select * from driftbook.judgement_history where {_AT}", asked).fetchone()
    query = f"select * from driftbook.measure_history where {_AT} order by metric, feature, segment"
    return judged, fetch(query, asked)


@away.again
def archived_runs() -> list[dict[str, Any]]:
    """Return what the archive should hold of each run that has or had a page: its files with their hashes."""
    query = "select run_id, status, page, files, pruned_at from driftbook.run order by started_at, run_id"
    with connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


@away.again
def outdated(before: dt.datetime, keep: int) -> list[dict[str, Any]]:
    """Return the runs with pages or rows that nobody needs: `run_id`, `page`, oldest first.

    They ended before a moment, are not among the `keep` newest of their notebook and label, and no page of theirs
    stands behind a current row.
    """
    query = f"""
        with pages as (select page from ({_NEEDED}) needed join driftbook.run_page using (run_id)),
        ranked as (
            select *, row_number() over (
                partition by model, notebook, label, kind order by started_at desc, run_id desc) as place
            from driftbook.run
            where status <> 'running'
        )
        select r.run_id, r.page from ranked r
        where r.finished_at < %(before)s and r.place > %(keep)s
            and r.run_id not in ({_NEEDED}) and r.page not in (select page from pages where page <> '')
            and (r.page <> '' or exists (
                select from driftbook.measure m
                where (m.model, m.day, m.revision, m.run_id) = (r.model, r.day, r.revision, r.run_id)))
        order by r.finished_at, r.run_id
    """
    with connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, {"before": before, "keep": keep}).fetchall()


@away.again
def prune(run_ids: Sequence[str]) -> int:
    """Delete the rows of runs that are no longer current and forget their pages, in one transaction; return the rows.

    The records of the runs stay, and current rows always do.
    """
    with connect() as connection:
        rows = 0
        for table in ("measure", "judgement"):
            delete = f"""
                delete from driftbook.{table} o using driftbook.run r
                where r.run_id = any(%s) and (o.model, o.day, o.revision) = (r.model, r.day, r.revision)
                    and o.run_id = r.run_id and not o.current
            """
            rows += connection.execute(delete, [list(run_ids)]).rowcount
        delete = "delete from driftbook.detectability where run_id = any(%s) and not current"
        rows += connection.execute(delete, [list(run_ids)]).rowcount
        forget = "update driftbook.run set page = '', files = '{}', pruned_at = now() where run_id = any(%s)"
        connection.execute(forget, [list(run_ids)])
    return rows
