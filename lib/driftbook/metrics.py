"""The catalogue of metrics: how each is called on a page, what it counts, and which band of the alarms it has."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from driftbook.records import WHOLE_DAY, Measure

_ROWS, _, _MISSING, _ERROR, _ = WHOLE_DAY

#: Units that depend on the model: the target's unit, and that of the measure's own column.
OF_TARGET, OF_COLUMN = "unit of the target", "unit of the column"
#: The column and the feature a measure names itself, in `bounds`.
OWN = ""


@dataclass(frozen=True)
class Metric:
    """A metric.

    Attributes
    ----------
    words
        How a person calls it.
    short
        The same for the head of a column.
    unit
        What it counts; `OF_TARGET` and `OF_COLUMN` stand for a unit of the params file.
    is_share
        A fraction, which a person reads in percent.
    bounds
        The features of the alarms whose band it may have, by column and label, in the order they are looked for.
        `OWN` stands for the column the measure is about.
    """

    name: str
    words: str
    unit: str = ""
    is_share: bool = False
    bounds: tuple[tuple[str, str], ...] = ()
    short: str = ""

    def unit_in(self, target: str, column: str = "") -> str:
        """Return its unit where the target's and the measured column's are these."""
        return {OF_TARGET: target, OF_COLUMN: column}.get(self.unit, self.unit)


def _catalogue() -> Iterator[Metric]:
    error = ((_ERROR, _ERROR),)
    yield Metric("rows", "rows", "rows", bounds=((_ROWS, _ROWS),))
    yield Metric("rows_ratio", "rows, of what is usual for the class of day", "times")
    yield Metric("stray_rows", "strays: rows of other months in the file", "rows")
    yield Metric("severity", "severity", "times the threshold")
    yield Metric("score", "score against the fixed reference")
    yield Metric("trailing_score", "score against the trailing reference")
    yield Metric("share_missing_values", "missing cells", "of all cells", True)
    yield Metric("single_value", "values beside the most frequent one", "of rows", True)
    yield Metric("missing_share", "missing values", "of rows", True, ((OWN, "missing"), (_MISSING, OWN)))
    yield Metric("missing_rise", "missing values over the reference's worst day", "of rows", True)
    yield Metric("invalid_share", "values that stand for none (infinite, absurd, fill values)", "of rows", True)
    yield Metric("duplicate_share", "duplicate rows", "of rows", True)
    yield Metric("column_changes", "columns new, gone or of another type", "columns")
    yield Metric(
        *("out_of_range_share", "values outside the usual range", "of values", True),
        bounds=((OWN, "outside"), (OWN, "other")),
    )
    yield Metric("unseen_share", "values unseen in the reference", "of values", True, ((OWN, "unseen"),))
    yield Metric("quantile", "quantile", OF_COLUMN)
    yield Metric("evidently_drift", "Evidently's drift")
    yield Metric("prediction_drift", "Evidently's drift of the prediction")
    yield Metric("num_drifted_columns", "columns Evidently calls drifted", "columns")
    yield Metric("labelled_rows", "rows with a usable label", "rows")
    yield Metric("unlabelled_share", "rows that wait for their label", "of rows", True)
    yield Metric("mean_absolute_error", "mean absolute error", OF_TARGET, bounds=error, short="MAE")
    yield Metric("root_mean_squared_error", "root mean squared error", OF_TARGET, short="RMSE")
    yield Metric("bias", "mean of prediction minus truth", OF_TARGET, short="bias")
    yield Metric("r2", "share of the variance explained (R²)", short="R²")
    yield Metric("log_loss", "mean log loss", "nats", bounds=error, short="log loss")
    yield Metric("brier_score", "Brier score", short="Brier score")
    yield Metric("roc_auc", "area under the ROC curve", short="AUC")
    yield Metric("base_rate", "base rate: positive rows", "of labelled rows", True, short="base rate")
    yield Metric("accuracy", "right predictions (accuracy)", "of labelled rows", True, short="accuracy")
    yield Metric("macro_f1", "F1, mean over the classes", short="macro F1")
    yield Metric("error_rate", "share of wrong predictions", "of labelled rows", True, error, short="error rate")
    yield from _of_estimates()
    yield from _between_groups()


def _between_groups() -> Iterator[Metric]:
    yield Metric("error_gap", "largest difference of the error between groups", OF_TARGET)
    yield Metric("error_ratio", "least error over the greatest, between groups")
    yield Metric("bias_gap", "largest difference of the bias between groups", OF_TARGET)
    rates = (
        ("selection_rate", "share predicted positive"),
        ("true_positive_rate", "share of the positive rows predicted so"),
        ("false_positive_rate", "share of the negative rows predicted positive"),
    )
    for name, words in rates:
        yield Metric(f"{name}_gap", f"largest difference between groups of the {words}", "of rows", True)
        yield Metric(f"{name}_ratio", f"least over greatest, between groups, of the {words}")


def _of_estimates() -> Iterator[Metric]:
    yield Metric("estimated_error", "error estimated without labels", OF_TARGET)
    yield Metric("estimate_days", "labelled days that tell what estimates are worth", "days")
    yield Metric("estimate_coverage", "days within their estimate's interval", "of labelled days", True)
    yield Metric("estimate_misses", "days outside of it", "of the newest five labelled days")
    yield Metric("estimate_bias", "mean of estimated minus true error", OF_TARGET)


#: Every metric by its name.
METRICS = {metric.name: metric for metric in _catalogue()}
#: How well the model did, and those of them that are judged: a model has one of these, by its task.
PERFORMANCE = tuple(name for name, metric in METRICS.items() if metric.short)
ERRORS = tuple(name for name in PERFORMANCE if METRICS[name].bounds)
#: What is told of the error without labels, and of what that is worth.
ESTIMATE = tuple(metric.name for metric in _of_estimates())


def metric(name: str) -> Metric:
    """Return a metric of the catalogue; one that is not in it is called by its name and has neither unit nor band."""
    return METRICS.get(name) or Metric(name, name)


def said(name: str, value: float | None) -> str:
    """Return a value of a metric as a person reads it: shares in percent.

    Examples
    --------
    >>> said("missing_share", 0.0638427), said("mean_absolute_error", 3.2041)
    ('6.38%', '3.2')
    """
    is_percent = metric(name).is_share and value is not None and not math.isnan(value)
    return f"{100 * value:.3g}%" if is_percent else rounded(value)


def rounded(value: float | None) -> str:
    """Return a number as a person reads it: three significant digits, whole numbers whole, `–` for none.

    Examples
    --------
    >>> rounded(2399.0), rounded(0.188522969), rounded(12345.678), rounded(-0.0), rounded(None)
    ('2,399', '0.189', '12,346', '0', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    is_whole = float(value).is_integer() or abs(value) >= 100
    return f"{value:z,.0f}" if is_whole and abs(value) < 1e15 else f"{value:z,.3g}"


def is_beyond(measure: Measure) -> bool:
    """Return whether a measure lies outside of its bounds."""
    above = measure.upper is not None and measure.value > measure.upper
    return above or (measure.lower is not None and measure.value < measure.lower)
