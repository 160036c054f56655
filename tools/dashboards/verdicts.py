"""Verdicts in Grafana, as `driftbook.verdicts` has them."""

from collections.abc import Mapping

from driftbook.verdicts import VERDICTS
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import DashboardRegexMapOptions as Matched
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    RegexMap,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

#: Verdict to colour, from harmless to grave.
COLORS = {verdict.name: verdict.color for verdict in VERDICTS.values()}
#: A day that `debug` took apart.
DEBUG = "#fade2a"
#: What they mean, in one clause each.
MEANING = "; ".join(f"{verdict.name}, {verdict.meaning}" for verdict in VERDICTS.values())
#: What a run's status is shown as.
STATUSES = {
    "succeeded": COLORS["ok"],
    "running": COLORS["notice"],
    "failed": COLORS["failed"],
    "lost": COLORS["failed"],
}


def mappings(colors: Mapping[str, str] = COLORS) -> list[ValueMapping]:
    """Return value mappings that colour a word."""
    results = {
        word: ValueMappingResult(text=word, color=color, index=index)
        for index, (word, color) in enumerate(colors.items())
    }
    return [ValueMap(options=results)]


def link_mappings() -> list[ValueMapping]:
    """Return mappings for cells that hold a page's address with the verdict as its fragment: `page.html#no-data`.

    A state panel draws every field it gets, so the address of a cell's page has to be part of its value.
    """
    return [
        *(_cell(verdict.slug, verdict.name, verdict.color, verdict.rank) for verdict in VERDICTS.values()),
        _cell("debug", "debug", DEBUG, len(VERDICTS)),
    ]


def replaced(texts: Mapping[str, str]) -> list[ValueMapping]:
    """Return mappings that show a text for what a pattern matches; the first one that matches counts."""
    results = [
        (pattern, ValueMappingResult(text=text, index=index)) for index, (pattern, text) in enumerate(texts.items())
    ]
    return [RegexMap(options=Matched(pattern=pattern, result=result)) for pattern, result in results]


def steps(colors: Mapping[float | None, str]) -> ThresholdsConfig:
    """Return the colours of ascending values, each from its value on; None is the lowest."""
    steps = [Threshold(value=value, color=color) for value, color in colors.items()]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _cell(fragment: str, text: str, color: str, index: int) -> ValueMapping:
    result = ValueMappingResult(text=text, color=color, index=index)
    return RegexMap(options=Matched(pattern=f".*#{fragment}", result=result))


def painted(colors: Mapping[str, str]) -> list[DynamicConfigValue]:
    """Return what colours the words of a table's column: text, as white on a coloured cell would be hard to read."""
    return [
        DynamicConfigValue(id_val="mappings", value=mappings(colors)),
        DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-text"}),
    ]
