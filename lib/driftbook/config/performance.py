"""What a params file says of performance: the segments it is measured in, and the groups that should fare alike."""

import csv
from itertools import pairwise
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from driftbook import paths
from driftbook.config.strict import Strict

#: The columns beside the delivered ones that segments may be made of.
WEEKDAY = "weekday"
#: What may be compared between groups, by task.
COMPARED = {
    "regression": ("error", "bias"),
    "binary": ("error", "bias", "selection_rate", "true_positive_rate", "false_positive_rate"),
    "multiclass": ("error",),
}

_Value = str | float | bool


class Segment(Strict):
    """Parts of the rows that are measured each on its own: the values of a column, or whether a condition holds.

    Attributes
    ----------
    name
        What it is called; the column, where nothing is given.
    column
        A delivered column, `hour` or `weekday`: each frequent value is a segment, the rest is `other`.
    bands
        Where the column's numbers are cut: each band from one to just below the next is a segment.
    groups
        The names of segments with the values that make them, or the path of a CSV file whose first column holds the
        values and whose second the names.
    where
        A SQL condition as in `source.where`, instead of a column.
    most
        The largest error a segment may have; beyond it, sure by its interval, it is a `notice`.
    """

    name: str = ""
    column: str = ""
    bands: tuple[float, ...] = ()
    groups: dict[str, tuple[_Value, ...]] = Field(default_factory=dict)
    where: str = ""
    most: Annotated[float, Field(gt=0)] | None = None

    @field_validator("groups", mode="before")
    @classmethod
    def _of_a_file(cls, given: Any) -> Any:
        return _groups(given) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_way_to_cut(self) -> "Segment":
        if bool(self.column) == bool(self.where):
            raise ValueError("expected either a column or a condition in where")
        if self.where and not self.name:
            raise ValueError(f"the condition {self.where!r} has no name: give it one")
        if sum(map(bool, (self.bands, self.groups, self.where))) > 1:
            raise ValueError("expected one of bands, groups and where")
        if len(self.bands) == 1 or any(not one < other for one, other in pairwise(self.bands)):
            raise ValueError(f"bands is {[*self.bands]}: expected two numbers or more, ascending")
        values = [value for group in self.groups.values() for value in group]
        doubled = sorted({str(value) for value in values if values.count(value) > 1})
        if doubled:
            raise ValueError(f"groups names the values {doubled} more than once")
        return self

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.column


class Fairness(Strict):
    """The groups that should fare alike, and how far apart they may be.

    `by` is the name of one of the segments. A `..._gap` is the largest difference between two groups that is allowed, a
    `..._ratio` the smallest ratio of the least group to the greatest; beyond it, sure by its interval, it is a
    `notice`.
    """

    by: str
    error_gap: Annotated[float, Field(gt=0)] | None = None
    error_ratio: Annotated[float, Field(gt=0, lt=1)] | None = None
    bias_gap: Annotated[float, Field(gt=0)] | None = None
    selection_rate_gap: Annotated[float, Field(gt=0, lt=1)] | None = None
    selection_rate_ratio: Annotated[float, Field(gt=0, lt=1)] | None = None
    true_positive_rate_gap: Annotated[float, Field(gt=0, lt=1)] | None = None
    true_positive_rate_ratio: Annotated[float, Field(gt=0, lt=1)] | None = None
    false_positive_rate_gap: Annotated[float, Field(gt=0, lt=1)] | None = None
    false_positive_rate_ratio: Annotated[float, Field(gt=0, lt=1)] | None = None

    def declared(self) -> dict[str, float]:
        """Return the thresholds that are given, by metric."""
        return {name: bound for name, bound in self.model_dump(exclude={"by"}).items() if bound is not None}


class Performance(Strict):
    """In which segments the model's performance is measured, beside the whole day.

    Attributes
    ----------
    fairness
        The groups that should fare alike; one, or a list.
    min_rows
        Of fewer labelled rows no segment's error is told, and no group is compared.
    """

    segments: tuple[Segment, ...] = ()
    fairness: tuple[Fairness, ...] = ()
    min_rows: Annotated[int, Field(ge=2)] = 30

    @field_validator("fairness", mode="before")
    @classmethod
    def _one_is_a_list(cls, given: Any) -> Any:
        return [given] if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _names_are_known(self) -> "Performance":
        names = [one.title for one in self.segments]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"segments named twice: {doubled}; give them different names")
        unknown = [one.by for one in self.fairness if one.by not in names]
        if unknown:
            raise ValueError(f"fairness.by names {unknown}: expected a name of the segments, one of {names}")
        return self

    def misplaced(self, task: str) -> list[str]:
        """Return the declared thresholds that a task knows nothing of."""
        known = tuple(f"{name}_" for name in COMPARED[task])
        return sorted({name for one in self.fairness for name in one.declared() if not name.startswith(known)})


def _groups(path: str) -> dict[str, list[str]]:
    """Return the values of each name that a CSV file has, its first line being a head."""
    file = paths.anchored(path)
    try:
        with file.open(encoding="utf-8", newline="") as text:
            _, *lines = csv.reader(text)
    except (OSError, UnicodeDecodeError, ValueError):
        raise ValueError(f"groups is {path!r}: expected names with their values, or the path of a CSV file") from None
    short = [line for line in lines if len(line) == 1]
    if short:
        raise ValueError(f"{path} has the line {short[0]}: expected a value and the name of its group")
    found: dict[str, list[str]] = {}
    for value, name, *_ in filter(None, lines):
        found.setdefault(name, []).append(value)
    return found
