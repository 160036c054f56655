"""`4-performance`: whether the model still predicts well."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards.boards import board, models
from tools.dashboards.panels import rows, series
from tools.dashboards.sql import DAYS, one

_ERROR = (
    "Of the rows that pass the params file's filters, in the target's unit. The threshold is the higher one of both "
    "references under the budget: an error above it has the verdict of the column `absolute error`."
)


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "4-performance",
        "4 Performance",
        "The model's error on the rows with a usable label, and how many rows had one. Drift is no harm; this is.",
        [_error(), _labelled(), _share(), _worst()],
        variables=[models(several=False)],
    )


def _error():
    return series(
        "Mean absolute error",
        _ERROR,
        f"""
        select day::timestamp as time, value as mean_absolute_error, upper as threshold, page
        from driftbook.current_measure
        where {one("mean_absolute_error")}
        order by day
        """,
        unit="short",
        width=24,
        label="unit of the target",
    )


def _labelled():
    return series(
        "Rows labelled",
        "Rows of the day that pass the params file's filters: the error is measured on these. Shown, not judged.",
        f"""
        select day::timestamp as time, labelled_rows, rows, page
        from driftbook.daily_overview
        where {DAYS}
        order by day
        """,
        unit="short",
    )


def _share():
    return series(
        "Share of rows labelled",
        "Labelled rows of all rows: an error of few rows says little. Shown, not judged.",
        f"""
        select day::timestamp as time, labelled_rows::double precision / nullif(rows, 0) as share, page
        from driftbook.daily_overview
        where {DAYS}
        order by day
        """,
        unit="percentunit",
    )


def _worst():
    return rows(
        "Worst days",
        f"The 50 days of the range with the largest error. {_ERROR}",
        f"""
        select day::text as day, value as mean_absolute_error, upper as threshold, verdict, rows, page
        from driftbook.current_measure
        where {one("mean_absolute_error")}
        order by value desc nulls last
        limit 50
        """,
    )
