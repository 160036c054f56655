"""How well the model did, on the rows with a usable label."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.config.columns import Bounds
from driftbook.config.model import DeliveredModel
from driftbook.measures import intervals
from driftbook.metrics import OF_TARGET, metric
from driftbook.records import Measure, probability_column

#: Probabilities are kept this far from 0 and 1, as scikit-learn does: a log loss is finite.
_LEAST = float(np.finfo(float).eps)

#: What the sum of squares is called beside the sum of a metric.
_SQUARES = " squared"

#: The metrics of each task; the first one is the error, the mean of `losses`.
_METRICS = {
    "regression": ("mean_absolute_error", "root_mean_squared_error", "bias", "r2"),
    "binary": ("log_loss", "brier_score", "roc_auc", "accuracy", "base_rate"),
    "multiclass": ("log_loss", "accuracy", "macro_f1"),
    "labels": ("error_rate", "accuracy", "macro_f1"),  # several classes without their probabilities
}


def labelled(settings: Settings, frame: pd.DataFrame) -> pd.Series:
    """Return which rows have a target and pass the filters: those the model may be fitted on and is judged on.

    A row whose filtered column is missing does not pass.
    """
    target = frame[settings.target.name]
    has_label = target.isin([0, 1]) if settings.task == "binary" else target.notna()
    return has_label & passing(settings.filters, frame)


def passing(filters: Mapping[str, Bounds], frame: pd.DataFrame) -> pd.Series:
    """Return which rows pass some filters; one whose filtered column is missing does not."""
    passes = np.ones(len(frame), dtype=bool)
    for column, bounds in filters.items():
        values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        passes &= ~np.isnan(values)
        if bounds.min is not None:
            passes &= values >= bounds.min
        if bounds.above is not None:
            passes &= values > bounds.above
        if bounds.max is not None:
            passes &= values <= bounds.max
    return pd.Series(passes, index=frame.index)


def error_metric(settings: Settings) -> str:
    """Return the metric that says how wrong the model is, the one the alarms judge: the mean of `losses`."""
    return _METRICS[_kind(settings)][0]


def losses(settings: Settings, frame: pd.DataFrame) -> pd.Series:
    """Return how wrong the prediction of each row with a usable label is; rows without a prediction are left out.

    The absolute error in the target's unit; the log loss in nats, where probabilities are known; else 1 for a wrong
    class and 0 for the right one.
    """
    return losses_of(settings, scored(settings, frame))


def losses_of(settings: Settings, rows: pd.DataFrame) -> pd.Series:
    """Return the losses of rows that are `scored` already."""
    target, prediction = rows[settings.target.name], rows[settings.prediction]
    kind = _kind(settings)
    if kind == "regression":
        return (target - prediction).abs()
    if kind == "labels":
        return (target != prediction).astype(float)
    if kind == "binary":
        return _log_loss(prediction.where(target == 1, 1 - prediction))
    return _log_loss(_of_true_class(target, rows)).dropna()


def scored(settings: Settings, frame: pd.DataFrame, usable: pd.Series | None = None) -> pd.DataFrame:
    """Return target, prediction and class probabilities of the rows with a usable label and a prediction.

    `usable` is what `labelled` returns, where that is known.
    """
    outcome = [name for name in frame if name in (settings.target.name, settings.prediction) or _is_probability(name)]
    usable = labelled(settings, frame) if usable is None else usable
    rows = (usable & frame[settings.prediction].notna()).to_numpy()
    # Not `frame.loc`, which copies every other column on its way.
    return pd.DataFrame({name: frame[name].to_numpy()[rows] for name in outcome}, frame.index[rows], copy=False)


def performance(settings: Settings, frame: pd.DataFrame) -> list[Measure]:
    """Return `labelled_rows` and the metrics of the task, each with its interval; the error comes first.

    `frame` holds one row per prediction, with the target and the `prediction`. None stands for a metric or an interval
    that cannot be computed.
    """
    usable = labelled(settings, frame)
    rows, kind = scored(settings, frame, usable), _kind(settings)
    found = of_sums(_sums(settings, rows, losses_of(settings, rows), usable))
    if len(rows):
        found |= _of_order(settings, rows)
    return [found.get(name, Measure(name, None)) for name in ("labelled_rows", *_METRICS[kind])]


def values(settings: Settings, frame: pd.DataFrame) -> dict[str, float | None]:
    """Return the metrics of the task by their name, on the rows with a usable label and a prediction."""
    return {one.metric: one.value for one in performance(settings, frame) if one.metric != "labelled_rows"}


def sums(settings: Settings, frame: pd.DataFrame) -> tuple[dict[str, float], pd.Series]:
    """Return what `of_sums` divides, and the `losses`.

    That is the number of rows with a usable label and of those scored, and of the metrics that are means over rows the
    sums, and those of the squares. What several frames give may be added.
    """
    usable = labelled(settings, frame)
    rows = scored(settings, frame, usable)
    loss = losses_of(settings, rows)
    return _sums(settings, rows, loss, usable), loss


def of_sums(added: Mapping[str, float]) -> dict[str, Measure]:
    """Return `labelled_rows` and the metrics that `sums` adds up, with their intervals; None without a scored row."""
    found = {"labelled_rows": Measure("labelled_rows", added["labelled_rows"])}
    for name in (name for name in added if name in intervals.OF_SUMS):
        rows = added["loss_rows" if metric(name).bounds else "scored_rows"]
        if not rows:
            found[name] = Measure(name, None)
            continue
        total, squares = added[name], added[name + _SQUARES]
        value = np.sqrt(total / rows) if name == "root_mean_squared_error" else total / rows
        found[name] = Measure(name, float(value), **intervals.told(intervals.OF_SUMS[name](rows, total, squares)))
    return found


def _sums(settings: Settings, rows: pd.DataFrame, loss: pd.Series, usable: pd.Series) -> dict[str, float]:
    target, prediction = rows[settings.target.name], rows[settings.prediction]
    kind, each = _kind(settings), {error_metric(settings): loss}
    if kind == "regression":
        each |= {"root_mean_squared_error": loss**2, "bias": prediction - target}
    elif kind == "binary":
        hits = (prediction >= settings.target.cut) == (target == 1)
        each |= {"brier_score": (prediction - target) ** 2, "accuracy": hits, "base_rate": target}
    else:
        each |= {"accuracy": target == prediction}
    found = {"labelled_rows": usable.sum(), "scored_rows": len(rows), "loss_rows": len(loss)}
    for name, values in each.items():
        with np.errstate(over="ignore"):  # fourth powers of absurd errors, which then have no interval
            found |= {name: values.sum(), name + _SQUARES: (values.astype(float) ** 2).sum()}
    return {name: float(value) for name, value in found.items()}


def baseline(settings: Settings, frame: pd.DataFrame) -> float | None:
    """Return the error of one answer for all rows, their own best one: what a model must beat.

    The median, the base rate, the classes' shares, or the most frequent class.
    """
    target, kind = scored(settings, frame)[settings.target.name], _kind(settings)
    if target.empty:
        return None
    if kind == "regression":
        return float((target - target.median()).abs().mean())
    shares = target.value_counts(normalize=True)
    return float(1 - shares.max() if kind == "labels" else -(shares * np.log(shares)).sum())


def errors(settings: Settings, splits: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a table of one line per split that has rows: their number and the metrics of the task."""
    table = {
        name: {"rows": len(split)} | {_heading(settings, key): value for key, value in values(settings, split).items()}
        for name, split in splits.items()
        if len(split)
    }
    # What is zero but for rounding (a linear bias on its own rows) must not differ between machines, nor in its sign.
    return (pd.DataFrame(table).T.astype(float).round(9) + 0.0).astype({"rows": np.int64})


