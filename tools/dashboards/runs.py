"""`5-runs`: whether the notebooks ran."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards import verdicts
from tools.dashboards.boards import board, models
from tools.dashboards.panels import rows, series, tile
from tools.dashboards.sql import MODELS

_RUNS = f"({MODELS} or model = '') and $__timeFilter(started_at)"
#: A run killed by force never closes its record: the next one here does, and no notebook is known to run for a day.
_LOST = "(status = 'lost' or status = 'running' and started_at < now() - interval '24 hours')"
_STALE = "A run whose process is gone is lost; so is one that began more than a day ago and has not ended."


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "5-runs",
        "5 Runs",
        """Which notebooks ran, how long they took, what failed, how old the newest monitored day is and which days are
        missing. Its range is that of the runs' starts: the wall clock, not the monitored days.""",
        [
            *_tiles(),
            _newest(),
            _missing(),
            _service(),
            _durations(),
            _throughput(),
            _failed_days(),
            _runs(),
            _calibration(),
        ],
        variables=[models(several=True)],
        time=("now-7d", "now"),
        refresh="1m",
        alarms="",
    )


def _tiles():
    counted = "select count(*) as runs from driftbook.run_overview where " + _RUNS
    bad = {None: verdicts.COLORS["ok"], 1: verdicts.COLORS["alarm"]}
    yield tile("Runs", "Runs started in the range, of every notebook.", counted, unit="locale", width=4)
    yield tile(
        "Failed",
        "Runs of the range that ended in an error. Their pages are archived, the failing cell on top.",
        f"{counted} and status = 'failed'",
        unit="locale",
        colors=bad,
        width=5,
    )
    yield tile(
        "Lost",
        f"Runs of the range that are lost. {_STALE}",
        f"{counted} and {_LOST}",
        unit="locale",
        colors=bad,
        width=5,
    )
    yield tile(
        "Running",
        "Runs of the range that have not ended and began within a day.",
        f"{counted} and status = 'running' and not ({_LOST})",
        unit="locale",
        colors={None: "text", 1: verdicts.COLORS["notice"]},
        width=5,
    )
    yield tile(
        "Newest run",
        "Time since the newest run started, of any notebook and in any range: orange after a day and a half.",
        """
        select extract(epoch from now() - max(started_at))::double precision as age from driftbook.run_overview
        """,
        unit="s",
        colors={None: verdicts.COLORS["ok"], 36 * 3600: verdicts.COLORS["drift"]},
        width=5,
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
        units={"age": "d", "days": "locale"},
        width=12,
    )


def _missing():
    return rows(
        "Days missing",
        """The newest 100 days without a row, between a model's first and newest day, whatever range is chosen, and the
        command that computes each.""",
        f"""
        select m.model, gap.day::text as day,
            'papermill monitor.ipynb /dev/null -p params ' || m.model || ' -p day ' || gap.day as "run it with"
        from driftbook.model_overview m
        cross join lateral (
            select m.first_day + n as day from generate_series(0, m.newest_day - m.first_day) n
        ) gap
        where m.{MODELS} and m.missing_days > 0 and (
            select count(*) from driftbook.daily_overview d where d.model = m.model and d.day = gap.day
        ) = 0
        order by gap.day desc, m.model
        limit 100
        """,
        page_on="",
        colored={},
        hidden=(),
        wide=("run it with",),
        width=12,
    ).no_value("none")


def _service():
    return rows(
        "Service status",
        """Each model's service now, whatever range is chosen: the age of its newest monitored day, the slowest and the
        median of its last 28 runs, days that failed and runs that were lost in seven days. The thresholds are those of
        `service:` in the params file; a month that was backfilled once is old, and stays so.""",
        f"""
        select model, newest_day::text as day, metric as measure, value, unit, lower, upper, verdict, page
        from driftbook.service_status
        where {MODELS}
        order by verdict, model, metric
        """,
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


def _throughput():
    return series(
        "Rows a second",
        "Rows of a monitored day over the seconds of its run, by the run's end. A point opens the run's page.",
        f"""
        select finished_at as time, model, rows_per_second, page
        from driftbook.service_day
        where {MODELS} and $__timeFilter(finished_at)
        order by finished_at
        """,
        unit="none",
        by="model",
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
    ).no_value("none")


def _runs():
    return rows(
        "Runs",
        f"The newest 200 runs of the range. {_STALE}",
        f"""
        select started_at as started, notebook, model, label, kind,
            case when {_LOST} then 'lost' else status end as status, duration_seconds as duration, revision,
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


def _calibration():
    return rows(
        "Calibration",
        """How long ago each model's reference period ended, by its newest training, whatever range is chosen. Beyond
        `service: max_calibration_days` of the params file (a year, if it says nothing) the fixed reference tells of a
        world gone by: choose a newer one and train again.""",
        f"""
        select model, until::text as "reference until", age, trained,
            case when age > coalesce((
                select upper from driftbook.service_status s
                where s.model = newest.model and s.metric = 'calibration_days'
            ), 365) then 'notice' else 'ok' end as verdict, page
        from (
            select distinct on (model) model, finished_at as trained, page, period.until,
                (now() at time zone 'UTC')::date - period.until as age
            from driftbook.run_overview
            cross join lateral (select nullif(right(label, 10), '')::date as until) period
            where notebook = 'train' and status = 'succeeded' and {MODELS}
            order by model, started_at desc
        ) newest
        order by age desc nulls last, model
        """,
        units={"age": "d"},
    ).no_value("none")
