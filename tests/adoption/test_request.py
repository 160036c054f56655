import pytest
from driftbook import adoption
from driftbook.adoption.request import plain_name
from driftbook.errors import BadInput

GOOD = {"path": "jobs.csv", "query": "", "url_env": "", "time": "", "prediction": "", "target": "minutes", "name": ""}
QUERY = {"path": "", "query": "select * from jobs where at >= :start and at < :end", "url_env": "JOBS_URL"}


@pytest.mark.parametrize("given", [{}, {"name": "jobs_2024"}, QUERY])
def test_what_can_be_used(monkeypatch, given):
    monkeypatch.setenv("JOBS_URL", "sqlite://")
    adoption.check(GOOD | given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": ""}, "expected one of path and query, and neither is given: name the table's files or a query"),
        ({"query": "select 1"}, "expected one of path and query, and both are given: keep one of them"),
        (QUERY | {"url_env": ""}, "query and url_env go together"),
        (QUERY, "source.url_env is 'JOBS_URL', and no such environment variable is set"),
        (QUERY | {"query": "select * from jobs"}, "query lacks :start or :end"),
        (QUERY | {"url_env": "sqlite://"}, "url_env: String should match pattern"),
        ({"target": ""}, "target is '': name the column that holds the true value"),
        ({"name": "My jobs"}, "name is 'My jobs': expected small letters, digits and underscores, like 'my_jobs'"),
        ({"name": "../x"}, "name is '../x': expected small letters, digits and underscores, like 'x'"),
        ({"name": "demo"}, "name is 'demo', and params/demo.yaml is there already: choose another name, or delete"),
    ],
)
def test_refusals(given, message):
    with pytest.raises(BadInput) as refused:
        adoption.check(GOOD | given)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [("folder/Jobs 2024.parquet", "jobs_2024"), ("jobs/", "jobs"), ("***", "model"), ("p.q:data/x.csv.gz", "x")],
)
def test_names(text, name):
    assert plain_name(text) == name


def test_an_address_in_the_place_of_a_variables_name_is_not_repeated():
    with pytest.raises(BadInput) as refused:
        adoption.check(GOOD | QUERY | {"url_env": "postgresql://me:secret@host/db"})
    assert "secret" not in str(refused.value)
