"""Single rows: those the model fails on, and those like few others; each with what makes it so."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from driftbook.causes import inputs
from driftbook.config import Settings
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel
from driftbook.once import once
from driftbook.profiles.labels import label

#: What is said of a row before the columns of the frame.
WHY = ["unusual column", "its value", "usually"]
#: The detector is fitted on so many rows of the reference.
_MOST = 5000


@dataclass(frozen=True)
class Detector:
    """An isolation forest (Liu, Ting and Zhou, 2008) of the reference's rows, with what is usual in each column.

    It sees the features, the watched columns and the hour; categories by how frequent they are in the reference. It
    finds rows like few others, by what the reference's rows differ in. One value absurdly far out is no more to it than
    one at the edge: for these see `diagnosis.outliers`.
    """

    settings: Settings
    reference: pd.DataFrame
    forest: Any
    usual: dict[str, object]

    def numbers(self, frame: pd.DataFrame) -> np.ndarray:
        """Return what the forest sees of some rows."""
        return inputs.numbers(self.settings, self.reference, frame, [*self.usual])

    def scores(self, frame: pd.DataFrame) -> np.ndarray:
        """Return a score per row: 0.5 is usual, near 1 a row that a few cuts set apart from the others."""
        return self._scores(self.numbers(frame))

    def falls(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return by how much each row's score falls with what is usual in one column, for each column."""
        given, usual = self.numbers(frame), self.numbers(pd.DataFrame([self.usual]))[0]
        others = np.where(np.eye(len(usual), dtype=bool)[:, None], usual, given)
        before, *after = self._scores(np.concatenate([given[None], others]))
        return pd.DataFrame(before - after, index=[*self.usual], columns=frame.index).T

    def _scores(self, given: np.ndarray) -> np.ndarray:
        asked = given.reshape(-1, given.shape[-1])
        return (-self.forest.score_samples(asked) if len(asked) else np.empty(0)).reshape(given.shape[:-1])


@once
def detector(trained: TrainedModel) -> Detector:
    """Return a detector of unusual rows, fitted on some rows of the reference."""
    from sklearn.ensemble import IsolationForest

    settings, reference = trained.settings, trained.reference_rows
    names, some = inputs.columns(settings), reference.sample(min(_MOST, len(reference)), random_state=0)
    forest = IsolationForest(random_state=0).fit(inputs.numbers(settings, reference, some, names))
    return Detector(settings, reference, forest, {name: inputs.usual(settings, reference, name) for name in names})


def worst(found: Detector, frame: pd.DataFrame, rows: int = 5) -> pd.DataFrame:
    """Return the labelled rows with the largest loss, the largest first.

    Columns: `loss` in the unit of the error; `unusual column`, `its value` and `usually` as `unusual` has them; then
    the frame's.
    """
    top = losses(found.settings, frame).nlargest(rows, keep="first")
    return _explained(found, frame.loc[top.index], top.rename("loss"))


def unusual(found: Detector, frame: pd.DataFrame, rows: int = 5) -> pd.DataFrame:
    """Return the rows least like the reference's, the most unusual first.

    Columns: the `score` of the detector; `unusual column`, the one that makes it so: with what is `usually` there, the
    reference's median or most frequent value, in the place of `its value` the score falls most (empty where it never
    does); then the frame's.
    """
    top = pd.Series(found.scores(frame), index=frame.index, dtype=float).nlargest(rows, keep="first")
    return _explained(found, frame.loc[top.index], top.rename("score"))


def _explained(found: Detector, frame: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    falls = found.falls(frame)
    columns = falls.idxmax(axis=1).where(falls.max(axis=1) > 0, "") if len(falls) else pd.Series(dtype=object)
    said = [
        (name, _text(frame.at[row, name]), _text(found.usual[name])) if name else ("", "", "")
        for row, name in columns.items()
    ]
    return pd.concat([value, pd.DataFrame(said, frame.index, WHY, dtype=object), frame], axis=1)


def _text(value: object) -> str:
    return "missing" if pd.isna(value) else f"{value:,.4g}" if isinstance(value, float) else label(value)
