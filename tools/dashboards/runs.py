"""`5-runs`: whether the notebooks ran."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards import verdicts
from tools.dashboards.boards import board, models
from tools.dashboards.panels import rows, series, tile
from tools.dashboards.sql import MODELS

_RUNS = f"({MODELS} or model = '') and $__timeFilter(started_at)"
#: A run killed by force never closes its record.
_STALE = "A run killed by force reads `running` for ever."


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "5-runs",
        "5 Runs",
        """Which notebooks ran, how long they took, what failed, how old the newest monitored day is and which days are
        missing. Its range is that of the runs' starts: the wall clock, not the monitored days.""",
        [*_tiles(), _newest(), _missing(), _durations(), _failed_days(), _runs()],
        variables=[models(several=True)],
        time=("now-7d", "now"),
        refresh="1m",
        alarms=False,
    )


def _tiles():
    counted = "select count(*) as runs from driftbook.run_overview where " + _RUNS
    yield tile("Runs", "Runs started in the range, of every notebook.", counted, unit="short")
    yield tile(
        "Failed",
        "Runs of the range that ended in an error. Their pages are archived, the failing cell on top.",
        f"{counted} and status = 'failed'",
        unit="short",
    )
    yield tile(
        "Running",
        f"Runs of the range that have not ended. {_STALE}",
        f"{counted} and status = 'running'",
        unit="short",
    )
    yield tile(
        "Newest run",
        "Time since the newest run started, of any notebook and in any range.",
        """
        select extract(epoch from now() - max(started_at))::double precision as age from driftbook.run_overview
        """,
        unit="s",
    )


def _newest():
    return rows(
        "Newest monitored day",
        "One row per model, whatever range is chosen. Missing are days without a row between its first and newest.",
        f"""
        select model, newest_day::text as day, age_days as "age", first_day::text as "first day", days,
            missing_days as "missing days", verdict, page
        from driftbook.model_overview
        where {MODELS}
        order by newest_day, model
        """,
        units={"age": "d"},
        width=12,
    )


def _missing():
    return rows(
        "Days missing",
        "The newest 100 days without a row, between a model's first and newest day, whatever range is chosen.",
        f"""
        select m.model, gap.day::date::text as day
        from driftbook.model_overview m
        cross join lateral generate_series(m.first_day::timestamp, m.newest_day, interval '1 day') gap (day)
        where m.{MODELS} and m.missing_days > 0 and not exists (
            select from driftbook.daily_overview d where d.model = m.model and d.day = gap.day::date
        )
        order by gap.day desc, m.model
        limit 100
        """,
        page_on="",
        colored={},
        hidden=(),
        width=12,
    )


def _durations():
    return series(
        "Duration",
        "Seconds from start to end of the newest 2,000 runs of the range, by notebook. A point opens the run's page.",
        f"""
        select started_at as time, notebook, duration_seconds, page
        from (
            select started_at, notebook, duration_seconds, page from driftbook.run_overview
            where {_RUNS} and finished_at is not null
            order by started_at desc
            limit 2000
        ) newest
        order by started_at
        """,
        unit="s",
        by="notebook",
        width=24,
    )


def _failed_days():
    return rows(
        "Days that failed",
        "Monitored days whose newest run failed and that have no numbers, whatever range is chosen: run them again.",
        f"""
        select day::text as day, model, started_at as started, run_id as run,
            split_part(error, chr(10), 1) as error, page
        from driftbook.failed_day
        where {MODELS}
        order by started_at desc
        limit 100
        """,
        colored={},
    )


def _runs():
    return rows(
        "Runs",
        f"The newest 200 runs of the range. {_STALE}",
        f"""
        select started_at as started, notebook, model, label, kind, status, duration_seconds as duration, revision,
            split_part(error, chr(10), 1) as error, run_id as run, page
        from driftbook.run_overview
        where {_RUNS}
        order by started_at desc
        limit 200
        """,
        units={"duration": "s"},
        page_on="started",
        colored={"status": verdicts.STATUSES},
        height=12,
    )
