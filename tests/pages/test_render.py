import re
from html.parser import HTMLParser

import pytest
from bs4 import BeautifulSoup
from driftbook.pages import render
from driftbook.verdicts import VERDICTS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


BADGE = '<span class="verdict verdict-{}">word</span>'


def read(text):
    """Return a page as a browser reads it: whatever the order and quotes of attributes and the way to write a sign."""
    return str(BeautifulSoup(text, "html.parser"))


def page(*cells, **options):
    return read(render.render(new_notebook(cells=list(cells)), **{"title": "t", **options}))


def shown(output, source="1"):
    main = page(new_code_cell(source, outputs=[output])).split("<main>")[1]
    return re.split('<div class="output(?: figure)?">', main)[1].rsplit('</div>\n<details class="code">')[0]


def data(**kinds):
    return new_output("display_data", {name.replace("_", "/"): value for name, value in kinds.items()})


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (new_output("stream", name="stdout", text="a < b\n"), "<pre>a &lt; b\n</pre>"),
        (new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m"), "<pre>red</pre>"),
        (new_output("stream", name="stderr", text="warning"), ""),
        (data(text_plain="<x>"), "<pre>&lt;x&gt;</pre>"),
        (data(text_html="<b>x</b>", text_plain="x"), '<div class="scroll"><b>x</b></div>'),
        (data(text_markdown="*x*"), "<p><em>x</em></p>"),
        (data(image_png=PNG + "\n", text_plain="<Figure>"), f'<img alt="figure" src="data:image/png;base64,{PNG}"/>'),
        (data(**{"image_svg+xml": "<svg>x</svg>"}), "<svg>x</svg>"),
        (
            data(text_html="<table></table>"),
            '<div aria-label="table" class="scroll" role="group" tabindex="0"><table></table></div>',
        ),
        (
            new_output("error", traceback=["\x1b[31mE\x1b[0m: <v>"]),
            '<pre class="error" tabindex="0">E: &lt;v&gt;</pre>',
        ),
    ],
)  # fmt: skip
def test_outputs(output, expected):
    assert shown(output).strip() == expected


def test_a_figure_is_described_by_what_its_cell_prints():
    cell = new_code_cell("1", outputs=[data(image_png=PNG), new_output("stream", text='2 of "3"\nrows\n')])
    assert """alt='2 of "3" rows'""" in page(cell)


def test_code_is_folded_away_but_there():
    cells = [
        new_code_cell("x: int = 1", metadata={"tags": ["parameters"]}),
        new_code_cell("x = 2", metadata={"tags": ["injected-parameters"]}),
        new_code_cell("print('a < b')"),
        new_code_cell("  "),
    ]
    text = page(*cells)
    assert re.findall("<summary>(.*?)</summary>", text) == ["parameters", "parameters of this run", "code"]
    assert "<details open" not in text
    assert "a &lt; b" in re.sub("</?span[^>]*>", "", text)


def test_words():
    text = page(new_markdown_cell("# Title\n\nSome *words* and `code`."), title="a < b")
    assert "<title>a &lt; b</title>" in text
    assert "<h1>Title</h1>" in text
    assert "<p>Some <em>words</em> and <code>code</code>.</p>" in text


@pytest.mark.parametrize("picture", [PNG, "AAAA"])  # of the same words: which of them is not remembered
def test_a_picture_attached_to_prose_is_shown(picture):
    cell = new_markdown_cell("![a plan](attachment:plan.png)", attachments={"plan.png": {"image/png": picture}})
    assert f'<img alt="a plan" src="data:image/png;base64,{picture}"/>' in page(cell)


def test_notice_and_links_stand_above():
    text = page(new_markdown_cell("# T"), notice="made <up>", links={"archive": "../index.html"})
    assert text.index('<a href="../index.html">archive</a>') < text.index("<main>") < text.index("made &lt;up&gt;")
    assert 'class="notice"' not in page(new_markdown_cell("# T"))


def test_a_failure_stands_on_top():
    failed = new_code_cell("1 / 0", metadata={"papermill": {"status": "failed"}})
    failed.outputs = [new_output("error", ename="E", evalue="v", traceback=["Traceback: E"])]
    text = page(
        failed, new_code_cell("2", metadata={"papermill": {"status": "pending"}}), failure="E: <v>", title="day"
    )
    top, main = text.split("<main>")[1].split("</section>", 1)
    assert '<h1><span class="verdict verdict-failed">failed</span> day</h1>' in top
    assert "<pre>E: &lt;v&gt;</pre>" in top
    assert "Traceback: E" in top
    assert "Traceback: E" not in main  # once is enough
    assert main.count("not run") == main.count('href="#failure"') == 1


