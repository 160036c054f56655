"""The panels that dashboards are made of, each with its query, its unit and the rule it shows."""

import re
import textwrap
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import stat, statushistory, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DashboardLink,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
)

from tools.dashboards import verdicts

#: The data source by its fixed uid; `config/grafana/provisioning/datasources` makes it.
DATASOURCE = DataSourceRef(type_val="grafana-postgresql-datasource", uid="driftbook")
#: Where the page of a point or row lies. The address of the archive is the dashboards' constant `archive`.
PAGE = "${archive:raw}/${__data.fields.page:raw}"
#: A line breaks where a day is missing; in milliseconds.
GAP = 36 * 60 * 60 * 1000
#: How wide the column of a sentence is at least, in pixels.
SENTENCE = 500
#: What a value is called that is a bound of another one: it is drawn dashed.
BOUNDS = ("lower", "upper", "threshold", "trailing_threshold")
#: How many points a line gets and how many cells a history: over years each stands for several days.
POINTS, CELLS = 100, 90


class Query(Builder):
    """A query of the PostgreSQL data source, for which the SDK has no type of its own."""

    def __init__(self, sql: str) -> None:
        self.sql = textwrap.dedent(sql).strip()

    def build(self) -> UnknownDataquery:
        """Return the query as Grafana stores it."""
        how = {"format": "table", "editorMode": "code", "rawQuery": True}
        return UnknownDataquery({"refId": "A", "datasource": DATASOURCE, **how, "rawSql": self.sql})


class Link(DashboardLink):
    """A link from a point or a row: the SDK gives it the type of a dashboard's link, of which it has three keys."""

    def to_json(self) -> dict[str, object]:
        """Return the link as Grafana stores it."""
        return {"title": self.title, "url": self.url, "targetBlank": self.target_blank}

    def build(self) -> "Link":
        """Return itself, where the SDK asks for a builder."""
        return self


def link(title: str, url: str) -> Link:
    """Return a link from a point or a row, opened in a tab of its own if it leaves Grafana."""
    return Link(title=title, url=url, target_blank=not url.startswith("/d/"))


def config(key: str, value: Any) -> DynamicConfigValue:
    """Return one property of an override."""
    return DynamicConfigValue(id_val=key, value=value)


def series(
    title: str, rule: str, sql: str, *, unit: str, by: str = "", width: int = 12, label: str = ""
) -> timeseries.Panel:
    """Return a panel of lines over days, each point leading to its page.

    The query gives `time`, values, `page` and the columns that tell the lines apart, if `by` names any (`sql.highest`).
    A value called as one of `BOUNDS` is drawn dashed.
    """
    panel = (
        _panel(timeseries.Panel(), title, rule, sql, unit, width)
        .data_links([link("open the page of this day", PAGE)])
        .show_points(common.VisibilityMode.ALWAYS)
        .point_size(6)
        .insert_nulls(GAP)
        .axis_label(label)
        .legend(common_builders.VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST))
        .tooltip(common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
    )
    if by:
        panel = panel.with_transformation(_partition(by)).display_name(_labels(by))
        panel = panel.interval("1d").max_data_points(POINTS).insert_nulls(False)
    for bound in (bound for bound in BOUNDS if re.search(rf"\b{bound}\b", sql)):
        name = f"{_labels(by)} {bound}" if by else bound.replace("_", " ")
        color = verdicts.COLORS["notice" if bound.startswith("trailing") else "alarm"]
        panel = panel.override_by_name(bound, _bound(name, color))
    return panel


def history(title: str, rule: str, sql: str, *, by: str, width: int = 24, height: int = 8) -> statushistory.Panel:
    """Return a panel of one cell per day and `by`, coloured by verdict and leading to its page.

    The query gives `time`, the column `by`, and `verdict` as `verdicts.link_mappings` explains (`sql.gravest`).
    """
    return (
        _panel(statushistory.Panel(), title, rule, sql, "string", width, height)
        .interval("1d")
        .max_data_points(CELLS)
        .with_transformation(_partition(by))
        .display_name(_labels(by))
        .mappings(verdicts.link_mappings())
        .data_links([link("open the page of this day", "${archive:raw}/${__value.raw:raw}")])
        .show_value(common.VisibilityMode.NEVER)
        .row_height(0.9)
        .col_width(0.9)
        .legend(common_builders.VizLegendOptions().show_legend(True).placement(common.LegendPlacement.BOTTOM))
    )


def rows(
    title: str,
    rule: str,
    sql: str,
    *,
    unit: str = "short",
    page_on: str = "day",
    colored: Mapping[str, Mapping[str, str]] = MappingProxyType({"verdict": verdicts.COLORS}),
    units: Mapping[str, str] = MappingProxyType({}),
    hidden: tuple[str, ...] = ("page",),
    wide: tuple[str, ...] = (),
    width: int = 24,
    height: int = 8,
) -> table.Panel:
    """Return a table whose column `page_on` leads to the row's page; `hidden` columns only feed links.

    `colored` maps columns to the colours of their words, `units` to their units where they differ from `unit`; `wide`
    columns hold sentences.
    """
    panel = _panel(table.Panel(), title, rule, sql, unit, width, height)
    if page_on:
        panel = panel.override_by_name(page_on, [config("links", [link("open the page", PAGE)])])
    for column, colors in colored.items():
        panel = panel.override_by_name(column, verdicts.painted(colors))
    for column, its in units.items():
        panel = panel.override_by_name(column, [config("unit", its)])
    for column in wide:
        panel = panel.override_by_name(column, [config("custom.minWidth", SENTENCE)])
    for column in hidden:
        panel = panel.override_by_name(column, [config("custom.hidden", True)])
    return panel


def tile(title: str, rule: str, sql: str, *, unit: str, width: int = 6) -> stat.Panel:
    """Return a panel of one number."""
    return (
        _panel(stat.Panel(), title, rule, sql, unit, width, 4)
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.NONE)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).fields("/.*/"))
    )


def _panel(panel: Any, title: str, rule: str, sql: str, unit: str, width: int, height: int = 8) -> Any:
    described = panel.title(title).description(" ".join(rule.split())).datasource(DATASOURCE)
    return described.with_target(Query(sql)).unit(unit).span(width).height(height)


def _partition(by: str) -> DataTransformerConfig:
    options = {"fields": by.split(), "keepFields": False, "naming": {"asLabels": True}}
    return DataTransformerConfig(id_val="partitionByValues", options=options)


def _labels(by: str) -> str:
    return " ".join(f"${{__field.labels.{name}}}" for name in by.split())


def _bound(name: str, color: str) -> list[DynamicConfigValue]:
    return [
        config("displayName", name),
        config("color", {"mode": "fixed", "fixedColor": color}),
        config("custom.lineStyle", {"fill": "dash", "dash": [8, 8]}),
        config("custom.showPoints", "never"),
    ]
