from functools import cache

import numpy as np
import pytest
from driftbook import causes, model, training

from tests import trade

CLASSES = {
    "kind": "train",
    "estimator": "sklearn.discriminant_analysis:LinearDiscriminantAnalysis",
    "categories": "ordinal",
}


@pytest.fixture(scope="session")
def parcels():
    """A function of a task: a model of ours of parcels, and a day it predicted."""
    found = {}

    def of(task="regression"):
        if task not in found:
            chosen = {"kind": "train"} if task == "regression" else CLASSES
            settings = trade.settings(task, model=chosen, segments=["carrier", "hour"])
            trained, _ = training.train(settings, trade.batch(trade.frame()))
            found[task] = trained, day(trained)
        return found[task]

    return of


@pytest.fixture(scope="session")
def split(parcels):
    """A function of a task: the split of that day."""
    return cache(lambda task="regression": causes.split(*parcels(task)))


def day(trained, rows=900, seed=9, **changes):
    """Return a day with the prediction; `changes` are functions of the frame that replace a column."""
    frame = trade.frame(days=1, rows=rows, seed=seed)
    frame = frame.assign(**{name: change(frame) for name, change in changes.items()})
    return model.with_prediction(trained.settings, trained.estimator, frame).set_index(np.arange(rows) + 7)
