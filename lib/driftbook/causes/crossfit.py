"""Two models of each row, never fitted on it: how likely it is of the day, and which loss to expect of it.

scikit-learn is imported where it is needed: only pages that look for causes need its trees.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
    **{"early_stopping": True, "validation_fraction": 0.2, "n_iter_no_change": 5, "random_state": 0},
}


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
    models: tuple
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
        given = {"X": inputs[rows], "sample_weight": weight}
        of_day = HistGradientBoostingClassifier(**_TREES).fit(y=is_day[rows], **given)
        of_loss = HistGradientBoostingRegressor(**_TREES).fit(y=losses[rows], **given)
        day[own], loss[own] = of_day.predict_proba(inputs[own])[:, 1], of_loss.predict(inputs[own])
        models.append(of_loss)
    return Fitted(day, loss, tuple(models), fold)
