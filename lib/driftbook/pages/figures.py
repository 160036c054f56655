"""Figures: frame in, figures out, each as wide as a phone shows it: the reference is grey, each axis has its unit."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure

from driftbook.periods import Period
from driftbook.profiles.labels import label

# A column, a unit or a category may hold dollar signs, and what stands between them is no formula.
plt.rcParams["text.parse_math"] = False

#: Of more values the most frequent ones are drawn.
_MOST_VALUES = 8
REFERENCE, DAY = "#9aa0a6", "#1f6fb4"


def figure(*, width: float = 4.4, height: float = 3.0) -> tuple[Figure, Axes]:
    """Return a figure of one panel, and the panel; two of them stand side by side where a page has room."""
    fig, panel = plt.subplots(figsize=(width, height), layout="constrained")
    panel.spines[["top", "right"]].set_visible(False)
    return fig, panel


def short(text: str, most: int = 60) -> str:
    """Return a text that a figure has room for: whoever names columns need not know how wide it is."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def nothing() -> Figure:
    """Return a flat figure that says there is nothing to draw, for a day without rows."""
    fig, panel = figure(height=0.6)
    panel.text(0, 0.5, "no rows, nothing to draw", color=REFERENCE, va="center")
    panel.set_axis_off()
    return fig


def rows_by_day_and_hour(times: pd.Series) -> list[Figure]:
    """Draw how many rows fall on each day, and on an average day's hours."""
    (days, by_day), (hours, by_hour) = figure(), figure()
    count = times.dt.normalize().value_counts().sort_index()
    by_day.bar(count.index, count.to_numpy(), color=REFERENCE)
    by_day.set(title="Rows by day", ylabel="rows", xlabel="day")
    by_day.xaxis.set_major_locator(AutoDateLocator(maxticks=6))
    by_day.xaxis.set_major_formatter(DateFormatter("%m-%d"))  # no month names: they depend on the locale
    mean = times.dt.hour.value_counts().reindex(range(24), fill_value=0) / max(len(count), 1)
    by_hour.bar(mean.index, mean.to_numpy(), color=REFERENCE)
    by_hour.set(title="Rows by hour, mean day", ylabel="rows a day", xlabel="hour of day")
    return [days, hours]


def days(values: pd.Series, reference: Period, *, ylabel: str) -> Figure:
    """Draw a number of each day, indexed by date, with the reference period shaded."""
    fig, panel = figure(height=2.6)
    panel.axvspan(reference.start, reference.end, color=REFERENCE, alpha=0.25, lw=0, label="reference")
    panel.plot(values.index, values.to_numpy(dtype=float), color=DAY, lw=1, marker="o", ms=2, label="day")
    panel.xaxis.set_major_locator(AutoDateLocator(maxticks=4))
    panel.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    panel.set(xlabel="day", ylabel=ylabel, ylim=(0, None))
    fig.legend(frameon=False, fontsize=8, loc="outside upper right", ncols=2)
    return fig


def distributions(frame: pd.DataFrame, columns: Sequence[str], axes: Mapping[str, str]) -> list[Figure]:
    """Draw each column's distribution from its 0.5 to its 99.5 % quantile: single values beyond would hide the rest.

    Categories, and numbers of two values, are drawn value by value, the most frequent first.
    """
    drawn = []
    for column in columns:
        fig, panel = figure()
        values = frame[column].dropna()
        if pd.api.types.is_numeric_dtype(values) and values.nunique() > 2:
            low, high = values.quantile([0.005, 0.995])
            panel.hist(values.clip(low, high), bins=40, color=REFERENCE)
        else:
            counts = values.map(label).value_counts().head(_MOST_VALUES)
            panel.bar(range(len(counts)), counts.to_numpy(), color=REFERENCE)
            panel.set_xticks(range(len(counts)), [short(name, 24) for name in counts.index], rotation=40)
        panel.set(title=short(column), xlabel=short(axes.get(column, column)), ylabel="rows")
        drawn.append(fig)
    return drawn


def residuals(frame: pd.DataFrame, target: str, prediction: str, unit: str) -> list[Figure]:
    """Draw the residuals (target minus prediction): their distribution, and against the prediction."""
    (left, histogram), (right, scatter) = figure(), figure()
    residual = frame[target] - frame[prediction]
    low, high = residual.quantile([0.005, 0.995])
    histogram.hist(residual.clip(low, high), bins=60, color=REFERENCE)
    histogram.axvline(0, color="black", lw=0.8)
    histogram.set(title="Residuals", xlabel=short(f"{target} − {prediction} ({unit})"), ylabel="rows")
    usual = frame[prediction].between(*frame[prediction].quantile([0.005, 0.995])) & residual.between(low, high)
    scatter.hexbin(frame.loc[usual, prediction], residual[usual], gridsize=30, mincnt=1, bins="log", cmap="Greys")
    scatter.axhline(0, color="black", lw=0.8)
    scatter.set(title="Residual by prediction", xlabel=short(f"{prediction} ({unit})"))
    scatter.set(ylabel=short(f"residual ({unit})", 40))
    return [left, right]
