"""A day's segments beside the reference's: what is usual in each of them, and where a day errs more than that."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from driftbook.config import Settings
from driftbook.config.performance import Performance
from driftbook.errors import BadInput
from driftbook.measures.division import Parts, divide
from driftbook.measures.intervals import TAIL
from driftbook.measures.performance import error_metric, losses
from driftbook.measures.segments import aligned, said
from driftbook.model import TrainedModel
from driftbook.once import once
from driftbook.records import DayResult, Measure

#: How often some segment of a usual day is said to err more than usual.
LEVEL = 0.05
#: A segment's variance between days leans on that of all segments with the weight of so many days.
_WEIGHT = 10


@dataclass(frozen=True)
class Usual:
    """The validation reference's error in a segment, and how far that of another day lies off, its rows' chance aside.

    The deviation is a standard one: from day to day, and of the reference's own mean.
    """

    error: float
    deviation: float = 0.0


@once
def usual_errors(trained: TrainedModel) -> dict[str, Usual]:
    """Return what is usual in each of the `usual_parts` of enough rows, by the segment of a measure."""
    settings, frame = trained.settings, trained.validation
    loss = aligned(losses(settings, frame), frame)
    _, days = np.unique(frame[settings.time_column].dt.date.to_numpy(), return_inverse=True)
    is_known, found = ~np.isnan(loss), {}
    for title, parts in usual_parts(trained).items():
        for code, name in enumerate(parts.names):
            rows = is_known & (parts.codes == code)
            if rows.sum() >= settings.performance.min_rows:
                found[said(title, name)] = _by_day(loss[rows], days[rows])
    return _usual(found, settings.performance.min_rows)


@once
def usual_parts(trained: TrainedModel) -> dict[str, Parts]:
    """Return how the named segments divide the validation reference.

    One of a column that the reference does not hold, being no feature, watched or filtered one, is left out.
    """
    found = {}
    for one in trained.settings.performance.segments:
        alone = trained.settings.model_copy(update={"performance": Performance(segments=(one,))})
        with suppress(BadInput):
            found |= divide(alone, trained.validation, reference=trained.reference_rows)
    return found


def worse(settings: Settings, result: DayResult, usual: Mapping[str, Usual]) -> tuple[list[Measure], int]:
    """Return the segments of a day that err more than usual, the most times first, and how many were compared.

    Beyond the chance of their rows, that of the reference's and what its days differ by, in one of so many segments
    (Bonferroni): a share of `LEVEL` of usual days has one.
    """
    from scipy.special import ndtri

    error = error_metric(settings)
    known = [m for m in result.measures if m.metric == error and m.segment in usual and m.low is not None]
    if not known:
        return [], 0
    limit = -ndtri(LEVEL / len(known))
    found = []
    for m in known:
        one = usual[m.segment]
        chance = max(m.value - m.low, m.high - m.value) / -ndtri(TAIL)
        if m.value - one.error > limit * np.hypot(chance, one.deviation):
            found.append(m)
    return sorted(found, key=lambda m: usual[m.segment].error / m.value), len(known)


def _by_day(loss: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return rows, losses and squared losses (lines) of each day."""
    with np.errstate(over="ignore"):
        return np.stack([np.bincount(days, weights) for weights in (None, loss, loss**2)])


def _usual(found: Mapping[str, np.ndarray], least: int) -> dict[str, Usual]:
    """Return what is usual from segments' sums by day; days of fewer rows tell nothing of how days differ."""
    means, chance, between = {}, {}, {}
    for name, by_day in found.items():
        rows, total, squares = by_day.sum(axis=1)
        means[name] = mean = total / rows
        variance = max(squares / rows - mean**2, 0.0)
        chance[name] = variance / rows
        days = by_day[:, by_day[0] >= least]
        if mean > 0 and days.shape[1] > 1:
            excess = np.var(days[1] / days[0], ddof=1) - np.mean(variance / days[0])
            between[name] = (days.shape[1] - 1, excess / mean**2)
    weights, variances = np.array([*between.values()]).reshape(-1, 2).T
    of_all = max(float(weights @ variances) / max(weights.sum(), 1.0), 0.0)
    usual = {}
    for name, mean in means.items():
        weight, variance = between.get(name, (0, 0.0))
        days = max((_WEIGHT * of_all + weight * variance) / (_WEIGHT + weight), 0.0) * mean**2
        usual[name] = Usual(float(mean), float(np.sqrt(days * (1 + 1 / (1 + weight)) + chance[name])))
    return usual
