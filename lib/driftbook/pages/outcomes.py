"""How a model errs, as figures: of numbers, of probabilities, of classes."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from driftbook.config import Settings
from driftbook.measures import curves
from driftbook.pages.figures import DAY, REFERENCE, figure, nothing, residuals, short


def draw(settings: Settings, frame: pd.DataFrame) -> list[Figure]:
    """Draw how the model errs: residuals of a number, calibration and ROC curve, or the confusion of classes."""
    if not len(frame):
        return [nothing()]
    if settings.task == "regression":
        return residuals(frame, settings.target.name, settings.prediction, settings.target.unit)
    if settings.task == "multiclass":
        return [_classes(curves.confusion(settings, frame))]
    (calibration, left), (roc, right) = figure(height=3.8), figure(height=3.8)
    _calibration(left, curves.calibration(settings, frame))
    _roc(right, curves.roc(settings, frame))
    return [calibration, roc]


def _calibration(panel: Axes, groups: pd.DataFrame) -> None:
    panel.plot([0, 1], [0, 1], color=REFERENCE, lw=1, ls="--", label="what is said comes true")
    panel.plot(groups["predicted"], groups["observed"], color=DAY, marker="o", ms=4, label="a tenth of the rows")
    panel.set(title="Calibration", xlabel="predicted probability", ylabel="share of positive rows")
    panel.set(xlim=(0, 1), ylim=(0, 1))
    panel.legend(frameon=False, fontsize=8, loc="upper left")


def _roc(panel: Axes, curve: pd.DataFrame) -> None:
    panel.plot([0, 1], [0, 1], color=REFERENCE, lw=1, ls="--", label="by chance")
    panel.plot(curve["false positives"], curve["true positives"], color=DAY, label="model")
    panel.set(title="ROC curve", xlabel="false positives (share)", ylabel="true positives (share)")
    panel.set(xlim=(0, 1), ylim=(0, 1))
    panel.legend(frameon=False, fontsize=8, loc="lower right")


def _classes(table: pd.DataFrame) -> Figure:
    fig, panel = figure(width=3.4 + 0.6 * len(table), height=2.0 + 0.45 * len(table))
    shares = table.div(table.sum(axis=1).where(lambda rows: rows > 0), axis=0).to_numpy(dtype=float)
    image = panel.imshow(100 * shares, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    for (line, column), share in np.ndenumerate(shares):
        said = "–" if np.isnan(share) else f"{share:.0%}"
        panel.text(column, line, said, ha="center", va="center", color="white" if share > 0.6 else "black", fontsize=8)
    panel.set_xticks(range(len(table)), [short(str(name), 24) for name in table.columns], rotation=40, ha="right")
    panel.set_yticks(range(len(table)), [short(str(name), 24) for name in table.index])
    panel.set(title="Confusion", xlabel="predicted class", ylabel="true class")
    fig.colorbar(image, label="rows of the true class (%)")
    return fig
