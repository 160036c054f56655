import datetime as dt

import pytest
from driftbook import config, store
from driftbook.errors import BadInput, ModelUnavailable
from driftbook.periods import Period
from driftbook.runs import parameters

TYPED = 'text: str = "a"  # t\nwhole: int = 3\nreal: float = 0.5\nflag: bool = False\nmany: list = []\nfree = 1'
DEMO = 'params: str = "demo"'
MONITOR = f'{DEMO}\nday: str = "2022-02-08"'
BACKFILL = f'{DEMO}\nstart: str = "2022-02-08"\nend: str = "2022-02-10"'


@pytest.fixture
def request_of(notebook, monkeypatch, tmp_path):
    """Return a function that checks parameters given to a notebook with these ones."""
    monkeypatch.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path))

    def check(cell, given, name="handmade", **ours):
        nb = notebook(cell, notebook=name, **ours)
        nb.metadata["papermill"] = {"parameters": given}
        return parameters.check(nb)

    return check


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"text": "b"}, {"text": "b"}),
        ({"whole": 4, "real": 2}, {"whole": 4, "real": 2}),
        ({"flag": True, "many": [1, "x"]}, {"flag": True, "many": [1, "x"]}),
        ({"free": None}, {"free": None}),
    ],
)
def test_defaults_and_what_is_given(request_of, given, expected):
    found = request_of(TYPED, given)
    assert found.parameters == {
        "text": "a", "whole": 3, "real": 0.5, "flag": False, "many": [], "free": 1, **expected
    }  # fmt: skip
    assert (found.notebook, found.settings, found.period, found.model, found.label) == ("handmade", None, None, "", "")


def test_a_notebook_without_parameters(request_of, notebook):
    assert request_of("", {}).parameters == {}
    with pytest.raises(BadInput, match=r"^unknown parameter 'x': this notebook takes none$"):
        request_of("", {"x": 1})


@pytest.mark.parametrize(
    ("name", "cell", "given", "period", "label", "is_day"),
    [
        ("monitor", MONITOR, {}, (8, 9), "2022-02-08", True),
        ("monitor", MONITOR, {"day": "2022-02-28"}, (28, 29), "2022-02-28", True),
        ("backfill", BACKFILL, {}, (8, 11), "2022-02-08_2022-02-10", False),
        ("backfill", BACKFILL, {"end": "2022-02-08"}, (8, 9), "2022-02-08", False),
        ("train", DEMO, {}, (-30, 1), "2022-01-01_2022-01-31", False),
        ("other", DEMO, {}, None, "", False),
    ],
)
def test_model_and_period(request_of, name, cell, given, period, label, is_day):
    found = request_of(cell, given, name)
    first = dt.date(2022, 1, 31)
    assert found.period == (period and Period(*(first + dt.timedelta(days=offset) for offset in period)))
    assert (found.model, found.label, found.is_day) == ("demo", label, is_day)


def test_params_as_a_mapping(request_of):
    settings = config.load("demo")
    mapping = settings.model_dump(mode="json")
    assert request_of(MONITOR, {"params": mapping}).settings == settings


BAD = [
    (TYPED, {"txt": 1}, "unknown parameter 'txt': did you mean 'text'? this notebook takes text, whole, real, flag"),
    (TYPED, {"text": 7}, "parameter 'text' is 7 (int), expected str: quote it, as in -r text 7"),
    (TYPED, {"text": None}, "parameter 'text' is None (NoneType), expected str"),
    (TYPED, {"whole": "3"}, "parameter 'whole' is '3' (str), expected int"),
    (TYPED, {"whole": 3.0}, "parameter 'whole' is 3.0 (float), expected int"),
    (TYPED, {"whole": True}, "parameter 'whole' is True (bool), expected int"),
    (TYPED, {"real": "fast"}, "parameter 'real' is 'fast' (str), expected float"),
    (TYPED, {"real": False}, "parameter 'real' is False (bool), expected float"),
    (TYPED, {"flag": 1}, "parameter 'flag' is 1 (int), expected bool"),
    (TYPED, {"many": "a,b"}, "parameter 'many' is 'a,b' (str), expected list"),
    (TYPED, {"text": {"a": 1}}, "parameter 'text' is {'a': 1}"),
    (MONITOR, {"params": 7}, "parameter 'params' is 7 (int), expected str: quote it, as in -r params 7"),
    (TYPED, {"real": float("nan")}, "parameter 'real' is nan: expected a finite number"),
    (TYPED, {"password": "pl4nted"}, "parameter 'password' looks like a secret (its value is not repeated here)"),
    (MONITOR, {"dya": "2022-02-08"}, "unknown parameter 'dya': did you mean 'day'?"),
    (MONITOR, {"day": 20220205}, "parameter 'day' is 20220205 (int), expected str: quote it, as in -r day 20220205"),
    (MONITOR, {"day": "2022-02-30"}, "day is '2022-02-30': there is no such day in the calendar"),
    (MONITOR, {"day": "yesterday"}, "day is 'yesterday': expected a day as text, like '2022-02-05'"),
    (MONITOR, {"day": ""}, "day is '': expected a day as text"),
    (MONITOR, {"day": "2022-03-01"}, "2022-03-01 is not among the simulated days, 2022-01-01 to 2022-02-28"),
    (MONITOR, {"day": "2012-01-01", "params": "green_taxi"}, "2012-01-01 lies before the first published month"),
    (MONITOR, {"params": "dmeo"}, "params is 'dmeo': no such params file; known names are ['demo', 'flights', '"),
    (MONITOR, {"params": "/nowhere.yaml"}, "params is '/nowhere.yaml': no such params file"),
    (MONITOR, {"params": {"name": "x"}}, "the mapping given as params is not a valid params file"),
    (BACKFILL, {"start": "2022-02-11"}, "start 2022-02-11 lies after end 2022-02-10: give the earlier day first"),
    (BACKFILL, {"end": "2022-03-02"}, "2022-02-08 to 2022-03-02 is not among the simulated days"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "given", "message"), BAD, ids=[str(given) for _, given, _ in BAD])
def test_refusals(request_of, cell, given, message):
    with pytest.raises(BadInput) as refused:
        request_of(cell, given)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [({"path": ""}, "neither is given"), ({"target": ""}, "target is ''"), ({"name": "demo"}, "is there already")],
)
def test_what_cannot_be_adopted_is_refused(request_of, given, message):
    cell = "\n".join(f'{name}: str = ""' for name in ("query", "url_env", "time", "prediction", "name"))
    cell += '\npath: str = "orders.csv"\ntarget: str = "minutes"'
    assert request_of(cell, {}, "adopt").model == ""
    with pytest.raises(BadInput, match=message):
        request_of(cell, given, "adopt")


def test_a_model_not_trained(request_of):
    with pytest.raises(ModelUnavailable, match=r"demo.*train"):
        request_of(MONITOR, {}, needs=["model"])


@pytest.mark.parametrize("given", [{"day": "2022-02-30"}, {"dya": "2022-02-08"}, {"params": "nowhere"}])
def test_nothing_is_recorded_or_archived_of_a_refusal(place, notebook, execute, tmp_path, given):
    nb = notebook(MONITOR, "raise RuntimeError('a kernel started')", notebook="monitor", needs=["model"])
    with pytest.raises(BadInput):
        execute(nb, **given)
    assert (len(store.runs()), list(place.iterdir()), (tmp_path / "out.ipynb").exists()) == (0, [], False)
