"""One table of verdicts: complete, readable, and the same wherever it is read or written out again."""

import re

import pytest
from driftbook import diagnosis, store, verdicts
from driftbook.pages import render
from driftbook.store.migrations import known
from driftbook.verdicts import VERDICTS, gravest

ALL = list(VERDICTS.values())
#: What a page is printed on and Grafana's dark panels.
PAPER, PANEL = "#ffffff", "#181b1f"


def contrast(one, other):
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(color):
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_from_harmless_to_grave():
    assert list(VERDICTS) == [
        *("ok", "labels pending", "special day", "insufficient", "not calibrated", "notice", "drift"),
        *("no data", "alarm", "failed"),
    ]
    assert [verdict.rank for verdict in ALL] == list(range(len(ALL)))
    assert [verdict.name for verdict in ALL] == list(VERDICTS)


def test_those_that_stand_out():
    assert verdicts.BEYOND == ("notice", "drift", "no data", "alarm", "failed")


@pytest.mark.parametrize("attribute", ["name", "sign", "paper", "color", "meaning", "slug"])
def test_no_two_are_alike(attribute):
    assert len({getattr(verdict, attribute) for verdict in ALL}) == len(ALL)


@pytest.mark.parametrize("verdict", ALL, ids=lambda verdict: verdict.name)
def test_a_verdict_can_be_read(verdict):
    assert len(verdict.sign) == 1
    assert contrast(verdict.ink, verdict.paper) >= 4.5
    assert contrast(verdict.color, PANEL) >= 4.5
    assert re.fullmatch(r"[^.;]{10,}[^.;]", verdict.meaning), "a clause, which a list of them may hold"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], "ok"),
        (["", ""], "ok"),
        (["ok", ""], "ok"),
        (["ok", "labels pending"], "labels pending"),
        (["labels pending", "special day"], "special day"),
        (["insufficient", "not calibrated"], "not calibrated"),
        (["notice", "not calibrated"], "notice"),
        (["notice", "drift", "ok"], "drift"),
        (["drift", "no data"], "no data"),
        (["drift", "alarm", "notice"], "alarm"),
        (["ok", "alarm", "no data"], "alarm"),
        (["alarm", "failed"], "failed"),
        (VERDICTS, "failed"),
    ],
)
def test_the_gravest(names, expected):
    assert gravest(names) == gravest(reversed(list(names))) == expected


@pytest.mark.parametrize("name", ["fine", "warning"])
def test_an_unknown_verdict_is_a_bug(name):
    with pytest.raises(KeyError, match=name):
        gravest([name])


def test_the_databases_are_these(database):
    with store.connect() as connection:
        rows = connection.execute("select name, rank from driftbook.verdict order by rank").fetchall()
    assert rows == [(verdict.name, verdict.rank) for verdict in ALL]


def test_the_index_of_what_stands_out_holds_these():
    schema, *_ = known()
    (predicate,) = re.findall(r"measure_beyond.*\n.*verdict in \((.*)\)", schema.sql)
    assert predicate == ", ".join(f"'{name}'" for name in verdicts.BEYOND)


def test_the_pages_have_their_colours():
    found = dict(re.findall(r"\.verdict-([\w-]+) { (background: #\w{6}; color: #\w{6};) }", render.style()))
    assert found == {verdict.slug: f"background: {verdict.paper}; color: {verdict.ink};" for verdict in ALL}


def test_there_is_advice_for_each():
    # An alarm is looked into, a day without rows is asked for, and a run that broke has no numbers to advise on.
    assert sorted([*diagnosis.advice.QUIET, "no data", "alarm", "failed"]) == sorted(VERDICTS)
