"""The page of an executed notebook: one file that opens with no request to anywhere, code folded away but there."""

import html
import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML, markdown2html
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from driftbook.pages import policy, svg
from driftbook.verdicts import BEYOND, VERDICTS

TEMPLATES = Path(__file__).parent / "templates"


#: The tag of cells whose outputs are a page's first screen.
TOP = "top"
_HEADING = re.compile(r"\A## (.*)\n*")
#: A badge's own colours, for JupyterLab: the page's style sheet has them.
_INLINE = re.compile(r'(<span class="verdict verdict-[a-z-]+") style="[^"]*"')
#: Names and punctuation have no colour.
_PLAIN = re.compile(r'<span class="[np]">([^<]*)</span>')
#: Of a figure's colour what is only for where the page's style sheet is not.
_FALLBACK = re.compile(r"(var\(--\w+),#\w+\)")
#: An empty day has one number, which its headline says.
_OUTSTANDING = re.compile("|".join(rf"verdict-{VERDICTS[name].slug}\b" for name in BEYOND if name != "no data"))


def render(
    nb: NotebookNode,
    *,
    title: str,
    notice: str = "",
    failure: str = "",
    links: Mapping[str, str] | None = None,
    facts: Mapping[str, str] | None = None,
) -> str:
    """Return the HTML of an executed notebook; the same notebook gives the same bytes.

    Cells tagged `top` come first, then the sections. Where the notebook's metadata says that it `folds`, sections that
    hold a verdict beyond `ok` come before the others, which are folded into a line each.

    Parameters
    ----------
    title
        The page's where no cell gives it a headline.
    notice
        What a reader must know about the data, shown on top.
    failure
        Why the run failed; the failing cell is then shown on top as well.
    links
        Label to relative address, for the line above the page.
    facts
        What is known of the run, for the foot of the page.
    """
    top = [cell for cell in nb.cells if TOP in cell.metadata.get("tags", []) and cell.cell_type == "code"]
    intro, *sections = _sections([cell for cell in nb.cells if TOP not in cell.metadata.get("tags", [])])
    if nb.metadata.get("driftbook", {}).get("folds"):
        sections.sort(key=lambda section: not section["stands_out"])
    page = {
        "title": _headline(top) or title,
        "has_headline": bool(_headline(top)),
        "notice": notice,
        "failure": failure,
        "links": dict(links or {}),
        "facts": dict(facts or {}),
        "top": top,
        "intro": intro["cells"],
        "sections": sections,
        "folds": bool(nb.metadata.get("driftbook", {}).get("folds")),
        "style": _style(),
        "policy": policy.meta(),
    }
    exporter = _exporter()
    lexer = nb.metadata.get("language_info", {}).get("pygments_lexer")
    exporter.register_filter("highlight_code", lambda code: _colored(code, lexer))
    exporter.register_filter("prose", _prose)
    # Not by the exporter, which copies the notebook, checks it, and parses the page to mend Jupyter's own template.
    made = exporter.template.render(nb=nb, resources={"page": page})
    return _FALLBACK.sub(r"\1)", _INLINE.sub(r"\1", made))


def words(text: str) -> str:
    """Return a page of a text in markdown."""
    head = f'<!doctype html><html lang="en"><meta charset="utf-8">{policy.meta()}<link rel="icon" href="data:,">'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1"><title>glossary</title>'
    table = '<div class="scroll" tabindex="0" role="group" aria-label="words">'
    return f"{head}{view}<style>{style('base.css')}</style><main>{table}{markdown2html(text)}</div></main></html>\n"


def style(*names: str) -> str:
    """Return style sheets of the templates' folder and the verdicts' colours, joined."""
    colors = [f".verdict-{one.slug} {{ background: {one.paper}; color: {one.ink}; }}" for one in VERDICTS.values()]
    palettes = [
        f":root {{ {' '.join(f'--{name}: {color};' for name, color in svg.PALETTE.items())} }}",
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ "
        f"{' '.join(f'--{name}: {color};' for name, color in svg.DARK.items())} }} }}",
    ]
    sheets = [(TEMPLATES / name).read_text(encoding="utf-8") for name in names]
    return "\n".join([*sheets, *palettes, *colors, ""])


def _sections(cells: list[NotebookNode]) -> list[dict[str, Any]]:
    """Return the cells by section: what comes before the first heading, then a section per heading."""
    found = [{"title": "", "cells": []}]
    for cell in cells:
        heading = _HEADING.match(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            found.append({"title": heading[1], "cells": []})
            cell = NotebookNode(cell, source=cell.source[heading.end() :])
        found[-1]["cells"].append(cell)
    for section in found:
        outputs = [output for cell in section["cells"] for output in cell.get("outputs", [])]
        shown = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
        printed = "".join(output.text for output in outputs if output.get("name") == "stdout")
        section["stands_out"] = bool(_OUTSTANDING.search(shown))
        section["said"] = printed.partition("\n")[0]
    return found


def _headline(cells: list[NotebookNode]) -> str:
    """Return the text of the headline that some cells give, empty if there is none."""
    shown = "".join(output.get("data", {}).get("text/html", "") for cell in cells for output in cell.outputs)
    heading = re.search("<h1[^>]*>(.*?)</h1>", shown, re.DOTALL)
    return html.unescape(re.sub("<[^>]*>", "", heading[1])) if heading else ""


@lru_cache(maxsize=256)
def _colored(code: str, lexer: str | None) -> str:
    """Return a cell's code in colours: the same in the pages of many days."""
    return _PLAIN.sub(r"\1", Highlight2HTML(pygments_lexer=lexer, parent=_exporter())(code))


def _prose(cell: NotebookNode) -> str:
    """Return a cell's prose as HTML, the pictures that are attached to it within."""
    return _in_html(cell.source, json.dumps(cell.get("attachments", {})))


@lru_cache(maxsize=256)
def _in_html(markdown: str, attachments: str) -> str:
    """Return prose as HTML: the same in the pages of many days. The attachments are JSON, which can be a key."""
    return _exporter().markdown2html({"cell": {"attachments": json.loads(attachments)}}, markdown)


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="page",
        exclude_anchor_links=True,
    )


@cache
def _style() -> str:
    code = HtmlFormatter(style="default").get_style_defs(".highlight")  # ours come later, and win
    code = re.sub(r" */\*.*?\*/|(?m:^.*linenos.*\n)", "", code)
    return f"{code}\n{style('base.css', 'page/page.css')}"
