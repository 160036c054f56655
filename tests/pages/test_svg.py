import re
from xml.etree import ElementTree

import numpy as np
import pytest
from driftbook.pages import svg
from IPython.display import SVG

from tests.test_verdicts import contrast

#: What colour-blind readers see (Machado, Oliveira and Fernandes 2009, severity 1), on linear RGB.
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
PAPERS = {"light": (svg.PALETTE, "#ffffff"), "dark": (svg.DARK, "#16181b")}


def lab(color, matrix):
    """Return a colour as one sees it, in CIE Lab (D65)."""
    parts = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(matrix) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.array(to_xyz) @ seen / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", BLIND)
@pytest.mark.parametrize("scheme", PAPERS)
def test_colour_blind_readers_tell_the_palette_apart(scheme, eyes):
    palette, _ = PAPERS[scheme]
    seen = {name: lab(color, BLIND[eyes]) for name, color in palette.items()}
    for one, other in [("reference", "day"), ("reference", "beyond"), ("day", "beyond"), ("day", "pale")]:
        assert np.linalg.norm(seen[one] - seen[other]) > 18, (one, other)  # some 2 can just be told apart


@pytest.mark.parametrize("scheme", PAPERS)
def test_the_palette_is_seen_on_its_paper(scheme):
    palette, paper = PAPERS[scheme]
    assert palette.keys() == svg.PALETTE.keys()
    assert {name for name, color in palette.items() if contrast(color, paper) < 3} <= {"pale"}  # stands beside `day`


def panel(**options):
    given = {"xlabel": "x (miles)", "ylabel": "rows", "legend": [("one", "bar", "day"), ("two", "line", "ink")]}
    return svg.Panel((0, 10), (4, 0), 100, **{**given, **options})


def test_values_lie_where_the_axes_say():
    drawn = panel()
    assert (drawn.x(0), drawn.x(10)) == (drawn.left, drawn.left + drawn.width)
    assert (drawn.y(4), drawn.y(0)) == (drawn.top, drawn.top + 100)
    assert drawn.x(5) == drawn.left + drawn.width / 2


def test_a_drawing_is_whole_and_says_what_it_shows():
    drawn = panel()
    drawn.bar((0, 5), (2, 0), "day", "a < b: 2")
    drawn.dot(3, 1, "beyond")
    drawn.line([(0, 1), (1, float("nan")), (2, 3), (3, 4)], "reference", dash="4 3")
    root = ElementTree.fromstring(drawn.svg('said "so"').data)
    assert (root.get("role"), root.get("aria-label")) == ("img", 'said "so"')
    name = "{http://www.w3.org/2000/svg}"
    (bar,) = [one for one in root.iter(f"{name}rect") if one.find(f"{name}title") is not None]
    assert (float(bar.get("width")), float(bar.get("height"))) == pytest.approx((drawn.width / 2, 50), abs=0.1)
    assert bar.find(f"{name}title").text == "a < b: 2"
    assert bar.get("fill") == "var(--day,#0072b2)"
    path = next(one for one in root.iter(f"{name}path") if one.get("stroke") == "var(--reference,#868b90)")
    assert re.sub(r"[\d. ]+", "", path.get("d")) == "MML"  # broken where a value is missing
    assert [text.text for text in root.iter(f"{name}text") if text.text in ("x (miles)", "rows", "one", "two")] == [
        *("rows", "one", "two", "x (miles)")
    ]


@pytest.mark.parametrize("said", ['it\'s <5 & ">3"', "plain"])
def test_a_drawing_is_written_as_a_parser_would_write_it(said):
    drawn = panel(xlabel=said)
    drawn.bar((0, 5), (2, 0), "day", said)
    found = drawn.svg(said)
    assert found._repr_svg_() == SVG(found.data, metadata=svg.LIGHT)._repr_svg_()


def test_a_legend_that_is_too_long_goes_on_below():
    names = [(f"a name of some length {number}", "dot", "day") for number in range(4)]
    assert panel(legend=names).top > panel().top


@pytest.mark.parametrize(
    ("span", "names"),
    [
        ((0, 2.2), ["0", "0.5", "1", "1.5", "2"]),
        ((2.2, 0), ["0", "0.5", "1", "1.5", "2"]),
        ((0, 4200), ["0", "1,000", "2,000", "3,000", "4,000"]),
        ((-3, 9), ["-2", "0", "2", "4", "6", "8"]),
        ((0, 0.0004), ["0", "0.0001", "0.0002", "0.0003", "0.0004"]),
    ],
)
def test_ticks_are_round(span, names):
    assert [name for _, name in svg.ticks(*span)] == names
