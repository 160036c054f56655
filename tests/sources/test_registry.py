"""A source of one's own: the worked example of the docs, and each way to break the contract."""

import json
import re
import sys
import textwrap

import pyarrow as pa
import pytest
from driftbook import batches, config, paths
from driftbook.errors import BadData, BadInput
from driftbook.periods import between, one_day
from driftbook.sources import registry

from tests import tables

DAY = one_day("2022-02-05")
WHOLE = """
import datetime as dt
import pyarrow as pa
from driftbook.errors import BadInput
from driftbook.periods import one_day
from driftbook.sources.contract import Part, SourceSettings
NOTICE = ""
TABLE = pa.table({"at": [dt.datetime(2022, 2, 5, 10)], "price": [1.0], "days": [2.0]})
class Settings(SourceSettings):
    pass
def covers(settings, period):
    pass
def rows(settings, period):
    return [Part(TABLE, "all")]
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A function that makes a module of some text importable; returns its name."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def write(text, name="shops.orders"):
        package = tmp_path / name.partition(".")[0]
        package.mkdir(exist_ok=True)
        (package / f"{name.partition('.')[2]}.py").write_text(text, encoding="utf-8")
        made.append(name)
        return name

    yield write
    for name in [*sys.modules]:
        if name.partition(".")[0] in {each.partition(".")[0] for each in made}:
            del sys.modules[name]


def read(kind, **more):
    return batches.read(tables.settings({"kind": kind, **more}, numeric=(), categorical=()), DAY)


def test_the_worked_example_of_the_docs(module, tmp_path):
    page = (paths.ROOT / "docs" / "own-model.md").read_text(encoding="utf-8").split("## A source of your own")[1]
    kind = module(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], "my_company.orders")
    lines = [{"ordered_at": f"2022-02-0{day} 10:00:00", "price": 1.5, "shop": "a", "days": day} for day in (4, 5, 5)]
    (tmp_path / "2022-02-05.json").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    described = {"kind": kind, "folder": str(tmp_path), "first": "2022-02-01", "derive": {"late": "days > 4"}}
    settings = tables.settings(described, numeric=["late"], categorical=["shop"], time="ordered_at")
    batch = batches.read(settings, DAY)
    assert (batch.frame["days"].tolist(), batch.frame["late"].tolist(), batch.strays) == ([5, 5], [1, 1], 1)
    assert len(batches.read(settings, one_day("2022-02-06")).frame) == 0
    assert len(batches.read(settings, between("2022-02-01", "2022-02-07"), strays=True).frame) == 3
    assert batches.notice(settings) == "Orders of the shop in Lyon only."
    with pytest.raises(BadInput, match="2022-01-31 lies before the first file, 2022-02-01: give a later day"):
        batches.check_covers(settings, one_day("2022-01-31"))


def test_a_class(module):
    head, body = WHOLE.split('NOTICE = ""\n')
    body = body.replace("(settings, period)", "(self, settings, period)").replace("(TABLE", "(self.TABLE")
    text = f"{head}class Orders:\n    NOTICE = ''\n{textwrap.indent(body, '    ')}"
    assert read(f"{module(text)}:Orders").frame["price"].tolist() == [1]


def without(name):
    return re.sub(rf"^(class {name}|def {name}|{name} =).*\n((    .*)\n)*", "", WHOLE, flags=re.MULTILINE)


def rows_are(value):
    return WHOLE.replace('return [Part(TABLE, "all")]', value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (without("NOTICE"), "the source 'shops.orders' lacks NOTICE: a source has Settings, covers, rows, NOTICE"),
        (without("covers"), "the source 'shops.orders' lacks covers"),
        (without("rows"), "the source 'shops.orders' lacks rows"),
        (without("Settings"), "the source 'shops.orders' lacks Settings"),
        (WHOLE.replace('NOTICE = ""', "NOTICE = None"), "the source 'shops.orders' has a NOTICE that is no text: N"),
        (
            WHOLE.replace("Settings(SourceSettings)", "Settings"),
            "has Settings that are no subclass of driftbook's",
        ),
        ("1 / 0", "source.kind is 'shops.orders': it cannot be imported (ZeroDivisionError: division by zero)"),
        ("def broken(:", "source.kind is 'shops.orders': it cannot be imported (SyntaxError: invalid syntax"),
        ("import nothing_of_that_name", "it cannot be imported (ModuleNotFoundError: No module named 'nothing_of"),
        (WHOLE.replace("    pass\ndef", "    folder: str\ndef"), "source.folder: Field required"),
    ],
)
def test_a_broken_source_is_refused_with_its_params_file(module, text, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        tables.settings({"kind": module(text)})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            rows_are("raise KeyError('orders')"),
            "the source 'shops.orders' fails (KeyError: 'orders'): correct",
        ),
        (
            rows_are('yield Part(TABLE, "a")\n    1 / 0'),
            "the source 'shops.orders' fails (ZeroDivisionError: div",
        ),
        (rows_are("return None"), "the source 'shops.orders' fails (TypeError: "),
        (rows_are("return []"), "the source 'shops.orders' gives no parts for 2022-02-05 to 2022-02-05: expected"),
        (
            rows_are("return [TABLE.to_pandas()]"),
            "the source 'shops.orders' gives rows as DataFrame: expected P",
        ),
        (
            rows_are("return [Part(TABLE.to_pylist(), 'a')]"),
            "the source 'shops.orders' gives rows as list: expected",
        ),
        (
            rows_are("return [Part(TABLE, None)]"),
            "the source 'shops.orders' gives a Part whose name is no text or",
        ),
        (
            rows_are("return [Part(TABLE, 'a', days=period.days)]"),
            "gives a Part whose name is no text or whose days",
        ),
        (
            rows_are("return [Part(TABLE.drop_columns(['price']), 'a')]"),
            "there is no column 'price' among the deli",
        ),
        (
            WHOLE.replace("period):\n    pass", "period):\n    period.first"),
            "fails (AttributeError: 'Period' object",
        ),
        (WHOLE.replace("def covers(settings, period)", "def covers(settings)"), "fails (TypeError: covers() takes 1"),
        (WHOLE.replace("def rows(", "rows = 7\ndef other("), "fails (TypeError: 'int' object is not callable)"),
    ],
)
def test_a_broken_source_ends_a_day_with_one_sentence(module, text, message):
    kind = module(text)
    with pytest.raises(BadData, match=re.escape(message)) as caught:
        read(kind)
    assert "\n" not in str(caught.value)


def test_a_sentence_of_the_source_is_left_as_it_is(module):
    kind = module(WHOLE.replace("period):\n    pass", "period):\n    raise BadInput('closed on Sundays')"))
    with pytest.raises(BadInput, match=r"^closed on Sundays$"):
        read(kind)


@pytest.mark.parametrize("kind", [None, 7, ["table"], {"a": 1}, "kafka", ""])
def test_a_kind_that_is_none(kind):
    with pytest.raises(BadInput, match=re.escape(f"source.kind is {kind!r}: expected one of ['table', 'tlc', 'simul")):
        config.load({"source": {"kind": kind}})


def test_settings_that_raise(module):
    raising = "    @model_validator(mode='after')\n    def check(self):\n        raise RuntimeError('no network')\n"
    text = "from pydantic import model_validator\n" + WHOLE.replace("    pass\ndef covers", f"{raising}def covers")
    with pytest.raises(BadInput, match=r"the source 'shops.orders' fails \(RuntimeError: no network\): correct"):
        tables.settings({"kind": module(text)})


def test_the_sources_that_are_known():
    for kind in registry.KNOWN:
        assert isinstance(registry.source(kind).NOTICE, str)
    assert isinstance(tables.orders(), pa.Table)
