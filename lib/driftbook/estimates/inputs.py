"""What the error model sees of a row: the watched columns that are there before labels come, as a matrix of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.measures.performance import passing
from driftbook.profiles.labels import label, labels
from driftbook.records import HOUR, probability_column

#: So many of a category's values are told apart; the others count as a gap.
MOST_VALUES = 254


@dataclass(frozen=True)
class Inputs:
    """The columns of the matrix.

    Attributes
    ----------
    numeric
        Columns taken as they are.
    values
        Category to the code of each value, as text: its rank by frequency in the reference.
    bounds
        The range of a numeric target in the reference, within which a prediction is seen; None for classes.
    """

    numeric: tuple[str, ...]
    values: dict[str, dict[str, int]]
    bounds: tuple[float, float] | None


def fit(settings: Settings, frame: pd.DataFrame, labelled: pd.Series) -> Inputs:
    """Return the columns of a reference's rows, of which `labelled` have a true value."""
    late, classes = {*settings.label_columns}, settings.task == "multiclass"
    numeric = [*settings.features.numeric, *settings.watch.numeric, HOUR, *([] if classes else [settings.prediction])]
    categories = [*settings.features.categorical, *settings.watch.categorical]
    if classes:
        categories.append(settings.prediction)
        targets = frame.loc[labelled, settings.target.name].dropna().map(label).unique()
        names = {probability_column(name) for name in targets}
        numeric += [name for name in frame.columns if name in names]
    target = frame.loc[labelled, settings.target.name]
    return Inputs(
        tuple(name for name in numeric if name not in late),
        {name: _codes(frame[name]) for name in categories if name not in late},
        (float(target.min()), float(target.max())) if settings.task == "regression" else None,
    )


def matrix(inputs: Inputs, settings: Settings, frame: pd.DataFrame, seen: Sequence[bool] | float) -> np.ndarray:
    """Return a line per row; `seen` tells which rows the monitored model was fitted on, and becomes the last column."""
    found = np.empty((len(frame), len(inputs.numeric) + len(inputs.values) + 1))
    for at, name in enumerate(inputs.numeric):
        values = frame[name].to_numpy(dtype=float)
        found[:, at] = clipped(inputs, values) if name == settings.prediction else values
    for at, (name, codes) in enumerate(inputs.values.items(), start=len(inputs.numeric)):
        rows, values = pd.factorize(frame[name])
        found[:, at] = np.array([*(codes.get(label(value), np.nan) for value in values), np.nan])[rows]
    found[:, -1] = seen
    return found


def clipped(inputs: Inputs, prediction: np.ndarray) -> np.ndarray:
    """Return predictions, those beyond every true value of the reference at the nearest of them."""
    return prediction if inputs.bounds is None else np.clip(prediction, *inputs.bounds)


def excess(inputs: Inputs, prediction: pd.Series) -> np.ndarray:
    """Return how far each prediction lies beyond the true values of the reference: so far it errs for certain.

    A prediction `p` beyond the range of the true value `y` errs by `|y - p| = |y - c| + |p - c|`, `c` being the nearest
    end of the range: only the first part has to be estimated, and a model of trees cannot learn the second.
    """
    if inputs.bounds is None:
        return np.zeros(len(prediction))
    values = prediction.to_numpy(dtype=float)
    return np.abs(values - clipped(inputs, values))


def countable(settings: Settings, frame: pd.DataFrame) -> pd.Series:
    """Return which rows the error will be measured on, as far as that is known before their labels come."""
    known = {name: bounds for name, bounds in settings.filters.items() if name not in settings.label_columns}
    return frame[settings.prediction].notna() & passing(known, frame)


def _codes(column: pd.Series) -> dict[str, int]:
    counts = labels(column).value_counts()
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_VALUES]
    return {value: at for at, (value, _) in enumerate(ranked)}
