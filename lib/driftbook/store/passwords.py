"""Keeping passwords out of messages and pages, in every form they may be written in.

How far a password is sought depends on how well it can be told from other text. One with a sign or digits among its
letters goes wherever it stands. A word of six letters or more, or a number of eight digits, goes where it stands alone,
but not from code nor from the tags of a page, which words like `number` are made of. What is left, `12` or `the`, goes
only where it is said to be a password: in an address, after `password=`, in a line of a pass file. Each occurrence of
such a word would be a page of holes, and a wrong number where it was a number, and would hide nothing.
"""

import html
import json
import re
import shlex
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, quote_plus, unquote

from driftbook.store.secrets import known

#: What a text is: words are left alone in code, and in the tags of markup.
Kind = Literal["text", "code", "markup"]

_HIDDEN = "***"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_TAG = re.compile(r"(<[^<>]*>)")
_NUMBER = re.compile(r"[\d.,:+/ eE-]*")
_WORDS = re.compile(r"[^\W\d_]+(?:[ _.-]+[^\W\d_]+)*")
#: What stands before a password: a user's name in an address, what a password is called, four fields of a pass file.
_BEFORE = (
    r"://[^\s/@:\"'<>]{0,200}:"
    r"|(?i:\b\w{0,40}?(?:pass(?:word|wd|phrase|code)?|pwd|secret|token)\w{0,40})"
    r"(?:[\"'\\\s=:,(\[]|&\#x27;|&\#3[49];|&quot;|<[^<>]*>|\bis\b){1,20}"
    r"|(?<![^\s\"'>])(?:[^\s:\"'<>]{1,200}:){4}"
)
_NOWHERE = re.compile(r"(?P<before>)(?!)")


def scrub(text: str, kind: Kind = "text") -> str:
    """Return `text` with the passwords that the environment holds or names replaced by `***`.

    Raw, percent-encoded and -decoded forms are found, and those inside JSON, HTML, a shell's quotes and the colours of
    a terminal. Use it on whatever is archived, stored or shown.
    """
    anywhere, words, contexts = _patterns(known())
    plain = _ANSI.sub("", text)
    clean = plain if anywhere is _NOWHERE else anywhere.sub(_HIDDEN, plain)  # a page is long, and mostly has none
    if contexts is not _NOWHERE:
        clean = contexts.sub(rf"\g<before>{_HIDDEN}", clean)
    if kind == "text" and words is not _NOWHERE:
        clean = words.sub(_HIDDEN, clean)
    if kind == "markup" and words is not _NOWHERE:
        parts = _TAG.split(clean)
        clean = "".join(part if number % 2 else words.sub(_HIDDEN, part) for number, part in enumerate(parts))
    return text if clean == plain else clean  # a colour may begin within a password, so it goes with it


@lru_cache(maxsize=8)
def _patterns(secrets: frozenset[str]) -> tuple[re.Pattern, re.Pattern, re.Pattern]:
    """Return what is hidden anywhere, what as a word, and what in contexts only."""
    found: tuple[set[str], ...] = (set(), set(), set())
    for secret in secrets:
        for plain in {secret, unquote(secret), secret.strip("'\"")}:
            for form in _forms(plain):
                found[max(_reach(plain), _reach(form))].add(form)
    anywhere, words, rest = found
    return (
        _pattern("{}", anywhere),
        _pattern(r"(?<![\w.])(?:{})(?!\w|\.\d)", words),
        _pattern(rf"(?P<before>{_BEFORE})(?:{{}})(?!\w)", words | rest),
    )


def _pattern(around: str, forms: Iterable[str]) -> re.Pattern:
    longest_first = sorted(filter(None, forms), key=lambda form: (-len(form), form))
    each = "|".join(map(re.escape, longest_first))
    return re.compile(around.replace("{}", each)) if longest_first else _NOWHERE


def _reach(form: str) -> int:
    """Return 0 for what is hidden anywhere, 1 as a word that stands alone, 2 only where it is said to be a password."""
    if not any(map(str.isalnum, form)):
        return 2
    if _NUMBER.fullmatch(form):
        return 1 if form.isdigit() and len(form) >= 8 else 2
    if _WORDS.fullmatch(form):
        return 1 if len(form) >= 6 else 2
    if form.isalnum() and len(form) < 6:
        return 1 if len(form) >= 4 else 2
    return 0 if len(form) >= 4 else 2


def _forms(password: str) -> set[str]:
    written = {write(password) for write in _WRITERS}
    written |= {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in written}
    return written | {escape(form) for form in written for escape in (html.escape, _in_json)} - {""}


def _quote_all(text: str) -> str:
    return quote(text, safe="")


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _in_utf8_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_repr(text: str) -> str:
    return repr(text)[1:-1]


def _in_bytes(text: str) -> str:
    return repr(text.encode("utf-8", "replace"))[2:-1]


def _in_shell(text: str) -> str:
    return shlex.quote(text).removeprefix("'").removesuffix("'")


_WRITERS: tuple[Callable[[str], str], ...] = (
    *(str, html.escape, quote, quote_plus, _quote_all),
    *(_in_json, _in_utf8_json, _in_repr, _in_bytes, _in_shell),
)
