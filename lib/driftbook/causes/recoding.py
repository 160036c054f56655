"""Columns that came in another unit: what the day would have been without that.

Numbers in another unit move the inputs, and with them what a row of these inputs means: where reference and day still
share rows, these are other rows. Weights alone would call that a change of the relation, so it is undone first.
"""

from typing import Any

import numpy as np
import pandas as pd

from driftbook.causes import inputs
from driftbook.config.model import DeliveredModel
from driftbook.model import TrainedModel, with_prediction
from driftbook.once import once

#: So many rows of the reference tell how a column goes with the others.
_MOST = 5000
#: A smaller factor is no change of unit.
_LEAST = 1.1
#: So many columns are tried, those of the largest factors.
_TRIED = 2


def factors(trained: TrainedModel, frame: pd.DataFrame) -> dict[str, float]:
    """Return the numeric features that may have come in another unit, with the factor, the largest first.

    That is the factor at given other inputs: the median of the value over what the reference makes of the other
    columns, so that columns which grow together have none. A delivered prediction cannot be made anew: nothing is
    undone there.
    """
    if isinstance(trained.settings.model, DeliveredModel):
        return {}
    found = {name: _given_others(trained, frame, name) for name in trained.settings.features.numeric}
    ranked = sorted(found, key=lambda name: -abs(np.log(found[name])))
    return {name: found[name] for name in ranked[:_TRIED] if abs(np.log(found[name])) > np.log(_LEAST)}


def undone(trained: TrainedModel, frame: pd.DataFrame, column: str, factor: float) -> pd.DataFrame:
    """Return the rows with a column in its former unit, and what the model predicts then."""
    given = frame.assign(**{column: frame[column] / factor})
    return with_prediction(trained.settings, trained.estimator, given)


def _given_others(trained: TrainedModel, frame: pd.DataFrame, column: str) -> float:
    """Return by which factor a column is larger than the others would have it, 1 where too few values are positive."""
    day, known = frame[frame[column] > 0], _trees(trained, column)
    if known is None or len(day) < len(frame) / 2:
        return 1.0
    trees, usual = known
    return float(np.exp(_beyond(trained, trees, day, column) - usual))


@once
def _trees(trained: TrainedModel, column: str) -> tuple[Any, float] | None:
    """Return trees of a column by the others and how far the reference lies beyond; None of too few positive values."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    reference = inputs.of_reference(trained)[1]
    known = reference[reference[column] > 0]
    if len(known) < len(reference) / 2:
        return None
    known = known.sample(min(_MOST, len(known)), random_state=0)
    trees = HistGradientBoostingRegressor(max_iter=60, early_stopping=False, random_state=0)
    trees.fit(_others(trained, known, column), np.log(known[column]))
    return trees, _beyond(trained, trees, known, column)


def _others(trained: TrainedModel, rows: pd.DataFrame, column: str) -> np.ndarray:
    others = [name for name in inputs.columns(trained.settings) if name != column]
    return inputs.numbers(trained.settings, inputs.of_reference(trained)[1], rows, others)


def _beyond(trained: TrainedModel, trees: Any, rows: pd.DataFrame, column: str) -> float:
    return np.median(np.log(rows[column]) - trees.predict(_others(trained, rows, column)))
