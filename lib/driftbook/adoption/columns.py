"""What each column of a table is taken for, by rules in order: the first one that has a reason decides."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from driftbook.adoption.table import Look, distinct, is_time, kind

#: What a column can be taken for.
NUMERIC, CATEGORICAL, WATCHED, WITH_LABEL, LEFT_OUT = "numeric", "categorical", "watched", "with the label", "left out"
#: More values than these are too many for an estimator, and longer text is no category.
_MOST_VALUES, _LONGEST = 250, 60
#: Missing in the same rows: so much of the rows in which one of the two is missing.
_SAME = 0.9
#: Distinct in nearly every row.
_UNIQUE = 0.95
#: Integers of such names are names themselves.
_CALLED_NAME = re.compile(r"(^|_)(id|code|zone|type|kind|class|category|group|status|zip|plz)s?$|(ID|Id|Code|Type)$")


@dataclass(frozen=True)
class Column:
    """A column, what it is taken for, and why; `values` counts its distinct ones in the sample, missing left out."""

    name: str
    type: str
    role: str
    reason: str
    values: int = 0


def roles(look: Look) -> list[Column]:
    """Return what each column is taken for, but time, target and prediction, in the table's order."""
    named = (look.time, look.target, look.prediction)
    return [_role(look, name) for name in look.sample.column_names if name not in named]


@dataclass(frozen=True)
class _Seen:
    look: Look
    name: str
    column: pa.ChunkedArray
    kind: str
    values: int

    @property
    def present(self) -> int:
        return len(self.column) - self.column.null_count


def _role(look: Look, name: str) -> Column:
    column = look.sample[name]
    seen = _Seen(look, name, column, kind(column), distinct(column))
    reasons = ((role, rule(seen)) for role, rule in _RULES)
    role, reason = next(((role, reason) for role, reason in reasons if reason), (NUMERIC, "numbers"))
    return Column(name, str(column.type), role, reason, seen.values)


def _empty(seen: _Seen) -> str:
    if not seen.present:
        return "is empty"
    is_constant = seen.values == 1 and seen.present == len(seen.column)
    return f"is {seen.column[0].as_py()!r:.40} in every row" if is_constant else ""


def _comes_with_label(seen: _Seen) -> str:
    lacks, waits = (_missing(rows) for rows in (seen.column, seen.look.sample[seen.look.target]))
    either = (lacks | waits).sum()
    same = (lacks & waits).sum() / either if either else 0.0
    return (
        f"is missing where {seen.look.target} is (both in {same:.1%} of the rows that miss one)"
        if same >= _SAME
        else ""
    )


def _unreadable(seen: _Seen) -> str:
    if is_time(seen.column) or seen.kind == "time":
        return "is a time: derive a duration from it if it says something (source.derive)"
    return f"is {seen.column.type}, neither a number nor a category" if seen.kind == "other" else ""


def _says_the_day(seen: _Seen) -> str:
    if pa.types.is_floating(seen.column.type) or seen.look.days["rows"].median() < 5:
        return ""
    codes = pd.Series(pd.factorize(seen.column.to_pandas())[0])
    by_day = codes.groupby(seen.look.local.dt.date)
    return "has one value a day: it says which day it is" if by_day.nunique().max() == 1 else ""


def _identifies(seen: _Seen) -> str:
    if pa.types.is_floating(seen.column.type) or seen.values < _UNIQUE * seen.present:
        return ""
    return "is another value in nearly every row: it names the row"


def _is_free_text(seen: _Seen) -> str:
    if seen.kind != "text":
        return ""
    length = pc.mean(pc.utf8_length(seen.column)).as_py()
    is_free = length > _LONGEST or seen.values > 0.5 * seen.present
    return f"is free text: {seen.values:,} texts of {length:.0f} characters on average" if is_free else ""


def _has_many_values(seen: _Seen) -> str:
    if seen.kind != "text" or seen.values <= _MOST_VALUES:
        return ""
    return f"text of {seen.values:,} values: too many to learn from, but a change of them shows"


def _is_category(seen: _Seen) -> str:
    if seen.kind in ("text", "boolean"):
        return f"{seen.kind} of {seen.values:,} values"
    is_name = pa.types.is_integer(seen.column.type) and _CALLED_NAME.search(seen.name)
    return f"{seen.values:,} whole numbers, and its name says that they name something" if is_name else ""


_RULES = (
    *((LEFT_OUT, _empty), (WITH_LABEL, _comes_with_label), (LEFT_OUT, _unreadable), (LEFT_OUT, _says_the_day)),
    *((LEFT_OUT, _identifies), (LEFT_OUT, _is_free_text), (WATCHED, _has_many_values), (CATEGORICAL, _is_category)),
)


def _missing(column: pa.ChunkedArray) -> np.ndarray:
    return column.is_null(nan_is_null=True).to_numpy()
