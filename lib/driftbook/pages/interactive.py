"""Evidently's interactive report as a page: its data cannot end its script, and it may ask nobody for anything."""

import html
import re

from driftbook.pages import policy

# Evidently writes names and values of the table into a script as JSON, where `</script>` within a value ends it. JSON
# has no line break within a value, so a table cannot forge these ends.
_DATA = re.compile(r"(?<=<script>\n)( *var .*?)(?=\n</script>\n *</head>\n)", re.DOTALL)
_FRAME = re.compile(r'(?<=srcdoc=")[^"]*(?=")')


def page(text: str) -> str:
    """Return a report's page with its data as data, an icon of its own, and a policy."""
    # Without an icon of its own a page makes browsers ask the server for one.
    head = f'<head><meta charset="utf-8">{policy.meta(policy.ANY_SCRIPT)}<link rel="icon" href="data:,">'
    return _DATA.sub(lambda found: found[0].replace("<", r"\u003c"), text).replace("<head>", head, 1)


def frame(text: str) -> str:
    """Return a report's frame, as Jupyter shows it, with the same page in it."""
    return _FRAME.sub(lambda found: html.escape(page(html.unescape(found[0]))), text, count=1)
