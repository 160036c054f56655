"""`3-data-quality`: whether the rows are as they should be."""

from collections.abc import Mapping
from types import MappingProxyType

from driftbook.verdicts import BEYOND
from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards.boards import board, models
from tools.dashboards.panels import rows, series
from tools.dashboards.sql import DAYS, debug, highest, listed, one

_BAND = "Outside of its bounds, the wider ones of both references under the budget, it has its column's verdict."
_CHECK = "A deterministic check (`alarms: checks:`): outside of its bounds the day alarms."
#: What a measure is held by: two bounds with what is usual between them, or a threshold that it stays below.
_BETWEEN, _BELOW = MappingProxyType({"lower": "", "upper": "lower"}), MappingProxyType({"threshold": ""})
_MEASURED = {"threshold": "upper as threshold"}


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "3-data-quality",
        "3 Data quality",
        """Rows, missing cells and values, values out of range or never seen, duplicates, rows of other months. Where
        several models are chosen, it shows the first.""",
        [*_of_the_day(), *_by_column(), _beyond()],
        variables=[models(several=False)],
    )


def _of_the_day():
    yield _daily("Rows", "rows", f"Rows of the day. {_BAND}", "locale")
    yield _daily(
        "Rows, of what is usual",
        "rows_ratio",
        f"Rows over the median of the last days of the same class. {_CHECK}",
        "none",
    )
    yield _daily("Missing cells", "share_missing_values", f"Missing cells of all cells. {_BAND}", "percentunit")
    yield _daily(
        "Duplicate rows",
        "duplicate_share",
        f"Rows equal to an earlier one in every delivered column, of all rows. {_CHECK}",
        "percentunit",
        _BELOW,
    )
    yield _daily(
        "Columns changed", "column_changes", f"Columns gone, new or of another type. {_CHECK}", "locale", _BELOW
    )
    yield _daily(
        "Strays", "stray_rows", "Rows of the day's file that belong to another month. Shown, not judged.", "locale", {}
    )


def _by_column():
    yield _columns("Missing values", "missing_share", f"Of all rows, columns that ever miss any. {_BAND}", "value > 0")
    yield _columns(
        "Rise of missing values",
        "missing_rise",
        f"Above the reference's worst day, where there is any rise. {_CHECK}",
        "value > 0",
    )
    yield _columns(
        "Out of range",
        "out_of_range_share",
        f"Values outside of the reference's 1 and 99 % quantiles, or too rare for a cell, of all values. {_BAND}",
        width=8,
    )
    unseen = f"Values that the reference does not hold, of all values. {_BAND}"
    yield _columns("Unseen values", "unseen_share", unseen, width=8)
    invalid = f"Infinite, absurdly large or fill values, of all rows, of columns that ever have any. {_CHECK}"
    yield _columns("Invalid values", "invalid_share", invalid, width=8)


def _daily(title: str, metric: str, rule: str, unit: str, bounds: Mapping[str, str] = _BETWEEN):
    shown = "".join(f", {_MEASURED.get(name, name)}" for name in bounds)
    query = f"""
        select day::timestamp as time, value as {metric}{shown}, page
        from driftbook.current_measure
        where {one(metric)}
        order by day
    """
    return series(title, rule, query, unit=unit, width=8, bounds=bounds)


def _columns(title: str, metric: str, rule: str, only: str = "value is not null", width: int = 12):
    where = f"{DAYS} and metric = '{metric}' and segment = '' and {only}"
    query = highest("value", "driftbook.current_measure", "feature", where=where, name=metric)
    rule = f"{rule} In a long range a point is the highest of several days."
    return series(title, rule, query, unit="percentunit", by="feature", width=width, many=True)


def _beyond():
    return rows(
        "Beyond the bounds",
        "The newest 100 measures of the range with a verdict that stands out, severities of columns included.",
        f"""
        select m.day::text as day, m.metric as measure, m.feature as "column", m.value, m.lower, m.upper, m.verdict,
            {debug("m")}, m.page
        from driftbook.current_measure m
        where {DAYS} and verdict in {listed(BEYOND)}
        order by m.day desc, m.metric, m.feature
        limit 100
        """,
    )
