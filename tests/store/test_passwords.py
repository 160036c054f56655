import html
import json
from urllib.parse import quote, quote_plus, unquote

import pytest
from driftbook.store import scrub

PASSWORD = "pä&ss\"w/o'r d%41"
ENCODED = quote(PASSWORD, safe="")
URLS = [
    f"postgresql://me:{ENCODED}@h:5432/db",
    f"  postgresql://me:{ENCODED}@h:5432/db?sslmode=disable\n",
    f"postgresql://me@h/db?password={ENCODED}",
    f"postgresql://h/db?user=me%40x&password={ENCODED}&sslmode=disable",
]
WRITTEN = {
    "plain": PASSWORD,
    "encoded": ENCODED,
    "form": quote_plus(PASSWORD),
    "path": quote(PASSWORD),
    "json": json.dumps(PASSWORD),
    "utf-8 json": json.dumps(PASSWORD, ensure_ascii=False),
    "html": html.escape(PASSWORD),
    "repr": repr(PASSWORD),
}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("form", WRITTEN)
def test_every_form_is_found(monkeypatch, url, form):
    monkeypatch.setenv("DATABASE_URL", url)
    scrubbed = scrub(f"before {WRITTEN[form]} after {WRITTEN[form]}")
    assert scrubbed.replace('"', "").replace("'", "") == "before *** after ***"


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgresql://me:p@ss@h/db", "p@ss"),
        ("postgresql://me:pa/ss@h/db", "pa/ss"),
        ("postgresql://me:p%zzs@h/db", "p%zzs"),
        ("mysql://me:secret@h/db", "secret"),
        ("host=h password=secret user=me", "secret"),
        ("host=h password='se cret' user=me", "se cret"),
    ],
)
def test_urls_that_cannot_be_parsed(monkeypatch, url, secret):
    monkeypatch.setenv("DATABASE_URL", url)
    assert secret not in scrub(f"see {url} and {secret} and {unquote(secret)}")


@pytest.mark.parametrize("url", [None, "", "nonsense", "postgresql://me@h/db", "postgresql://me:@h/db"])
def test_without_a_password_the_text_stays(monkeypatch, url):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if url is not None:
        monkeypatch.setenv("DATABASE_URL", url)
    assert scrub("postgresql://me:x@h/db, nothing secret") == "postgresql://me:x@h/db, nothing secret"
