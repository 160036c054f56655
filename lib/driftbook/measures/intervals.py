"""How sure a metric is: the interval that holds the true value in 90 % of cases, by a formula for each kind of metric.

All are of a formula, none of resampling: they cost a millisecond and are the same each time. Numbers in give numbers
out, arrays (of segments, say) arrays; NaN where no interval can be told, as of a single row.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

#: The share of cases in which an interval holds the true value, and the share beyond each of its ends.
LEVEL = 0.9
TAIL = (1 - LEVEL) / 2

Ends = tuple[np.ndarray, np.ndarray]


def of_mean(rows: np.ndarray, total: np.ndarray, squares: np.ndarray) -> Ends:
    """Return the interval of a mean over rows, from their sum and their sum of squares: Student's t."""
    value, reach = _mean(rows, total, squares)
    return value - reach, value + reach


def of_loss(rows: np.ndarray, total: np.ndarray, squares: np.ndarray) -> Ends:
    """Return the interval of a mean of losses, which is that of a mean, cut at 0."""
    low, high = of_mean(rows, total, squares)
    return np.maximum(low, 0.0), high


def of_share(rows: np.ndarray, hits: np.ndarray, _: np.ndarray) -> Ends:
    """Return the interval of a share of rows: Wilson's (1927), which holds for few rows and near 0 and 1 too."""
    from scipy.special import ndtri

    rows, z = np.asarray(rows, dtype=float), -ndtri(TAIL)
    with np.errstate(all="ignore"):
        share = hits / rows
        middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
        reach = z / (1 + z**2 / rows) * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    return np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)


def of_root(rows: np.ndarray, squares: np.ndarray, fourths: np.ndarray) -> Ends:
    """Return the interval of a root mean square, from the sums of squares and of fourth powers.

    By the delta method, on the scale of logarithms: a few large errors make it uncertain upwards.
    """
    mean_square, reach = _mean(rows, squares, fourths)
    with np.errstate(all="ignore"):
        factor = np.exp(reach / (2 * mean_square))
        return np.sqrt(mean_square) / factor, np.sqrt(mean_square) * factor


def of_r2(target: pd.Series, prediction: pd.Series) -> Ends:
    """Return the interval of R² by the delta method, on the scale of the logarithm of what is not explained.

    With the squared error `a` and the squared distance `b` from the mean target of each row, that is A/B, of their
    means, and a row's influence on its logarithm `a/A - b/B`.
    """
    error, apart = ((prediction - target) ** 2).to_numpy(), ((target - target.mean()) ** 2).to_numpy()
    with np.errstate(all="ignore"):
        low, high = _smooth(
            np.log(error.mean() / apart.mean()) if len(error) else np.nan, error / error.mean() - apart / apart.mean()
        )
        return 1 - np.exp(high), 1 - np.exp(low)


def of_f1(target: pd.Series, prediction: pd.Series) -> Ends:
    """Return the interval of the mean F1 over the classes, by the delta method.

    A class's F1 is `2 h / (p + t)`, of the shares of rows rightly taken for it, taken for it and truly of it; a row's
    influence on it is `(2 h_i - F1 (p_i + t_i)) / (p + t)`.
    """
    classes, found = pd.unique(pd.concat([target, prediction])), np.zeros(len(target))
    total = 0.0
    for name in classes:
        true, taken = (target == name).to_numpy(dtype=float), (prediction == name).to_numpy(dtype=float)
        both = true.mean() + taken.mean()
        f1 = 2 * (true * taken).mean() / both
        found, total = found + (2 * true * taken - f1 * (true + taken)) / both, total + f1
    return _smooth(total / len(classes), found / len(classes), least=0.0, most=1.0)


def of_auc(positive: pd.Series, score: pd.Series) -> Ends:
    """Return the interval of the area under the ROC curve: DeLong, DeLong and Clarke-Pearson (1988), of its logit.

    By ranks, as Sun and Xu (2014) compute it: how many of the other class each row's score lies above. On the scale of
    logits it holds better for few rows, and stays below 1 (Pepe 2003).
    """
    is_positive = (positive == 1).to_numpy()
    above = score.rank().to_numpy() - score.groupby(is_positive).rank().to_numpy()
    of_both = int(is_positive.sum()), int((~is_positive).sum())
    if min(of_both) < 2:
        return np.nan, np.nan
    shares = above[is_positive] / of_both[1], above[~is_positive] / of_both[0]
    area, error = shares[0].mean(), np.sqrt(sum(part.var(ddof=1) / len(part) for part in shares))
    if not error > 0:
        return np.nan, np.nan
    logit, reach = np.log(area / (1 - area)), _normal() * error / (area * (1 - area))
    return tuple(1 / (1 + np.exp(-end)) for end in (logit - reach, logit + reach))


#: The formula of each metric that is a mean over rows: of their number, sum, and sum of squares.
OF_SUMS: dict[str, Callable[..., Ends]] = {
    "mean_absolute_error": of_loss,
    "root_mean_squared_error": of_root,
    "bias": of_mean,
    "log_loss": of_loss,
    "brier_score": of_loss,
    "accuracy": of_share,
    "base_rate": of_share,
    "error_rate": of_share,
}


def told(ends: Ends) -> dict[str, float | None]:
    """Return an interval as the fields of a measure, None for both ends where it is not told."""
    low, high = map(float, ends)
    is_told = np.isfinite(low) and np.isfinite(high)
    return {"low": low, "high": high} if is_told else {"low": None, "high": None}


def _mean(rows: np.ndarray, total: np.ndarray, squares: np.ndarray) -> Ends:
    """Return a mean and how far its interval reaches."""
    from scipy.special import stdtrit

    rows = np.asarray(rows, dtype=float)
    with np.errstate(all="ignore"):
        value = total / rows
        variance = np.maximum(squares / rows - value**2, 0.0) / (rows - 1)
        return value, -stdtrit(rows - 1, TAIL) * np.sqrt(variance)


def _normal() -> float:
    from scipy.special import ndtri

    return -float(ndtri(TAIL))


def _smooth(value: float, influence: np.ndarray, *, least: float = -np.inf, most: float = np.inf) -> Ends:
    """Return the interval of a smooth function of means, from each row's influence on it: the delta method."""
    rows = len(influence)
    with np.errstate(all="ignore"):
        error = influence.std(ddof=1) / np.sqrt(rows) if rows > 1 else np.nan
    return _around(value, _normal() * error, least=least, most=most)


def _around(value: float, reach: float, *, least: float, most: float) -> Ends:
    """Return an interval within bounds; a reach of 0 is no certainty but too few rows to see the spread."""
    return (max(value - reach, least), min(value + reach, most)) if reach > 0 else (np.nan, np.nan)
