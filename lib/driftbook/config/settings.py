"""A params file as a typed, validated object: one file describes one monitored model; unknown keys are errors."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, ValidationError, field_validator, model_validator

from driftbook import paths
from driftbook.config import reading
from driftbook.config.alarms import Alarms, Calendar
from driftbook.config.columns import Bounds, Columns, Within
from driftbook.config.model import DeliveredModel, Labels, Model, Target, TrainModel
from driftbook.config.performance import Performance
from driftbook.config.service import Service
from driftbook.config.strict import Strict
from driftbook.errors import BadInput
from driftbook.periods import Period, between
from driftbook.records import HOUR, OWN_NAMES, PREDICTION, WHOLE_DAY
from driftbook.sources import registry
from driftbook.sources.contract import SourceSettings

#: So many faults of a params file are told at once.
_MOST_ERRORS = 20


class References(Strict):
    """The reference period, both days included, and how it is cut.

    `train_rows` of its rows train a model of ours, in file order; the others validate it. A model that is brought has
    all of them to validate on.
    """

    start: dt.date
    end: dt.date
    train_rows: Annotated[int, Field(gt=0)] | None = None
    min_rows_per_day: Annotated[int, Field(gt=0)] = 200

    @model_validator(mode="after")
    def _order(self) -> "References":
        if self.start > self.end:
            raise ValueError(f"start {self.start} lies after end {self.end}")
        return self

    @property
    def period(self) -> Period:
        """The reference days as a half-open period."""
        return between(self.start, self.end)


class Settings(Strict):
    """One monitored model.

    Attributes
    ----------
    task
        What the model predicts: a number, the probability of one of two classes, or one of several classes.
    filters
        The rows the model is fitted on and its error is measured on.
    fill_missing
        Stands for a missing numeric feature when predicting; without it the model gets the gap itself.
    fill_values
        Column to the values that stand for none in it (`-999`).
    within
        Columns that are scored among the rows of some segments, within the same budget.
    labels
        When the true values of a day arrive.
    together
        Whether it is watched how the columns go together.
    segments
        Where `debug` looks for the part of the rows that changed.
    performance
        In which segments performance is measured, and which groups should fare alike.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    title: str
    source: SerializeAsAny[SourceSettings]
    time_column: str
    task: Literal["regression", "binary", "multiclass"] = "regression"
    target: Target
    model: Annotated[Model, Field(discriminator="kind")] = TrainModel(kind="train")
    features: Columns = Columns()
    watch: Columns = Columns()
    within: tuple[Within, ...] = ()
    filters: dict[str, Bounds] = Field(default_factory=dict)
    fill_missing: float | None = None
    fill_values: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    labels: Labels = Labels()
    references: References
    calendar: Calendar = Calendar()
    alarms: Alarms = Alarms()
    service: Service = Service()
    detectability: bool = True
    together: bool = True
    segments: tuple[str, ...] = ()
    performance: Performance = Performance()
    units: dict[str, str] = Field(default_factory=dict)

    @field_validator("source", mode="before")
    @classmethod
    def _of_its_kind(cls, given: Any) -> SourceSettings:
        return registry.settings(given)

    @model_validator(mode="after")
    def _names_are_distinct(self) -> "Settings":
        names = [*self.features.all, *self.watch.all]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"columns named twice in features and watch: {doubled}")
        own = sorted({*names, self.target.name}.intersection(OWN_NAMES))
        if own:
            raise ValueError(
                f"the columns {own} bear names of driftbook's own ({', '.join(OWN_NAMES)}): "
                "give them others with source.derive"
            )
        return self

    @model_validator(mode="after")
    def _model_fits_the_task(self) -> "Settings":
        if isinstance(self.model, TrainModel):
            if self.references.train_rows is None:
                raise ValueError("references.train_rows is missing: model.kind 'train' needs the number of its rows")
            if not self.features.all:
                raise ValueError("features names no column: model.kind 'train' needs some to learn from")
        if isinstance(self.model, DeliveredModel) and self.model.probabilities and self.task != "multiclass":
            raise ValueError(
                f"model.probabilities is for task 'multiclass', and task is {self.task!r}: give model.column"
            )
        return self

    @model_validator(mode="after")
    def _acknowledged_columns_are_scored(self) -> "Settings":
        scored = [*self.watched.all, *WHOLE_DAY]
        unknown = sorted({name for change in self.alarms.acknowledged for name in change.columns}.difference(scored))
        if unknown:
            raise ValueError(f"alarms.acknowledged names the columns {unknown}: expected some of {scored}")
        return self

    @model_validator(mode="after")
    def _within_names_scored_columns(self) -> "Settings":
        known = [*self.features.all, *self.watch.all, HOUR]
        unknown = sorted({one.column for one in self.within}.difference(known))
        if unknown:
            raise ValueError(f"within names the columns {unknown}: expected some of {known}")
        return self

    @model_validator(mode="after")
    def _fairness_fits_the_task(self) -> "Settings":
        if misplaced := self.performance.misplaced(self.task):
            raise ValueError(f"performance.fairness gives {misplaced}, which task {self.task!r} has no measure of")
        return self

    def of_training(self) -> dict[str, Any]:
        """Return what a trained model depends on, as JSON data: all but what only its days are judged by."""
        return self.model_dump(mode="json", exclude={"alarms", "service", "detectability", "performance"})

    @property
    def prediction(self) -> str:
        """The name of the prediction's column."""
        return PREDICTION

    @property
    def columns(self) -> list[str]:
        """Every column a day's frame needs, the time column first; the target and `hour` are beside them."""
        delivered = self.model.columns if isinstance(self.model, DeliveredModel) else []
        needed = [
            *(self.time_column, *self.features.all, *self.watch.all, *self.filters, *self.segments),
            *(*self.fill_values, *delivered, *(one.of for one in self.within)),
        ]
        return [name for name in dict.fromkeys(needed) if name not in (self.target.name, HOUR)]

    @property
    def watched(self) -> Columns:
        """The columns that are scored: features, watched ones, hour of the time column, target, prediction."""
        are_labels = self.task == "multiclass"
        outcome = (self.target.name, self.prediction)
        categories = (*self.features.categorical, *self.watch.categorical)
        labelled = [one for one in self.within if one.column in categories]
        others = [one for one in self.within if one not in labelled]
        return Columns(
            numeric=(
                *(*self.features.numeric, *self.watch.numeric, HOUR, *(() if are_labels else outcome)),
                *(name for one in others for name in one.names),
            ),
            categorical=(
                *(*categories, *(outcome if are_labels else ())),
                *(name for one in labelled for name in one.names),
            ),
        )

    @property
    def partial(self) -> tuple[str, ...]:
        """The scored columns that only some rows have a value of, whose gaps therefore say nothing."""
        return tuple(name for one in self.within for name in one.names)

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns that are empty until labels come: the target and what it is derived from, but no model input."""
        inputs = {self.time_column, *self.features.all, *self.watch.all}
        words = re.findall(r"[^\W\d]\w*", self.source.derive.get(self.target.name, ""))
        found = dict.fromkeys([self.target.name, *words, *self.labels.columns])
        return tuple(name for name in found if name not in inputs)

    @property
    def axes(self) -> dict[str, str]:
        """What to write on the axis of each column: its name with its unit."""
        named = {name: self.unit(name) for name in self.watched.all}
        return {name: f"{name} ({unit})" if unit else name for name, unit in named.items()}

    def unit(self, column: str) -> str:
        """Return the unit of a column for an axis or a table, empty where it has none."""
        outcome = self.target.unit if self.task == "regression" else ""
        predicted = "probability" if self.task == "binary" else outcome
        known = {self.target.name: outcome, self.prediction: predicted, HOUR: "hour of day"}
        return {**known, **self.units}.get(column.partition(" where ")[0] if column in self.partial else column, "")


def load(params: str | Mapping[str, Any]) -> Settings:
    """Return the settings of a model.

    Parameters
    ----------
    params
        A name (`"demo"` = `params/demo.yaml`), the path of a params file, or the mapping itself as `papermill -f`
        passes it.

    Raises
    ------
    BadInput
        If there is no such file, it is not YAML, or a key is unknown, missing or mistyped.
    """
    if isinstance(params, Mapping):
        return _validated(params, "the mapping given as params")
    return _validated(*reading.content(params))


def known_names() -> list[str]:
    """Return the names of the params files in `params/`."""
    return sorted(path.stem for path in paths.params_dir().glob("*.yaml"))


def _validated(content: Any, origin: str) -> Settings:
    reading.check(content, origin)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, e['loc'])) or 'params'}: {e['msg']} (given: {reading.shown(e['loc'], e['input'])})"
            for e in error.errors()[:_MOST_ERRORS]
        ]
        raise BadInput(f"{origin} is not a valid params file: {'; '.join(lines)}") from None
