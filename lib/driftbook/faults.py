"""The catalogue of faults that a model's alarms are tried on, each a small function.

A fault of your own is one function with a decorator; import its module before the report is made, and its rows are in
it. It gets one day's rows, where to strike, how hard, and a random generator that is the same at every strength:

>>> @fault("sign lost", of=[NUMERIC], strengths=[0.01, 0.1, 1], unit=OF_VALUES)
... def sign_lost(frame, column, strength, rng):
...     values = frame[column]
...     return frame.assign(**{column: values.mask(rng.random(len(frame)) < strength, values.abs())})
>>> CATALOGUE.pop("sign lost").applies_to
('numeric',)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

#: What a fault applies to, and so what it is given as `column`: each delivered number, each category, the hour of the
#: time column, the target; two neighbouring numeric features, as a pair; or whole rows, given the time column.
NUMERIC, CATEGORICAL, HOUR, TARGET, PAIR, ROWS = "numeric", "categorical", "hour", "target", "pair", "rows"
#: What strengths count. Any other unit will do; these three have a short form of their own.
TIMES, HOURS, OF_VALUES, OF_ROWS = "times", "hours", "share of the values", "share of the rows"

_FACTORS = (1.05, 1.1, 1.2, 1.35, 1.6, 2.0)
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

Inject = Callable[[pd.DataFrame, Any, float, np.random.Generator], pd.DataFrame]


@dataclass(frozen=True)
class Fault:
    """A way in which data go wrong.

    Attributes
    ----------
    applies_to
        What it can strike: some of `NUMERIC, CATEGORICAL, HOUR, TARGET, PAIR, ROWS`.
    strengths
        The strengths to try, ascending.
    unit
        What a strength counts, in words.
    inject
        Returns a day's rows with the fault. One of `ROWS` drops or repeats rows, which keep their index.
    """

    name: str
    applies_to: tuple[str, ...]
    strengths: tuple[float, ...]
    unit: str
    inject: Inject


#: Every fault by its name, in the order of the report.
CATALOGUE: dict[str, Fault] = {}


def fault(name: str, *, of: Iterable[str], strengths: Iterable[float], unit: str) -> Callable[[Inject], Inject]:
    """Return a decorator that puts a function into the catalogue; one of the same name is replaced.

    Raises
    ------
    ValueError
        If no strength is given, they do not ascend, or the fault applies to something unknown.
    """
    found = Fault(name, tuple(of), tuple(float(strength) for strength in strengths), unit, lambda frame, *_: frame)
    known = (NUMERIC, CATEGORICAL, HOUR, TARGET, PAIR, ROWS)
    if not found.applies_to or not set(found.applies_to) <= set(known):
        raise ValueError(f"fault {name!r} applies to {found.applies_to!r}: expected some of {known}")
    if not found.strengths or list(found.strengths) != sorted(set(found.strengths)):
        raise ValueError(f"the strengths of fault {name!r} are {found.strengths!r}: expected some, ascending")

    def register(inject: Inject) -> Inject:
        CATALOGUE[name] = Fault(name, found.applies_to, found.strengths, unit, inject)
        return inject

    return register


def strength_text(strength: float, unit: str) -> str:
    """Return a strength as a person reads it.

    Examples
    --------
    >>> strength_text(1.1, TIMES), strength_text(0.05, OF_ROWS), strength_text(2.0, HOURS), strength_text(3, "days")
    ('x1.1', '5%', '+2 h', '3 days')
    """
    if unit == TIMES:
        return f"x{strength:g}"
    if unit in (OF_VALUES, OF_ROWS):
        return f"{100 * strength:g}%"
    return f"+{strength:g} h" if unit == HOURS else f"{strength:g} {unit}"


@fault("other unit", of=[NUMERIC], strengths=_FACTORS, unit=TIMES)
def other_unit(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return numbers in another unit, currency or scale."""
    return frame.assign(**{column: frame[column] * strength})


@fault("values missing", of=[NUMERIC, CATEGORICAL, TARGET], strengths=_SHARES, unit=OF_VALUES)
def values_missing(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return a column that loses values at random."""
    return frame.assign(**{column: frame[column].mask(_struck(frame, column, strength, rng))})


def value_takes_over(
    frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator, *, value: float | str
) -> pd.DataFrame:
    """Return a column of which one value swallows a share; which one is the caller's to say, so no report tries it."""
    return frame.assign(**{column: frame[column].mask(_struck(frame, column, strength, rng), value)})


@fault("value stuck", of=[NUMERIC], strengths=_SHARES, unit=OF_VALUES)
def value_stuck(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return numbers of which some are stuck at the median: the most inconspicuous value."""
    median = frame[column].quantile(0.5)  # NaN without a warning where there is no value
    return frame.assign(**{column: frame[column].mask(_struck(frame, column, strength, rng), median)})


@fault("categories collapse", of=[CATEGORICAL], strengths=_SHARES, unit=OF_VALUES)
def categories_collapse(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return categories of which some became the most frequent one."""
    most = frame[column].mode()
    if most.empty:
        return frame
    return frame.assign(**{column: frame[column].mask(_struck(frame, column, strength, rng), most.iloc[0])})


@fault("new category", of=[CATEGORICAL], strengths=_SHARES, unit=OF_VALUES)
def new_category(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return categories of which some became one never seen: below the smallest number, or a text of its own."""
    values = frame[column]
    is_number = pd.api.types.is_numeric_dtype(values)
    unseen = min(values.min(), 0.0) - 1 if is_number else "a value never seen"
    return frame.assign(**{column: values.mask(_struck(frame, column, strength, rng), unseen)})


@fault("clock shifted", of=[HOUR], strengths=(1, 2, 3, 5, 8, 12), unit=HOURS)
def clock_shifted(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return hours of a clock that goes fast, or of another time zone; each row stays on its day."""
    return frame.assign(**{column: (frame[column] + strength) % 24})


@fault("columns swapped", of=[PAIR], strengths=_SHARES, unit=OF_ROWS)
def columns_swapped(
    frame: pd.DataFrame, column: tuple[str, str], strength: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return rows of which some have their values of two numeric features in each other's place."""
    one, other = column
    struck = rng.random(len(frame)) < strength
    swapped = {one: frame[one].mask(struck, frame[other]), other: frame[other].mask(struck, frame[one])}
    return frame.assign(**swapped)


@fault("target shifted", of=[TARGET], strengths=_FACTORS, unit=TIMES)
def target_shifted(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return another target at the same features: what the model learnt no longer holds."""
    return frame.assign(**{column: frame[column] * strength})


@fault("rows lost", of=[ROWS], strengths=(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9), unit=OF_ROWS)
def rows_lost(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return the rows without some, lost at random."""
    return frame[rng.random(len(frame)) >= strength]


@fault("file truncated", of=[ROWS], strengths=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8), unit=OF_ROWS)
def file_truncated(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return the rows without the day's last ones."""
    return frame[frame[column].rank(method="first") <= len(frame) * (1 - strength)]


@fault("rows repeated", of=[ROWS], strengths=(0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0), unit=OF_ROWS)
def rows_repeated(frame: pd.DataFrame, column: str, strength: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return the rows with some delivered twice."""
    return pd.concat([frame, frame[rng.random(len(frame)) < strength]])


def _struck(frame: pd.DataFrame, column: str, share: float, rng: np.random.Generator) -> pd.Series:
    """Return which values are struck: at random, those of a lower share among those of a higher one."""
    return frame[column].notna() & (rng.random(len(frame)) < share)
