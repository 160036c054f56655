"""What a params file says of columns: how they are compared, which values are allowed, within which segments."""

from typing import Annotated

from pydantic import Field

from driftbook.config.strict import Strict


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


class Within(Strict):
    """A column that is scored among the rows of single values of another one too: its own clock for each vendor."""

    column: str
    of: str
    values: Annotated[tuple[str | float | bool, ...], Field(min_length=1, max_length=8)]

    @property
    def names(self) -> dict[str, str | float | bool]:
        """The scored columns with the value that each stands for."""
        return {f"{self.column} where {self.of} is {_plain(value)}": value for value in self.values}


def _plain(value: str | float | bool) -> str:
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
