"""What is known of a row beside its true value, as numbers that trees split on."""

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.profiles.labels import label
from driftbook.records import HOUR

#: Equally frequent values lie so far apart.
_APART = 1e-6


def columns(settings: Settings) -> list[str]:
    """Return the features, the watched columns and the hour: what a row has before its true value is known."""
    return list(dict.fromkeys([*settings.features.all, *settings.watch.all, HOUR]))


def numbers(settings: Settings, reference: pd.DataFrame, frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return some columns of a frame as numbers, a line per row; gaps are NaN.

    A category is the logarithm of its value's share of the reference's rows; an unseen one has half a row's.
    """
    labels = {*settings.features.categorical, *settings.watch.categorical}
    found = [
        _frequency(reference[name], frame[name])
        if name in labels or not pd.api.types.is_numeric_dtype(frame[name])
        else frame[name].to_numpy(dtype=float)
        for name in names
    ]
    return np.column_stack(found) if found else np.empty((len(frame), 0))


def usual(settings: Settings, reference: pd.DataFrame, name: str) -> object:
    """Return the reference's median of a number, its most frequent value of a category; NaN where it has none."""
    known = reference[name].dropna()
    if known.empty:
        return np.nan
    is_number = name not in {*settings.features.categorical, *settings.watch.categorical}
    return float(known.median()) if is_number and pd.api.types.is_numeric_dtype(known) else known.mode().iloc[0]


def _frequency(reference: pd.Series, values: pd.Series) -> np.ndarray:
    counts = _labels(reference).value_counts()
    counts = counts.iloc[np.lexsort((counts.index, -counts.to_numpy()))]
    share = np.log(counts / max(counts.sum(), 1)) - _APART * np.arange(len(counts))
    unseen = np.log(0.5 / max(counts.sum(), 1))
    texts = _labels(values)
    return texts.map(share).fillna(unseen).where(texts.notna()).to_numpy(dtype=float)


def _labels(values: pd.Series) -> pd.Series:
    """Return the values as labels, each different value looked at once."""
    codes, known = pd.factorize(values)
    found = np.array([*(label(value) for value in known), None], dtype=object)
    return pd.Series(found[codes], index=values.index, dtype=object)
