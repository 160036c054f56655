"""What a reader should take away from a day's page, in sentences with their numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.diagnosis import largest_move
from driftbook.measures.performance import error_metric
from driftbook.metrics import is_beyond, metric, said
from driftbook.records import Measure


def references(day_ratios: Mapping[str, tuple[np.ndarray, float]]) -> str:
    """Return a line per reference: how the day's score lies to the threshold and to the reference's own days."""
    lines = [
        f"Against the {name} reference the day scores {ratio:.2f} times the threshold; {(own < ratio).sum()} of its "
        f"{len(own)} days score lower."
        for name, (own, ratio) in day_ratios.items()
    ]
    return "\n".join(lines) or "No reference can judge the day."


def beyond(ratios: pd.DataFrame) -> str:
    """Return which columns exceed the threshold of every reference, and the highest of them all."""
    if ratios.empty:
        return "No rows, no scores."
    over = ratios[(ratios > 1).all(axis=1)]
    lines = [f"{len(over)} of {len(ratios)} columns exceed the threshold of every reference."]
    lines += [f"{name}: {row.min():.2f} times." for name, row in over.iterrows()]
    highest = ", ".join(f"{name} {row.min():.2f}" for name, row in ratios.head(3).iterrows())
    return f"{' '.join(lines)}\nHighest: {highest}."


def order(ratios: pd.DataFrame) -> str:
    """Return the columns by their score over the threshold of both references."""
    found = ", ".join(f"{name} {row.min():.2f}" for name, row in ratios.iterrows())
    return f"In order: {found}." if found else "No rows, no scores."


def moves(histograms: Mapping[str, tuple[pd.Series, pd.Series]]) -> str:
    """Return a line per column: the bin whose share of rows changed most."""
    lines = [_move(name, *counts) for name, counts in histograms.items()]
    return "\n".join(lines) or "No rows, nothing moved."


def beside(counts: Mapping[str, pd.Series]) -> str:
    """Return the bin whose share of rows differs most between two days."""
    if not counts:
        return "No other day is named to stand beside this one."
    (first, one), (second, other) = counts.items()
    label = largest_move(one, other)
    shares = (one[label] / max(one.sum(), 1), other[label] / max(other.sum(), 1))
    return f"Bin {label} holds {shares[0]:.1%} of the rows on {first}, {shares[1]:.1%} on {second}."


def quantiles(found: Sequence[Measure]) -> str:
    """Return how many quantiles lie outside of what they are on usual days."""
    outside = sum(is_beyond(measure) for measure in found)
    return f"{outside} of {len(found)} quantiles lie outside of what they are on usual days." if found else "No rows."


def evidently(found: Sequence[Measure]) -> str:
    """Return how many columns Evidently calls drifted."""
    drifted = next((m.value for m in found if m.metric == "num_drifted_columns"), None)
    compared = sum(m.metric == "evidently_drift" for m in found)
    return (
        "Nothing to compare." if drifted is None else f"{drifted:.0f} of {compared} columns are drifted to Evidently."
    )


def by_hour(settings: Settings, groups: Mapping[str, pd.Series]) -> str:
    """Return a line per group: the hour of the largest error."""
    error = error_metric(settings)
    unit = metric(error).unit_in(settings.target.unit)
    lines = [
        f"{name}: worst hour {hours.idxmax():.0f}, {said(error, hours.max())} {unit}".rstrip() + "."
        if len(hours)
        else f"{name}: no labelled row."
        for name, hours in groups.items()
    ]
    return "\n".join(lines)


def missing_on_day(table: pd.DataFrame) -> str:
    """Return how many columns miss values on a day or in the reference, and those that miss most on the day."""
    found = [f"{name}: {share:.1%}." for name, share in table["day"].head(3).items()]
    return " ".join([f"{len(table)} columns miss values.", *found])


def carriers(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return a line per segment column: its group that carries most of the change."""
    lines = [
        f"{segment} {value}: {row['part']:.0%} of the change, with {row['day']:.0%} of the rows "
        f"({row['reference']:.0%} in the reference)."
        for segment, table in tables.items()
        for value, row in table.head(1).iterrows()
    ]
    return "\n".join(lines) or "Nothing moved, or the params file names no segments."


def farthest(outliers: pd.DataFrame) -> str:
    """Return the row that lies farthest from the reference."""
    if outliers.empty:
        return "No rows, no outliers."
    first = outliers.iloc[0]
    column, value, distance = first["farthest column"], first["its value"], first["widths away"]
    return f"The farthest row: {column} {value:,.2f}, {distance:.1f} widths away."


def together(table: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Return which column goes less with the others than usual, and the pair of columns that lost most."""
    if table.empty:
        return "It is not looked at how the columns go together, or no row is there."
    first = table.iloc[0]
    said = (
        f"{table.index[0]} goes with the other columns as if {first['like dealt']:.1%} of its values were dealt at "
        f"random (surprise {first['day']:.2f}, usually {first['usual']:.2f}, {first['dealt']:.2f} if all were)."
    )
    if pairs.empty:
        return f"{said}\nNo pair of columns says less of each other than usual."
    lost = pairs.iloc[0]
    return f"{said}\nMost lost: {pairs.index[0]}, {lost['day']:.2f} where {lost['usual']:.2f} is usual."


def least_fitting(rows: pd.DataFrame) -> str:
    """Return the row whose values go least together."""
    if rows.empty:
        return "No rows, or it is not looked at how the columns go together."
    first = rows.iloc[0]
    return (
        f"The row that fits least: {first['fits least']} {first['its value']}, usual there is {first['usual there']}."
    )


def _move(column: str, reference: pd.Series, day: pd.Series) -> str:
    label = largest_move(reference, day)
    return (
        f"{column}: bin {label} holds {day[label] / day.sum():.1%} of the day's rows, "
        f"{reference[label] / reference.sum():.1%} in the reference."
    )
