"""What a run was asked to do, checked before a kernel starts."""

import ast
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from papermill.inspection import _infer_parameters

from driftbook import batches, config, model
from driftbook.config import Settings
from driftbook.errors import BadInput
from driftbook.periods import Period, between, one_day
from driftbook.runs import values

_TYPES = {"str": (str,), "int": (int,), "float": (float, int), "bool": (bool,), "list": (list,)}


@dataclass(frozen=True)
class Request:
    """One notebook to run: its name, its parameters with defaults, its model and period if it has them."""

    notebook: str
    parameters: dict[str, Any]
    settings: Settings | None
    period: Period | None

    @property
    def model(self) -> str:
        """The model's name, empty for a notebook without one."""
        return self.settings.name if self.settings else ""

    @property
    def label(self) -> str:
        """The day or the days of the run, as its archive folder is called; empty for a notebook without a period."""
        if self.period is None:
            return ""
        first, last = self.period.days[0], self.period.days[-1]
        return str(first) if first == last else f"{first}_{last}"

    @property
    def is_day(self) -> bool:
        """Whether the run is about a single day."""
        return "day" in self.parameters


def check(nb: NotebookNode) -> Request:
    """Return the request of a parameterized notebook.

    `metadata.driftbook` names the `notebook` and, in `needs`, `model` where a trained one must be there.

    Raises
    ------
    BadInput
        If a parameter is unknown or mistyped, a day impossible or outside of the source, a params file wrong.
    ModelUnavailable
        If the notebook needs a model that was not trained.
    """
    ours = nb.metadata["driftbook"]
    parameters = _parameters(nb)
    if ours["notebook"] == "adopt":
        from driftbook import adoption  # which no other notebook needs

        adoption.check(parameters)
    settings = config.load(parameters["params"]) if "params" in parameters else None
    period = _period(parameters, settings, ours["notebook"])
    if settings and period:
        batches.check_covers(settings, period)
    if settings and "model" in ours.get("needs", []):
        model.check_trained(settings)
    return Request(ours["notebook"], parameters, settings, period)


def _parameters(nb: NotebookNode) -> dict[str, Any]:
    known = {parameter.name: parameter for parameter in _infer_parameters(nb)}
    given = dict(nb.metadata.get("papermill", {}).get("parameters", {}))
    values.check(given)
    given = {name: value for name, value in given.items() if name in known or name not in values.OF_PAPERMILL}
    for name, value in given.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise BadInput(f"unknown parameter {name!r}: {hint}this notebook takes {', '.join(known) or 'none'}")
        _check_type(name, value, known[name].inferred_type_name)
    return {name: _default(parameter.default) for name, parameter in known.items()} | given


def _check_type(name: str, value: Any, expected: str) -> None:
    if name == "params" and isinstance(value, Mapping):  # `papermill -f params/green_taxi.yaml`
        return
    allowed = _TYPES.get(expected)
    if allowed is None or (isinstance(value, allowed) and (not isinstance(value, bool) or expected == "bool")):
        return
    is_guessed = expected == "str" and isinstance(value, (int, float, type(None)))  # by papermill, from text
    hint = f": quote it, as in -r {name} {value}" if is_guessed else ""
    raise BadInput(f"parameter {name!r} is {value!r} ({type(value).__name__}), expected {expected}{hint}")


def _default(text: str) -> Any:
    return ast.literal_eval(text)


def _period(parameters: dict[str, Any], settings: Settings | None, notebook: str) -> Period | None:
    if "day" in parameters:
        return one_day(parameters["day"])
    if "start" in parameters:
        return between(parameters["start"], parameters["end"])
    return settings.references.period if settings and notebook == "train" else None
