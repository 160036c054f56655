"""What the model looks at: how much the error rises if a feature's values are dealt anew among the rows."""

import numpy as np
import pandas as pd

from driftbook.config.model import DeliveredModel
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel, with_prediction
from driftbook.once import once

#: So many rows of the reference and of the day are dealt anew at most.
MOST = 2000
COLUMNS = ["reference", "day", "change"]


def permutation(trained: TrainedModel, frame: pd.DataFrame, repeats: int = 3, seed: int = 0) -> pd.DataFrame:
    """Return the permutation importance of each feature (Breiman, 2001), in the unit of the error.

    One line per feature, the most important one on the day first, with `reference` (on rows of the validation
    reference), `day`, and `change`, the day's minus the reference's; all NaN without a labelled row. Empty where
    predictions are delivered, which nothing here can make anew.
    """
    if isinstance(trained.settings.model, DeliveredModel):
        return pd.DataFrame(columns=COLUMNS, dtype=float)
    usual, day = _of_reference(trained, repeats, seed), _importance(trained, frame, repeats, seed)
    table = pd.DataFrame({"reference": usual, "day": day})
    table["change"] = table["day"] - table["reference"]
    return table.sort_values("day", ascending=False, kind="stable").rename_axis("feature")


def few(trained: TrainedModel, frame: pd.DataFrame, most: int = MOST, seed: int = 0) -> pd.DataFrame:
    """Return the rows with a usable label and a prediction, a seeded sample of them if there are more than some."""
    rows = frame.loc[losses(trained.settings, frame).index]
    return rows.sample(most, random_state=seed).sort_index() if len(rows) > most else rows


@once
def _of_reference(trained: TrainedModel, repeats: int, seed: int) -> pd.Series:
    return _importance(trained, trained.validation, repeats, seed)


def _importance(trained: TrainedModel, frame: pd.DataFrame, repeats: int, seed: int) -> pd.Series:
    settings, names = trained.settings, trained.settings.features.all
    rows = few(trained, frame)
    if rows.empty:
        return pd.Series(np.nan, index=names)
    usual, found = losses(settings, rows).mean(), {}
    copies, number = pd.concat([rows] * repeats, ignore_index=True), np.repeat(np.arange(repeats), len(rows))
    for name in names:
        rng, order, values = np.random.RandomState(seed), np.arange(len(rows)), [rows[name].to_numpy()]
        for _ in range(repeats):  # dealt as scikit-learn deals: each time anew from the last time
            rng.shuffle(order)
            values.append(values[-1][order])
        dealt = copies.assign(**{name: np.concatenate(values[1:])})  # the model is asked once for all of them
        risen = losses(settings, with_prediction(settings, trained.estimator, dealt))
        found[name] = float(np.mean([one.mean() - usual for _, one in risen.groupby(number[risen.index])]))
    return pd.Series(found)
