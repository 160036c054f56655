"""Any value as a label: text that PostgreSQL, JSON and a page can hold, different for different values."""

import hashlib
import json

import numpy as np
import pandas as pd

from driftbook.once import once

#: Longer labels are cut; a hash keeps them apart.
LONGEST = 200


def label(value: object) -> str:
    r"""Return a value as text of at most `LONGEST` characters.

    Whole numbers read as floats (beside missing ones) lose their `.0`; what PostgreSQL cannot hold (NUL, lone
    surrogates, undecodable bytes) is written as an escape; lists and structs are JSON.

    Examples
    --------
    >>> label(74.0), label("UA"), label("a\x00b"), label(b"\xff"), label({"a": [1]})
    ('74', 'UA', 'a\\x00b', '\\xff', '{"a": [1]}')
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        text = value.decode("utf-8", "backslashreplace")
    elif isinstance(value, str):
        text = value.encode("utf-8", "backslashreplace").decode("utf-8")
    elif isinstance(value, dict | list | tuple):
        text = json.dumps(value, default=str, sort_keys=True, ensure_ascii=False)
    else:
        text = str(value)
    text = text.replace("\x00", "\\x00")
    if len(text) <= LONGEST:
        return text
    mark = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{text[: LONGEST - 10]}… {mark}"


def labels(values: pd.Series) -> pd.Series:
    """Return the values as labels, each different value looked at once; None stands for missing ones."""
    codes, known = pd.factorize(values)
    found = np.array([*(label(value) for value in known), None], dtype=object)
    return pd.Series(found[codes], index=values.index, dtype=object)


@once
def of_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column's values as labels, with "missing" for missing ones; the rows are expected unchanged."""
    return labels(frame[name]).fillna("missing")
