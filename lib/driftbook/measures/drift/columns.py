"""Which columns Evidently compares, and which of them as labels."""

import pandas as pd

from driftbook.config import Settings
from driftbook.once import once


def features_and_prediction(settings: Settings) -> list[str]:
    """Return the columns that are compared."""
    return [*settings.features.all, settings.prediction]


def labels(settings: Settings) -> set[str]:
    """Return those that are labels; the others are numbers."""
    return {*settings.features.categorical, *([settings.prediction] if settings.task == "multiclass" else [])}


def comparable(settings: Settings, reference: pd.DataFrame, current: pd.DataFrame) -> list[str]:
    """Return the columns with a value on both sides; a `reference` given again is expected unchanged."""
    columns = features_and_prediction(settings)
    return [name for name in columns if _of_reference(reference, name) and _has_values(current, name)]


def _has_values(frame: pd.DataFrame, name: str) -> bool:
    return bool(frame[name].notna().any())


_of_reference = once(_has_values)
