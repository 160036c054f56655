"""Ends of runs that the database could not take: left beside the page, and sent by the next run."""

import datetime as dt
import json
from contextlib import suppress
from pathlib import Path

from papermill.log import logger

from driftbook import paths, store
from driftbook.errors import BadInput, DatabaseUnavailable
from driftbook.runs import archive

#: The record beside the page; `WAITING` holds a file per record that says where it lies.
NAME = "record.json"
WAITING = ".unsent"
_KEYS = {"run_id", "status", "error", "page", "files", "finished_at"}


def close(run_id: str, status: str, error: str, page: str) -> None:
    """Write a run's end into the database, or beside its page where the database is away."""
    ended, files = dt.datetime.now(dt.UTC), archive.hashes(page)
    try:
        store.close_run(run_id, status, error=error, page=page, files=files, finished_at=ended)
    except DatabaseUnavailable as away:
        record = {"run_id": run_id, "status": status, "error": store.scrub(error), "page": page}
        _leave(record | {"files": files, "finished_at": ended.isoformat()})
        logger.error("The run's end is not stored: %s; it lies beside the page, and the next run sends it", away)


def send() -> list[str]:
    """Send the ends that wait, and return the ids of their runs; one that is of no use stays, and is named."""
    sent = []
    for mark in sorted((paths.archive_dir() / WAITING).glob("[0-9]*")):
        record = archive.location(mark.read_text(encoding="utf-8").strip())
        try:
            _send(json.loads(record.read_text(encoding="utf-8")), mark.name)
        except (OSError, ValueError, TypeError, KeyError, BadInput) as error:
            logger.error("The end of the run %s in %s cannot be sent: %s", mark.name, record, error)
            continue
        sent.append(mark.name)
        for file in (record, mark):
            file.unlink(missing_ok=True)
    return sent


def _leave(record: dict) -> None:
    """Write an end beside its page, and where it lies; without a page there is no place, and the run will be lost."""
    from driftbook.pages import index

    if not record["page"]:
        return
    with suppress(OSError):
        place = Path(record["page"]).with_name(NAME)
        index.write(archive.location(str(place)), json.dumps(record))
        archive.make(paths.archive_dir() / WAITING)
        index.write(paths.archive_dir() / WAITING / record["run_id"], str(place))


def _send(record: dict, run_id: str) -> None:
    if set(record) != _KEYS or record["run_id"] != run_id or record["status"] not in ("succeeded", "failed"):
        raise ValueError(f"expected the keys {', '.join(sorted(_KEYS))} of that run")
    store.close_run(**{**record, "finished_at": dt.datetime.fromisoformat(record["finished_at"])})