def top(html, *words):
    return new_code_cell("1", metadata={"tags": ["top"]}, outputs=[data(text_html=html), *words])


def test_cells_of_the_first_screen_come_first_and_name_the_page():
    cells = [
        new_markdown_cell("# Asks"),
        new_code_cell("2", outputs=[data(text_plain="early")]),
        top("<h1>A <b>day</b></h1>"),
    ]
    text = page(*cells, title="t", notice="made up")
    assert "<title>A day</title>" in text
    order = [
        "<h1>A <b>day</b></h1>",
        "made up",
        "<h2>About this page</h2>",
        "<h3>Asks</h3>",
        "early",
        "code of the first",
    ]
    found = [text.split("<main>")[1].index(part) for part in order]
    assert found == sorted(found)


def section(title, html, said):
    printed = new_output("stream", name="stdout", text=f"{said}\nmore")
    return [new_markdown_cell(f"## {title}\n\nWords."), new_code_cell("1", outputs=[data(text_html=html), printed])]


def test_what_stands_out_comes_before_what_is_folded():
    cells = [
        new_markdown_cell("# T"),
        *section("Calm", BADGE.format("ok"), "all is well"),
        *section("Bad", BADGE.format("alarm"), "it is not"),
    ]
    nb = new_notebook(cells=cells, metadata={"driftbook": {"folds": True}})
    text = read(render.render(nb, title="t"))
    found = re.findall(r'<details class="section"( open="")?><summary><h2>(.*?)</h2> <span>(.*?)</span>', text)
    assert found == [(' open=""', "Bad", "it is not"), ("", "Calm", "all is well")]
    assert text.count("Words.") == 2
    assert re.findall("<h2>(.*?)</h2>", page(*cells)) == ["Calm", "Bad"]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_which_verdicts_stand_out(verdict):
    cells = [new_markdown_cell("# T"), *section("One", BADGE.format(verdict.replace(" ", "-")), "x")]
    text = read(render.render(new_notebook(cells=cells, metadata={"driftbook": {"folds": True}}), title="t"))
    assert ('class="section" open=""' in text) is (verdict in ("alarm", "drift", "notice", "failed"))


def test_a_foot_tells_of_the_run():
    text = page(new_markdown_cell("# T"), facts={"again": "papermill <x>", "run": "r1"})
    foot = text.split("<footer>")[1]
    assert "<dt>again</dt><dd><code>papermill &lt;x&gt;</code></dd><dt>run</dt><dd>r1</dd>" in foot
    assert "<footer>" not in page(new_markdown_cell("# T"))


class Elements(HTMLParser):
    """The elements that are open, those closed out of turn, and the images that nothing describes."""

    def __init__(self):
        super().__init__()
        self.opened, self.crossed, self.undescribed = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag == "img" and not dict(attrs).get("alt"):
            self.undescribed.append(attrs)
        if tag not in ("img", "link", "meta"):
            self.opened.append(tag)

    def handle_endtag(self, tag):
        if self.opened.pop() != tag:
            self.crossed.append((tag, self.getpos()))


@pytest.mark.parametrize("folds", [False, True])
@pytest.mark.parametrize("first", [[], ["<h1>A <b>day</b></h1>"]])
@pytest.mark.parametrize("failure", ["", "E: <v>"])
def test_every_element_is_closed_and_every_image_described(folds, first, failure):
    failed = new_code_cell("1 / 0", metadata={"papermill": {"status": "failed"}})
    failed.outputs = [new_output("error", ename="E", evalue="v", traceback=["Traceback: <E>"])]
    pending = new_code_cell("2 < 3", metadata={"papermill": {"status": "pending"}})
    drawn = new_code_cell("1", outputs=[data(image_png=PNG), data(text_markdown="*x* & <i>y</i>")])
    cells = [
        new_markdown_cell("# T & U\n\n- `a < b`\n- $x^2$\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        *map(top, first),
        *section("One <1>", BADGE.format("ok"), "a & b"),
        *([failed, pending] if failure else []),
        drawn,
    ]
    nb = new_notebook(cells=cells, metadata={"driftbook": {"folds": folds}})
    text = render.render(nb, title="<t>", notice="a & b", failure=failure, links={"<": "a?b&c"}, facts={"again": "<x>"})
    found = Elements()
    found.feed(text)
    found.close()
    assert (found.opened, found.crossed, found.undescribed) == ([], [], [])


def test_a_page_asks_for_nothing_and_is_the_same_again():
    cells = [new_markdown_cell("# T\n\n$x^2$"), new_code_cell("1", outputs=[data(image_png=PNG)])]
    text = render.render(new_notebook(cells=cells), title="t")
    assert text == render.render(new_notebook(cells=cells), title="t")
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"|https?://|@import|<script', text) == []
    assert len(text) < 50_000
