"""Conditions that rows can be told apart by: values and ranges of the columns, of a day and of the reference alike."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.config.performance import Performance
from driftbook.diagnosis.by_segment import usual_parts
from driftbook.measures.division import MISSING, OTHER, Parts, divide
from driftbook.measures.segments import said
from driftbook.model import TrainedModel
from driftbook.once import once
from driftbook.profiles.labels import label
from driftbook.records import HOUR

#: Numbers are cut at these quantiles of the reference; where it has fewer values than that, each is a condition.
_QUANTILES = (0.2, 0.4, 0.6, 0.8)
_FEW = 12
#: So many values of a column are conditions at most, the most frequent ones of the day.
_MOST_VALUES = 40
_HOURS = (0, 4, 8, 12, 16, 20, 24)


@dataclass(frozen=True)
class Conditions:
    """Which rows hold which conditions.

    Attributes
    ----------
    names
        What each condition is called: a column and its value or range.
    columns
        The number of the column that each is about: two of one column make no pair.
    day, reference
        Rows by conditions, whether each holds; those of the reference have no row where it is not to be compared with.
    """

    names: tuple[str, ...]
    columns: np.ndarray
    day: np.ndarray
    reference: np.ndarray


def conditions(trained: TrainedModel, batch: Batch) -> Conditions:
    """Return the conditions of the columns that are scored or name segments; the target, being the truth, makes none.

    A segment of the params file that the reference lacks the column of is left out.
    """
    settings, reference = trained.settings, trained.validation
    pairs = _named(trained, batch)
    for name in _columns(settings):
        if name not in pairs and name in batch.frame and name in reference:
            pairs[name] = _cut(trained, name, batch.frame[name])
    found = [
        (said(name, part), number, day.codes == code, usual.codes == code)
        for number, (name, (day, usual)) in enumerate(pairs.items())
        for code, part in enumerate(day.names)
        if part != OTHER
    ]
    rows = (len(batch.frame), len(reference))
    day, usual = (
        np.array([one[place] for one in found], dtype=bool).reshape(len(found), size).T
        for place, size in zip((2, 3), rows, strict=True)
    )
    return Conditions(tuple(one[0] for one in found), np.array([one[1] for one in found], dtype=int), day, usual)


def _columns(settings: Settings) -> list[str]:
    """Return the columns that are looked at; one that a named segment cuts is looked at as that."""
    cut = {one.column for one in settings.performance.segments if one.bands}
    delivered = [*settings.features.all, *settings.watch.all, *settings.segments, HOUR, settings.prediction]
    return [name for name in dict.fromkeys(delivered) if name not in (settings.target.name, *cut)]


def _named(trained: TrainedModel, batch: Batch) -> dict[str, tuple[Parts, Parts]]:
    """Return the named segments of the day and of the reference, where both can be cut so."""
    usual, segments = usual_parts(trained), trained.settings.performance.segments
    known = Performance(segments=tuple(one for one in segments if one.title in usual))
    settings = trained.settings.model_copy(update={"performance": known})
    seen = {"reference": trained.reference_rows, "known": trained.calibration.kinds}
    return {title: (parts, usual[title]) for title, parts in divide(settings, batch.frame, batch.table, **seen).items()}


def _cut(trained: TrainedModel, name: str, day: pd.Series) -> tuple[Parts, Parts]:
    ranges = _ranges(trained.validation, name) if name in trained.settings.watched.numeric else None
    if ranges:
        return _in_ranges(ranges[0], day), ranges[1]
    listed = [label(value) for value in day.value_counts().index[:_MOST_VALUES]]
    return _by_value(listed, day), _by_value(listed, trained.validation[name])


@once
def _ranges(reference: pd.DataFrame, name: str) -> tuple[np.ndarray, Parts] | None:
    """Return where the reference cuts a number, and its own rows cut so; None where each value is a condition."""
    values = reference[name]
    if name == HOUR:
        cuts = np.array(_HOURS[1:-1])
    elif not pd.api.types.is_numeric_dtype(values) or values.nunique() <= _FEW:
        return None
    else:  # what a page shows is where it is cut
        cuts = np.unique([float(f"{cut:.3g}") for cut in np.unique(values.quantile(_QUANTILES).dropna())])
    return cuts, _in_ranges(cuts, values)


def _in_ranges(cuts: np.ndarray, values: pd.Series) -> Parts:
    numbers = values.to_numpy(dtype=float)
    texts = [f"{cut:g}" for cut in cuts]
    names = ["any"] if not texts else [f"below {texts[0]}", *map(" to ".join, pairwise(texts))]
    names += [f"from {texts[-1]}"] if texts else []
    codes = np.where(np.isnan(numbers), len(names), np.searchsorted(cuts, numbers, side="right"))
    return Parts((*names, MISSING), codes)


def _by_value(listed: list[str], values: pd.Series) -> Parts:
    codes, unique = pd.factorize(values)
    places = {name: place for place, name in enumerate(listed)}
    at = [places.get(label(value), len(listed)) for value in unique]
    return Parts((*listed, OTHER, MISSING), np.array([*at, len(listed) + 1])[codes])
