"""Figures: frame in, figure out. The reference is grey, the day blue, thresholds are lines, each axis has its unit."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
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


def warm_up() -> None:
    """Draw a figure to nowhere: fonts are found and read once, for this process and its forks."""
    fig, (panel,) = figure()
    panel.set(title="title", xlabel="x")
    fig.savefig(io.BytesIO(), bbox_inches="tight")
    plt.close(fig)


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


def shares(values: pd.Series, *, label: str, reference: pd.Series | None = None) -> Figure:
    """Draw one bar per entry, in percent; with a `reference` of the same index, a grey bar beside each."""
    if values.empty:
        return nothing()
    fig, (panel,) = figure(height=0.8 + 0.32 * len(values))
    position = np.arange(len(values))
    width = 0.4 if reference is not None else 0.7
    panel.barh(
        position,
        100 * values.to_numpy(dtype=float),
        width,
        color=DAY if reference is not None else REFERENCE,
        label="day",
    )
    if reference is not None:
        panel.barh(
            position + width,
            100 * reference.reindex(values.index).to_numpy(float),
            width,
            color=REFERENCE,
            label="reference",
        )
        panel.legend(frameon=False)
    panel.set_yticks(position, values.index)
    panel.invert_yaxis()
    panel.set(xlabel=label)
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


def day_scores(scores: Mapping[str, tuple[np.ndarray, float]]) -> Figure:
    """Draw, a line per reference, its own days' scores in grey and the day's in blue (red beyond the threshold, 1).

    `scores` maps a reference's name to its own days' scores and the day's, each over the threshold.
    """
    if not scores:
        return nothing()
    fig, (panel,) = figure(height=1.2 + 0.5 * len(scores))
    for line, (own, day) in enumerate(scores.values()):
        height = line + 0.25 * np.cos(np.arange(len(own)) * 2.4)  # spread, so that equal scores stay apart
        panel.plot(np.maximum(own, 0), height, "o", ms=4, color=REFERENCE, label="a day of the reference")
        panel.plot(max(day, 0), line, "D", ms=9, color=BEYOND if day > 1 else DAY, label="this day")
    panel.axvline(1, color="black", lw=1, ls="--", label="threshold")
    panel.set_yticks(range(len(scores)), scores)
    panel.invert_yaxis()
    panel.set(xlabel="day score ÷ threshold (no unit)", ylabel="reference", ylim=(len(scores) - 0.4, -0.6))
    named = dict(zip(*reversed(panel.get_legend_handles_labels()), strict=True))
    panel.legend(
        named.values(),
        named.keys(),
        frameon=False,
        fontsize=8,
        ncols=3,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.35),
    )
    return fig


def scores(ratios: pd.DataFrame) -> Figure:
    """Draw each column's score over the threshold, a bar per reference; an alarm where all of them exceed 1."""
    if ratios.empty:
        return nothing()
    fig, (panel,) = figure(height=1.0 + 0.36 * len(ratios))
    beyond = (ratios > 1).all(axis=1)
    position, width = np.arange(len(ratios)), 0.8 / ratios.shape[1]
    for number, (name, values) in enumerate(ratios.items()):
        colours = np.where(beyond, BEYOND, DAY)
        panel.barh(position + number * width, values, width * 0.9, color=colours, alpha=1 - 0.5 * number, label=name)
    panel.axvline(1, color="black", lw=1, ls="--", label="threshold")
    panel.set_yticks(position + 0.4 - width / 2, ratios.index)
    panel.invert_yaxis()
    panel.set(xlabel="score ÷ threshold (no unit)", ylabel="column")
    panel.legend(title="reference (light: trailing)", frameon=False, loc="lower right", fontsize=8)
    return fig


def bins(histograms: Mapping[str, tuple[pd.Series, pd.Series]], axes: Mapping[str, str]) -> Figure:
    """Draw columns in their frozen bins: the reference's share of rows in grey, the day's in blue.

    `histograms` maps a column to the reference's and the day's counts, both indexed by bin label.
    """
    if not histograms:
        return nothing()
    fig, panels = figure(len(histograms), height=3.6)
    for panel, (column, (reference, day)) in zip(panels, histograms.items(), strict=True):
        position = np.arange(len(reference))
        panel.bar(position - 0.2, _percent(reference), 0.4, color=REFERENCE, label="reference")
        panel.bar(position + 0.2, _percent(day), 0.4, color=DAY, label="day")
        panel.set_xticks(position, reference.index, rotation=60, ha="right", fontsize=8)
        panel.set(title=column, xlabel=f"{axes.get(column, column)}, in bins", ylabel="rows (%)")
    panels[0].legend(frameon=False)
    return fig


