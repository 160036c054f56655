"""A second model: the loss that each row's prediction is expected to have, learnt on the reference.

Of numbers and classes alike: the loss is that of `measures.performance`, and the probabilities a model gives are inputs
like its features, so what they are worth is learnt with the rest. NannyML calls this direct loss estimation
(https://nannyml.readthedocs.io/en/stable/how_it_works/performance_estimation.html). Like every estimate without labels
it supposes that rows alike err alike: it cannot see that the relation of inputs and truth has changed.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.estimates import inputs, spread
from driftbook.estimates.inputs import Inputs
from driftbook.estimates.spread import Spread
from driftbook.measures import performance
from driftbook.profiles import calendars

#: Of fewer labelled rows nothing is learnt; of more so many are drawn.
LEAST_ROWS, MOST_ROWS = 100, 20_000
#: What a single row is expected to err at most: the sum of all is to be a number.
_LARGEST = 1e150
#: Into how many parts of whole days the reference is cut: each is estimated by what the others taught.
_FOLDS = 5
#: How seldom days are said to differ by what the model was fitted on, where they do not.
_SELDOM = 0.01
#: A day with fewer labelled rows tells nothing of how days differ.
_LEAST_OF_DAY = 30
#: Few and small trees: the loss of a row is mostly noise.
_TREES = {"max_iter": 40, "max_leaf_nodes": 15, "min_samples_leaf": 50, "early_stopping": False, "random_state": 0}


@dataclass(frozen=True)
class ErrorModel:
    """What estimates the error of a day: a regressor of rows' losses, its inputs, and how far days differ from it."""

    regressor: Any
    inputs: Inputs
    spread: Spread


def fit(
    settings: Settings, frame: pd.DataFrame, seen: np.ndarray | None = None, losses: pd.Series | None = None
) -> ErrorModel | None:
    """Return the error model of a reference, None where it has fewer than `LEAST_ROWS` labelled rows.

    Parameters
    ----------
    frame
        The rows of the reference period with their prediction, without strays, each with an index of its own.
    seen
        Which of them the monitored model was fitted on. Where it errs on these otherwise than on the rest, beyond what
        days differ, that is an input: no later row is one.
    losses
        The losses of labelled rows, by index; those of the task's error if not given.
    """
    is_counted = inputs.countable(settings, frame)
    seen = np.zeros(is_counted.sum()) if seen is None else np.asarray(seen, dtype=float)[is_counted]
    frame = frame[is_counted]
    loss = (performance.losses(settings, frame) if losses is None else losses).reindex(frame.index)
    is_labelled = loss.notna()
    if is_labelled.sum() < LEAST_ROWS:
        return None
    days = frame[settings.time_column].dt.date.to_numpy()
    seen = seen if _matters(seen, loss, days) else np.zeros(len(frame))
    columns = inputs.fit(settings, frame, is_labelled)
    given = inputs.matrix(columns, settings, frame, seen)
    certain = inputs.excess(columns, frame[settings.prediction])
    unsure, known = (loss - certain).to_numpy(), is_labelled.to_numpy()
    held_out = certain + _held_out(given, unsure, known, days)
    return ErrorModel(_fitted(given[known], unsure[known]), columns, _spread(settings, loss, held_out, days))


def expected(model: ErrorModel, settings: Settings, frame: pd.DataFrame) -> tuple[int, float]:
    """Return on how many rows of a day the error will be measured, and the sum of their expected losses."""
    is_counted = inputs.countable(settings, frame)
    frame = frame if is_counted.all() else frame[is_counted]
    if frame.empty:
        return 0, 0.0
    with _one_thread():
        unsure = model.regressor.predict(inputs.matrix(model.inputs, settings, frame, 0.0))
    loss = unsure + inputs.excess(model.inputs, frame[settings.prediction])
    return len(frame), float(np.minimum(loss, _LARGEST).sum())


def _matters(seen: np.ndarray, loss: pd.Series, days: np.ndarray) -> bool:
    """Return whether days' mean losses differ between rows seen in training and others (Welch's t-test)."""
    from scipy import stats

    by_day = loss.groupby([seen, days]).mean().dropna()
    groups = [means.to_numpy() for _, means in by_day.groupby(level=0)]
    if len(groups) < 2 or min(map(len, groups)) < 2 or not any(np.ptp(means) for means in groups):
        return False
    return bool(stats.ttest_ind(*groups, equal_var=False).pvalue < _SELDOM)


def _fitted(given: np.ndarray, loss: np.ndarray) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    if len(loss) > MOST_ROWS:
        drawn = np.sort(np.random.default_rng(0).choice(len(loss), MOST_ROWS, replace=False))
        given, loss = given[drawn], loss[drawn]
    given = np.where(np.isnan(given).all(axis=0), 0.0, given)  # a column without a value cannot be cut into bins
    with _one_thread():
        return HistGradientBoostingRegressor(**_TREES).fit(given, loss)


def _one_thread() -> AbstractContextManager:
    """Return a context in which trees use one core: on rows so few more of them mostly wait for each other."""
    return _threads().limit(limits=1, user_api="openmp")


@cache
def _threads() -> Any:
    """Return what knows this process's libraries, scikit-learn's among them: the search takes some milliseconds."""
    import sklearn.ensemble  # noqa: F401 - loads OpenMP
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _held_out(given: np.ndarray, loss: np.ndarray, known: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return what each row's loss is expected to be by the rows of other days, NaN where no other day tells."""
    _, number = np.unique(days, return_inverse=True)
    found = np.full(len(days), np.nan)
    for part in range(_FOLDS):
        held, others = number % _FOLDS == part, known & (number % _FOLDS != part)
        if held.any() and others.sum() >= LEAST_ROWS:
            found[held] = _fitted(given[others], loss[others]).predict(given[held])
    return found


def _spread(settings: Settings, loss: pd.Series, held_out: np.ndarray, days: np.ndarray) -> Spread:
    rows = pd.DataFrame({"true": loss.to_numpy(), "estimated": held_out})
    by_day = rows.groupby(days).mean().assign(rows=rows["true"].groupby(days).count())
    usual = [not calendars.is_special(settings.calendar, day) for day in by_day.index]
    by_day = by_day[np.array(usual) & (by_day["rows"] >= _LEAST_OF_DAY) & (by_day["estimated"] > 0)]
    within = float((rows["true"] - rows["estimated"]).var()) if len(by_day) else 0.0
    return spread.fit(*(by_day[name].to_numpy(dtype=float) for name in ("true", "estimated", "rows")), within)
