import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driftbook import store
from driftbook.errors import BadInput
from driftbook.runs import values

SECRETS = {
    "password": ({"password": "pl4nted"}, "password"),
    "a number": ({"db_password": 774411}, "db_password"),
    "token": ({"access_token": "pl4nted"}, "access_token"),
    "key": ({"api_key": "pl4nted"}, "api_key"),
    "key alone": ({"key": "pl4nted"}, "key"),
    "capitals": ({"DB_PASSWORD": "pl4nted"}, "DB_PASSWORD"),
    "URL": ({"x": "postgresql://u:pl4nted@host/db"}, "x"),
    "URL without user": ({"x": "redis://:pl4nted@host"}, "x"),
    "URL with odd characters": ({"x": "postgresql://u:pl4nted@%2F:@host/db"}, "x"),
    "URL's query": ({"x": "https://host/?a=1&token=pl4nted"}, "x"),
    "conninfo": ({"x": "host=h password = 'pl4nted'"}, "x"),
    "in a mapping": ({"params": {"source": {"query": "select 'postgres://u:pl4nted@h'"}}}, "params.source.query"),
    "unknown key of a mapping": ({"params": {"password": "pl4nted"}}, "params.password"),
    "in a list": ({"x": ["a", "mysql://u:pl4nted@h"]}, "x"),
    "AWS": ({"x": "AKIAPL4NTED123456789"[:20]}, "x"),
    "GitHub": ({"x": "ghp_pl4nted" + "x" * 30}, "x"),
    "private key": ({"x": "-----BEGIN RSA PRIVATE KEY-----\npl4nted"}, "x"),
}


@pytest.mark.parametrize(("given", "name"), SECRETS.values(), ids=SECRETS)
def test_secrets_are_refused_and_not_repeated(given, name):
    with pytest.raises(BadInput, match=f"parameter '{name}' looks like a secret") as refused:
        values.check(given)
    assert "pl4nted" not in str(refused.value).lower() and "774411" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"url_env": "ORDERS_PASSWORD", "path": "data/tokens.csv", "name": "secret_santa"},
        {"x": "http://host:8080/a@b", "y": "https://host/a:b", "z": "user@host", "note": "a: b@c"},
        {"params": {"units": {"token": "tokens", "sort_key": "1"}, "source": {"query": "select token from t"}}},
        {"password": "", "token": None, "show_token": True},
        {"day": "2022-02-08", "sort_key": "day", "tokens": 3, "many": [1.5, "a"]},
    ],
)
def test_what_is_no_secret(given):
    values.check(given)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1.0, float("-inf")]])
def test_numbers_that_are_none(value):
    with pytest.raises(BadInput, match=r"parameter 'pace' is -?(nan|inf): expected a finite number"):
        values.check({"pace": value})


CELL = 'day: str = "2022-02-08"\nrows: int = 3\npace: float = 0.0\nflag: bool = False\nmany: list = []'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"day": dt.date(2022, 2, 5)}, "day = '2022-02-05'"),
        ({"day": dt.datetime(2022, 2, 5)}, "day = '2022-02-05'"),
        ({"day": pd.Timestamp("2022-02-05")}, "day = '2022-02-05'"),
        ({"day": np.str_("2022-02-05")}, "day = '2022-02-05'"),
        ({"day": Path("2022-02-05")}, "day = '2022-02-05'"),
        ({"rows": np.int64(7)}, "rows = 7"),
        ({"rows": np.array(7)}, "rows = 7"),
        ({"pace": np.float32(0.5)}, "pace = 0.5"),
        ({"flag": np.True_}, "flag = True"),
        ({"many": (1, np.int8(2), dt.date(2022, 2, 5))}, "many = [1, 2, '2022-02-05']"),
        ({"rows": 7, "day": "2022-02-05"}, "rows = 7"),
    ],
)
def test_the_api_takes_what_python_has(place, notebook, execute, given, expected):
    name = next(iter(given))
    nb = execute(notebook(CELL, f"print({name!r}, '=', repr({name}))", notebook="handmade"), **given)
    assert nb.cells[-1].outputs[0].text == f"{expected}\n"
    value = expected.partition(" = ")[2]
    assert repr(store.run(store.runs()["run_id"].iloc[0])["parameters"][name]) == value


def test_a_number_for_text_is_refused_all_the_same(place, notebook, execute):
    with pytest.raises(BadInput, match="parameter 'day' is 20220205 "):
        execute(notebook(CELL, notebook="handmade"), day=np.int64(20220205))
