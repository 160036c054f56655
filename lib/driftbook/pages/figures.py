"""Figures: frame in, figure out. The reference is grey, the day blue, thresholds are lines, each axis has its unit."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure

from driftbook.periods import Period
from driftbook.profiles.labels import label

#: Of more values the most frequent ones are drawn.
_MOST_VALUES = 8
REFERENCE, DAY, BEYOND = "#9aa0a6", "#1f6fb4", "#c5221f"


def figure(columns: int = 1, *, width: float = 9.0, height: float = 3.2) -> tuple[Figure, list[Axes]]:
    """Return a figure with some panels side by side, and its panels."""
    fig, axes = plt.subplots(1, columns, figsize=(width, height), layout="constrained", squeeze=False)
    for panel in axes[0]:
        panel.spines[["top", "right"]].set_visible(False)
    return fig, list(axes[0])


def nothing() -> Figure:
    """Return a flat figure that says there is nothing to draw, for a day without rows."""
    fig, (panel,) = figure(height=0.6)
    panel.text(0, 0.5, "no rows, nothing to draw", color=REFERENCE, va="center")
    panel.set_axis_off()
    return fig


def rows_by_day_and_hour(times: pd.Series) -> Figure:
    """Draw how many rows fall on each day, and on an average day's hours."""
    fig, (by_day, by_hour) = figure(2)
    days = times.dt.normalize().value_counts().sort_index()
    by_day.bar(days.index, days.to_numpy(), color=REFERENCE)
    by_day.set(title="Rows by day", ylabel="rows", xlabel="day")
    by_day.xaxis.set_major_locator(AutoDateLocator(maxticks=6))
    by_day.xaxis.set_major_formatter(DateFormatter("%m-%d"))  # no month names: they depend on the locale
    hours = times.dt.hour.value_counts().reindex(range(24), fill_value=0) / max(len(days), 1)
    by_hour.bar(hours.index, hours.to_numpy(), color=REFERENCE)
    by_hour.set(title="Rows by hour, mean day", ylabel="rows a day", xlabel="hour of day")
    return fig


def days(values: pd.Series, reference: Period, *, ylabel: str) -> Figure:
    """Draw a number of each day, indexed by date, with the reference period shaded."""
    fig, (panel,) = figure(height=2.6)
    panel.axvspan(reference.start, reference.end, color=REFERENCE, alpha=0.25, lw=0, label="reference")
    panel.plot(values.index, values.to_numpy(dtype=float), color=DAY, lw=1, marker="o", ms=2, label="day")
    panel.xaxis.set_major_locator(AutoDateLocator(maxticks=8))
    panel.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    panel.set(xlabel="day", ylabel=ylabel, ylim=(0, None))
    fig.legend(frameon=False, fontsize=8, loc="outside upper right", ncols=2)
    return fig


def distributions(frame: pd.DataFrame, columns: Sequence[str], axes: Mapping[str, str]) -> Figure:
    """Draw each column's distribution from its 0.5 to its 99.5 % quantile: single values beyond would hide the rest.

    Categories, and numbers of two values, are drawn value by value, the most frequent first.
    """
    fig, panels = figure(len(columns))
    for panel, column in zip(panels, columns, strict=True):
        values = frame[column].dropna()
        if pd.api.types.is_numeric_dtype(values) and values.nunique() > 2:
            low, high = values.quantile([0.005, 0.995])
            panel.hist(values.clip(low, high), bins=40, color=REFERENCE)
        else:
            counts = values.map(label).value_counts().head(_MOST_VALUES)
            panel.bar(counts.index, counts.to_numpy(), color=REFERENCE)
            panel.tick_params(axis="x", rotation=40)
        panel.set(title=column, xlabel=axes.get(column, column), ylabel="rows")
    return fig


def residuals(frame: pd.DataFrame, target: str, prediction: str, unit: str) -> Figure:
    """Draw the residuals (target minus prediction): their distribution, and against the prediction."""
    fig, (histogram, scatter) = figure(2)
    residual = frame[target] - frame[prediction]
    low, high = residual.quantile([0.005, 0.995])
    histogram.hist(residual.clip(low, high), bins=60, color=REFERENCE)
    histogram.axvline(0, color="black", lw=0.8)
    histogram.set(title="Residuals", xlabel=f"{target} − {prediction} ({unit})", ylabel="rows")
    usual = frame[prediction].between(*frame[prediction].quantile([0.005, 0.995])) & residual.between(low, high)
    scatter.hexbin(frame.loc[usual, prediction], residual[usual], gridsize=40, mincnt=1, bins="log", cmap="Greys")
    scatter.axhline(0, color="black", lw=0.8)
    scatter.set(title="Residual by prediction", xlabel=f"{prediction} ({unit})", ylabel=f"residual ({unit})")
    return fig


def detectability(table: pd.DataFrame) -> Figure:
    """Draw, as `driftbook.detectability.text.table` gives it, from which strength on each column's faults are caught.

    The darker a cell, the stronger a fault passes unseen; grey where that is not known, blank where it cannot strike.
    """
    if table.empty:
        return nothing()
    columns, kinds = list(dict.fromkeys(table["column"])), list(dict.fromkeys(table["fault"]))
    fig, (panel,) = figure(width=2.2 + 0.85 * len(kinds), height=2.2 + 0.4 * len(columns))
    levels = table.pivot(index="column", columns="fault", values="level").loc[columns, kinds].to_numpy(dtype=float)
    image = panel.imshow(levels, aspect="auto", cmap="YlOrRd", vmin=0, vmax=1)
    for name, fault, said, level in table[["column", "fault", "caught from", "level"]].itertuples(index=False):
        x, y, is_known = kinds.index(fault), columns.index(name), not np.isnan(level)
        if not is_known:
            panel.add_patch(plt.Rectangle((x - 0.5, y - 0.5), 1, 1, color="#d7dade", lw=0))
        colour = "white" if level > 0.6 else "black"
        panel.text(x, y, said if is_known else "–", ha="center", va="center", color=colour, fontsize=11)
    tried = dict(zip(table["fault"], table["tried"], strict=True))
    panel.set_xticks(range(len(kinds)), [f"{kind}\n({tried[kind]})" for kind in kinds], rotation=40, ha="right")
    panel.set_yticks(range(len(columns)), columns)
    panel.set_xticks(np.arange(len(kinds) + 1) - 0.5, minor=True)
    panel.set_yticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    panel.grid(which="minor", color="white", lw=2)
    panel.tick_params(which="both", length=0)
    panel.spines[:].set_visible(False)
    panel.set(xlabel="fault (strengths tried)", ylabel="column", title="Caught from this strength on, missed below")
    bar = fig.colorbar(image, ticks=[0, 0.5, 1], label="strength it takes, of those tried")
    bar.set_ticklabels(["the weakest", "middling", "always missed"])
    return fig
