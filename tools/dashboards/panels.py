"""The panels that dashboards are made of, each with its query, its unit and the rule it shows."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import stat, statushistory, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from tools.dashboards import verdicts
from tools.dashboards.parts import (
    CELLS,
    DEBUG,
    DECIMALS,
    GAP,
    NO_CELL,
    PAGE,
    POINTS,
    SENTENCE,
    Link,
    config,
    labels,
    legend,
    link,
    made,
    partition,
)

_PLAIN = MappingProxyType({None: "text"})


def series(
    title: str,
    rule: str,
    sql: str,
    *,
    unit: str,
    by: str = "",
    width: int = 12,
    label: str = "",
    low: float | None = 0,
    limit: float | None = None,
    bounds: Mapping[str, str] = MappingProxyType({}),
    many: bool = False,
    links: Iterable[Link] = (),
) -> timeseries.Panel:
    """Return a panel of lines over days, each point leading to its page, and to that of `debug` if the query gives it.

    The query gives `time`, values, `page` and the columns that tell the lines apart, if `by` names any (`sql.highest`).

    Parameters
    ----------
    low
        Where the axis begins, None where values may be negative.
    limit
        Above it, on every day and line, the background is red.
    bounds
        The values that are bounds of another one, each with the lower bound that belongs to it: they are drawn dashed,
        what is usual between the two, or below a lone one, as a grey area.
    many
        Whether the legend is a table of the lines' highest and newest values.
    """
    pages = [link("page of this day", PAGE)]
    pages += [link("its debug, if it was run", DEBUG)] * bool(re.search(r"\bas debug\b", sql))
    panel = (
        made(timeseries.Panel(), title, rule, sql, unit=unit, width=width)
        .data_links([*pages, *links])
        .show_points(common.VisibilityMode.ALWAYS)
        .point_size(6)
        .insert_nulls(GAP)
        .axis_label(label)
        .legend(legend(many))
        .tooltip(common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
    )
    panel = panel if low is None else panel.min(low)
    if limit is not None:
        style = common_builders.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED_AND_AREA)
        red = verdicts.steps({None: "transparent", limit: verdicts.COLORS["alarm"]})
        panel = panel.thresholds(red).thresholds_style(style).axis_soft_max(1.2 * limit)
    if by:
        panel = panel.with_transformation(partition(by)).display_name(labels(by))
        panel = panel.interval("1d").max_data_points(POINTS).insert_nulls(False)
    for bound, lower in bounds.items():
        name = f"{labels(by)} {bound}" if by else bound.replace("_", " ")
        panel = panel.override_by_name(bound, _bound(bound, name, lower))
    return panel


def history(
    title: str,
    rule: str,
    sql: str,
    *,
    by: str,
    links: Iterable[Link] = (),
    width: int = 24,
    height: int = 8,
) -> statushistory.Panel:
    """Return a panel of one cell per day and `by`, coloured by verdict and leading to its page, then to other `links`.

    The query gives `time`, the columns `by`, and `verdict` as `verdicts.link_mappings` explains (`sql.gravest`).
    """
    return (
        cells(title, rule, sql, unit="string", by=by, width=width, height=height)
        .mappings(verdicts.link_mappings())
        .data_links([link("page of this day", "${archive:raw}/${__value.raw:raw}"), *links])
    )


def cells(
    title: str, rule: str, sql: str, *, unit: str, by: str, width: int = 24, height: int = 8
) -> statushistory.Panel:
    """Return a panel of one cell per day and `by`; the query gives `time`, the columns `by` and a value."""
    return (
        made(statushistory.Panel(), title, rule, sql, unit=unit, width=width, height=height)
        .interval("1d")
        .max_data_points(CELLS)
        .with_transformation(partition(by))
        .display_name(labels(by))
        .show_value(common.VisibilityMode.NEVER)
        .row_height(0.9)
        .col_width(0.9)
        .legend(legend(many=False))
    )


def rows(
    title: str,
    rule: str,
    sql: str,
    *,
    page_on: str = "day",
    colored: Mapping[str, Mapping[str, str]] = MappingProxyType({"verdict": verdicts.COLORS}),
    units: Mapping[str, str] = MappingProxyType({}),
    hidden: tuple[str, ...] = ("page",),
    wide: tuple[str, ...] = (),
    width: int = 24,
    height: int = 8,
) -> table.Panel:
    """Return a table whose column `page_on` leads to the row's page; `hidden` columns only feed links.

    `colored` maps columns to the colours of their words, `units` to their units, numbers without one have as many
    decimals as tell them apart; `wide` columns hold sentences. A column `debug` leads to the newest page of `debug`.
    """
    panel = (
        made(table.Panel(), title, rule, sql, unit="none", width=width, height=height).no_value(NO_CELL).decimals(None)
    )
    if page_on:
        panel = panel.override_by_name(page_on, [config("links", [link("open the page", PAGE)])])
    if re.search(r"\bas debug\b", sql):
        shown = verdicts.replaced({".*/debug/.*": "open", ".*": "not run"})
        panel = panel.override_by_name(
            "debug", [config("links", [link("open debug", DEBUG)]), config("mappings", shown)]
        )
    for column, colors in colored.items():
        panel = panel.override_by_name(column, verdicts.painted(colors))
    for column, its in units.items():
        panel = panel.override_by_name(column, [config("unit", its), config("decimals", DECIMALS[its])])
    for column in wide:
        panel = panel.override_by_name(column, [config("custom.minWidth", SENTENCE)])
    for column in hidden:
        panel = panel.override_by_name(column, [config("custom.hidden", True)])
    return panel


def tile(
    title: str, rule: str, sql: str, *, unit: str, colors: Mapping[float | None, str] = _PLAIN, width: int = 6
) -> stat.Panel:
    """Return a panel of one number, in the colour of the highest of the values in `colors` that it reaches."""
    return (
        made(stat.Panel(), title, rule, sql, unit=unit, width=width, height=4)
        .thresholds(verdicts.steps(colors))
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).fields("/.*/"))
    )


def _bound(bound: str, name: str, lower: str) -> list[DynamicConfigValue]:
    color = verdicts.COLORS["notice"] if bound.startswith("trailing") else verdicts.COLORS["insufficient"]
    named = {} if name == bound else {"displayName": name}
    area = {} if bound.endswith("lower") else {"custom.fillOpacity": 12}
    area |= {"custom.fillBelowTo": lower} if lower else {}
    values = {
        **named,
        "color": {"mode": "fixed", "fixedColor": color},
        "custom.lineStyle": {"fill": "dash", "dash": [8, 8]},
        "custom.showPoints": "never",
        **area,
    }
    return [config(key, value) for key, value in values.items()]
