"""Which rows carry the change of error."""

import pandas as pd

from driftbook.causes.parts import Split
from driftbook.model import TrainedModel
from driftbook.profiles import labels

_PARTS = ["total", "input", "relation", "noise"]


def by_segment(trained: TrainedModel, found: Split, frame: pd.DataFrame, segment: str) -> pd.DataFrame:
    """Return what the rows of each value of a segment column add to the change and its parts.

    One line per value, the largest part of the change first, with `rows` of the day and `total`, `input`, `relation`
    and `noise` in the unit of the error. Each column adds up to that of the whole; a value that only has more rows of
    the usual error adds nothing.
    """
    frames = {"reference": trained.validation, "day": frame}
    keys = [
        labels.of_column(one, segment).loc[found.by_row.loc[of].index]
        for of, one in frames.items()
        if of in found.by_row.index
    ]
    if not found.rows or not found.reference_rows:
        return pd.DataFrame(columns=["rows", *_PARTS], dtype=float)
    key = pd.concat(keys).to_numpy()
    is_day = found.by_row.index.get_level_values("of") == "day"
    table = found.by_row[_PARTS].assign(rows=is_day.astype(int)).groupby(key).sum()
    ranked = table["total"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[ranked, ["rows", *_PARTS]].rename_axis(segment)
