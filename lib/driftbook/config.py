"""A params file as a typed, validated object: one file describes one monitored model; unknown keys are errors."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import yaml
from holidays import country_holidays, list_supported_countries
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from driftbook import paths
from driftbook.errors import BadInput
from driftbook.periods import Period, between
from driftbook.records import WHOLE_DAY

_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


class _Strict(BaseModel):
    """Unknown keys are errors, and what was read is not changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _in_order(days: Any) -> Any:
    if days.start > days.end:
        raise ValueError(f"start {days.start} lies after end {days.end}")
    return days


class TlcSource(_Strict):
    """Published months of TLC trip records."""

    kind: Literal["tlc"]
    dataset: Literal["green"] = "green"


class Incident(_Strict):
    """A fault planted into the simulated days `start` to `end`, both included."""

    fault: Literal["kilometres", "missing fares", "zone", "traffic", "no rows", "delivered twice"]
    start: dt.date
    end: dt.date

    _order = model_validator(mode="after")(_in_order)


class SimulatedSource(_Strict):
    """Simulated months of the same shape, with planted incidents."""

    kind: Literal["simulated"]
    seed: int
    start: dt.date
    end: dt.date
    incidents: tuple[Incident, ...] = ()

    _order = model_validator(mode="after")(_in_order)


class Bounds(_Strict):
    """Allowed values: `min <= value <= max`, and `value > above`; what is not given is open."""

    min: float | None = None
    above: float | None = None
    max: float | None = None


class Columns(_Strict):
    """Column names by how they are compared: numeric by quantile bins, categorical by value."""

    numeric: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()

    @property
    def all(self) -> list[str]:
        """Numeric columns, then categorical ones."""
        return [*self.numeric, *self.categorical]


class Target(_Strict):
    """What the model predicts; the source computes it."""

    name: str
    unit: str


class References(_Strict):
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


class Calendar(_Strict):
    """The calendar the data live in.

    Attributes
    ----------
    time_zone
        Where the clock changes, as in the tz database.
    holidays
        The country whose public holidays count as Sundays, as ISO 3166 code; empty for none.
    special_days
        Days that are like no other, by month and day (`12-24`) or by a holiday's name (`Thanksgiving Day`).
    """

    time_zone: str = "UTC"
    holidays: str = ""
    special_days: tuple[str, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no such time zone in the tz database, expected one like 'America/New_York'")
        return name

    @field_validator("holidays")
    @classmethod
    def _known_country(cls, code: str) -> str:
        if code and code not in list_supported_countries():
            raise ValueError("no holidays are known for it, expected an ISO 3166 country code like 'US'")
        return code

    @model_validator(mode="after")
    def _known_special_days(self) -> "Calendar":
        named = [day for day in self.special_days if not _MONTH_AND_DAY.fullmatch(day)]
        known = _holiday_names(self.holidays) if named else set()
        unknown = sorted(set(named) - known)
        if unknown:
            raise ValueError(
                f"special_days {unknown} are neither month and day like '12-24' nor holidays of {self.holidays!r}; "
                f"known are {sorted(known)}"
            )
        return self


class Acknowledged(_Strict):
    """A lasting change that somebody has seen: days from `start` on may enter the trailing reference in spite of it.

    `columns` are those that changed; without any, every column is meant.
    """

    start: dt.date
    columns: tuple[str, ...] = ()


class Checks(_Strict):
    """The deterministic checks beside the scores, shares as fractions.

    `duplicates` is the largest share of exact duplicate rows, `missing` how far a column's share of missing values may
    lie above its largest in the reference, `rows` the least and largest number of rows as a multiple of the median of
    the last days of the same class.
    """

    duplicates: Annotated[float, Field(gt=0, lt=1)] = 0.01
    missing: Annotated[float, Field(gt=0, lt=1)] = 0.05
    rows: tuple[Annotated[float, Field(gt=0, lt=1)], Annotated[float, Field(gt=1)]] = (0.7, 1.5)


class Alarms(_Strict):
    """The budget of false alarms, and what a day is compared with beside the reference period.

    Attributes
    ----------
    false_alarms_per_month
        How many days in 30 without a fault may be alarms, over all columns together.
    trailing_days
        How many days before the monitored one make the trailing reference.
    """

    false_alarms_per_month: Annotated[float, Field(gt=0, le=15)] = 1.0
    trailing_days: Annotated[int, Field(ge=20)] = 28
    acknowledged: tuple[Acknowledged, ...] = ()
    checks: Checks = Checks()


class Settings(_Strict):
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
    units: dict[str, str] = {}

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


def _holiday_names(country: str) -> set[str]:
    found = country_holidays(country, years=range(2010, 2031)).values() if country else ()
    return {name for names in found for name in names.split("; ")}


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
