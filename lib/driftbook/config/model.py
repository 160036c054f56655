"""What a params file says of the model, its target and its labels."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from driftbook.config.strict import Strict

#: `package.module:Name`, as entry points write it.
IMPORT_PATH = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"


class Target(Strict):
    """What the model predicts: a delivered or derived column.

    Attributes
    ----------
    positive
        For two classes: the value that counts as 1. Without it the column holds true/false or 1/0.
    cut
        For two classes: the probability from which on the prediction counts as 1.
    """

    name: str
    unit: str = ""
    positive: str | int | bool | None = None
    cut: Annotated[float, Field(gt=0, lt=1)] = 0.5


class TrainModel(Strict):
    """An estimator of scikit-learn's kind, fitted on the reference period's first rows.

    Attributes
    ----------
    categories
        How categorical features reach the estimator: as the `numbers` they are, as `ordinal` codes, `one hot`, or
        `auto`: ordinal codes for an estimator that takes `categorical_features`, numbers where all of them are
        numbers, else one hot.
    """

    kind: Literal["train"]
    estimator: Annotated[str, Field(pattern=IMPORT_PATH)] = "sklearn.linear_model:LinearRegression"
    arguments: dict[str, Any] = Field(default_factory=dict)
    categories: Literal["auto", "numbers", "ordinal", "one hot"] = "auto"


class FileModel(Strict):
    """A fitted pipeline in a file of joblib or skops; it gets the frame of the features with its categories as text.

    A pickle is code: a file whose SHA-256 is not the one given here is not loaded.
    """

    kind: Literal["file"]
    path: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class DeliveredModel(Strict):
    """Predictions that the table itself holds.

    Attributes
    ----------
    column
        The predicted number, the probability of the positive class, or (several classes) the predicted class.
    probabilities
        Several classes: each class with the column of its probability.
    """

    kind: Literal["delivered"]
    column: str = ""
    probabilities: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_them(self) -> "DeliveredModel":
        if not self.column and not self.probabilities:
            raise ValueError("neither column nor probabilities is given: name the column that holds the prediction")
        return self

    @property
    def columns(self) -> list[str]:
        """Every column it reads."""
        return [*([self.column] if self.column else []), *self.probabilities.values()]


Model = TrainModel | FileModel | DeliveredModel


class Labels(Strict):
    """When the true values of a day arrive: so many days later. Rows without one wait for it.

    `columns` names delivered columns that arrive with them, beside those the target is derived from.
    """

    delay_days: Annotated[int, Field(ge=0)] = 0
    columns: tuple[str, ...] = ()
