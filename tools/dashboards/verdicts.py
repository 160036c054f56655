"""Verdicts in Grafana: one colour each, of the same hue as on the pages (`runs/templates/verdicts.css`)."""

from collections.abc import Mapping

from grafana_foundation_sdk.models.dashboard import DashboardRegexMapOptions as Matched
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    RegexMap,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

#: Verdict to colour, from harmless to grave. A verdict that a database does not know yet does no harm here.
COLORS = {
    "ok": "#56a64b",
    "special day": "#8ab8d8",
    "insufficient": "#9aa5ae",
    "not calibrated": "#b7bec5",
    "notice": "#5794f2",
    "drift": "#ff9830",
    "warning": "#f2c037",
    "no data": "#a16ee0",
    "alarm": "#e0433a",
    "failed": "#3d3d3d",
}
#: What they mean, in one clause each.
MEANING = (
    "ok, within both references; special day, insufficient, not calibrated: the scores may not judge; notice, beyond "
    "the trailing reference only; drift, beyond the fixed one only; warning, of older versions; no data; alarm, beyond "
    "both references or found by a deterministic check; failed, the run broke"
)
#: What a run's status is shown as.
STATUSES = {"succeeded": COLORS["ok"], "running": COLORS["notice"], "failed": COLORS["failed"]}


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
        RegexMap(
            options=Matched(
                pattern=f".*#{word.replace(' ', '-')}",
                result=ValueMappingResult(text=word, color=color, index=index),
            )
        )
        for index, (word, color) in enumerate(COLORS.items())
    ]


def painted(colors: Mapping[str, str]) -> list[DynamicConfigValue]:
    """Return what paints the cells of a table's column by their words."""
    return [
        DynamicConfigValue(id_val="mappings", value=mappings(colors)),
        DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-background", "mode": "basic"}),
    ]
