"""What a reader should take away from a page of training, in sentences with their numbers."""

import html
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from IPython.display import HTML

from driftbook.batches import Batch
from driftbook.config import Settings
from driftbook.measures import curves, performance
from driftbook.metrics import metric, rounded
from driftbook.profiles.labels import label
from driftbook.training import Splits

#: How many entries of a list a sentence names.
_NAMED = 6


def headline(settings: Settings, splits: Splits) -> HTML:
    """Return the title of a training, and what the model is worth."""
    period = settings.references
    return HTML(
        f'<h1 class="headline">Training {period.start} to {period.end} · {html.escape(settings.title)}</h1>'
        f'<p class="lead">{html.escape(worth(settings, splits))}</p>'
    )


def worth(settings: Settings, splits: Splits) -> str:
    """Return what the model's error is on rows it was not fitted on, beside the others' and one answer for all."""
    name = performance.error_metric(settings)
    own = performance.values(settings, splits.validation)[name]
    if own is None:
        return "No row has a label and a prediction: what the model is worth is not known."
    fitted = performance.values(settings, splits.training)[name] if len(splits.training) else None
    against = f", {own / fitted - 1:+.1%} against the rows it was fitted on" if fitted else ""
    one_answer = performance.baseline(settings, splits.validation)
    return (
        f"The {metric(name).words} is {_with_unit(settings, name, own)} on rows the model has not seen{against}. "
        f"One answer for all of them, their own best one, would make it {_with_unit(settings, name, one_answer)}."
    )


def rows_of(settings: Settings, batch: Batch) -> str:
    """Return how many rows a period has, its emptiest and its fullest day."""
    by_day = batch.frame.loc[batch.in_period(settings.time_column), settings.time_column].dt.date.value_counts()
    if by_day.empty:
        return "The period has no row."
    by_day = by_day.sort_index()
    strays = len(batch.frame) - by_day.sum()
    left = f" {strays:,} strays, rows of other days in its files, are left out." if strays else ""
    return (
        f"{by_day.sum():,} rows on {len(by_day)} days: {by_day.min():,} on the emptiest ({by_day.idxmin()}), "
        f"{by_day.max():,} on the fullest ({by_day.idxmax()}).{left}"
    )


def spread(settings: Settings, frame: pd.DataFrame, columns: Iterable[str]) -> str:
    """Return a line per column: median and far ends of numbers, the most frequent ones of categories."""
    return "\n".join(_spread(settings, frame[name]) for name in columns)


def missing(shares: pd.Series, columns: int) -> str:
    """Return how many columns miss values, and the share of those that miss most."""
    named = ", ".join(f"{name} {share:.2%}" for name, share in shares.head(_NAMED).items())
    return f"{len(shares)} of {columns} columns in use miss values" + (f": {named}." if named else ".")


def kept(settings: Settings, batch: Batch, splits: Splits) -> str:
    """Return how many rows have a label and pass the filters, and what they are used for."""
    of, passed = len(batch.frame), int(performance.labelled(settings, batch.frame).sum())
    return (
        f"{passed:,} of {of:,} rows have a label and pass the filters ({passed / of:.1%}): "
        f"{len(splits.training):,} train, {len(splits.validation):,} validate."
    )


def errs(settings: Settings, frame: pd.DataFrame) -> str:
    """Return how a model errs: its residuals, what its probabilities are worth, or which classes it confuses."""
    rows = performance.scored(settings, frame)
    if rows.empty:
        return "No row has a label and a prediction."
    if settings.task == "regression":
        return _residuals(rows[settings.target.name] - rows[settings.prediction], settings.target.unit)
    if settings.task == "binary":
        return _probabilities(settings, frame)
    return _confusion(curves.confusion(settings, frame))


def named(values: Mapping[str, float | None]) -> str:
    """Return values as data, a line each, in full."""
    lines = [f"{name}: {'–' if value is None else f'{value:.9f}'}" for name, value in values.items()]
    return "\n".join(lines) or "Nothing to compare."


def _with_unit(settings: Settings, name: str, value: float) -> str:
    if metric(name).is_share:
        return f"{value:.4%}"
    return f"{value:.6f} {metric(name).unit_in(settings.target.unit)}".rstrip()


def _spread(settings: Settings, values: pd.Series) -> str:
    present = values.dropna()
    if present.empty:
        return f"{values.name}: no value."
    if not pd.api.types.is_numeric_dtype(present) or present.nunique() <= 2:
        shares = present.map(label).value_counts(normalize=True)
        most = ", ".join(f"{name} {share:.1%}" for name, share in shares.head(3).items())
        return f"{values.name}: {len(shares)} different values, most often {most}."
    unit = settings.unit(values.name)
    largest = f"{present.max():,.2f}{f' {unit}' if unit else ''}"
    return (
        f"{values.name}: median {present.median():,.2f}, 99 % below {present.quantile(0.99):,.2f}, largest {largest}."
    )


def _residuals(residual: pd.Series, unit: str) -> str:
    low, high = residual.quantile([0.05, 0.95])
    return (
        f"Mean residual {residual.mean():+.3f}{f' {unit}' if unit else ''}, median {residual.median():+.3f}, "
        f"nine in ten between {low:.2f} and {high:.2f}."
    )


def _probabilities(settings: Settings, frame: pd.DataFrame) -> str:
    groups = curves.calibration(settings, frame)
    farthest = groups.loc[(groups["predicted"] - groups["observed"]).abs().idxmax()]
    auc = performance.values(settings, frame)["roc_auc"]
    return (
        f"Area under the ROC curve {rounded(auc)} (0.5 by chance). Where the model says {farthest['predicted']:.1%}, "
        f"{farthest['observed']:.1%} come true: no other tenth of the rows is farther off."
    )


def _confusion(table: pd.DataFrame) -> str:
    right, rows = int(np.trace(table.to_numpy())), int(table.to_numpy().sum())
    wrong = table.where(~np.eye(len(table), dtype=bool), 0).stack()
    said = f"{right / rows:.1%} of {rows:,} rows are on the diagonal."
    if not wrong.max():
        return said
    true, predicted = wrong.idxmax()
    return f"{said} Most often {true} was taken for {predicted}: {wrong.max():,} rows."
