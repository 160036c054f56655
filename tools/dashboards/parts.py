"""What panels are made of: query, links, unit and decimals, legend."""

import textwrap
from typing import Any

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DashboardLink,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
)

#: The data source by its fixed uid; `config/grafana/provisioning/datasources` makes it.
DATASOURCE = DataSourceRef(type_val="grafana-postgresql-datasource", uid="driftbook")
#: Where the page of a point or row lies. The address of the archive is the dashboards' constant `archive`.
ARCHIVE = "${archive:raw}"
PAGE = f"{ARCHIVE}/${{__data.fields.page:raw}}"
#: The newest page of the day's `debug`, else the day's own, which tells how to run it (`sql.debug`).
DEBUG = f"{ARCHIVE}/${{__data.fields.debug:raw}}"
#: A line breaks where a day is missing; in milliseconds.
GAP = 36 * 60 * 60 * 1000
#: How wide the column of a sentence is at least, in pixels.
SENTENCE = 500
#: How many points a line gets and how many cells a history: over years each stands for several days.
POINTS, CELLS = 100, 90
#: Unit to the decimals its values are worth. `short` would make 2,411 rows of them 2.41 K.
DECIMALS = {"locale": 0, "none": 2, "percentunit": 1, "s": 0, "d": 0}
#: What stands for a value that is not there, in a table and elsewhere; also in panels without any.
NO_CELL, NO_VALUE = "–", "no value"


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


def made(panel: Any, title: str, rule: str, sql: str, *, unit: str, width: int = 12, height: int = 8) -> Any:
    """Return a panel with what every one has: title, rule, query, unit and decimals, size."""
    described = panel.title(title).description(" ".join(rule.split())).datasource(DATASOURCE).with_target(Query(sql))
    return described.unit(unit).decimals(DECIMALS.get(unit)).no_value(NO_VALUE).span(width).height(height)


def legend(many: bool) -> common_builders.VizLegendOptions:
    """Return a legend below, or of `many` lines a table of their highest and newest values beside the panel."""
    shown = common_builders.VizLegendOptions().show_legend(True)
    if not many:
        return shown.display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM)
    shown = shown.display_mode(common.LegendDisplayMode.TABLE).placement(common.LegendPlacement.RIGHT)
    return shown.calcs(["max", "lastNotNull"]).sort_by("Max").sort_desc(True)


def partition(by: str) -> DataTransformerConfig:
    """Return what makes a line or a row of each value of some columns."""
    options = {"fields": by.split(), "keepFields": False, "naming": {"asLabels": True}}
    return DataTransformerConfig(id_val="partitionByValues", options=options)


def labels(by: str) -> str:
    """Return what such a line or row is called."""
    return " ".join(f"${{__field.labels.{name}}}" for name in by.split())
