"""A params file as a typed, validated object: one file describes one monitored model; unknown keys are errors."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from driftbook import paths
from driftbook.config.alarms import Alarms, Calendar
from driftbook.config.strict import Strict
from driftbook.errors import BadInput
from driftbook.periods import Period, between
from driftbook.records import WHOLE_DAY


def _in_order(days: Any) -> Any:
    if days.start > days.end:
        raise ValueError(f"start {days.start} lies after end {days.end}")
    return days


class TlcSource(Strict):
    """Published months of TLC trip records."""

    kind: Literal["tlc"]
    dataset: Literal["green"] = "green"


class Incident(Strict):
    """A fault planted into the simulated days `start` to `end`, both included."""

    fault: Literal["kilometres", "missing fares", "zone", "traffic", "no rows", "delivered twice"]
    start: dt.date
    end: dt.date

    _order = model_validator(mode="after")(_in_order)


class SimulatedSource(Strict):
    """Simulated months of the same shape, with planted incidents."""

    kind: Literal["simulated"]
    seed: int
    start: dt.date
    end: dt.date
    incidents: tuple[Incident, ...] = ()

    _order = model_validator(mode="after")(_in_order)


class Bounds(Strict):
    """Allowed values: `min <= value <= max`, and `value > above`; what is not given is open."""

    min: float | None = None
    above: float | None = None
    max: float | None = None


class Columns(Strict):
    """Column names by how they are compared: numeric by quantile bins, categorical by value."""

    numeric: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()

    @property
    def all(self) -> list[str]:
        """Numeric columns, then categorical ones."""
        return [*self.numeric, *self.categorical]


class Target(Strict):
    """What the model predicts; the source computes it."""

    name: str
    unit: str


class References(Strict):
    """The reference period, both days included, and how it is cut."""

    start: dt.date
    end: dt.date
    train_rows: Annotated[int, Field(gt=0)]
    min_rows_per_day: Annotated[int, Field(gt=0)] = 200

    _order = model_validator(mode="after")(_in_order)

    @property
    def period(self) -> Period:
        """The reference days as a half-open period."""
        return between(self.start, self.end)


class Settings(Strict):
    """One monitored model."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    title: str
    source: Annotated[TlcSource | SimulatedSource, Field(discriminator="kind")]
    time_column: str
    target: Target
    features: Columns
    watch: Columns = Columns()
    filters: dict[str, Bounds]
    fill_missing: float
    references: References
    calendar: Calendar = Calendar()
    alarms: Alarms = Alarms()
    segments: tuple[str, ...] = ()
    units: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_are_distinct(self) -> "Settings":
        names = [*self.features.all, *self.watch.all]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"columns named twice in features and watch: {doubled}")
        return self

    @model_validator(mode="after")
    def _acknowledged_columns_are_scored(self) -> "Settings":
        scored = [*self.watched.all, *WHOLE_DAY]
        unknown = sorted({name for change in self.alarms.acknowledged for name in change.columns}.difference(scored))
        if unknown:
            raise ValueError(f"alarms.acknowledged names the columns {unknown}: expected some of {scored}")
        return self

    def of_training(self) -> dict[str, Any]:
        """Return what a trained model depends on, as JSON data: all but the alarms' budget and checks."""
        return self.model_dump(mode="json", exclude={"alarms"})

    @property
    def prediction(self) -> str:
        """The name of the prediction's column."""
        return "prediction"

    @property
    def columns(self) -> list[str]:
        """Every column a day's frame needs, the time column first."""
        needed = [self.time_column, *self.features.all, *self.watch.all, *self.filters, *self.segments]
        return [name for name in dict.fromkeys(needed) if name not in (self.target.name, "hour")]

    @property
    def watched(self) -> Columns:
        """The columns that are scored: features, watched ones, hour of the time column, target, prediction."""
        derived = ("hour", self.target.name, self.prediction)
        return Columns(
            numeric=(*self.features.numeric, *self.watch.numeric, *derived),
            categorical=(*self.features.categorical, *self.watch.categorical),
        )

    @property
    def axes(self) -> dict[str, str]:
        """What to write on the axis of each column: its name with its unit."""
        named = {name: self.unit(name) for name in self.watched.all}
        return {name: f"{name} ({unit})" if unit else name for name, unit in named.items()}

    def unit(self, column: str) -> str:
        """Return the unit of a column for an axis or a table, empty where it has none."""
        known = {self.target.name: self.target.unit, self.prediction: self.target.unit, "hour": "hour of day"}
        return {**known, **self.units}.get(column, "")


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
    path = _params_file(params)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, Mapping) or set(content) != {"params"}:
        raise BadInput(f"{path.name} must hold one top-level key `params:`, found {content!r:.80}")
    return _validated(content["params"], path.name)


def known_names() -> list[str]:
    """Return the names of the params files in `params/`."""
    return sorted(path.stem for path in paths.params_dir().glob("*.yaml"))


def _params_file(params: str) -> Path:
    if not isinstance(params, str) or not params:
        raise BadInput(f"params is {params!r}: expected a name, one of {known_names()}, or the path of a params file")
    is_path = params.endswith((".yaml", ".yml")) or "/" in params
    path = paths.anchored(params) if is_path else paths.params_dir() / f"{params}.yaml"
    if not path.is_file():
        raise BadInput(f"params is {params!r}: no such params file; known names are {known_names()}")
    return path


def _validated(content: Any, origin: str) -> Settings:
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, e['loc'])) or 'params'}: {e['msg']} (given: {e['input']!r:.60})"
            for e in error.errors()
        ]
        raise BadInput(f"{origin} is not a valid params file: {'; '.join(lines)}") from None
