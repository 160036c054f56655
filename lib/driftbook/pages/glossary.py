"""Links from a page's words to the glossary, each where it first stands in the page's text."""

import re

from driftbook.pages import render

#: The words that a reader may stop at; everyday ones (day, run, page) are in the glossary too, and are not linked.
TERMS = (
    *("acknowledged", "bin", "budget", "class of day", "detectability", "drift", "fixed reference", "insufficient"),
    *("labels pending", "not calibrated", "notice", "open item", "params file", "profile", "revision", "score"),
    *("segment", "severity", "special day", "stray", "tail unit", "threshold", "trailing reference"),
    *("unseen value", "validation reference"),
)
_TERM = re.compile(rf"\b({'|'.join(sorted(TERMS, key=len, reverse=True))})s?\b")
_PARAGRAPH = re.compile(r"<p(?: class=\"(?:lead|sampled)\")?>.*?</p>", re.DOTALL)
#: What is no text of the paragraph itself: tags, and elements whose content stays as it is.
_APART = re.compile(r"(<(a|code|data|span|strong)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_ROW = re.compile(r"<td>([\w ]+)</td>(?=\s*<td)")


def linked(page: str, address: str) -> str:
    """Return a page whose terms lead to the glossary at an address, each where a paragraph first has it."""
    waiting = set(TERMS)

    def link(found: re.Match) -> str:
        if found[1] not in waiting:
            return found[0]
        waiting.remove(found[1])
        return f'<a class="term" href="{address}#{anchor(found[1])}">{found[0]}</a>'

    def paragraph(found: re.Match) -> str:
        parts, at = [], 0
        for apart in _APART.finditer(found[0]):
            parts += [_TERM.sub(link, found[0][at : apart.start()]), apart[0]]
            at = apart.end()
        return "".join([*parts, found[0][at:]])

    head, main, body = page.partition("<main>")
    return head + main + _PARAGRAPH.sub(paragraph, body)


def words(text: str) -> str:
    """Return the glossary's page, given its text in markdown: each word can be linked to."""
    return _ROW.sub(lambda row: f'<td id="{anchor(row[1])}">{row[1]}</td>', render.words(text))


def anchor(term: str) -> str:
    """Return what a term is called in an address."""
    return term.replace(" ", "-")
