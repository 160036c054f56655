"""Generated bad inputs: what cannot be used is refused in a sentence."""

import copy
import json
import math

import pytest
import yaml
from driftbook import batches, config, paths
from driftbook.errors import DriftbookError
from driftbook.periods import one_day
from driftbook.runs import parameters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import tables

DEMO = yaml.safe_load((paths.params_dir() / "demo.yaml").read_text(encoding="utf-8"))["params"]
ODD = st.sampled_from(
    [
        *("", " ", "\0", "\ud800", "../..", "'; drop table run; --", "{{ 7 * 7 }}", "%s", "{}", "$\\bad$", "é" * 300),
        *(-1, 0, 1, 2**31, 2**63, 10**30, -0.0, 1e308, math.nan, math.inf, -math.inf, True, False, None),
        *("2022-02-30", "9999-12-31", "0001-01-01", "2022-02-05", [], {}, [[]], {"a": None}, [1, "a", None]),
    ]
)
VALUE = ODD | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def leaves(content, place=()):
    """Yield the place of each key and item of params."""
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        yield (*place, key)
        yield from leaves(value, (*place, key))


PLACES = sorted(leaves(DEMO), key=repr)
MONITOR = "params: str = 'demo'\nday: str = '2022-02-05'\ndebug: bool = False\nwhole: int = 1\nmany: list = []"
COLUMNS = ("at", "price", "weight", "shop", "days")
CELL = st.sampled_from(
    ["", "NaN", "inf", "-1e999", "0x1F", "2022-02-30", "25:61", "\0", '"', ",", "é", "1_000", "TRUE"]
)


@pytest.fixture(scope="module")
def profile(pytestconfig):
    """How many examples: fifty of each kind, a thousand with `--whole`."""
    return settings(
        max_examples=1000 if pytestconfig.getoption("whole") else 50,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def tried(profile, strategy, attempt):
    """Run an attempt on examples; it may only be refused, in a sentence."""

    @profile
    @given(strategy)
    def each(example):
        try:
            attempt(example)
        except DriftbookError as error:
            assert 20 < len(str(error)) < 5000 and "Traceback" not in str(error), error

    each()


def test_params_mappings(profile):
    def attempt(example):
        place, value, is_gone = example
        params = copy.deepcopy(DEMO)
        *parents, key = place
        parent = params
        for name in parents:
            parent = parent[name]
        if is_gone:
            del parent[key]
        else:
            parent[key] = value
        found = config.load(params)
        json.dumps(found.of_training(), allow_nan=False)
        found.columns, found.axes, found.watched.all  # noqa: B018

    tried(profile, st.tuples(st.sampled_from(PLACES), VALUE, st.booleans()), attempt)


def test_params_files(profile, tmp_path):
    lines = yaml.safe_dump({"params": DEMO}).splitlines()
    odd = st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?, \t\n0.~<é\0", max_size=30)

    def attempt(example):
        number, text, replaces = example
        changed = [*lines[:number], text, *lines[number + replaces :]]
        (tmp_path / "odd.yaml").write_text("\n".join(changed), encoding="utf-8")
        config.load(str(tmp_path / "odd.yaml"))

    tried(profile, st.tuples(st.integers(0, len(lines)), odd, st.booleans()), attempt)


def test_parameters(profile, notebook):
    def attempt(example):
        nb = notebook(MONITOR, notebook="monitor")
        nb.metadata["papermill"] = {"parameters": example}
        parameters.check(nb)

    names = st.sampled_from(["params", "day", "debug", "whole", "many", "dya", "", "__import__"])
    tried(profile, st.dictionaries(names, VALUE, min_size=1, max_size=3), attempt)


def test_tables(profile, tmp_path):
    """A file whose cells are odd is read, or refused."""

    def attempt(rows):
        body = [",".join(COLUMNS), "2022-02-05 10:00,1.5,2,north,3", *(",".join(row) for row in rows)]
        (tmp_path / "odd.csv").write_text("\n".join(body) + "\n", encoding="utf-8")
        batches.read(tables.settings({"path": str(tmp_path / "odd.csv")}), one_day("2022-02-05"))

    cell = CELL | st.text(max_size=6).map(lambda text: text.replace("\n", " ").encode("utf-8", "replace").decode())
    time = st.just("2022-02-05 12:00") | cell
    tried(profile, st.lists(st.tuples(time, cell, cell, cell, cell), max_size=5), attempt)
