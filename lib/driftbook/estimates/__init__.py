"""The error of a day before its labels come: a second model of each row's loss, and its own track record."""

from driftbook.estimates.error_model import ErrorModel, expected, fit
from driftbook.estimates.measuring import measures

__all__ = ["ErrorModel", "expected", "fit", "measures"]
