"""What a page may do, said in the page itself: one that is opened from disk has no web server to say it."""

import base64
import hashlib

#: For Evidently's interactive report, which is scripts: they may run, and may ask nobody for anything.
ANY_SCRIPT = "'unsafe-inline' 'unsafe-eval'"
_REST = "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"


def meta(scripts: str = "'none'") -> str:
    """Return the element for a page's head, ahead of all that it governs: no request to anywhere, and these scripts."""
    content = f"default-src 'none'; script-src {scripts}; {_REST}"
    return f'<meta http-equiv="Content-Security-Policy" content="{content}">'


def only(script: str) -> str:
    """Return what lets one script run, given its text between the tags, and no other.

    Examples
    --------
    >>> only("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
