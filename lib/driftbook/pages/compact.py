"""What a notebook shows, in fewer bytes: for its archive, where it and its page are kept for each day."""

import re
from typing import Any

from nbformat import NotebookNode

#: What pandas writes before the tags of a table; together with what JSON makes of lines, a fifth of a notebook.
_INDENT = re.compile(r"\n *(?=</?(?:table|thead|tbody|tr|th|td)\b)")
#: Pixels without a part, within a tag.
_WHOLE = re.compile(r"(?<=\d)\.0(?![\d.])(?=[^<>]*>)")
#: Papermill notes when a cell began and ended, too.
_TWICE = ("execution",)
_MIDDLE = ' text-anchor="middle"'
_TURN = re.compile(r' x="([\d.]+)" y="([\d.]+)"( [^>]*)? transform="rotate\((-?\d+) \1 \2\)"')
#: A mark or a text with what those beside it share: their colour, or at which end they stand.
_SHARING = re.compile(
    r'<(rect|circle|text)([^>]*?) ((?:fill|text-anchor)="[^"]*")([^>]*)(/>|>(?:<title>[^<]*</title>|[^<]*)</\1>)'
)


def outputs(nb: NotebookNode) -> NotebookNode:
    """Return a notebook whose tables and drawings look the same."""
    return NotebookNode({**nb, "cells": [_cell(cell) for cell in nb.cells]})


def _cell(cell: NotebookNode) -> NotebookNode:
    if "outputs" not in cell:
        return cell
    metadata = {name: value for name, value in cell.metadata.items() if name not in _TWICE}
    changed = {"metadata": NotebookNode(metadata), "outputs": [_output(output) for output in cell.outputs]}
    return NotebookNode({**cell, **changed})


def _output(output: NotebookNode) -> NotebookNode:
    if "data" not in output:
        return output
    data = {kind: _BY_KIND.get(kind, _same)(shown) for kind, shown in output.data.items()}
    return NotebookNode({**output, "data": NotebookNode(data)})


def _table(text: str) -> str:
    return _INDENT.sub("", text)


def _drawing(text: str) -> str:
    if text.count("<text") == text.count("text-anchor="):
        text = text.replace(_MIDDLE, "").replace("<svg", f"<svg{_MIDDLE}", 1)
    text = _TURN.sub(r'\3 transform="translate(\1 \2)rotate(\4)"', text)
    head, end, content = text.partition(">")
    return _grouped(head + end + _WHOLE.sub("", content))


def _grouped(text: str) -> str:
    """Return a drawing whose neighbours say once what they share."""
    found, shared, at = [], "", 0
    for mark in _SHARING.finditer(text):
        now = mark[3] if mark.start() == at else ""
        if shared and now != shared:
            found.append("</g>")
        found.append(text[at : mark.start()])
        if mark[3] != shared or not now:
            found.append(f"<g {mark[3]}>")
        found.append(f"<{mark[1]}{mark[2]}{mark[4]}{mark[5]}")
        shared, at = mark[3], mark.end()
    return "".join([*found, "</g>" if shared else "", text[at:]])


def _same(shown: Any) -> Any:
    return shown


_BY_KIND = {"text/html": _table, "image/svg+xml": _drawing}
