"""What lies in the archive: whether it is what the runs recorded, and what nobody needs any more."""

import datetime as dt
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from driftbook import paths, store
from driftbook.errors import BadInput
from driftbook.runs import archive, listing, unsent

_RUN = re.compile(r"\.?(\d{8}T\d{6}-[0-9a-f]{8})")


def check() -> list[str]:
    """Return what is wrong with the archive, a sentence each: pages and files that are missing, changed or nobody's."""
    runs = {row["run_id"]: row for row in store.archived_runs()}
    found = [said for row in runs.values() if row["page"] for said in _of_run(row)]
    for home, run_id, is_draft in _folders():
        row = runs.get(run_id)
        if row is None or (not row["page"] and row["status"] != "running"):
            found.append(f"orphaned: {home} belongs to {'no run that ended there' if row else 'no run'}")
        elif is_draft and row["status"] != "running":
            found.append(f"orphaned: {home} is what the run {run_id} left unfinished")
    waiting = sorted((paths.archive_dir() / unsent.WAITING).glob("[0-9]*"))
    return [*found, *(f"unsent: the end of the run {mark.name} waits for the database" for mark in waiting)]


def prune(days: float, keep: int) -> tuple[int, int]:
    """Remove the pages, and the rows that are no longer current, of runs that nobody needs; return how many of each.

    Parameters
    ----------
    days
        Runs that ended within so many days stay.
    keep
        How many of the newest runs of each notebook and day, or days, stay whatever their age.

    The records of runs stay, and so does every page behind a current row. Killed halfway, the next call goes on.

    Raises
    ------
    BadInput
        If `days` is negative, or nothing would be kept.
    """
    if not 0 <= days < 1e6 or keep < 1:
        raise BadInput(f"days is {days!r} and keep {keep!r}: expected days from 0 and at least 1 run to keep")
    outdated = store.outdated(dt.datetime.now(dt.UTC) - dt.timedelta(days=days), keep)
    rows = store.prune([row["run_id"] for row in outdated])
    pruned = {row["run_id"] for row in store.archived_runs() if row["pruned_at"]}
    for home, run_id, _ in _folders():  # of the records, not of this call: one that was killed had come no further
        if run_id in pruned:
            shutil.rmtree(home, ignore_errors=True)
    listing.refresh()
    return sum(bool(row["page"]) for row in outdated), rows


def _of_run(row: dict) -> Iterator[str]:
    page = archive.location(row["page"])
    for name, sha256 in sorted((row["files"] or {page.name: ""}).items()):  # runs of older versions have no hashes
        file = page.parent / Path(name).name
        try:
            found = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError:
            yield f"missing: {file} of the run {row['run_id']}"
            continue
        if sha256 and found != sha256:
            yield f"changed: {file} is not what the run {row['run_id']} archived"


def _folders() -> Iterator[tuple[Path, str, bool]]:
    """Yield the folders of runs, in order, with the run's id and whether it is a draft."""
    for path in sorted(paths.archive_dir().rglob("*")):
        if (found := _RUN.fullmatch(path.name)) and path.is_dir():
            yield path, found[1], path.name.startswith(".")
