"""The content of a params file as plain data: parsed safely, bounded in size and nesting, fit to be stored."""

import copy
import datetime as dt
import math
import re
from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from driftbook import paths
from driftbook.errors import BadInput

#: Bytes of a file, values in it (those of an alias count where it stands), and levels of nesting.
MOST_BYTES, MOST_VALUES, MOST_LEVELS = 1_000_000, 100_000, 20
_SUFFIXES = (".yaml", ".yml")
#: An address with a password in it, and what keys of secrets are called.
_ADDRESS = re.compile(r"://[^\s/@:]*:[^\s/@]+@")
_CALLED = re.compile(r"(?i)(?:password|passwd|secret|token|api_?key|access_?key)$")


def content(params: str) -> tuple[Any, str]:
    """Return what a params file holds below `params:`, and the file's name.

    No message repeats the file's text: it may be another file than was meant, with secrets.

    Raises
    ------
    BadInput
        If there is no such file, it is too large or deep, not YAML, names a key twice, or holds something else.
    """
    path = _params_file(params)
    try:
        with path.open("rb") as file:
            written = file.read(MOST_BYTES + 1)
        if len(written) > MOST_BYTES:
            raise BadInput(f"{path.name} has more than {MOST_BYTES:,} bytes: expected a params file")
        found = copy.deepcopy(_parsed(written))
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise BadInput(f"{path.name} is not YAML: {_problem(error)}") from None
    if not isinstance(found, Mapping) or set(found) != {"params"}:
        raise BadInput(f"{path.name} must hold one top-level key `params:`, found {_kind(found)}")
    return found["params"], path.name


@lru_cache(maxsize=8)
def _parsed(written: bytes) -> Any:
    """Return what a file holds: of the same one asked for again, in processes forked meanwhile too, at once."""
    return yaml.load(written.decode("utf-8-sig"), Loader=_Loader)


def check(content: Any, origin: str) -> None:
    """Raise `BadInput` for what cannot be stored, is no number, looks like a secret, or is too much or too deep."""
    for count, (place, value) in enumerate(_walk(content, ())):
        where = ".".join(map(str, place)) or "params"
        if len(place) > MOST_LEVELS or count > MOST_VALUES:
            raise BadInput(f"{origin} nests deeper than {MOST_LEVELS} levels or holds more than {MOST_VALUES:,} values")
        if isinstance(value, float) and (math.isnan(value) or (math.isinf(value) and place[:1] != ("model",))):
            raise BadInput(f"{origin}: {where} is {value}: expected a number; leave a bound that is open out")
        if isinstance(value, int) and abs(value) >= 2**63:
            raise BadInput(f"{origin}: {where} is a number of {value.bit_length()} bits, expected at most 63")
        if isinstance(value, str) and ("\0" in value or _is_broken(value)):
            raise BadInput(f"{origin}: {where} holds a character that cannot be stored (NUL, half a surrogate pair)")
        if isinstance(value, str) and _ADDRESS.search(value):
            raise BadInput(
                f"{origin}: {where} holds an address with a password: put the address into an environment variable "
                "and name it in source.url_env"
            )


def shown(place: tuple, value: Any) -> str:
    """Return a value for a message, cut; not one whose key is called a secret."""
    if any(_CALLED.search(str(key)) for key in place):
        return "***"
    return f"{_hidden(value)!r:.60}"


class _Loader(yaml.SafeLoader):
    """YAML's plain types only, and no mapping that names a key twice; merged keys may be named again, as YAML says."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if not hasattr(node, "driftbook_seen"):
            node.driftbook_seen = True
            self._refuse_doubled(node)
        super().flatten_mapping(node)
        if len(node.value) > MOST_VALUES // 10:
            raise yaml.constructor.ConstructorError(problem="a mapping is too large", problem_mark=node.start_mark)

    def _refuse_doubled(self, node: yaml.MappingNode) -> None:
        seen = set()
        for key, _ in node.value:
            is_name = isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge"
            name = self.construct_object(key) if is_name else None
            if isinstance(name, Hashable) and name in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {name!r:.60} is given twice", problem_mark=key.start_mark
                )
            seen |= {name} - {None}


def _walk(value: Any, place: tuple) -> Iterator[tuple[tuple, Any]]:
    yield place, value
    if len(place) > MOST_LEVELS:
        return
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield (*place, "a key"), key
            yield from _walk(one, (*place, key))
    elif isinstance(value, list | tuple | set | frozenset):
        for number, one in enumerate(value):
            yield from _walk(one, (*place, number))


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: "***" if _CALLED.search(str(key)) else _hidden(one) for key, one in value.items()}
    return [_hidden(one) for one in value] if isinstance(value, list) else value


def _is_broken(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)


def _params_file(params: str) -> Path:
    names = sorted(path.stem for path in paths.params_dir().glob("*.yaml"))
    if not isinstance(params, str) or not params:
        raise BadInput(f"params is {params!r}: expected a name, one of {names}, or the path of a params file")
    is_path = params.endswith(_SUFFIXES) or "/" in params
    try:
        # Nothing else is opened, so that no other file can come into a message.
        path = paths.anchored(params) if is_path else paths.params_dir() / f"{params}.yaml"
        if path.suffix in _SUFFIXES and path.is_file():
            return path
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, the home of nobody
        pass
    raise BadInput(f"params is {params!r:.200}: no such params file; known names are {names}")


def _problem(error: Exception) -> str:
    """Return what is wrong and where, without YAML's excerpt of the text."""
    if isinstance(error, RecursionError):
        return f"it nests deeper than {MOST_LEVELS} levels"
    if isinstance(error, UnicodeError):
        return str(error)
    if not isinstance(error, yaml.MarkedYAMLError):
        return "a value is no number or date that exists, or a character is not allowed"
    said = " ".join(f"{error.context or ''} {error.problem or ''}".split())[:200]
    mark = error.problem_mark
    return said + (f" (line {mark.line + 1}, column {mark.column + 1})" if mark else "")


def _kind(found: Any) -> str:
    if isinstance(found, Mapping):
        return "other keys"
    return {str: "a text", list: "a list", type(None): "nothing", dt.date: "a date"}.get(type(found), "a value")
