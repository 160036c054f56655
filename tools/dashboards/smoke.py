"""`9-smoke`: whether the wiring is right."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards import verdicts
from tools.dashboards.boards import board
from tools.dashboards.panels import rows, series, tile


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "9-smoke",
        "9 Smoke",
        """Values that `papermill notebooks/smoke.ipynb /dev/null -p rows 30 -p pace 2` sends, arriving while you look:
        notebook, database and dashboard are wired together.""",
        [*_tiles(), _values(), _runs()],
        time=("now-15m", "now"),
        refresh="5s",
        alarms="",
    )


def _tiles():
    yield tile(
        "Values",
        "Values that arrived in the range.",
        "select count(*) as arrived from driftbook.smoke_value where $__timeFilter(sent_at)",
        unit="locale",
        width=12,
    )
    yield tile(
        "Newest value",
        "Time since the newest value arrived, by the database's clock, in any range.",
        "select extract(epoch from now() - max(sent_at))::double precision as age from driftbook.smoke_value",
        unit="s",
        width=12,
    )


def _values():
    return series(
        "Values by arrival",
        "Random numbers between 0 and 1, by the database's clock. A point opens the page of its run, once that ended.",
        """
        select s.sent_at as time, s.value, r.page
        from driftbook.smoke_value s
        join driftbook.run_overview r using (run_id)
        where $__timeFilter(s.sent_at)
        order by s.sent_at
        """,
        unit="none",
        width=24,
    ).insert_nulls(False)


def _runs():
    return rows(
        "Runs of smoke",
        "The newest 20 runs that sent values in the range, and how many arrived.",
        """
        select min(s.sent_at) as started, r.kind, r.status, count(*) as arrived, s.run_id as run, max(r.page) as page
        from driftbook.smoke_value s
        join driftbook.run_overview r using (run_id)
        where $__timeFilter(s.sent_at)
        group by s.run_id, r.kind, r.status
        order by started desc
        limit 20
        """,
        page_on="started",
        colored={"status": verdicts.STATUSES},
    )
