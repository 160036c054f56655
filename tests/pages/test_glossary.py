import re

import pytest
from driftbook import paths
from driftbook.pages import glossary

TEXT = (paths.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_each_term_has_its_place_in_the_glossary():
    page = glossary.words(TEXT)
    places = re.findall(r'<td id="([^"]*)">', page)
    assert len(places) == len(set(places)) == len(re.findall(r"^\| (?!word|-)", TEXT, re.MULTILINE))
    assert {glossary.anchor(term) for term in glossary.TERMS} <= {*places}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>the score</p>", "<p>the [score]</p>"),
        ("<p>scores</p><p>score</p>", "<p>[scores]</p><p>score</p>"),
        ("<p>threshold of the trailing reference</p>", "<p>[threshold] of the [trailing reference]</p>"),
        ("<p>underscore, scored</p>", "<p>underscore, scored</p>"),
        ('<p><code>score</code> <a href="score">score</a></p>', '<p><code>score</code> <a href="score">score</a></p>'),
        ('<p class="lead">a <b>score</b></p>', '<p class="lead">a <b>[score]</b></p>'),
        ("<h2>score</h2><pre>score</pre>", "<h2>score</h2><pre>score</pre>"),
        ('<p><span class="verdict">drift</span>: a drift</p>', '<p><span class="verdict">drift</span>: a [drift]</p>'),
    ],
)
def test_a_term_is_linked_where_a_paragraph_first_has_it(body, expected):
    page = glossary.linked(f"<title><p>score</p></title><main>{body}</main>", "../g.html")
    shown = re.sub(r'<a class="term" href="\.\./g\.html#[a-z-]+">(.*?)</a>', r"[\1]", page)
    assert shown == f"<title><p>score</p></title><main>{expected}</main>"


def test_a_link_leads_to_its_word():
    assert 'href="g.html#trailing-reference">trailing references</a>' in glossary.linked(
        "<main><p>trailing references</p>", "g.html"
    )
