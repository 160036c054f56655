"""How well the model did, on the rows with a usable label."""

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error

from driftbook.config import Settings
from driftbook.records import Measure


def labelled(settings: Settings, frame: pd.DataFrame) -> pd.Series:
    """Return which rows pass the params file's filters: those the model may be fitted on and is judged on.

    A row whose filtered column is missing does not pass.
    """
    passes = pd.Series(True, index=frame.index)
    for column, bounds in settings.filters.items():
        values = frame[column]
        passes &= values.notna()
        if bounds.min is not None:
            passes &= values >= bounds.min
        if bounds.above is not None:
            passes &= values > bounds.above
        if bounds.max is not None:
            passes &= values <= bounds.max
    return passes


def absolute_errors(settings: Settings, frame: pd.DataFrame) -> pd.Series:
    """Return the absolute error of each row that passes the filters, in the target's unit."""
    rows = frame[labelled(settings, frame)]
    return (rows[settings.target.name] - rows[settings.prediction]).abs()


def performance(settings: Settings, frame: pd.DataFrame) -> list[Measure]:
    """Return `labelled_rows` and `mean_absolute_error` (in the target's unit; None without a labelled row).

    `frame` holds one row per prediction, with the target and the `prediction`.
    """
    rows = frame[labelled(settings, frame)]
    error = mean_absolute_error(rows[settings.target.name], rows[settings.prediction]) if len(rows) else None
    return [
        Measure("labelled_rows", float(len(rows))),
        Measure("mean_absolute_error", error),
    ]


def errors(settings: Settings, splits: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a table of one line per split: rows, MAE (the target's unit) and MAPE (a share, not a percentage).

    MAPE divides by the target as scikit-learn does, so rows with a target near zero dominate it.
    """
    target, prediction = settings.target.name, settings.prediction
    return pd.DataFrame(
        {
            name: {
                "rows": len(split),
                f"MAE ({settings.target.unit})": mean_absolute_error(split[target], split[prediction]),
                "MAPE (share)": mean_absolute_percentage_error(split[target], split[prediction]),
            }
            for name, split in splits.items()
        }
    ).T.astype({"rows": np.int64})
