"""Sources by name or import path, checked against the contract whenever they are asked for something."""

import hashlib
import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from pydantic import ValidationError

from driftbook.errors import BadData, BadInput, DriftbookError
from driftbook.periods import Period
from driftbook.sources.contract import Part, Source, SourceSettings

#: The sources that come with driftbook.
KNOWN = {
    "table": "driftbook.sources.table",
    "tlc": "driftbook.sources.tlc",
    "simulated": "driftbook.sources.simulated",
}
_NEEDED = ("Settings", "covers", "rows", "NOTICE")


def source(kind: str) -> Source:
    """Return the source of a kind: a known name, a module `package.module`, or `package.module:Name` for a class.

    Raises
    ------
    BadInput
        If there is none, it cannot be imported, or it lacks a part of the contract.
    """
    if not isinstance(kind, str) or not (kind in KNOWN or {*".:"}.intersection(kind)):
        raise BadInput(
            f"source.kind is {kind!r}: expected one of {list(KNOWN)}, or the import path of yours, "
            "'package.module' or 'package.module:Name'"
        )
    module, _, name = KNOWN.get(kind, kind).partition(":")
    try:
        found = importlib.import_module(module)
        found = getattr(found, name) if name else found
        found = found() if isinstance(found, type) else found
    except Exception as error:  # a module of somebody else's may raise anything
        raise BadInput(f"source.kind is {kind!r}: it cannot be imported ({_said(error)})") from error
    lacking = [part for part in _NEEDED if not hasattr(found, part)]
    if lacking:
        raise BadInput(f"the source {kind!r} lacks {', '.join(lacking)}: a source has {', '.join(_NEEDED)}")
    if not (isinstance(found.Settings, type) and issubclass(found.Settings, SourceSettings)):
        raise BadInput(f"the source {kind!r} has Settings that are no subclass of driftbook's SourceSettings")
    if not isinstance(found.NOTICE, str):
        raise BadInput(f"the source {kind!r} has a NOTICE that is no text: {found.NOTICE!r}")
    return found


def settings(given: Any) -> SourceSettings:
    """Return the validated settings of a source, given as a params file holds them."""
    if isinstance(given, SourceSettings):
        return given
    if not isinstance(given, dict) or "kind" not in given:
        raise ValueError("expected a mapping with `kind`")
    try:
        with _blamed(given["kind"]):
            return source(given["kind"]).Settings.model_validate(given)
    except DriftbookError as error:
        raise ValueError(str(error)) from error


def check_covers(given: SourceSettings, period: Period) -> None:
    """Raise `BadInput` if a period cannot be in a source; reads nothing."""
    with _blamed(given.kind):
        source(given.kind).covers(given, period)


def state(given: SourceSettings, period: Period) -> str:
    """Return what stands for the names, sizes and times of the files that hold a period; reads none of them.

    Empty where that cannot be told: of a query, and of a source of one's own without `files_of(settings, period)`.
    """
    files_of = getattr(source(given.kind), "files_of", None)
    if files_of is None:
        return ""
    with suppress(BadData), _blamed(given.kind):
        seen = [(str(path), *_stamp(path)) for path in sorted(files_of(given, period))]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16] if seen else ""
    return ""


def prepare(given: SourceSettings) -> None:
    """Let a source look into what any period needs, if it offers that; what is wrong with it a day says."""
    look = getattr(source(given.kind), "prepare", None)
    with suppress(BadData), _blamed(given.kind):
        _ = look and look(given)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ino


def parts(given: SourceSettings, period: Period) -> list[Part]:
    """Return the parts that hold at least a period's rows.

    Raises
    ------
    BadData
        If the source raises an error of its own, or gives anything but parts.
    """
    with _blamed(given.kind):
        found = [*source(given.kind).rows(given, period)]
    for part in found:
        if not isinstance(part, Part) or not isinstance(part.rows, ds.Dataset | pa.Table):
            what = type(part.rows if isinstance(part, Part) else part).__name__
            raise BadData(
                f"the source {given.kind!r} gives rows as {what}: expected Parts of an Arrow table or dataset"
            )
        if not isinstance(part.name, str) or not isinstance(part.days, Period | None):
            raise BadData(f"the source {given.kind!r} gives a Part whose name is no text or whose days are no Period")
    return found


@contextmanager
def _blamed(kind: str) -> Iterator[None]:
    """Turn an error that is not driftbook's into a sentence that names the source."""
    try:
        yield
    except (DriftbookError, ValidationError):
        raise
    except Exception as error:
        raise BadData(f"the source {kind!r} fails ({_said(error)}): correct its code or its settings") from error


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
