"""Sources by name or import path, checked against the contract."""

import importlib
from typing import Any

from driftbook.errors import BadInput
from driftbook.sources.contract import Source, SourceSettings

#: The sources that come with driftbook.
KNOWN = {
    "table": "driftbook.sources.table",
    "tlc": "driftbook.sources.tlc",
    "simulated": "driftbook.sources.simulated",
}
_NEEDED = ("Settings", "covers", "rows", "NOTICE")


def source(kind: str) -> Source:
    """Return the source of a kind, a known name or `package.module:Name`.

    Raises
    ------
    BadInput
        If there is none, it cannot be imported, or it lacks a part of the contract.
    """
    path = KNOWN.get(kind, kind)
    if kind not in KNOWN and ":" not in str(kind):
        raise BadInput(
            f"source.kind is {kind!r}: expected one of {list(KNOWN)}, or the import path 'module:Name' of yours"
        )
    module, _, name = path.partition(":")
    try:
        found = importlib.import_module(module)
        found = getattr(found, name) if name else found
    except (ImportError, AttributeError) as error:
        raise BadInput(f"source.kind is {kind!r}: it cannot be imported ({error})") from None
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
        return source(given["kind"]).Settings.model_validate(given)
    except BadInput as error:
        raise ValueError(str(error)) from None
