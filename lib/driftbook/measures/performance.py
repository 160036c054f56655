"""How well the model did, on the rows with a usable label."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.config.model import DeliveredModel
from driftbook.metrics import OF_TARGET, metric
from driftbook.records import Measure, probability_column

#: Probabilities are kept this far from 0 and 1, as scikit-learn does: a log loss is finite.
_LEAST = float(np.finfo(float).eps)

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
    passes = target.isin([0, 1]) if settings.task == "binary" else target.notna()
    for column, bounds in settings.filters.items():
        values = pd.to_numeric(frame[column], errors="coerce")
        passes &= values.notna()
        if bounds.min is not None:
            passes &= values >= bounds.min
        if bounds.above is not None:
            passes &= values > bounds.above
        if bounds.max is not None:
            passes &= values <= bounds.max
    return passes


def error_metric(settings: Settings) -> str:
    """Return the metric that says how wrong the model is, the one the alarms judge: the mean of `losses`."""
    return _METRICS[_kind(settings)][0]


def losses(settings: Settings, frame: pd.DataFrame) -> pd.Series:
    """Return how wrong the prediction of each row with a usable label is; rows without a prediction are left out.

    The absolute error in the target's unit; the log loss in nats, where probabilities are known; else 1 for a wrong
    class and 0 for the right one.
    """
    return _losses(settings, scored(settings, frame))


def _losses(settings: Settings, rows: pd.DataFrame) -> pd.Series:
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
    return frame.loc[usable & frame[settings.prediction].notna(), outcome]


def performance(settings: Settings, frame: pd.DataFrame) -> list[Measure]:
    """Return `labelled_rows` and the metrics of the task, None where they cannot be computed; the error comes first.

    `frame` holds one row per prediction, with the target and the `prediction`.
    """
    return [
        Measure("labelled_rows", float(labelled(settings, frame).sum())),
        *(Measure(name, value) for name, value in values(settings, frame).items()),
    ]


def values(settings: Settings, frame: pd.DataFrame) -> dict[str, float | None]:
    """Return the metrics of the task by their name, on the rows with a usable label and a prediction."""
    rows, kind = scored(settings, frame), _kind(settings)
    if rows.empty:
        return dict.fromkeys(_METRICS[kind])
    target, prediction = rows[settings.target.name], rows[settings.prediction]
    if kind == "regression":
        found = _of_numbers(target, prediction)
    elif kind == "binary":
        found = _of_probabilities(target, prediction, settings.target.cut)
    else:
        found = _of_classes(target, prediction)
    error = error_metric(settings)
    found = found if error in found else found | {error: losses(settings, rows).mean()}
    return {name: None if found[name] is None else float(found[name]) for name in _METRICS[kind]}


def sums(settings: Settings, frame: pd.DataFrame) -> tuple[dict[str, float], pd.Series]:
    """Return what `of_sums` divides, and the `losses`.

    That is the number of rows with a usable label and of those scored, and the sums of the metrics that are means over
    rows. What several frames give may be added.
    """
    usable = labelled(settings, frame)
    rows, kind = scored(settings, frame, usable), _kind(settings)
    target, prediction = rows[settings.target.name], rows[settings.prediction]
    loss = _losses(settings, rows)
    found = {"labelled_rows": float(usable.sum()), "scored_rows": float(len(rows)), error_metric(settings): loss.sum()}
    if kind == "regression":
        found |= {"root_mean_squared_error": (loss**2).sum(), "bias": (prediction - target).sum()}
    elif kind == "binary":
        hits = (prediction >= settings.target.cut) == (target == 1)
        squares = ((prediction - target) ** 2).sum()
        found |= {"brier_score": squares, "accuracy": hits.sum(), "base_rate": target.sum()}
    else:
        found |= {"accuracy": (target == prediction).sum()}
    return {name: float(value) for name, value in found.items()}, loss


def of_sums(added: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics that `sums` adds up, None for all without a scored row, and `labelled_rows`."""
    rows = added["scored_rows"]
    means = {name: total / rows if rows else None for name, total in added.items() if not name.endswith("_rows")}
    if rows and "root_mean_squared_error" in means:
        means["root_mean_squared_error"] = float(np.sqrt(means["root_mean_squared_error"]))
    return {"labelled_rows": added["labelled_rows"], **means}


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


def _of_numbers(target: pd.Series, prediction: pd.Series) -> dict[str, float | None]:
    # As scikit-learn computes them; its own functions import a second's worth of modules at their first call.
    error, spread = prediction - target, ((target - target.mean()) ** 2).sum()
    residual = (error**2).sum()
    return {
        "mean_absolute_error": error.abs().mean(),
        "root_mean_squared_error": np.sqrt(residual / len(error)),
        "bias": error.mean(),
        "r2": (1 - residual / spread if spread else float(residual == 0)) if len(target) > 1 else None,
    }


def _of_probabilities(target: pd.Series, prediction: pd.Series, cut: float) -> dict[str, float | None]:
    from sklearn.metrics import roc_auc_score

    has_both = target.nunique() == 2
    return {
        "brier_score": ((prediction - target) ** 2).mean(),
        "roc_auc": roc_auc_score(target, prediction) if has_both else None,
        "accuracy": ((prediction >= cut) == (target == 1)).mean(),
        "base_rate": target.mean(),
    }


def _of_classes(target: pd.Series, prediction: pd.Series) -> dict[str, float | None]:
    from sklearn.metrics import f1_score

    return {
        "accuracy": (target == prediction).mean(),
        "macro_f1": f1_score(target, prediction, average="macro", zero_division=0),
    }


def _heading(settings: Settings, name: str) -> str:
    found = metric(name)
    unit = found.unit_in(settings.target.unit) if found.unit == OF_TARGET else ""
    return f"{found.short} ({unit})" if unit else found.short
