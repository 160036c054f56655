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

from tools.dashboards import sql
from tools.dashboards.parts import DATASOURCE, Link, Query, link
from tools.dashboards.verdicts import COLORS

#: The 90 days up to the last one of the demo and of the examples. Live data wants `now-90d` to `now`.
DAYS = ("2021-12-01T00:00:00.000Z", "2022-03-01T00:00:00.000Z")
#: Where `make stack` serves the archive.
ARCHIVE = "http://localhost:8081"
_ALARMS = """
    select day::timestamp as time, verdict as tags,
        model || ': ' || replace(string_agg(distinct reason, '; '), '<', '&lt;')
            || ' <a href="${{archive:raw}}/' || max(page) || '" target="_blank">open the page</a>' as text
    from driftbook.alarm
    where {days}
    group by model, day, verdict
    order by day
"""


class Alarms(AnnotationTarget):
    """The annotations' query: the SDK's type knows only Grafana's own annotations."""

    def __init__(self, days: str) -> None:
        super().__init__()
        self.days = days

    def to_json(self) -> dict[str, object]:
        """Return the query as Grafana stores it."""
        return Query(_ALARMS.format(days=self.days)).build().to_json()


def board(
    uid: str,
    title: str,
    answers: str,
    panels: Iterable[Any],
    *,
    variables: Iterable[Any] = (),
    time: tuple[str, str] = DAYS,
    refresh: str = "5m",
    alarms: str = sql.DAYS,
) -> Dashboard:
    """Return a dashboard; `uid` is its file's name too, `alarms` chooses the days that are marked."""
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
        made = made.annotation(_alarms(alarms))
    for number, panel in enumerate(panels, start=1):
        made = made.with_panel(panel.id(number))
    return made.build()


def models(*, several: bool) -> builders.QueryVariable:
    """Return the variable `model`: one, or several with all of them at first.

    From a dashboard of several *All* is carried over to one of one: it keeps it, and its queries take the first model.
    """
    query = "select model from driftbook.model_overview order by model"
    said = "the monitored models" if several else "the monitored model; of several the first is shown"
    variable = _variable("model", said, query).multi(several).include_all(several)
    return variable.current(VariableOption(text="All", value="$__all")) if several else variable


def columns() -> builders.QueryVariable:
    """Return the variable `column`: the scored columns of the model's newest month, the one farthest out first."""
    query = f"""
        select s.feature
        from driftbook.model_overview m
        cross join lateral (
            select feature, max(severity) as severity from driftbook.column_score c
            where c.model = m.model and c.day > m.newest_day - 31
            group by feature
        ) s
        where m.{sql.MODEL}
        order by s.severity desc nulls last, s.feature
    """
    return _variable("column", "the column shown in detail", query)


def column_link(column: str) -> Link:
    """Return the link to a column in detail; `column` is the expression that names it, in Grafana's words."""
    return link("show this column", f"/d/6-column?${{model:queryparam}}&var-column={column}&${{__url_time_range}}")


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


def _alarms(days: str) -> builders.AnnotationQuery:
    annotation = builders.AnnotationQuery().name("alarms").datasource(DATASOURCE).enable(True)
    annotation = annotation.icon_color(COLORS["alarm"])
    annotation.build().target = Alarms(days)
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
