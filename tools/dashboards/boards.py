"""What every dashboard has: a fixed uid, UTC, variables, alarms as annotations, links to the others."""

from collections.abc import Iterable
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models.dashboard import (
    AnnotationTarget,
    Dashboard,
    DashboardCursorSync,
    DashboardLinkType,
    VariableOption,
    VariableRefresh,
)

from tools.dashboards.panels import DATASOURCE, Query
from tools.dashboards.sql import DAYS as IN_RANGE
from tools.dashboards.sql import MODELS
from tools.dashboards.verdicts import COLORS

#: The 90 days up to the last one of the demo and of the examples. Live data wants `now-90d` to `now`.
DAYS = ("2021-12-01T00:00:00.000Z", "2022-03-01T00:00:00.000Z")
#: Where `make stack` serves the archive.
ARCHIVE = "http://localhost:8081"
_ALARMS = f"""
    select day::timestamp as time, verdict as tags,
        model || ': ' || replace(string_agg(distinct reason, '; '), '<', '&lt;')
            || ' <a href="${{archive:raw}}/' || max(page) || '" target="_blank">open the page</a>' as text
    from driftbook.alarm
    where {IN_RANGE}
    group by model, day, verdict
    order by day
"""


class Alarms(AnnotationTarget):
    """The annotations' query: the SDK's type knows only Grafana's own annotations."""

    def to_json(self) -> dict[str, object]:
        """Return the query as Grafana stores it."""
        return Query(_ALARMS).build().to_json()


def board(
    uid: str,
    title: str,
    answers: str,
    panels: Iterable[Any],
    *,
    variables: Iterable[Any] = (),
    time: tuple[str, str] = DAYS,
    refresh: str = "5m",
    alarms: bool = True,
) -> Dashboard:
    """Return a dashboard; `uid` is its file's name too."""
    made = (
        builders.Dashboard(title)
        .uid(uid)
        .description(" ".join(answers.split()))
        .tags(["driftbook"])
        .timezone("utc")
        .time(*time)
        .timepicker(_timepicker())
        .refresh(refresh)
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(_others())
        .with_variable(_archive())
    )
    for variable in variables:
        made = made.with_variable(variable)
    if alarms:
        made = made.annotation(_alarms())
    for number, panel in enumerate(panels, start=1):
        made = made.with_panel(panel.id(number))
    return made.build()


def models(*, several: bool) -> builders.QueryVariable:
    """Return the variable `model`: one, or several with all of them at first."""
    query = "select model from driftbook.model_overview order by model"
    variable = _variable("model", "the monitored model", query).multi(several).include_all(several)
    return variable.current(VariableOption(text="All", value="$__all")) if several else variable


def columns() -> builders.QueryVariable:
    """Return the variable `column`: the scored columns of the model's newest month."""
    query = f"""
        select distinct s.feature
        from driftbook.model_overview m
        cross join lateral (
            select distinct feature from driftbook.column_score c
            where c.model = m.model and c.day > m.newest_day - 31
        ) s
        where m.{MODELS}
        order by s.feature
    """
    return _variable("column", "the column shown in detail", query)


def _variable(name: str, description: str, query: str) -> builders.QueryVariable:
    return (
        builders.QueryVariable(name)
        .label(name)
        .description(description)
        .datasource(DATASOURCE)
        .query(Query(query).sql)
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
    )


def _archive() -> builders.ConstantVariable:
    return builders.ConstantVariable("archive").description("Where the archive is served.").value(ARCHIVE)


def _alarms() -> builders.AnnotationQuery:
    annotation = builders.AnnotationQuery().name("alarms").datasource(DATASOURCE).enable(True)
    annotation = annotation.icon_color(COLORS["alarm"])
    annotation.build().target = Alarms()
    return annotation


def _others() -> builders.DashboardLink:
    link = builders.DashboardLink("dashboards").type(DashboardLinkType.DASHBOARDS).tags(["driftbook"])
    return link.include_vars(True).keep_time(True)


def _timepicker() -> builders.TimePicker:
    ranges = {
        "The demo": DAYS,
        "Last 30 days": ("now-30d", "now"),
        "Last 90 days": ("now-90d", "now"),
        "Last year": ("now-1y", "now"),
        "Last ten years": ("now-10y", "now"),
    }
    options = [builders.TimeOption().display(name).from_val(a).to(b) for name, (a, b) in ranges.items()]
    return builders.TimePicker().quick_ranges(options)
