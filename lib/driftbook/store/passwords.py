"""Keeping the password of `DATABASE_URL` out of messages and pages, in every form it may be written in."""

import contextlib
import html
import json
import os
import re
from urllib.parse import quote, quote_plus, unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict

_USERINFO = re.compile(r"^[\w+.-]*://[^:/@?]*:(?P<password>.*)@", re.DOTALL)
_PARAMETER = re.compile(r"\bpassword\s*=\s*(?P<password>'[^']*'|[^&\s]*)")


def scrub(text: str) -> str:
    """Return `text` with the password of `DATABASE_URL` replaced by `***`.

    Raw, percent-encoded and -decoded forms are found, and those inside JSON and HTML. Use it on whatever is archived
    or shown. A password that is also an ordinary word goes wherever that word stands.
    """
    for form in sorted(_forms(os.environ.get("DATABASE_URL", "").strip()), key=len, reverse=True):
        text = text.replace(form, "***")
    return text


def _forms(url: str) -> set[str]:
    found = {match["password"] for pattern in (_USERINFO, _PARAMETER) if (match := pattern.search(url))}
    with contextlib.suppress(psycopg.Error, UnicodeError):
        found.add(conninfo_to_dict(url).get("password") or "")
    plain = found | {unquote(password) for password in found} | {password.strip("'") for password in found}
    written = (str, html.escape, quote, quote_plus, _quote_all, _in_json, _in_utf8_json, _in_repr)
    return {write(password) for password in plain for write in written} - {""}


def _quote_all(text: str) -> str:
    return quote(text, safe="")


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _in_utf8_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_repr(text: str) -> str:
    return repr(text)[1:-1]
