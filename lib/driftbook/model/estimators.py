"""Estimators of scikit-learn's kind by their import path, with encoders for categories, and their fit.

scikit-learn is imported where it is needed: a day whose predictions are delivered needs none of it, a trained model
little.
"""

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from driftbook.config import Settings
from driftbook.config.model import DeliveredModel, FileModel, TrainModel
from driftbook.errors import BadInput
from driftbook.model import features, files

if TYPE_CHECKING:
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
    from sklearn.utils import InputTags

#: Histogram gradient boosting bins into at most 255, and one is for gaps.
_MOST_CATEGORIES = 254


def fit(settings: Settings, training: pd.DataFrame) -> Any:
    """Return what predicts: the params file's estimator fitted on some rows, the model of its file, or None.

    An estimator that takes a `random_state` gets 0 where the params file gives none: training again is the same model.

    Raises
    ------
    BadInput
        If there is no such estimator, or it refuses its arguments, the task or the rows.
    ModelUnavailable
        If the file is missing, is not the one of the params file, or needs a package that is not there.
    """
    if isinstance(settings.model, DeliveredModel):
        return None
    if isinstance(settings.model, FileModel):
        estimator = files.load(settings)
        check_task(settings, estimator, f"the model in {settings.model.path!r}")
        return estimator
    estimator = build(settings, training)
    given = features.given(settings, estimator, training)
    try:
        return estimator.fit(given, training[settings.target.name].to_numpy())
    except (ValueError, TypeError) as error:
        raise BadInput(_refusal(settings.model, error, given)) from error


def build(settings: Settings, training: pd.DataFrame) -> Any:
    """Return the params file's estimator, unfitted; with categories to encode it is the last step of a pipeline."""
    estimator = _constructed(settings.model)
    check_task(settings, estimator, f"model.estimator {settings.model.estimator!r}")
    way = _way(settings, estimator, training)
    if way == "numbers":
        return estimator
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    categorical, known = [*settings.features.categorical], _parameters(estimator)
    if way == "ordinal" and "categorical_features" in known and "categorical_features" not in settings.model.arguments:
        estimator.set_params(categorical_features=list(range(len(categorical))))
    encoder = _ordinal(estimator) if way == "ordinal" else _one_hot(estimator)
    # The encoded columns come first: so the positions above are theirs.
    encoders = ColumnTransformer([(way, encoder, categorical)], remainder="passthrough")
    return Pipeline([(features.ENCODER, encoders), ("estimator", estimator)])


def check_task(settings: Settings, estimator: Any, what: str) -> None:
    """Raise `BadInput` if an estimator cannot do the task; `what` names it."""
    if not hasattr(estimator, "predict"):
        raise BadInput(f"{what} is a {type(estimator).__name__}, which has no predict: expected an estimator")
    if settings.task != "regression" and not hasattr(estimator, "predict_proba"):
        raise BadInput(
            f"{what} has no predict_proba, and task {settings.task!r} needs probabilities: choose a classifier that "
            "has one (sklearn.linear_model:LogisticRegression), or calibrate it (sklearn.calibration)"
        )


def _constructed(model: TrainModel) -> Any:
    module, _, name = model.estimator.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise BadInput(
            f"model.estimator is {model.estimator!r}: {module} cannot be imported ({error}): correct the path, or "
            "install the package"
        ) from error
    except AttributeError:
        raise BadInput(f"model.estimator is {model.estimator!r}: the module {module} has no {name!r}") from None
    try:
        estimator = found(**model.arguments)
    except Exception as error:  # whatever the estimator's own code raises
        raise BadInput(
            f"model.arguments are {model.arguments!r}, and {name} refuses them: {' '.join(str(error).split())}"
        ) from error
    if not hasattr(estimator, "fit"):
        raise BadInput(f"model.estimator is {model.estimator!r}, which has no fit: expected an estimator")
    if _parameters(estimator).get("random_state", 0) is None and "random_state" not in model.arguments:
        estimator.set_params(random_state=0)
    return estimator


def _way(settings: Settings, estimator: Any, training: pd.DataFrame) -> str:
    """Return how the categories reach the estimator, one of `numbers`, `ordinal` and `one hot`."""
    asked, categorical = settings.model.categories, [*settings.features.categorical]
    texts = [name for name in categorical if not pd.api.types.is_numeric_dtype(training[name])]
    if asked == "numbers" and texts:
        raise BadInput(
            f"model.categories is 'numbers', and the categories {texts} are text: choose 'ordinal', 'one hot' or 'auto'"
        )
    if not categorical:
        return "numbers"
    if asked != "auto":
        return asked
    if "categorical_features" in _parameters(estimator):
        return "ordinal"
    return "one hot" if texts else "numbers"


def _ordinal(estimator: Any) -> "OrdinalEncoder":
    """Return an encoder to codes; what it does not know is a gap, or -1 for an estimator that takes no gaps."""
    from sklearn.preprocessing import OrdinalEncoder

    unknown = np.nan if _tags(estimator).allow_nan else -1
    return OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=unknown,
        encoded_missing_value=unknown,
        max_categories=min(_MOST_CATEGORIES, _parameters(estimator).get("max_bins", 255) - 1),
    )


def _one_hot(estimator: Any) -> "OneHotEncoder":
    from sklearn.preprocessing import OneHotEncoder

    is_sparse = _tags(estimator).sparse
    return OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_MOST_CATEGORIES, sparse_output=is_sparse)


def _parameters(estimator: Any) -> dict[str, Any]:
    return estimator.get_params() if hasattr(estimator, "get_params") else {}


def _tags(estimator: Any) -> "InputTags":
    from sklearn.utils import InputTags, get_tags

    try:
        return get_tags(estimator).input_tags
    except AttributeError:  # an estimator that does not come from scikit-learn's base class
        return InputTags()


def _refusal(model: TrainModel, error: Exception, given: np.ndarray | pd.DataFrame) -> str:
    said = " ".join(str(error).split())
    if "NaN" in said and not features.complete(given).all():
        return (
            f"model.estimator {model.estimator!r} takes no missing values, and {(~features.complete(given)).sum()} of "
            f"{len(given)} training rows have some: set fill_missing in the params file, or choose an estimator that "
            "takes them (sklearn.ensemble:HistGradientBoostingRegressor)"
        )
    return f"model.estimator {model.estimator!r} with model.arguments {model.arguments!r} cannot be fitted: {said}"
