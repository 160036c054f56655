"""Why the error changed, what the model looks at and which rows stand out, in sentences with their numbers."""

from collections.abc import Mapping

import pandas as pd

from driftbook.causes.parts import LEAST, Part, Split
from driftbook.config import Settings
from driftbook.measures.performance import error_metric
from driftbook.metrics import metric, rounded, said

#: A part that holds this share of both carries the change.
_MAIN = 2 / 3
#: A share of rows worth a sentence.
_WORTH = 0.01


def change(settings: Settings, found: Split, rows: int) -> str:
    """Return whether the inputs moved or the relation did, of a day of so many rows, a sentence a line."""
    if pd.isna(found.total):
        where = "day" if not found.rows else "reference"
        return f"No row of the {where} has a usable label and a prediction: why the error changed cannot be told."
    name = error_metric(settings)
    way = "more" if found.total >= 0 else "less"
    lines = [
        f"The {metric(name).words} is {said(name, found.day_error)}{_unit(settings)}, "
        f"{rounded(abs(found.total))} {way} than in the reference ({said(name, found.reference_error)})."
    ]
    if found.rows < rows:
        lines.append(f"{found.rows:,} of {rows:,} rows have a usable label: the others may differ.")
    if not found.input or not found.relation:
        few = f"the day has {found.rows:,}, the reference {found.reference_rows:,}"
        return "\n".join([*lines, f"Too few labelled rows to tell why ({few}; {LEAST} are needed): all is noise."])
    lines.append(_verdict(*(part.value * _is_sure(part) for part in (found.input, found.relation))))
    lines.append(f"Input {_part(found.input)}, relation {_part(found.relation)}, noise {found.noise:+.3g}.")
    lines += [
        f"All of {column} seems to have changed by the factor {factor:.2f}. "
        f"Undone, the error would be {said(name, found.undone_error)}."
        for column, factor in found.recoded.items()
    ]
    if found.elsewhere >= _WORTH:
        lines.append(f"{found.elsewhere:.0%} of the rows lie where the reference has next to none.")
    return "\n".join(lines)


def columns(found: Split) -> str:
    """Return which column's move carries most of the input part."""
    if not found.input or not _is_sure(found.input):
        return "The inputs' part may be chance: no column is to be named."
    column, value = next(iter(found.columns.items()))
    return f"Of the inputs' part of {found.input.value:+.3g}, {column} carries {value:+.3g}."


def segments(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return a line per segment column: the rows that add most to the change, from tables that `by_segment` gave."""
    lines = [
        f"{segment} {value}: {row['total']:+.3g}, of it input {row['input']:+.3g}, relation {row['relation']:+.3g}."
        for segment, table in tables.items()
        for value, row in table.head(1).iterrows()
    ]
    return "\n".join(lines) or "No labelled row, or the params file names no segments."


def importance(settings: Settings, table: pd.DataFrame) -> str:
    """Return which feature the error hangs on most, and which one's weight changed most, as `permutation` gives it."""
    if table.empty:
        return "The predictions are delivered: they cannot be made anew with a feature dealt anew."
    if table["day"].isna().all():
        return "No row of the day has a usable label and a prediction."
    first, moved = table.iloc[0], table["change"].abs().idxmax()
    return (
        f"Dealt anew among the rows, {table.index[0]} raises the error by {rounded(first['day'])}{_unit(settings)} "
        f"({rounded(first['reference'])} in the reference): no feature matters more. "
        f"{moved} changed most, from {rounded(table['reference'][moved])} to {rounded(table['day'][moved])}."
    )


def attributions(table: pd.DataFrame, why: str) -> str:
    """Return which feature moves predictions most, or why that is not known, as `causes.attributions` gives it."""
    if why:
        return why
    first, moved = table.iloc[0], table["change"].abs().idxmax()
    return (
        f"{table.index[0]} moves a prediction by {rounded(first['day'])} on the mean "
        f"({rounded(first['reference'])} in the reference). {moved} changed most, "
        f"from {rounded(table['reference'][moved])} to {rounded(table['day'][moved])}."
    )


def rows(settings: Settings, worst: pd.DataFrame, unusual: pd.DataFrame) -> str:
    """Return the row of the largest error and the most unusual one."""
    lines = []
    if len(worst):
        lines.append(f"The largest error: {rounded(worst['loss'].iloc[0])}{_unit(settings)}{_because(worst.iloc[0])}.")
    if len(unusual):
        lines.append(f"The most unusual row: score {unusual['score'].iloc[0]:.2f}{_because(unusual.iloc[0])}.")
    return "\n".join(lines) or "No rows."


def _verdict(moved: float, changed: float) -> str:
    """Return in words what parts say that are beyond chance, 0 for one whose interval holds 0."""
    whole = abs(moved) + abs(changed)
    if not whole:
        return "Neither the inputs nor the relation account for more than chance."
    if abs(moved) >= _MAIN * whole:
        return "The inputs moved: rows of another kind came, and on such rows the model errs as it did."
    if abs(changed) >= _MAIN * whole:
        return "The relation changed: on rows as in the reference the model errs otherwise than it did."
    against = ", one against the other" if moved * changed < 0 else ""
    return f"Both changed{against}: rows of another kind came, and on rows as before the model errs otherwise."


def _is_sure(part: Part) -> bool:
    """Return whether a part's interval leaves out 0."""
    return part.low * part.high > 0


def _part(part: Part) -> str:
    return f"{part.value:+.3g} ({part.low:+.3g} to {part.high:+.3g})"


def _because(row: pd.Series) -> str:
    column = row["unusual column"]
    return f"; its {column} is {row['its value']}, usually {row['usually']}" if column else ""


def _unit(settings: Settings) -> str:
    name = error_metric(settings)
    unit = "" if metric(name).is_share else metric(name).unit_in(settings.target.unit)
    return f" {unit}" if unit else ""
