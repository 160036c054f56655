"""A day's column beside another day's, from what is stored of that one."""

import datetime as dt

import pandas as pd

from driftbook import store
from driftbook.alarms import bins
from driftbook.errors import BadInput
from driftbook.model import TrainedModel
from driftbook.periods import one_day
from driftbook.profiles import profile
from driftbook.records import DayResult

_NOTHING: dict[str, pd.Series] = {}


def beside(
    trained: TrainedModel, result: DayResult, column: str, day: str
) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    """Return a column's counts by bin label on another day and on this one, by day, and the quantiles of both.

    The other day comes from the store, its rows are not read. Nothing without a `day`, or where this one has no rows.

    Raises
    ------
    BadInput
        If the other day is this one, or is not stored by this version of the model.
    """
    if not day or not column:
        return _NOTHING, pd.DataFrame()
    other = one_day(day)
    if other.start == result.day:
        raise BadInput(f"beside is {day!r}: expected another day than {result.day}")
    stored = store.day_counts(trained.settings.name, other.start, other.end, trained.version).get(other.start)
    if stored is None:
        raise BadInput(f"beside is {day!r}: nothing is stored of that day by this model; monitor it first")
    seen = profile.from_dict(stored)
    (own,) = [one for one in trained.calibration.plan.bins if one.column == column]
    found = pd.Series([*bins.counts(own, [seen])[0], seen.missing[column]], index=[*own.labels, "missing"])
    counts = {str(other.start): found, str(result.day): pd.Series(result.histograms[column])}
    return counts, _quantiles(trained, result, column, other.start, other.end)


def _quantiles(trained: TrainedModel, result: DayResult, column: str, day: dt.date, end: dt.date) -> pd.DataFrame:
    stored = store.measures(trained.settings.name, day, end, "quantile", by_segment=True)
    theirs = stored[stored["feature"] == column].set_index("segment")["value"]
    ours = {m.segment: m.value for m in result.measures if (m.metric, m.feature) == ("quantile", column)}
    return pd.DataFrame({str(day): theirs, str(result.day): pd.Series(ours, dtype=float)}).rename_axis(index=None)
