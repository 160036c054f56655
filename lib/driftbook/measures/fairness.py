"""How far apart the groups of a segment fare: the gap and the ratio of error, bias and rates, each with its interval.

A gap is the greatest group's value less the least one's, a ratio the least one's over the greatest one's: `difference`
and `ratio` of fairlearn's `MetricFrame`. Their interval follows from simultaneous ones of every pair of groups, as
Tukey's: the difference of two groups may lie so many standard errors off as the farthest of all pairs does in 90 % of
cases, which is drawn with a fixed seed. So many groups make no gap of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.config.performance import COMPARED, Fairness
from driftbook.measures import intervals
from driftbook.measures.division import Parts
from driftbook.measures.performance import losses_of, scored
from driftbook.measures.segments import aligned, judged
from driftbook.records import Measure

#: So many draws give the farthest pair's quantile within some thousandths of a standard error.
_DRAWS = 4000


@dataclass(frozen=True)
class Groups:
    """The groups of enough rows: their names, their values of one metric, and each value's standard error."""

    names: tuple[str, ...]
    values: np.ndarray
    errors: np.ndarray


def fairness(settings: Settings, frame: pd.DataFrame, parts: Mapping[str, Parts]) -> list[Measure]:
    """Return gap and ratio of what is compared between the groups of each declared segment.

    None where fewer than two groups have `min_rows` rows. The ratio of the bias, which has a sign, is left out. One is
    judged only if the params file gives it a threshold, which it exceeds when its whole interval does.
    """
    values = _values(settings, frame) if settings.performance.fairness else {}
    return [
        measure
        for one in settings.performance.fairness
        for name in COMPARED[settings.task]
        for measure in _compared(one, name, groups(values[name], parts[one.by], settings.performance.min_rows))
    ]


def groups(values: np.ndarray, parts: Parts, least_rows: int) -> Groups:
    """Return the groups with enough rows that have a value: numbers, or true and false for a rate.

    A rate's standard error counts one row more of each kind (Agresti and Caffo 2000): a group without a single one is
    not sure of having none.
    """
    rows, total, squares = parts.sums(values)
    is_enough = rows >= least_rows
    rows, total, squares = rows[is_enough], total[is_enough], squares[is_enough]
    names = tuple(name for name, enough in zip(parts.names, is_enough, strict=True) if enough)
    if np.isin(values[~np.isnan(values)], (0.0, 1.0)).all():
        share = (total + 1) / (rows + 2)
        return Groups(names, total / rows, np.sqrt(share * (1 - share) / (rows + 2)))
    variance = np.maximum(squares / rows - (total / rows) ** 2, 0.0)
    return Groups(names, total / rows, np.sqrt(variance / (rows - 1)))


def gap(found: Groups) -> tuple[float | None, dict[str, float | None]]:
    """Return the difference of the greatest and the least value, and its interval."""
    if len(found.names) < 2:
        return None, intervals.told((np.nan, np.nan))
    return float(np.ptp(found.values)), intervals.told(_range(found.values, found.errors))


def ratio(found: Groups) -> tuple[float | None, dict[str, float | None]]:
    """Return the least value over the greatest one, and its interval: that of the gap of their logarithms."""
    if len(found.names) < 2 or not found.values.max() > 0:
        return None, intervals.told((np.nan, np.nan))
    if not found.values.min() > 0:
        return 0.0, intervals.told((np.nan, np.nan))
    low, high = _range(np.log(found.values), found.errors / found.values)
    return float(found.values.min() / found.values.max()), intervals.told((np.exp(-high), np.exp(-low)))


def _compared(one: Fairness, name: str, found: Groups) -> list[Measure]:
    declared, measures = one.declared(), []
    value, ends = gap(found)
    upper = declared.get(f"{name}_gap")
    measures.append(judged(Measure(f"{name}_gap", value, segment=one.by, **ends), upper=upper))
    if name != "bias":
        value, ends = ratio(found)
        lower = declared.get(f"{name}_ratio")
        measures.append(judged(Measure(f"{name}_ratio", value, segment=one.by, **ends), lower=lower))
    return measures


def _values(settings: Settings, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return each row's part in what is compared, NaN where it has none: a group's value is the mean over its rows."""
    rows = scored(settings, frame)
    target, prediction = rows[settings.target.name], rows[settings.prediction]
    found = {"error": losses_of(settings, rows)}
    if settings.task != "multiclass":
        found["bias"] = prediction - target
    if settings.task == "binary":
        selected = (prediction >= settings.target.cut).astype(float)
        found["selection_rate"] = selected
        found["true_positive_rate"] = selected[target == 1]
        found["false_positive_rate"] = selected[target == 0]
    return {name: aligned(each, frame) for name, each in found.items()}


def _range(values: np.ndarray, errors: np.ndarray) -> tuple[float, float]:
    """Return the interval of the difference between the greatest and the least of some values."""
    one, other = np.triu_indices(len(values), 1)
    apart, error = np.abs(values[one] - values[other]), np.hypot(errors[one], errors[other])
    if not (error > 0).all():
        return np.nan, np.nan
    drawn = np.random.default_rng(len(values)).standard_normal((_DRAWS, len(values))) * errors
    farthest = (np.abs(drawn[:, one] - drawn[:, other]) / error).max(axis=1)
    reach = np.quantile(farthest, intervals.LEVEL) * error
    return max(0.0, float((apart - reach).max())), float((apart + reach).max())
