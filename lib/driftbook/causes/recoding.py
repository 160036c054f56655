"""Columns that came in another unit: what the day would have been without that.

Numbers in another unit move the inputs, and with them what a row of these inputs means: where reference and day still
share rows, these are other rows. Weights alone would call that a change of the relation, so it is undone first.
"""

import numpy as np
import pandas as pd

from driftbook.causes import inputs
from driftbook.config.model import DeliveredModel
from driftbook.model import TrainedModel, with_prediction

#: So many rows of the reference tell how a column goes with the others.
_MOST = 5000
#: A smaller factor is no change of unit.
_LEAST = 1.1
#: So many columns are tried, those of the largest factors.
_TRIED = 2


def factors(trained: TrainedModel, frame: pd.DataFrame, reference: pd.DataFrame) -> dict[str, float]:
    """Return the numeric features that may have come in another unit, with the factor, the largest first.

    That is the factor at given other inputs: the median of the value over what the reference makes of the other
    columns, so that columns which grow together have none. A delivered prediction cannot be made anew: nothing is
    undone there.
    """
    if isinstance(trained.settings.model, DeliveredModel):
        return {}
    found = {name: _given_others(trained, frame, reference, name) for name in trained.settings.features.numeric}
    ranked = sorted(found, key=lambda name: -abs(np.log(found[name])))
    return {name: found[name] for name in ranked[:_TRIED] if abs(np.log(found[name])) > np.log(_LEAST)}


def undone(trained: TrainedModel, frame: pd.DataFrame, column: str, factor: float) -> pd.DataFrame:
    """Return the rows with a column in its former unit, and what the model predicts then."""
    given = frame.assign(**{column: frame[column] / factor})
    return with_prediction(trained.settings, trained.estimator, given)


def _given_others(trained: TrainedModel, frame: pd.DataFrame, reference: pd.DataFrame, column: str) -> float:
    """Return by which factor a column is larger than the others would have it, 1 where too few values are positive."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    settings = trained.settings
    others = [name for name in inputs.columns(settings) if name != column]
    known, day = (rows[rows[column] > 0] for rows in (reference, frame))
    if len(known) < len(reference) / 2 or len(day) < len(frame) / 2:
        return 1.0
    known = known.sample(min(_MOST, len(known)), random_state=0)
    trees = HistGradientBoostingRegressor(max_iter=60, early_stopping=False, random_state=0)
    trees.fit(inputs.numbers(settings, reference, known, others), np.log(known[column]))
    beyond = [
        np.median(np.log(rows[column]) - trees.predict(inputs.numbers(settings, reference, rows, others)))
        for rows in (known, day)
    ]
    return float(np.exp(beyond[1] - beyond[0]))