def _kind(settings: Settings) -> str:
    delivered = isinstance(settings.model, DeliveredModel)
    are_labels = settings.task == "multiclass" and delivered and not settings.model.probabilities
    return "labels" if are_labels else settings.task


def _is_probability(column: str) -> bool:
    return column.startswith(probability_column("")[:2])


def _log_loss(probabilities: pd.Series) -> pd.Series:
    return -np.log(probabilities.clip(_LEAST, 1 - _LEAST))


def _of_true_class(target: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Return each row's predicted probability of its true class, 0 where the model does not know that class."""
    known = [label for label in target.unique() if probability_column(label) in rows]
    found = pd.Series(0.0, index=rows.index)
    for label in known:
        found = found.mask(target == label, rows[probability_column(label)])
    return found


def _of_order(settings: Settings, rows: pd.DataFrame) -> dict[str, Measure]:
    """Return the metrics that are no means over rows."""
    target, prediction = rows[settings.target.name], rows[settings.prediction]
    if settings.task == "regression":
        name, value, interval = "r2", _r2(target, prediction), intervals.of_r2
    elif settings.task == "binary":
        name, value, interval = "roc_auc", _auc(target, prediction), intervals.of_auc
    else:
        name, value, interval = "macro_f1", _f1(target, prediction), intervals.of_f1
    if value is None:
        return {name: Measure(name, None)}
    return {name: Measure(name, float(value), **intervals.told(interval(target, prediction)))}


def _r2(target: pd.Series, prediction: pd.Series) -> float | None:
    # As scikit-learn computes it; its own functions import a second's worth of modules at their first call.
    residual, spread = ((prediction - target) ** 2).sum(), ((target - target.mean()) ** 2).sum()
    return (1 - residual / spread if spread else float(residual == 0)) if len(target) > 1 else None


def _auc(target: pd.Series, prediction: pd.Series) -> float | None:
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(target, prediction) if target.nunique() == 2 else None


def _f1(target: pd.Series, prediction: pd.Series) -> float:
    from sklearn.metrics import f1_score

    return f1_score(target, prediction, average="macro", zero_division=0)


def _heading(settings: Settings, name: str) -> str:
    found = metric(name)
    unit = found.unit_in(settings.target.unit) if found.unit == OF_TARGET else ""
    return f"{found.short} ({unit})" if unit else found.short
