"""Parameters as they are given: in the types that JSON knows, and without what must not be written into pages."""

import datetime as dt
import math
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode
from papermill.translators import translate_parameters

from driftbook.errors import BadInput

#: What `papermill --inject-paths` adds, for whoever reads it in a cell.
OF_PAPERMILL = ("PAPERMILL_INPUT_PATH", "PAPERMILL_OUTPUT_PATH")

_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|pwd|secret|credentials?|token|apikey"
    r"|(?:api|access|private|auth|secret|account)_?key)$|^key$",
    re.IGNORECASE,
)
#: Within a params file a name may be a column's.
_INNER = re.compile(r"^(?:password|passwd|passphrase|pwd|secret|api_?key)$", re.IGNORECASE)
_VALUE = re.compile(
    r"://[^/\s:@]*:(?!\d*/)\S*@"  # a URL's password; a port and a path are none
    r"|\b(?:password|passwd|pwd|secret|token|api_?key)\s*=\s*[^\s=]"  # libpq's keywords, a URL's query
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30}|\bglpat-|\bxox[abprs]-|\bsk-\w{16}|\beyJ[\w-]+\.eyJ[\w-]+\."
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.IGNORECASE,
)


def settle(nb: NotebookNode, kernel_name: str, language: str = "python") -> None:
    """Write a notebook's parameters in JSON's types, anew in their cell: papermill takes NumPy's 3 for text."""
    ours = nb.metadata.get("papermill", {})
    given = ours.get("parameters") or {}
    plain = {name: _plain(value) for name, value in given.items()}
    if repr(plain) == repr(dict(given)):
        return
    ours["parameters"] = plain
    for cell in nb.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = translate_parameters(kernel_name, language, plain, "Parameters")


def check(given: Mapping[str, Any]) -> None:
    """Refuse what looks like a secret, without repeating it, and numbers that are none.

    Raises
    ------
    BadInput
        A parameter is shown on pages and stored in the database: no secret may be one.
    """
    for path, value in _leaves(given):
        names = _NAME if len(path) == 1 else _INNER
        is_named = names.search(str(path[-1])) and not isinstance(value, bool) and value not in ("", None)
        if is_named or (isinstance(value, str) and _VALUE.search(value)):
            raise BadInput(
                f"parameter {'.'.join(map(str, path))!r} looks like a secret (its value is not repeated here): "
                "parameters are shown on pages and stored in the database; put it into an environment variable, and "
                "give the variable's name, as `url_env` does"
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise BadInput(f"parameter {'.'.join(map(str, path))!r} is {value!r}: expected a finite number")


def _leaves(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dt.datetime) and value.time() == dt.time() and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0:  # a scalar of NumPy's
        return _plain(value.item())
    return value
