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


@pytest.mark.parametrize("password", ["12", "the", "1", "", "}", '"', "&", "\\", "n"])
def test_a_short_or_common_one_goes_where_it_is_said_to_be_one(monkeypatch, password):
    monkeypatch.setenv("PGPASSWORD", password)
    ordinary = '{"rows": 12, "share": 0.12} 12 of the 120 rows & "no" <b>1</b>, the end\\n; word pass, at 12:12:12'
    assert scrub(ordinary) == scrub(ordinary, "markup") == scrub(ordinary, "code") == ordinary
    if password:
        said = [
            f"postgresql://me:{password}@h/db",
            f"PGPASSWORD={password}",
            f"'PGPASSWORD': {password!r}",
            json.dumps({"password": password}),
            f"<td>password</td><td>{html.escape(password)}</td>",
            f"h:5432:db:me:{password}",
        ]
        assert [text for text in said if "***" not in scrub(text)] == []
        assert scrub(said[0]) == "postgresql://me:***@h/db"


def test_a_word_is_left_in_code_and_tags(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "number")
    assert scrub('<b class="number">my number</b> numbers', "markup") == '<b class="number">my ***</b> numbers'
    assert scrub("number = 1; x = 'password=number'", "code") == "number = 1; x = 'password=***'"
    assert scrub("a number: number_2") == "a ***: number_2"


def test_a_password_is_found_within_the_colours_of_a_traceback(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "p%40sS")
    assert scrub("\x1b[31m'p\x1b[39m%40s\x1b[0mS'") == "'***'"
    assert scrub("\x1b[31mred\x1b[0m") == "\x1b[31mred\x1b[0m"


@pytest.mark.parametrize(
    ("variable", "value", "secret"),
    [
        ("ORDERS_URL", "mysql+pymysql://me:s3cr-et@h/db", "s3cr-et"),
        ("HTTPS_PROXY", "http://me:s3cr-et@proxy:80", "s3cr-et"),
        ("DATABASE_URL", "postgresql://me@h/db?sslpassword=s3cr-et", "s3cr-et"),
        ("AWS_SECRET_ACCESS_KEY", "s3cr/et", "s3cr/et"),
        ("SOME_API_TOKEN", "s3cr-et", "s3cr-et"),
        ("DATABASE_URL", "postgresql://me:%c3%a4%C3%A4@h/db", "ää"),
    ],
)
def test_what_the_environment_holds(monkeypatch, variable, value, secret):
    monkeypatch.setenv(variable, value)
    assert secret not in scrub(f"{value} and password={secret}")


FILES = {
    "pass file": ("PGPASSFILE", "# h:1:d:u:no\n*:*:*:me:s3cr\\:et\n", "s3cr:et"),
    "service file": ("PGSERVICEFILE", "[a]\nhost=h\n[b]\n password=s3cr-et\n", "s3cr-et"),
}


@pytest.mark.parametrize(("variable", "content", "secret"), FILES.values(), ids=FILES)
def test_what_the_files_of_libpq_hold(monkeypatch, tmp_path, variable, content, secret):
    (tmp_path / "file").write_text(content)
    monkeypatch.setenv(variable, str(tmp_path / "file"))
    assert scrub(f"see {secret}") == "see ***"
    monkeypatch.delenv(variable)
    assert scrub(f"see {secret}") == f"see {secret}"
    home = {"PGPASSFILE": ".pgpass", "PGSERVICEFILE": ".pg_service.conf"}[variable]
    (tmp_path / home).write_text(content)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert scrub(f"see {secret}") == "see ***"


@pytest.mark.parametrize("path", ["/dev/zero", "/nowhere/.pgpass", "/", ""])
def test_a_pass_file_that_is_none(monkeypatch, path):
    monkeypatch.setenv("PGPASSFILE", path)
    assert scrub("nothing secret") == "nothing secret"
