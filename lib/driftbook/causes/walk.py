"""Which columns' moves cost the error what the input part holds."""

import numpy as np
import pandas as pd

from driftbook.causes.crossfit import Fitted, Trees

#: What no column carries by itself.
REST = "no single column"
#: So many pairs of a row of the reference and one of the day are walked in each part of the rows.
_PAIRS = 2000


def columns(fitted: Fitted, inputs: np.ndarray, is_day: np.ndarray, names: list[str], seed: int = 0) -> pd.Series:
    """Return how much of the expected loss each column's move from the reference to the day adds.

    A row of the reference becomes one of the day column by column, in random order; what the expected loss changes at
    each step is the column's. The means are Shapley values (Strumbelj and Kononenko, 2014), and add up to the mean
    change of the expected loss. Columns that move together share it as the model of the loss has it.
    """
    rng, found = np.random.default_rng(seed), np.zeros(len(names))
    for part, model in enumerate(fitted.models):
        rows = [np.flatnonzero((fitted.fold == part) & group) for group in (~is_day, is_day)]
        start, end = (inputs[rng.permutation(np.resize(rng.permutation(one), _PAIRS))] for one in rows)
        found += _steps(model, start, end, rng) / len(fitted.models)
    return pd.Series(found, index=names)


def with_rest(found: pd.Series, whole: float) -> pd.Series:
    """Return what each column carries, the largest first, and last what no single column does: they add up."""
    ranked = found.reindex(found.abs().sort_values(ascending=False, kind="stable").index)
    return pd.concat([ranked, pd.Series({REST: whole - ranked.sum()})])


def _steps(model: Trees, start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the mean change of what a model says when each column in turn becomes that of the end."""
    rows, width = start.shape
    order = rng.permuted(np.tile(np.arange(width), (rows, 1)), axis=1)
    walked, ends = np.tile(model.binned(start), (width + 1, 1, 1)), model.binned(end)
    for step in range(width):
        at = np.arange(rows), order[:, step]
        walked[(slice(step + 1, None), *at)] = ends[at]
    said = model.model.predict(walked.reshape(-1, width)).reshape(-1, rows)
    return sum(np.bincount(*one, width) for one in zip(order.T, np.diff(said, axis=0), strict=True)) / rows
