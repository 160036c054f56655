"""How a classifier errs: its calibration, its ROC curve, its confusion matrix; on the rows with a usable label."""

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.measures.performance import scored

#: Of more classes the most frequent ones are shown, the others together.
_MOST_CLASSES, OTHERS = 12, "all others"


def calibration(settings: Settings, frame: pd.DataFrame, groups: int = 10) -> pd.DataFrame:
    """Return, for groups of about as many rows, `predicted` and `observed` share of positive ones, and `rows`."""
    rows = scored(settings, frame)
    prediction = rows[settings.prediction]
    cut = pd.qcut(prediction.rank(method="first"), min(groups, max(len(rows), 1)), labels=False)
    found = rows.groupby(cut).agg(
        predicted=(settings.prediction, "mean"), observed=(settings.target.name, "mean"), rows=("prediction", "size")
    )
    return found.reset_index(drop=True)


def roc(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the ROC curve: `false positives` and `true positives` as shares; empty where one class is missing."""
    from sklearn.metrics import roc_curve

    rows = scored(settings, frame)
    columns = ["false positives", "true positives"]
    if rows[settings.target.name].nunique() < 2:
        return pd.DataFrame(columns=columns, dtype=float)
    false, true, _ = roc_curve(rows[settings.target.name], rows[settings.prediction])
    return pd.DataFrame(np.column_stack([false, true]), columns=columns)


def confusion(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many rows of each true class (lines) were predicted as each class (columns), the frequent ones first.

    Two classes are cut at the params file's probability.
    """
    rows = scored(settings, frame)
    target, prediction = rows[settings.target.name], rows[settings.prediction]
    if settings.task == "binary":
        target, prediction = (
            name.map({True: "1", False: "0"}) for name in (target == 1, prediction >= settings.target.cut)
        )
    classes = pd.concat([target, prediction]).value_counts().index
    kept = [*classes[:_MOST_CLASSES]]
    names = kept + [OTHERS] * (len(classes) > len(kept))
    target, prediction = (name.where(name.isin(kept), OTHERS) for name in (target, prediction))
    table = pd.crosstab(target, prediction).reindex(index=names, columns=names, fill_value=0)
    return table.rename_axis(index="true", columns="predicted")
