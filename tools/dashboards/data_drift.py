"""`2-data-drift`: which column moved, when, how, and what would go unnoticed."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards.boards import board, columns, models
from tools.dashboards.panels import history, rows, series
from tools.dashboards.sql import DAYS, MODELS, gravest, highest, one

_COLUMN = f"{DAYS} and feature = ${{column:sqlstring}}"
_BOTH = """The score compares the day with a reference: the fixed one, the period of training, and the trailing one, the
days before. Above the threshold of both it is an alarm, of the fixed one alone drift, of the trailing one alone a
notice."""


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "2-data-drift",
        "2 Data drift",
        """Which columns moved away from the references, on which days and why, one column in detail, and which faults
        would be missed.""",
        [
            _columns(),
            _day_severity(),
            _day_scores(),
            _gravest_days(),
            _severity(),
            _scores(),
            _quantiles(),
            _evidently(),
            _gravest(),
            _missed(),
        ],
        variables=[models(several=False), columns()],
    )


def _columns():
    return history(
        "Verdict of each column",
        """The verdict of the column's score on each day; no cell where the scores may not judge. A cell opens the
        notebook that computed it. In a long range a cell stands for several days and shows the gravest.""",
        gravest("driftbook.column_score", "feature"),
        by="feature",
        height=10,
    )


def _day_severity():
    return series(
        "Severity of the day",
        """The largest score of a column as a multiple of its threshold, against the reference that it exceeds less:
        above the dashed 1 the day alarms.""",
        f"""
        select day::timestamp as time, value as severity, upper as threshold, page
        from driftbook.current_measure
        where {one("severity")}
        order by day
        """,
        unit="short",
        label="multiple of the threshold",
    )


def _day_scores():
    return series(
        "Score of the day",
        f"{_BOTH} The day's score is the largest of its columns'.",
        f"""
        select day::timestamp as time, fixed_score, fixed_threshold as threshold, trailing_score, trailing_threshold,
            page
        from driftbook.current_judgement
        where {DAYS}
        order by day
        """,
        unit="short",
    )


def _gravest_days():
    return rows(
        "Gravest days",
        """The 50 days of the range with the gravest verdicts, the highest severity first, each with the reason. Class
        is what a day is compared within: weekdays, Saturdays, Sundays and holidays, special days.""",
        f"""
        select g.day::text as day, g.day_class as class, g.verdict, g.severity, g.reason, g.page
        from (
            select j.*, v.rank from driftbook.current_judgement j
            join driftbook.verdict_rank v using (verdict)
            where {DAYS}
            order by v.rank desc, j.severity desc nulls last
            limit 50
        ) g
        order by g.rank desc, g.severity desc nulls last
        """,
        wide=("reason",),
    )


def _severity():
    return series(
        "Severity of all columns",
        """Each column's score as a multiple of its threshold, against the reference that it exceeds less: above 1 it
        alarms. In a long range a point is the highest of several days.""",
        highest("severity", "driftbook.column_score", "feature"),
        unit="short",
        by="feature",
        width=24,
        label="multiple of the threshold",
    )


def _scores():
    return series(
        "$column: scores",
        _BOTH,
        f"""
        select day::timestamp as time,
            max(value) filter (where metric = 'score') as score,
            max(upper) filter (where metric = 'score') as threshold,
            max(value) filter (where metric = 'trailing_score') as trailing_score,
            max(upper) filter (where metric = 'trailing_score') as trailing_threshold,
            max(page) as page
        from driftbook.current_measure
        where {_COLUMN} and metric in ('score', 'trailing_score') and segment = ''
        group by day
        order by day
        """,
        unit="short",
    )


def _quantiles():
    return series(
        "$column: quantiles",
        """The day's 5, 50 and 95 % quantiles, in the column's unit, of numeric columns. Outside of its band, the wider
        one of both references, a quantile has its column's verdict; the page of the day shows the band. In a long range
        a point is the highest of several days.""",
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
        where {one("evidently_drift", feature="${column:sqlstring}")}
        order by day
        """,
        unit="short",
    )


def _gravest():
    return rows(
        "$column: gravest days",
        f"The 50 days of the range with the highest severity of the column. {_BOTH}",
        f"""
        with gravest as materialized (
            select model, day, feature from driftbook.column_score
            where {_COLUMN}
            order by severity desc nulls last
            limit 50
        )
        select c.day::text as day, c.verdict, c.severity, c.score, c.threshold, c.trailing_score as trailing,
            c.trailing_threshold as "its threshold", c.page
        from gravest join driftbook.column_score c using (model, day, feature)
        order by c.severity desc nulls last
        """,
        width=12,
    )


def _missed():
    return rows(
        "Which faults would be missed",
        """Told when the model was trained, whatever range is chosen: for each fault and column the smallest strength
        that alarms on at least 90 % of the days held back; weaker ones pass unseen. The hardest come first.""",
        f"""
        select fault, coalesce(nullif(feature, ''), 'all rows') as "struck", said as "caught from", weakest, strongest,
            unit as "of strength", status, held_back_days as "days tried on", page
        from driftbook.current_detectability
        where {MODELS}
        order by level desc nulls first, position
        """,
        page_on="fault",
        colored={},
    )
