"""`2-data-drift`: which column moved, when, and what would go unnoticed."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards.boards import board, column_link, models
from tools.dashboards.panels import history, rows, series
from tools.dashboards.sql import DAYS, MODEL, debug, gravest, highest, one

#: What the two scores are.
BOTH = """The score compares the day with a reference: the fixed one, the period of training, and the trailing one, the
days before. Above the threshold of both it is an alarm, of the fixed one alone drift, of the trailing one alone a
notice."""


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "2-data-drift",
        "2 Data drift",
        """Which columns moved away from the references, on which days and why, and which faults would be missed. A
        cell leads to its column in detail. Where several models are chosen, it shows the first.""",
        [_columns(), _day_severity(), _day_scores(), _gravest_days(), _severity(), _missed()],
        variables=[models(several=False)],
    )


def _columns():
    return history(
        "Verdict of each column",
        """The verdict of the column's score on each day; no cell where the scores may not judge. A cell opens the
        notebook that computed it, or its column in detail. In a long range a cell stands for several days and shows the
        gravest.""",
        gravest("driftbook.column_score", "feature"),
        by="feature",
        links=[column_link("${__field.labels.feature}")],
        height=10,
    )


def _day_severity():
    return series(
        "Severity of the day",
        """The largest score of a column as a multiple of its threshold, against the reference that it exceeds less:
        above the dashed 1 the day alarms.""",
        f"""
        select m.day::timestamp as time, m.model, m.value as severity, {debug("m")}, m.page
        from driftbook.current_measure m
        where {one("severity")}
        order by m.day
        """,
        unit="none",
        by="model",
        label="multiple of the threshold",
        limit=1,
    )


def _day_scores():
    return series(
        "Score of the day",
        f"{BOTH} The day's score is the largest of its columns'.",
        f"""
        select day::timestamp as time, fixed_score, fixed_threshold as threshold, trailing_score, trailing_threshold,
            page
        from driftbook.current_judgement
        where {DAYS}
        order by day
        """,
        unit="none",
        bounds={"threshold": "", "trailing_threshold": ""},
    )


def _gravest_days():
    return rows(
        "Gravest days",
        """The 50 days of the range with the gravest verdicts, the highest severity first, each with the reason. Class
        is what a day is compared within: weekdays, Saturdays, Sundays and holidays, special days.""",
        f"""
        select g.day::text as day, g.day_class as class, g.verdict, g.severity, g.reason, {debug("g")}, g.page
        from (
            select j.*, v.rank from driftbook.current_judgement j
            join driftbook.verdict_rank v using (verdict)
            where {DAYS}
            order by v.rank desc, j.severity desc nulls last
            limit 50
        ) g
        order by g.rank desc, g.severity desc nulls last
        """,
        units={"severity": "none"},
        wide=("reason",),
    )


def _severity():
    return series(
        "Severity of all columns",
        """Each column's score as a multiple of its threshold, against the reference that it exceeds less: above 1 it
        alarms. In a long range a point is the highest of several days.""",
        highest("severity", "driftbook.column_score", "feature"),
        unit="none",
        by="feature",
        width=24,
        label="multiple of the threshold",
        limit=1,
        many=True,
        links=[column_link("${__field.labels.feature}")],
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
        where {MODEL}
        order by level desc nulls first, position
        """,
        page_on="fault",
        colored={},
    )