def by_hour(groups: Mapping[str, pd.Series], *, ylabel: str) -> Figure:
    """Draw a quantity by hour of day: the first group (the reference) grey, the second (the day) blue."""
    fig, (panel,) = figure()
    for (name, values), colour in zip(groups.items(), (REFERENCE, DAY), strict=False):
        panel.plot(values.index, values.to_numpy(dtype=float), marker="o", ms=3, color=colour, label=name)
    panel.set(xlabel="hour of day", ylabel=ylabel, ylim=(0, None))
    panel.legend(frameon=False)
    return fig


def series(days: Sequence[dt.date], measures: pd.DataFrame, *, ylabel: str) -> Figure:
    """Draw one stored measure over days, as `store.measures` gives it: thresholds as lines, alarms red."""
    fig, (panel,) = figure(height=2.6)
    table = measures.set_index("day").reindex(days)
    panel.plot(days, table["value"].astype(float), color=DAY, lw=1, marker="o", ms=3, label="day")
    for bound in ("lower", "upper"):
        if table[bound].notna().any():
            panel.plot(days, table[bound].astype(float), color=BEYOND, lw=1, ls="--", label=f"{bound} threshold")
    alarms = table[table["verdict"] == "alarm"]
    if len(alarms):
        panel.plot(alarms.index, alarms["value"].astype(float), "o", color=BEYOND, label="alarm")
    panel.set(ylabel=ylabel, xlabel="day", ylim=(0, None))
    panel.xaxis.set_major_formatter(DateFormatter("%m-%d"))
    fig.legend(frameon=False, fontsize=8, loc="outside upper right", ncols=4)
    return fig


def heat_map(ratios: pd.DataFrame) -> Figure:
    """Draw score ÷ threshold of each column (rows) on each day (columns): white is 1, red above, grey unknown."""
    fig, (panel,) = figure(height=1.4 + 0.3 * len(ratios))
    colours = plt.get_cmap("RdBu_r").with_extremes(bad="#b0b5ba")
    image = panel.imshow(ratios.to_numpy(dtype=float), aspect="auto", cmap=colours, norm=TwoSlopeNorm(1, 0, 3))
    panel.set_yticks(range(len(ratios)), ratios.index)
    step = max(1, len(ratios.columns) // 14)
    panel.set_xticks(
        range(0, len(ratios.columns), step), [str(day) for day in ratios.columns[::step]], rotation=60, ha="right"
    )
    panel.set(xlabel="day", ylabel="column")
    fig.colorbar(image, label="score ÷ threshold (3 and more: red)", extend="max")
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


def carriers(tables: Mapping[str, pd.DataFrame], column: str, *, groups: int = 8) -> Figure:
    """Draw per segment column the groups that carry most of a column's change, and their share of rows."""
    if all(table.empty for table in tables.values()):
        return nothing()
    fig, panels = figure(len(tables), height=3.4)
    for panel, (segment, table) in zip(panels, tables.items(), strict=True):
        top = table.head(groups)
        position = np.arange(len(top))
        panel.barh(position - 0.2, 100 * top["part"], 0.4, color=DAY, label="part of the change")
        panel.barh(position + 0.2, 100 * top["reference"], 0.4, color=REFERENCE, label="rows in the reference")
        panel.set_yticks(position, top.index)
        panel.invert_yaxis()
        panel.set(title=f"{column} by {segment}", xlabel="%", ylabel=segment)
    fig.legend(*panels[0].get_legend_handles_labels(), frameon=False, fontsize=8, loc="outside upper right", ncols=2)
    return fig


def _percent(counts: pd.Series) -> np.ndarray:
    return 100 * counts.to_numpy(dtype=float) / max(counts.sum(), 1)
