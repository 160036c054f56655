"""A next step in words, from the numbers of a day."""

import pandas as pd

from driftbook import explain, localize
from driftbook.model import Trained
from driftbook.records import DayResult

#: A segment is named if it carries more than its own share of the rows and this part of the rest; else the change is
#: broad: nine in ten rows carry about nine tenths of any broad change.
CONCENTRATED = 0.5


def next_step(trained: Trained, result: DayResult, frame: pd.DataFrame, column: str) -> str:
    """Return what to do next about a day, looking at one of its columns (usually the one that moved most)."""
    if not result.rows:
        return "No row arrived for this day: ask whether the job that delivers it has run, then backfill the day."
    alarms = {(m.metric, m.feature): m for m in result.measures if m.verdict == "alarm"}
    if not alarms:
        return "No alarm: nothing to do."
    if ("duplicate_share", "") in alarms:
        share = alarms["duplicate_share", ""].value
        return (
            f"{share:.0%} of the rows repeat another row exactly: the day was probably delivered twice. "
            "Have it delivered again, then backfill it."
        )
    reference, day = explain.histograms(trained, result, [column])[column]
    now, before = day["missing"] / day.sum(), reference["missing"] / reference.sum()
    if explain.largest_move(reference, day) == "missing" and now > before:
        fill = f"; the model was given {trained.settings.fill_missing:g} in their place"
        fill = fill if column in trained.settings.features.all else ""
        return f"{now:.0%} of {column} are missing ({before:.0%} in the reference){fill}. Ask who delivers the column."
    return _of_values(trained, frame, column, alarms)


def _of_values(trained: Trained, frame: pd.DataFrame, column: str, alarms: dict) -> str:
    settings = trained.settings
    inputs = [feature for metric, feature in alarms if metric == "psi" and feature in settings.features.all]
    factor = localize.scale(trained, frame, column)
    if not inputs:
        by = f" ({column} changed by the factor {factor:.2f})" if factor else ""
        return (
            f"The features are as they were, what is predicted is not{by}: the relation has changed. "
            "If it lasts, train again on newer days."
        )
    if factor:
        return (
            f"All of {column} changed by about the same factor, {factor:.2f}: "
            "look for a change of unit or price at its source before training again."
        )
    segment, value, part = _main_carrier(trained, frame, column)
    if segment:
        rows = f"the rows with {segment} {value}"
        return f"{part:.0%} of the change of {column} comes from {rows}: look at them at the source."
    return (
        f"The change of {column} is spread over the rows. "
        "Compare with the days around; if it lasts, train again on newer days."
    )


def _main_carrier(trained: Trained, frame: pd.DataFrame, column: str) -> tuple[str, str, float]:
    """Return the segment column, its value and the part of a concentrated change, empty ones for a broad change."""
    found = [(0.0, "", "", 0.0)]
    for segment in trained.settings.segments:
        table = localize.carriers(trained, frame, column, segment)
        beyond = table["part"] - table["reference"] - CONCENTRATED * (1 - table["reference"])
        found += [(beyond[value], segment, str(value), table.at[value, "part"]) for value in table.index]
    return max(found)[1:]
