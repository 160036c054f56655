"""The page of an executed notebook: one file that opens with no request to anywhere, code folded away but there."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nbconvert import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from driftbook.verdicts import VERDICTS

TEMPLATES = Path(__file__).parent / "templates"


def render(
    nb: NotebookNode, *, title: str, notice: str = "", failure: str = "", links: Mapping[str, str] | None = None
) -> str:
    """Return the HTML of an executed notebook; the same notebook gives the same bytes.

    Parameters
    ----------
    notice
        What a reader must know about the data, shown on top.
    failure
        Why the run failed; the failing cell is then shown on top as well.
    links
        Label to relative address, for the line above the page.
    """
    page = {"title": title, "notice": notice, "failure": failure, "links": dict(links or {}), "style": _style()}
    return _exporter().from_notebook_node(nb, resources={"page": page})[0]


def style(*names: str) -> str:
    """Return style sheets of the templates' folder and the verdicts' colours, joined."""
    colors = [f".verdict-{one.slug} {{ background: {one.paper}; color: {one.ink}; }}" for one in VERDICTS.values()]
    return "\n".join([*((TEMPLATES / name).read_text(encoding="utf-8") for name in names), *colors, ""])


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(extra_template_basedirs=[str(TEMPLATES)], template_name="page", exclude_anchor_links=True)


@cache
def _style() -> str:
    return style("base.css", "verdicts.css", "page/page.css") + HtmlFormatter(style="default").get_style_defs(
        ".highlight"
    )
