"""Writing one day's measures and judgement as a revision, in one transaction."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from driftbook.errors import BadInput
from driftbook.records import DayResult
from driftbook.store import away
from driftbook.store.connection import connect
from driftbook.store.runs import unknown_run

_KEY = ("data_hash", "model_version", "notebook_hash", "code_version", "context_hash")
_MEASURE = (
    *("model", "day", "metric", "feature", "segment", "value", "lower", "upper", "verdict"),
    *("rows", "revision", "run_id", "model_version", "reference", "current", "low", "high"),
)
_JUDGEMENT = (
    "histograms",
    *("model", "day", "verdict", "reason", "day_class", "feature", "cell", "day_share", "reference_share", "severity"),
    *("fixed_score", "fixed_threshold", "trailing_score", "trailing_threshold", "fixed_days", "trailing_days"),
    *("labels", "counts", "model_version", "revision", "run_id", "current"),
    *("facts", "since", "lasted", "summary", "fixed_threshold_error", "trailing_threshold_error"),
)


@dataclass(frozen=True)
class Revision:
    """What writing a day did: the revision that holds its numbers, whether rows were added, whether it is current."""

    revision: int
    changed: bool
    current: bool


@away.again
def write_day(run_id: str, result: DayResult) -> Revision:
    """Write a day's measures and judgement in one transaction, and note in the run that they are stored.

    The same data, model, notebook, code and context as the current revision's change nothing. Anything else makes a new
    revision, and the old rows stay, no longer current. An interactive run never replaces a papermill run's rows:
    its own are kept beside them. A papermill run replaces an interactive run's rows, and any run those of a failed one.

    Raises
    ------
    BadInput
        If there is no such run, it is of another model or day, or the day holds no measure.
    DatabaseUnavailable
        If the database cannot be reached.
    """
    if not result.measures:
        raise BadInput(f"the result of {result.model!r} on {result.day} holds no measure: an empty day has `rows` = 0")
    day = {"model": result.model, "day": result.day}
    with connect() as connection:
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{result.model} {result.day}"])
        writing = _writing_run(connection, run_id, result)
        previous = _current_run(connection, day)
        if previous and _is_unchanged(previous, writing):
            written = Revision(previous["revision"], changed=False, current=True)
        else:
            is_beside = bool(previous) and (previous["kind"], writing["kind"]) == ("papermill", "interactive")
            written = Revision(_next_revision(connection, day), changed=True, current=not is_beside)
            _insert(connection, run_id, result, written)
        if written.current:
            _set_limits(connection, result)
        _note_stored(connection, writing, written.revision)
    return written


def _writing_run(connection: psycopg.Connection, run_id: str, result: DayResult) -> dict[str, Any]:
    query = "select run_id, kind, notebook_hash, code_version, model, day from driftbook.run where run_id = %s"
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query, [run_id]).fetchone()
    if row is None:
        raise unknown_run(run_id)
    if (row["model"], row["day"]) != (result.model, result.day):
        raise BadInput(
            f"the result is of model {result.model!r} on {result.day}, and the run {run_id} is of {row['model']!r} on "
            f"{row['day']}: a run stores its own day"
        )
    return {
        **row,
        "data_hash": result.data_hash,
        "model_version": result.model_version,
        "context_hash": result.context_hash,
    }


def _current_run(connection: psycopg.Connection, day: dict[str, Any]) -> dict[str, Any] | None:
    """Return the run that wrote the day's current rows, with their revision."""
    query = """
        select m.revision, r.kind, r.status, r.data_hash, r.model_version, r.notebook_hash, r.code_version,
            r.context_hash
        from driftbook.measure m
        join driftbook.run r using (run_id)
        where m.model = %(model)s and m.day = %(day)s and m.current
        limit 1
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, day).fetchone()


def _is_unchanged(previous: dict[str, Any], writing: dict[str, Any]) -> bool:
    if any(previous[name] != writing[name] for name in _KEY):
        return False
    kinds = (previous["kind"], writing["kind"])
    if kinds == ("papermill", "interactive"):
        return True
    return previous["status"] != "failed" and kinds != ("interactive", "papermill")


def _next_revision(connection: psycopg.Connection, day: dict[str, Any]) -> int:
    query = "select coalesce(max(revision), 0) + 1 from driftbook.measure where model = %(model)s and day = %(day)s"
    (revision,) = connection.execute(query, day).fetchone()
    return revision


def _insert(connection: psycopg.Connection, run_id: str, result: DayResult, written: Revision) -> None:
    if written.current:
        for table in ("measure", "judgement"):
            retire = sql.SQL("update {} set current = false where model = %s and day = %s and current")
            connection.execute(retire.format(sql.Identifier("driftbook", table)), [result.model, result.day])
    _copy(connection, "measure", _MEASURE, _measure_rows(run_id, result, written))
    _copy(connection, "judgement", _JUDGEMENT, _judgement_rows(run_id, result, written))


def _measure_rows(run_id: str, result: DayResult, written: Revision) -> Iterable[tuple]:
    origin = (result.rows, written.revision, run_id, result.model_version)
    for m in result.measures:
        named = (result.model, result.day, m.metric, m.feature, m.segment)
        judged = (m.value, m.lower, m.upper, m.verdict or None)
        yield (*named, *judged, *origin, m.reference, written.current, m.low, m.high)


def _judgement_rows(run_id: str, result: DayResult, written: Revision) -> Iterable[tuple]:
    if result.judgement is None:
        return
    judgement = vars(result.judgement) | {
        "histograms": json.dumps(_cells(result)) if result.references else None,
        "fixed_days": json.dumps([str(day) for day in result.judgement.fixed_days]),
        "trailing_days": json.dumps(
            [{"day": str(day), "sha256": sha256} for day, sha256 in result.judgement.trailing_days]
        ),
        "counts": json.dumps(result.counts) if result.counts else None,
        "facts": json.dumps(result.judgement.facts),
    }
    origin = {"model": result.model, "day": result.day, "model_version": result.model_version, "run_id": run_id}
    row = judgement | origin | {"revision": written.revision, "current": written.current}
    yield tuple(row[name] for name in _JUDGEMENT)


def _cells(result: DayResult) -> dict[str, list[tuple[str, int, int]]]:
    """Return each column's cells: label, the day's rows, the reference's."""
    return {
        column: [(cell, int(rows), int(result.references[column][cell])) for cell, rows in cells.items()]
        for column, cells in result.histograms.items()
    }


def _copy(connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    into = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier("driftbook", table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _set_limits(connection: psycopg.Connection, result: DayResult) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into driftbook.service_limit as known (model, metric, lower, upper) values (%s, %s, %s, %s)
            on conflict (model, metric) do update set lower = excluded.lower, upper = excluded.upper
            where (known.lower, known.upper) is distinct from (excluded.lower, excluded.upper)
            """,
            [(result.model, name, *bounds) for name, bounds in sorted(result.limits.items())],
        )


def _note_stored(connection: psycopg.Connection, writing: dict[str, Any], revision: int) -> None:
    connection.execute(
        """
        update driftbook.run
        set stored_at = clock_timestamp(), data_hash = %(data_hash)s, model_version = %(model_version)s,
            context_hash = %(context_hash)s, revision = %(revision)s
        where run_id = %(run_id)s
        """,
        {**writing, "revision": revision},
    )
