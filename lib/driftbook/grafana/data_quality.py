"""`3-data-quality`: whether the rows are as they should be."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from driftbook.grafana.boards import board, models
from driftbook.grafana.panels import rows, series
from driftbook.grafana.sql import DAYS, highest, one

_BAND = "Outside of the dashed bounds, the reference days' range widened by the margin, the day warns."


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "3-data-quality",
        "3 Data quality",
        "Rows, missing cells and values, values out of range or never seen, duplicates, rows of other months.",
        [*_of_the_day(), *_by_column(), _beyond()],
        variables=[models(several=False)],
    )


def _of_the_day():
    yield _daily("Rows", "rows", f"Rows of the day. {_BAND}", "short")
    yield _daily("Missing cells", "share_missing_values", f"Missing cells of all cells. {_BAND}", "percentunit")
    yield _daily(
        "Duplicate rows",
        "duplicate_share",
        "Rows equal to an earlier one in every delivered column, of all rows. Above the threshold the day alarms.",
        "percentunit",
    )
    yield _daily(
        "Strays", "stray_rows", "Rows of the day's file that belong to another month. Shown, not judged.", "short"
    )


def _by_column():
    yield _columns("Missing values", "missing_share", f"Of all rows, columns that ever miss any. {_BAND}", "value > 0")
    yield _columns("Out of range", "out_of_range_share", f"Values outside the usual range, of all values. {_BAND}")
    yield _columns("Unseen values", "unseen_share", f"Values that the reference does not hold, of all values. {_BAND}")


def _daily(title: str, metric: str, rule: str, unit: str):
    query = f"""
        select day::timestamp as time, value as {metric}, lower, upper, page
        from driftbook.current_measure
        where {one(metric)}
        order by day
    """
    return series(title, rule, query, unit=unit)


def _columns(title: str, metric: str, rule: str, only: str = "value is not null"):
    where = f"{DAYS} and metric = '{metric}' and segment = '' and {only}"
    query = highest("value", "driftbook.current_measure", "feature", where=where, name=metric)
    rule = f"{rule} In a long range a point is the highest of several days."
    return series(title, rule, query, unit="percentunit", by="feature", width=8)


def _beyond():
    return rows(
        "Beyond the bounds",
        "The newest 100 measures of the range that left their bounds, scores of columns included.",
        f"""
        select day::text as day, metric as measure, feature as "column", value, lower, upper, verdict, page
        from driftbook.current_measure
        where {DAYS} and verdict not in ('ok', 'insufficient')
        order by day desc, metric, feature
        limit 100
        """,
    )
