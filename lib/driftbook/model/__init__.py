"""The monitored model: fitted by us, brought as a file, or known by the predictions it delivers; and its folder."""

from driftbook.model.estimators import fit
from driftbook.model.predicting import predict, predicted, with_prediction
from driftbook.model.saving import check_trained, keep, load, save
from driftbook.model.trained import TrainedModel, outcome

__all__ = [
    "TrainedModel",
    "check_trained",
    "fit",
    "keep",
    "load",
    "outcome",
    "predict",
    "predicted",
    "save",
    "with_prediction",
]
