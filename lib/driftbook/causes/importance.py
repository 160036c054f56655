"""What the model looks at: how much the error rises if a feature's values are dealt anew among the rows."""

import numpy as np
import pandas as pd

from driftbook.config.model import DeliveredModel
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel, with_prediction
from driftbook.once import once

#: So many rows of the reference and of the day are dealt anew at most.
MOST = 2000
#: The model is asked for about so many at once at most.
_AT_ONCE = 50_000
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
    names, rows = trained.settings.features.all, few(trained, frame)
    if rows.empty:
        return pd.Series(np.nan, index=names)
    rng, order, dealt = np.random.RandomState(seed), np.arange(len(rows)), [np.arange(len(rows))]
    for _ in range(repeats):  # as scikit-learn deals each feature: each time anew from the last time
        rng.shuffle(order)
        dealt.append(dealt[-1][order])
    at_once = max(1, _AT_ONCE // (repeats * len(rows)))
    some = [names[first : first + at_once] for first in range(0, len(names), at_once)]
    return pd.concat([_risen(trained, rows, one, np.array(dealt[1:])) for one in some])


def _risen(trained: TrainedModel, rows: pd.DataFrame, names: list[str], dealt: np.ndarray) -> pd.Series:
    """Return the mean rise of the loss for each of some features, dealt so and so; the model is asked once for all."""
    settings, repeats = trained.settings, len(dealt)
    copies = pd.concat([rows] * repeats * len(names), ignore_index=True)
    for at, name in enumerate(names):
        taken = np.tile(np.arange(len(rows)), (len(names), repeats, 1))
        taken[at] = dealt
        copies[name] = rows[name].to_numpy()[taken.ravel()]
    loss = losses(settings, with_prediction(settings, trained.estimator, copies))
    copy, usual = loss.index.to_numpy() // len(rows), losses(settings, rows).mean()
    risen = [loss[copy == number].mean() - usual for number in range(repeats * len(names))]
    return pd.Series(np.reshape(risen, (-1, repeats)).mean(axis=1), names)
