"""What is known of a row beside its true value, as numbers that trees split on."""

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel
from driftbook.once import once
from driftbook.profiles.labels import labels
from driftbook.records import HOUR

#: Equally frequent values lie so far apart.
_APART = 1e-6


def columns(settings: Settings) -> list[str]:
    """Return the features, the watched columns and the hour: what a row has before its true value is known."""
    return list(dict.fromkeys([*settings.features.all, *settings.watch.all, HOUR]))


@once
def of_reference(trained: TrainedModel) -> tuple[pd.Series, pd.DataFrame]:
    """Return the losses of the validation reference's labelled rows, and these rows."""
    found = losses(trained.settings, trained.validation)
    return found, trained.validation.loc[found.index]


def numbers(settings: Settings, reference: pd.DataFrame, frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return some columns of a frame as numbers, a line per row; gaps are NaN.

    A category is the logarithm of its value's share of the reference's rows; an unseen one has half a row's.
    """
    by_label = {*settings.features.categorical, *settings.watch.categorical}
    found = [
        _frequency(reference, frame[name])
        if name in by_label or not pd.api.types.is_numeric_dtype(frame[name])
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


def _frequency(reference: pd.DataFrame, values: pd.Series) -> np.ndarray:
    share, unseen = _shares(reference, values.name)
    texts = labels(values)
    return texts.map(share).fillna(unseen).where(texts.notna()).to_numpy(dtype=float)


@once
def _shares(reference: pd.DataFrame, name: str) -> tuple[pd.Series, float]:
    """Return the logarithm of each value's share of the rows, and that of half a row."""
    counts = labels(reference[name]).value_counts()
    counts = counts.iloc[np.lexsort((counts.index, -counts.to_numpy()))]
    share = np.log(counts / max(counts.sum(), 1)) - _APART * np.arange(len(counts))
    return share, np.log(0.5 / max(counts.sum(), 1))
