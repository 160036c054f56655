import re
from xml.etree import ElementTree

import nbformat
import pandas as pd
from driftbook.pages import compact, svg


def archived(**data):
    given = {kind.replace("_", "/"): shown for kind, shown in data.items()}
    output = nbformat.v4.new_output("display_data", given)
    cell = nbformat.v4.new_code_cell("1", outputs=[output], metadata={"execution": {}, "papermill": {"duration": 1.0}})
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Words"), cell])
    return nb, compact.outputs(nb)


def drawing():
    panel = svg.Panel(
        (0, 2), (4, 0), 100, xlabel="x", ylabel="y", steep=True, legend=[("one", "bar", "day"), ("two", "dot", "ink")]
    )
    for place in range(2):
        panel.bar((place, place + 0.5), (2.0, 0), "reference", f"{place}.0: 2.0 <")
    for place in range(2):
        panel.bar((place + 0.5, place + 1), (2.5, 0), "day", f"{place}.0: 2.5")
        panel.dot(place, 1.0, "beyond")
    panel.line([(0, 1), (1.5, 2.25)], "ink")
    panel.write(10, 10.0, "first", anchor="start")
    panel.write(10, 20.0, "second 2.0", anchor="start")
    return panel.svg("a drawing 1.0").data


def seen(text):
    """Return what a drawing shows, element by element: numbers as numbers, what groups say said of each."""
    found = []

    def look(element, given):
        given = given | {name: element.get(name) for name in ("fill", "text-anchor") if element.get(name)}
        kind = element.tag.rpartition("}")[2]
        own = {name: value for name, value in element.attrib.items() if name not in given}
        turned = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\)rotate\(-60\)", own.get("transform", ""))
        if turned:
            own = {"x": turned[1], "y": turned[2], "transform": f"rotate(-60 {turned[1]} {turned[2]})"}
        own = {name: [float(one) for one in re.findall(r"\d+\.?\d*", value)] or value for name, value in own.items()}
        if kind != "g":
            found.append((kind, own, given if kind in ("rect", "circle", "text", "path") else {}, element.text))
        for child in element:
            look(child, given)

    look(ElementTree.fromstring(text), {"fill": "currentColor", "text-anchor": "start"})
    of_bars = [(kind, own, {n: v for n, v in given.items() if kind == "text" or n == "fill"}, text)
               for kind, own, given, text in found]  # fmt: skip
    return of_bars[0][1].pop("aria-label"), of_bars


def test_a_drawing_shows_the_same_in_fewer_bytes():
    before = drawing()
    _, nb = archived(**{"image_svg+xml": before})
    after = nb.cells[1].outputs[0].data["image/svg+xml"]
    assert seen(after) == seen(before)
    assert 'aria-label="a drawing 1.0"' in after
    assert len(after) < len(before) - 9 * len(' fill="var(--day,#0072b2)"')


def test_words_without_a_place_stay_where_they_are():
    before = svg.document(200, 20, "nothing", '<text x="0" y="14">nothing to draw</text>').data
    assert "text-anchor" not in archived(**{"image_svg+xml": before})[1].cells[1].outputs[0].data["image/svg+xml"]


def test_a_table_shows_the_same_without_its_indentation():
    before = pd.DataFrame({"a": ["first", "<td>"]}).to_html().replace("first", "1\n  2")
    given, nb = archived(text_html=before)
    after = nb.cells[1].outputs[0].data["text/html"]
    assert re.sub(r"\s", "", after) == re.sub(r"\s", "", before)
    assert "1\n  2" in after and after.count("\n") < 3
    assert given.cells[1].outputs[0].data["text/html"] == before  # what papermill writes is as it was


def test_what_else_a_notebook_holds_stays():
    given, nb = archived(text_plain="<td>\n <td>", **{"image_png": "aGk="})
    assert nb.cells[0] == given.cells[0]
    assert nb.cells[1].outputs == given.cells[1].outputs
    assert nb.cells[1].metadata == {"papermill": {"duration": 1.0}}
    nbformat.validate(nb)
