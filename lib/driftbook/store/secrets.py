"""Which passwords this process may come to see: those of the environment, libpq's pass files and its service files."""

import contextlib
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

_USERINFO = re.compile(r"^\s*[\w+.-]*://[^:/@?]*:(?P<secret>.*)@", re.DOTALL)
#: libpq's parameters that are secrets, or name a file with some.
_PARAMETERS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
_PARAMETER = re.compile(rf"\b(?:{'|'.join(_PARAMETERS)})\s*=\s*(?P<secret>'[^']*'|[^&\s]*)")
#: Variables that are called secrets.
_CALLED = re.compile(r"(?i)(?:^|_|PG)(?:PASSWORD|PASSWD|PASSPHRASE|PWD_SECRET|SECRET|TOKEN|API_?KEY|ACCESS_?KEY)$")
#: Of a pass or service file no more is read: it may name a device.
_LARGEST = 1_000_000


def known() -> frozenset[str]:
    """Return the passwords as they are written where they stand; a file that cannot be read holds none."""
    environment, stamped = tuple(os.environ.items()), []
    for path in _files(environment):
        with contextlib.suppress(OSError):
            if path.is_file():
                stamped.append((path, path.stat().st_mtime_ns, path.stat().st_size))
    return _given(environment) | _in_files(tuple(stamped))


@lru_cache(maxsize=4)
def _given(environment: tuple[tuple[str, str], ...]) -> frozenset[str]:
    found = {value.strip() for name, value in environment if _CALLED.search(name)}
    for name, value in environment:
        if "://" in value or name == "DATABASE_URL":
            found.update(_in_address(value))
    return frozenset(found - {""})


def _in_address(address: str) -> Iterator[str]:
    for pattern in (_USERINFO, _PARAMETER):
        yield from (match["secret"] for match in pattern.finditer(address))
    with contextlib.suppress(psycopg.Error, UnicodeError):
        parsed = conninfo_to_dict(address.strip())
        yield from (str(parsed[name]) for name in _PARAMETERS if parsed.get(name))


@lru_cache(maxsize=4)
def _files(given: tuple[tuple[str, str], ...]) -> list[Path]:
    """Return where libpq looks for pass files and service files, whatever is there, in order."""
    environment = dict(given)
    named = [environment.get(name) for name in ("PGPASSFILE", "PGSERVICEFILE")]
    if system := environment.get("PGSYSCONFDIR"):
        named.append(f"{system}/pg_service.conf")
    with contextlib.suppress(RuntimeError):  # a user without an entry has no home
        named += [f"{Path.home()}/{name}" for name in (".pgpass", ".pg_service.conf")]
    with contextlib.suppress(psycopg.Error, UnicodeError):
        parsed = conninfo_to_dict(environment.get("DATABASE_URL", "").strip())
        named += [parsed.get(name) for name in ("passfile", "servicefile")]
    return sorted({Path(name) for name in named if name and "\0" not in name})


@lru_cache(maxsize=4)
def _in_files(stamped: tuple[tuple[Path, int, int], ...]) -> frozenset[str]:
    found: set[str] = set()
    for path, *_ in stamped:
        with contextlib.suppress(OSError):
            with path.open(encoding="utf-8", errors="replace") as file:
                lines = file.read(_LARGEST).splitlines()
            found.update(_in_pass_file(lines), _in_service_file(lines))
    return frozenset(found - {""})


def _in_pass_file(lines: list[str]) -> Iterator[str]:
    for line in lines:
        fields = re.split(r"(?<!\\):", line, maxsplit=4)
        if len(fields) == 5 and not line.startswith("#"):
            yield re.sub(r"\\(.)", r"\1", fields[4])
            yield fields[4]


def _in_service_file(lines: list[str]) -> Iterator[str]:
    for line in lines:
        name, _, value = line.strip().partition("=")
        if name.strip() in _PARAMETERS:
            yield value
            yield value.strip()
