"""A next step in words, from the numbers of a day."""

import pandas as pd

from driftbook.alarms.measurement import DUPLICATES, ERROR, MISSING, ROWS, TOGETHER
from driftbook.diagnosis.columns import histograms, largest_move
from driftbook.diagnosis.segments import carriers, scale
from driftbook.model import TrainedModel
from driftbook.records import DayResult

#: A segment is named if it carries more than its own share of the rows and this part of the rest; else the change is
#: broad: nine in ten rows carry about nine tenths of any broad change.
CONCENTRATED = 0.5

#: What to do about a day that neither alarms nor is empty, for each such verdict.
QUIET = {
    "ok": "No alarm: nothing to do.",
    "labels pending": (
        "Nothing stands out so far. Once the true values have arrived, `backfill` computes the day again."
    ),
    "drift": (
        "The day is like the days before it, but no longer like the reference period. That is for the weekly digest: "
        "look at the error, and train again on newer days if it rises."
    ),
    "notice": (
        "The day is unusual after the last weeks, but the reference period knows such days: look again if it repeats."
    ),
    "special day": "A day like no other is not judged by its scores: nothing to do unless a check found something.",
    "insufficient": "Too few rows to judge: ask whether the day is complete.",
    "not calibrated": (
        "The reference has too few days (of this class) to judge by: give it a longer period and train again."
    ),
}
#: What to do about a day that is a notice for a threshold of the params file's own.
DECLARED = (
    "A segment or a gap between groups is beyond the threshold that the params file declares: look at its series, and "
    "at its rows if it lasts."
)


def next_step(trained: TrainedModel, result: DayResult, frame: pd.DataFrame, column: str) -> str:
    """Return what to do next about a day, looking at one of its columns (usually the one that moved most)."""
    if not result.rows:
        return "No row arrived for this day: ask whether the job that delivers it has run, then backfill the day."
    if result.verdict == "notice" and any(m.reference == "declared" for m in result.measures if m.verdict == "notice"):
        return DECLARED
    if result.verdict != "alarm":
        return QUIET[result.verdict]
    alarms = {(m.metric, m.feature): m for m in result.measures if m.verdict == "alarm"}
    if ("duplicate_share", "") in alarms or ("severity", DUPLICATES) in alarms:
        share = next(m.value for m in result.measures if m.metric == "duplicate_share")
        return (
            f"{share:.1%} of the rows repeat another row exactly: the day was probably delivered twice. "
            "Have it delivered again, then backfill it."
        )
    if ("column_changes", "") in alarms:
        return (
            f"The delivered columns changed ({result.judgement.reason}): ask who delivers them, then backfill the day."
        )
    if ("rows_ratio", "") in alarms or ("severity", ROWS) in alarms:
        ratio = next(m.value for m in result.measures if m.metric == "rows_ratio")
        many = "" if ratio is None else f", {ratio:.0%} of what the last days of its class had"
        return f"{result.rows:,} rows arrived{many}: ask whether the day was delivered completely, then backfill it."
    return _of_column(trained, result, frame, column, alarms)


def _missing(result: DayResult, alarms: dict) -> str:
    """Return which columns are missing on more rows than usual, empty where that is no alarm."""
    rising = [feature for kind, feature in alarms if kind == "missing_rise"]
    return ", ".join(rising) or (result.judgement.cell if ("severity", MISSING) in alarms else "")


def _of_column(trained: TrainedModel, result: DayResult, frame: pd.DataFrame, column: str, alarms: dict) -> str:
    reference, day = histograms(trained, result, [column])[column]
    now, before = day["missing"] / day.sum(), reference["missing"] / reference.sum()
    if largest_move(reference, day) == "missing" and now > before:
        fill = trained.settings.fill_missing
        is_filled = fill is not None and column in trained.settings.features.all
        fill = f"; the model was given {fill:g} in their place" if is_filled else ""
        return f"{now:.0%} of {column} are missing ({before:.0%} in the reference){fill}. Ask who delivers the column."
    return _of_values(trained, frame, column, alarms, _missing(result, alarms))


def _of_values(trained: TrainedModel, frame: pd.DataFrame, column: str, alarms: dict, missing: str) -> str:
    settings = trained.settings
    watched = {*settings.features.all, *settings.watch.all, "hour"}
    inputs = [feature for metric, feature in alarms if metric == "severity" and feature in watched]
    factor = scale(trained, frame, column)
    if not inputs and missing:
        return f"Missing on more rows than usual: {missing}. Ask who delivers it; once it is there, backfill the day."
    if not inputs and ("severity", TOGETHER) in alarms:
        return (
            "The values are those that always come, but not in the same rows: ask whether rows were joined to wrong "
            "ones, or a clock is off. `debug` shows the pairs of columns and the rows that fit least."
        )
    if not inputs:
        by = f" ({column} changed by the factor {factor:.2f})" if factor else ""
        what = "the error rose" if ("severity", ERROR) in alarms else "what is predicted is not"
        return (
            f"The features are as they were, {what}{by}: the relation has changed. "
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


def _main_carrier(trained: TrainedModel, frame: pd.DataFrame, column: str) -> tuple[str, str, float]:
    """Return the segment column, its value and the part of a concentrated change, empty ones for a broad change."""
    found = [(0.0, "", "", 0.0)]
    for segment in trained.settings.segments:
        table = carriers(trained, frame, column, segment)
        both_ways = 2 if segment == column else 1  # what a value of the column gains, its other values lose
        part = (both_ways * table["part"]).clip(upper=1)
        beyond = part - table["reference"] - CONCENTRATED * (1 - table["reference"])
        found += [(beyond[value], segment, str(value), part[value]) for value in table.index]
    return max(found)[1:]
