"""`6-column`: one column in detail: its scores, its distribution beside its reference's, its gravest days."""

from grafana_foundation_sdk.builders import barchart
from grafana_foundation_sdk.builders.dashboard import FieldColor
from grafana_foundation_sdk.models.dashboard import Dashboard, FieldColorModeId

from tools.dashboards import verdicts
from tools.dashboards.boards import board, columns, models
from tools.dashboards.data_drift import BOTH
from tools.dashboards.panels import cells, rows, series
from tools.dashboards.parts import PAGE, link, made
from tools.dashboards.sql import COLUMN, DAYS, TIME, debug, one

_COLUMN = f"{DAYS} and {COLUMN}"
_QUANTILES = ("p05", "p50", "p95")
#: How far a share is from the reference's, to its colour: blue below, orange above, calm between.
_MOVED = {None: "#3274d9", -0.1: "#8ab8ff", -0.03: "#4a4f57", 0.03: "#ffb357", 0.1: "#ff780a"}
_CELLS = """The cells are the fixed reference's: eleven of its quantiles cut a number, frequent values have a cell of
their own. Its shares are those of all its days, weekends too."""


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "6-column",
        "6 Column",
        """One column of a model in detail: its scores, its quantiles and its distribution beside the reference's, and
        its gravest days. The column that lies farthest out of late comes first in the list.""",
        [_scores(), _quantiles(), _distribution(), _histogram(), _evidently(), _gravest()],
        variables=[models(several=False), columns()],
    )


def _scores():
    return series(
        "$column: scores",
        BOTH,
        f"""
        select s.time, s.score, s.threshold, s.trailing_score, s.trailing_threshold, {debug("s")}, s.page
        from (
            select model, day, day::timestamp as time, max(page) as page,
                max(value) filter (where metric = 'score') as score,
                max(upper) filter (where metric = 'score') as threshold,
                max(value) filter (where metric = 'trailing_score') as trailing_score,
                max(upper) filter (where metric = 'trailing_score') as trailing_threshold
            from driftbook.current_measure
            where {_COLUMN} and metric in ('score', 'trailing_score') and segment = ''
            group by model, day
        ) s
        order by s.time
        """,
        unit="none",
        bounds={"threshold": "", "trailing_threshold": ""},
    )


def _quantiles():
    chosen = ", ".join(
        f"max({value}) filter (where segment = '{name}') as {name}{suffix}"
        for name in _QUANTILES
        for value, suffix in (("value", ""), ("lower", "_lower"), ("upper", "_upper"))
    )
    return series(
        "$column: quantiles",
        """The day's 5, 50 and 95 % quantiles, in the column's unit, of numeric columns, each with the grey band of what
        is usual, the wider one of both references. Outside of it a quantile has its column's verdict.""",
        f"""
        select day::timestamp as time, {chosen}, max(page) as page
        from driftbook.current_measure
        where {_COLUMN} and metric = 'quantile'
        group by day
        order by day
        """,
        unit="none",
        low=None,
        bounds={f"{name}_lower": "" for name in _QUANTILES} | {f"{name}_upper": f"{name}_lower" for name in _QUANTILES},
    )


def _distribution():
    shown = cells(
        "$column: distribution against the reference",
        f"""The share of the day's rows in each cell minus the reference's: orange cells hold more than usual, blue ones
        less. {_CELLS} In a long range a column of cells is the gravest of several days.""",
        f"""
        with p as (
            select {TIME}, model, max(array[coalesce(severity, -1), day - date '1970-01-01']) as top
            from driftbook.column_score
            where {_COLUMN}
            group by 1, 2
        )
        select p.time, c.cell, c.share - c.reference_share as moved
        from p
        join driftbook.column_cell c on c.model = p.model and c.day = date '1970-01-01' + p.top[2]::integer
        where c.{COLUMN}
        order by p.time, c.position
        """,
        unit="percentunit",
        by="cell",
        height=10,
    )
    return shown.thresholds(verdicts.steps(_MOVED)).color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))


def _histogram():
    chart = made(
        barchart.Panel(),
        "$column: gravest day beside the reference",
        f"The shares of the rows on the day of the range with the highest severity of the column. {_CELLS}",
        f"""
        with gravest as materialized (
            select model, day from driftbook.column_score
            where {_COLUMN}
            order by severity desc nulls last
            limit 1
        )
        select c.cell, c.share as "the day", c.reference_share as reference, c.day::text as day, c.page
        from gravest join driftbook.column_cell c using (model, day)
        where c.{COLUMN}
        order by c.position
        """,
        unit="percentunit",
    )
    return chart.x_field("cell").data_links([link("page of this day", PAGE)])


def _evidently():
    return series(
        "$column: Evidently's distance",
        """Against the validation reference, for comparison. Evidently calls more than the dashed 0.1 drift; undisturbed
        days reach that too, so it decides nothing.""",
        f"""
        select day::timestamp as time, value as evidently_drift, upper as threshold, page
        from driftbook.current_measure
        where {one("evidently_drift", of=COLUMN)}
        order by day
        """,
        unit="none",
        bounds={"threshold": ""},
    )


def _gravest():
    return rows(
        "$column: gravest days",
        f"The 50 days of the range with the highest severity of the column. {BOTH}",
        f"""
        with gravest as materialized (
            select model, day, feature from driftbook.column_score
            where {_COLUMN}
            order by severity desc nulls last
            limit 50
        )
        select c.day::text as day, c.verdict, c.severity, c.score, c.threshold, c.trailing_score as trailing,
            c.trailing_threshold as "its threshold", {debug("c")}, c.page
        from gravest join driftbook.column_score c using (model, day, feature)
        order by c.severity desc nulls last
        """,
        units=dict.fromkeys(("severity", "score", "threshold", "trailing", "its threshold"), "none"),
    )
