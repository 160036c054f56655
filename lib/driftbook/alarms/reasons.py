"""A day's verdict in words."""

import datetime as dt
from collections.abc import Sequence

from driftbook.alarms.measurement import DUPLICATES, ERROR, MISSING, ROWS, TOGETHER
from driftbook.verdicts import VERDICTS

_WORDS = {
    "missing": "missing values make",
    "outside": "values out of the usual range make",
    "unseen": "values never seen in the reference make",
    "other": "rare values make",
}

#: How many names a sentence lists.
_LISTED = 3


def describe(
    column: str, cell: str, share: float, usual: float, unit: str = "", error: str = "mean absolute error"
) -> str:
    """Return what a column's farthest feature says: its share (or number) on the day and usually.

    `unit` and `error` are those of the model's error, in words.

    Examples
    --------
    >>> describe("price", "missing", 0.31, 0.002)
    'price: missing values make 31.0% of the rows, usually 0.2%'
    """
    if column == ROWS:
        return f"{share:,.0f} rows, usually {usual:,.0f}"
    if column == ERROR:
        return f"the {error} is {share:.2f}{' ' + unit if unit else ''}, usually {usual:.2f}"
    if column == TOGETHER:
        said = f"the values of {cell} go less with the other columns than usual"
        return f"{said}: their surprise is {share:.2f}, usually {usual:.2f}"
    if column == DUPLICATES:
        what = "exact duplicates make"
    elif column == MISSING:
        return f"no {cell} on {_percent(share)} of the rows, usually {_percent(usual)}"
    elif cell in _WORDS:
        what = f"{column}: {_WORDS[cell]}"
    elif cell.startswith(("up to ", "≤ ", "> ")) or " – " in cell:
        what = f"{column}: values {cell} make"
    else:
        what = f"{column}: {cell} makes"
    return f"{what} {_percent(share)} of the rows, usually {_percent(usual)}"


def listed(names: Sequence[str]) -> str:
    """Return names as a person lists them.

    Examples
    --------
    >>> listed(["weight", "depot", "rack", "sender", "note"])
    'weight, depot, rack and 2 more'
    """
    return (
        ", ".join(names)
        if len(names) <= _LISTED + 1
        else f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED} more"
    )


def waiting(share: float, expected: dt.date) -> str:
    """Return how many rows of a day wait for their labels, and until when they may.

    Examples
    --------
    >>> waiting(1.0, dt.date(2022, 2, 17))
    'labels pending: 100% of the rows wait for theirs, expected by 2022-02-17'
    """
    return f"labels pending: {share:.0%} of the rows wait for theirs, expected by {expected}"


def reason(verdict: str, said: str, *, fixed: float, trailing: float | None) -> str:
    """Return the sentence of a day judged by its scores, given what `describe` said and the column's two severities."""
    meaning = VERDICTS[verdict].reason
    if verdict == "alarm" and trailing is None:
        meaning = "beyond the threshold of the fixed reference, the trailing one cannot judge yet"
    severities = f"fixed {fixed:.2f}" + ("" if trailing is None else f", trailing {trailing:.2f}")
    return f"{said}; {meaning} (score over threshold: {severities})"


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 or share == 0 else f"{share:.2%}"
