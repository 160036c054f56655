"""The limits frozen at training: bins, usual ranges, known values and thresholds, as data that goes into a file."""

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Threshold(_Frozen):
    """Bounds of one measure (None: open); a value outside of them gets the verdict `beyond`."""

    metric: str
    feature: str = ""
    segment: str = ""
    lower: float | None = None
    upper: float | None = None
    beyond: str


class Limits(_Frozen):
    """All a day is compared with, besides the validation reference.

    Attributes
    ----------
    edges
        Numeric column to its ascending inner bin edges; a bin holds its upper edge.
    values
        Categorical column to the values that have a bin of their own, the most frequent first.
    ranges
        Numeric column to its usual range in the reference.
    seen
        Categorical column to every value of the reference.
    reference
        Column to the reference's counts by bin, in the order of `driftbook.alarms.bins.labels`.
    thresholds
        Those of each judged measure.
    days
        How many reference days calibrated the thresholds.
    """

    edges: dict[str, tuple[float, ...]]
    values: dict[str, tuple[float | str, ...]]
    ranges: dict[str, tuple[float, float]]
    seen: dict[str, tuple[float | str, ...]]
    reference: dict[str, tuple[int, ...]]
    thresholds: tuple[Threshold, ...] = ()
    days: int = 0
