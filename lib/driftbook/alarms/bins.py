"""Reference bins, frozen at training: numeric columns by quantile, categories by value, missing values in a bin too."""

from itertools import pairwise

import numpy as np
import pandas as pd

from driftbook.alarms.limits import Limits
from driftbook.config import Settings

#: Ten bins of equal reference share; ties (most trips carry one passenger) merge bins.
DECILES = np.arange(0.1, 1.0, 0.1)
#: Categories with a bin of their own; the rest share `other`.
TOP = 10
#: The usual range of a numeric column: all but one in a hundred reference values.
USUAL = (0.005, 0.995)


def freeze(settings: Settings, frame: pd.DataFrame) -> Limits:
    """Return bins, usual ranges and known values of the calibration reference, still without thresholds.

    `frame` holds every row of the reference period, unfiltered, with the prediction.
    """
    numeric, categorical = settings.watched.numeric, settings.watched.categorical
    limits = Limits(
        edges={name: _edges(frame[name]) for name in numeric},
        values={name: tuple(frame[name].value_counts().head(TOP).index) for name in categorical},
        ranges={name: tuple(frame[name].quantile(list(USUAL))) for name in numeric},
        seen={name: tuple(sorted(frame[name].dropna().unique())) for name in categorical},
        reference={},
    )
    return limits.model_copy(
        update={"reference": {name: tuple(c.tolist()) for name, c in counts(limits, frame).items()}}
    )


def seen_on_several_days(settings: Settings, frame: pd.DataFrame) -> dict[str, tuple[float | str, ...]]:
    """Return the values of each categorical column that occur on two days or more."""
    days = frame[settings.time_column].dt.date
    counted = {name: days.groupby(frame[name]).nunique() for name in settings.watched.categorical}
    return {name: tuple(found[found > 1].index) for name, found in counted.items()}


def counts(limits: Limits, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the rows of a frame in each bin of each column, in the order of `labels`."""
    columns = [*limits.edges, *limits.values]
    return {name: np.bincount(positions(limits, frame[name]), minlength=len(labels(limits, name))) for name in columns}


def positions(limits: Limits, values: pd.Series) -> np.ndarray:
    """Return the position among `labels` of each value's bin; the series' name says which column it is."""
    if values.name in limits.values:
        known = pd.Index(limits.values[values.name])
        position = known.get_indexer(values)
        position[position < 0] = len(known)
    else:
        position = np.searchsorted(np.array(limits.edges[values.name]), values.to_numpy(), side="left")
    return np.where(values.isna(), len(labels(limits, values.name)) - 1, position)


def labels(limits: Limits, column: str) -> list[str]:
    """Return the bins' labels of one column: intervals or values (then `other`), and `missing` last.

    Examples
    --------
    >>> limits = Limits(edges={"x": (1, 2.5)}, values={"zone": (74.0,)}, ranges={}, seen={}, reference={})
    >>> labels(limits, "x"), labels(limits, "zone")
    (['≤ 1', '1 – 2.5', '> 2.5', 'missing'], ['74', 'other', 'missing'])
    """
    if column in limits.values:
        return [*map(value_label, limits.values[column]), "other", "missing"]
    edges = [f"{edge:.4g}" for edge in limits.edges[column]]
    inner = [f"{low} – {high}" for low, high in pairwise(edges)]
    return [f"≤ {edges[0]}", *inner, f"> {edges[-1]}", "missing"]


def value_label(value: float | str) -> str:
    """Return a category as text: ids read as floats (beside missing ones) lose their `.0`."""
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def _edges(values: pd.Series) -> tuple[float, ...]:
    return tuple(np.unique(values.quantile(DECILES).to_numpy()).tolist())
