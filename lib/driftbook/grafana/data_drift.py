"""`2-data-drift`: which column moved, when, and how."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from driftbook.grafana.boards import board, columns, models
from driftbook.grafana.panels import history, rows, series
from driftbook.grafana.sql import DAYS, gravest, highest, one

_COLUMN = f"{DAYS} and feature = ${{column:sqlstring}}"
_JUDGED = "The score compares the day with the reference; above its dashed threshold it differs more than expected."


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "2-data-drift",
        "2 Data drift",
        "Which columns moved away from the reference, on which days, and one column in detail.",
        [_columns(), _severity(), _score(), _quantiles(), _evidently(), _gravest()],
        variables=[models(several=False), columns()],
    )


def _columns():
    return history(
        "Verdict of each column",
        """The verdict of the column's score on each day. A cell opens the notebook that computed it. In a long range a
        cell stands for several days and shows the gravest.""",
        gravest("driftbook.column_score", "feature"),
        by="feature",
        height=10,
    )


def _severity():
    return series(
        "Severity of all columns",
        """Each column's score as a multiple of its threshold: above 1 it counts. In a long range a point is the highest
        of several days.""",
        highest("severity", "driftbook.column_score", "feature"),
        unit="short",
        by="feature",
        width=24,
        label="multiple of the threshold",
    )


def _score():
    return series(
        "$column: score",
        _JUDGED,
        f"""
        select day::timestamp as time, score, threshold, page
        from driftbook.column_score
        where {_COLUMN}
        order by day
        """,
        unit="short",
    )


def _quantiles():
    return series(
        "$column: quantiles",
        """The day's 5, 50 and 95 % quantiles, in the column's unit, of numeric columns. Shown, not judged. In a long
        range a point is the highest of several days.""",
        highest(
            "value", "driftbook.current_measure", "segment", where=f"{_COLUMN} and metric = 'quantile'", name="quantile"
        ),
        unit="short",
        by="segment",
    )


def _evidently():
    return series(
        "$column: Evidently's distance",
        """Against the validation reference, for comparison. Evidently calls more than the dashed 0.1 drift; undisturbed
        days reach that too, so it decides nothing.""",
        f"""
        select day::timestamp as time, value as evidently_drift, upper as threshold, page
        from driftbook.current_measure
        where {one("evidently_drift", "${column:sqlstring}")}
        order by day
        """,
        unit="short",
    )


def _gravest():
    return rows(
        "$column: gravest days",
        f"The 50 days of the range with the highest severity. {_JUDGED}",
        f"""
        select day::text as day, score, threshold, severity, verdict, page
        from driftbook.column_score
        where {_COLUMN}
        order by severity desc nulls last
        limit 50
        """,
        width=12,
    )
