"""Two models of each row, never fitted on it: how likely it is of the day, and which loss to expect of it.

scikit-learn is imported where it is needed: only pages that look for causes need its trees.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

#: Rows are cut into so many parts, each foretold by models of the others.
FOLDS = 3
#: So many rows of the reference are fitted on at most; all of them are foretold.
_MOST = 5000
#: Small trees that stop once a fifth of the rows set aside is foretold no better: without a shift the probability is
#: about one half everywhere, as it should be.
_TREES = {
    **{"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 15, "min_samples_leaf": 20, "l2_regularization": 1.0},
    **{"early_stopping": True, "n_iter_no_change": 5, "random_state": 0},
}
#: Which rows are set aside.
_ASIDE = {"test_size": 0.2, "random_state": 2357136044}
#: Trees see so many different values of a column at most: scikit-learn's default.
_BINS = 255


@dataclass(frozen=True)
class Trees:
    """Trees, and between which values of each column they may split; None where between any two."""

    model: Any
    cuts: list[np.ndarray | None]

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Return the loss to expect of each row."""
        return self.model.predict(self.binned(inputs))

    def binned(self, inputs: np.ndarray) -> np.ndarray:
        """Return rows as the model gets them."""
        return _binned(inputs, self.cuts)


@dataclass(frozen=True)
class Fitted:
    """What the rows are foretold, reference and day weighing one half each.

    Attributes
    ----------
    day
        The probability that a row is of the day: q / (p + q) of its densities in the reference and on the day.
    loss
        The loss to expect of a row, whichever of the two it is of.
    models, fold
        The models of the loss, and which of them a row is foretold by.
    """

    day: np.ndarray
    loss: np.ndarray
    models: tuple[Trees, ...]
    fold: np.ndarray


@contextmanager
def one_thread() -> Iterator[None]:
    """Have trees grow in one thread: they are small, and where others compute threads wait for each other."""
    import sklearn.ensemble  # noqa: F401, whose threads are meant

    with threadpool_limits(1, user_api="openmp"):
        yield


def fit(inputs: np.ndarray, losses: np.ndarray, is_day: np.ndarray, seed: int = 0) -> Fitted:
    """Return what each row is foretold by models of the other rows.

    Parameters
    ----------
    inputs
        A line per row, a column per input; gaps are NaN.
    losses, is_day
        Of each row its loss, and whether it is of the day.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    rng, size = np.random.default_rng(seed), len(losses)
    fold, day, loss, models = np.empty(size, dtype=int), np.empty(size), np.empty(size), []
    for group in (~is_day, is_day):
        fold[group] = rng.permutation(group.sum()) % FOLDS
    for part in range(FOLDS):
        others, own = fold != part, fold == part
        reference = rng.permutation(np.flatnonzero(others & ~is_day))[:_MOST]
        rows = np.sort(np.concatenate([reference, np.flatnonzero(others & is_day)]))
        weight = len(rows) / np.where(is_day[rows], is_day[rows].sum(), len(reference)) / 2
        given = inputs[rows], weight
        of_day = _fitted(HistGradientBoostingClassifier(**_TREES), *given, is_day[rows], stratify=is_day[rows])
        of_loss = _fitted(HistGradientBoostingRegressor(**_TREES), *given, losses[rows])
        day[own] = of_day.model.predict_proba(_binned(inputs[own], of_day.cuts))[:, 1]
        loss[own] = of_loss.predict(inputs[own])
        models.append(of_loss)
    return Fitted(day, loss, tuple(models), fold)


def _fitted(model: Any, inputs: np.ndarray, weight: np.ndarray, y: np.ndarray, stratify: Any = None) -> Trees:
    """Return a model fitted on what scikit-learn would set aside and see: its own weighted quantiles take seconds."""
    from sklearn.model_selection import train_test_split

    x, x_aside, w, w_aside, y, y_aside = train_test_split(inputs, weight, y, stratify=stratify, **_ASIDE)
    cuts = [_cuts(values, w) for values in x.T]
    aside = {"X_val": _binned(x_aside, cuts), "y_val": y_aside, "sample_weight_val": w_aside}
    return Trees(model.fit(_binned(x, cuts), y, sample_weight=w, **aside), cuts)


def _cuts(values: np.ndarray, weight: np.ndarray) -> np.ndarray | None:
    """Return weighted quantiles between which trees split, as scikit-learn finds them; None for few values."""
    known = ~np.isnan(values)
    values, weight = values[known], weight[known]
    if len(np.unique(values)) <= _BINS:
        return None
    order = np.argsort(values)
    values, total, last = values[order], np.cumsum(weight[order]), len(values) - 1
    ranks = np.linspace(0, 100, _BINS + 1)[1:-1] / 100 * total[-1]
    at = np.minimum(np.searchsorted(total, ranks), last)
    middle = (values[at] + values[np.minimum(at + 1, last)]) / 2
    return np.unique(np.where(total[at] - ranks > np.finfo(float).eps, values[at], middle))


def _binned(inputs: np.ndarray, cuts: list[np.ndarray | None]) -> np.ndarray:
    """Return the values by the cuts that they lie between; gaps stay gaps."""
    found = inputs.copy()
    for number, among in enumerate(cuts):
        if among is not None:
            known = ~np.isnan(found[:, number])
            found[known, number] = np.searchsorted(among, found[known, number])
    return found
