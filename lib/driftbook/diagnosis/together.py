"""What made a day's columns go less together than usual: which columns, which pairs of them, and which rows."""

import numpy as np
import pandas as pd

from driftbook import relations
from driftbook.batches import Batch
from driftbook.model import TrainedModel
from driftbook.profiles.profile import Profile

_COLUMNS, _PAIRS = ["day", "usual", "dealt", "like dealt"], ["usual", "day", "lost"]
_ROWS = ["fits least", "its value", "usual there", "surprise"]


def together(trained: TrainedModel, day: Profile | None) -> pd.DataFrame:
    """Return how each column goes with the others, the one that deviates most first.

    Columns `day` and `usual` (the mean surprise on the day, and the median over the reference's days of its class),
    `dealt` (what it were if all values were dealt at random), `like dealt` (which share of the rows may be, from these
    three). Empty where that is not looked at, or no row is there.
    """
    learnt = trained.calibration.grid.relations
    if learnt is None or day is None:
        return pd.DataFrame(columns=_COLUMNS, dtype=float)
    alike = [other for other in trained.calibration.days if other.day_class == day.day_class]
    usual = pd.DataFrame([_means(other) for other in alike or trained.calibration.days]).median()
    found = pd.DataFrame({"day": _means(day), "usual": usual, "dealt": {one.column: one.dealt for one in learnt.found}})
    share = (found["day"] - found["usual"]) / (found["dealt"] - found["usual"])
    found = found.assign(**{"like dealt": share.clip(0.0, 1.0)}).reindex(learnt.columns)
    farthest = (found["day"] / found["usual"]).sort_values(ascending=False, kind="stable")
    return found.loc[farthest.index].rename_axis("column")


def pairs(trained: TrainedModel, batch: Batch, most: int = 5) -> pd.DataFrame:
    """Return the pairs of columns that go less together than in the reference, what lost most first.

    Columns `usual` and `day`: how much one column's values say of the other's, the mean of both directions, as the
    logarithm of how much surprises grow if they are dealt anew; `lost` is their difference.
    """
    learnt = trained.calibration.grid.relations
    if learnt is None or batch.frame.empty:
        return pd.DataFrame(columns=_PAIRS, dtype=float)
    usual = _by_pair({one.column: one.others for one in learnt.found})
    now = _by_pair(relations.strengths(trained.settings, learnt, batch))
    found = pd.DataFrame({"usual": usual, "day": now.reindex(usual.index)})
    found = found.assign(lost=found["usual"] - found["day"]).sort_values("lost", ascending=False, kind="stable")
    return found[found["lost"] > 0].head(most).rename_axis("pair")


def least_fitting(trained: TrainedModel, batch: Batch, rows: int = 10) -> pd.DataFrame:
    """Return the rows whose values go least together, with the column that fits least and what were usual there.

    A row counts by the sum of its surprises. Columns `fits least`, `its value`, `usual there` (the most frequent value
    of the reference's rows that are like it in the other columns), `surprise`, then the frame's.
    """
    learnt = trained.calibration.grid.relations
    if learnt is None or batch.frame.empty:
        return pd.DataFrame(columns=_ROWS)
    found = relations.surprises(trained.settings, learnt, batch)
    summed = found.sum(axis=1)
    first = np.argsort(-summed.to_numpy(), kind="stable")[:rows]
    named = found.iloc[first].idxmax(axis=1)
    values, usual = relations.expected(trained.settings, learnt, batch.take(first), named.to_list())
    columns = dict(zip(_ROWS, (named, values, usual, summed.iloc[first]), strict=True))
    told = pd.DataFrame(columns, index=found.index[first])
    return told.join(batch.frame, rsuffix=" of the row")


def _means(day: Profile) -> dict[str, float]:
    return {name: total / n if n else np.nan for name, (n, total, _) in day.together.items()}


def _by_pair(found: dict[str, dict[str, float]]) -> pd.Series:
    both: dict[str, list[float]] = {}
    for one, others in found.items():
        for other, strength in others.items():
            both.setdefault(" with ".join(sorted((one, other))), []).append(strength)
    return pd.Series({pair: float(np.sum(strengths)) / 2 for pair, strengths in both.items()}, dtype=float)
