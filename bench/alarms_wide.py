"""The same days with fifty watched columns: exact, half-noise and pure-noise copies beside their own columns."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
from alarms_days import Pair, joined, month, paired, settings_of
from driftbook import batches, training
from driftbook.batches import Batch
from driftbook.config import Columns, Settings
from driftbook.profiles import calendars

#: The number of watched columns.
COLUMNS = 50
#: The shares of rows whose value comes from another row of the same class of day, one for each round of the columns.
_REPLACED = (0.0, 0.5, 1.0)


def pairs(months: list[str]) -> list[Pair]:
    """Return the pairs of months following each other, with fifty columns."""
    days = _widened(settings_of(months[0]), [day for text in months for day in _days(text)])
    of_month = {text: [day for day in days if f"{day.period.start:%Y-%m}" == text] for text in months}
    return [_pair(first, of_month[first], of_month[then]) for first, then in pairwise(months)]


def _widened(settings: Settings, days: list[Batch]) -> list[Batch]:
    """Return days with columns beside their own, delivered like them; what other rows give is of any of these days."""
    frame = pd.concat([day.frame for day in days], ignore_index=True)
    sizes = [len(day.frame) for day in days]
    classes = np.repeat([calendars.day_class(settings.calendar, day.period.start) for day in days], sizes)
    rng = np.random.default_rng(50)
    for name, origin, share in _added(settings):
        values = frame[origin].to_numpy()
        frame[name] = np.where(rng.random(len(frame)) < share, values[_others(classes, rng)], values)
    starts = np.cumsum([0, *sizes])
    return [_with(day, frame.iloc[start : start + len(day.frame)]) for day, start in zip(days, starts, strict=False)]


def _pair(text: str, reference_days: list[Batch], days: list[Batch]) -> Pair:
    settings = _watching(settings_of(text))
    reference = joined(month(text), reference_days)
    trained, _ = training.train(settings, reference)
    return paired(trained, reference, joined(month(f"{days[0].period.start:%Y-%m}"), days))


def _added(settings: Settings) -> list[tuple[str, str, float]]:
    """Return the added columns: name, the column it comes from, the share of values from other rows."""
    origins = [name for name in settings.watched.all if name != settings.prediction]
    rounds = [divmod(number, len(origins)) for number in range(COLUMNS - len(settings.watched.all))]
    return [(f"{origins[at]} {turn}", origins[at], _REPLACED[turn % len(_REPLACED)]) for turn, at in rounds]


def _watching(settings: Settings) -> Settings:
    numeric, categorical = list(settings.watch.numeric), list(settings.watch.categorical)
    for name, origin, _ in _added(settings):
        (categorical if origin in settings.watched.categorical else numeric).append(name)
    return settings.model_copy(update={"watch": Columns(numeric=tuple(numeric), categorical=tuple(categorical))})


def _others(classes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return for each row the position of a random row of its class."""
    found = np.empty(len(classes), dtype=int)
    for kind in np.unique(classes):
        own = np.flatnonzero(classes == kind)
        found[own] = rng.choice(own, len(own))
    return found


def _days(text: str) -> list[Batch]:
    settings = settings_of(text)
    return list(batches.read(settings, month(text)).by_day(settings.time_column))


def _with(day: Batch, frame: pd.DataFrame) -> Batch:
    table = day.table
    for name in frame.columns.difference(day.frame.columns):
        table = table.append_column(name, pa.array(frame[name], pa.float64(), from_pandas=True))
    return replace(day, table=table, frame=frame.reset_index(drop=True))
