"""PostgreSQL for real: the only importer of psycopg."""

from driftbook.store.acknowledgements import acknowledge, acknowledged, open_items
from driftbook.store.connection import connect, kept
from driftbook.store.days import Revision, write_day
from driftbook.store.detectability import detectability, write_detectability
from driftbook.store.judgements import day_counts, judgements, pending_days, trailing_days
from driftbook.store.listing import listed, newest_runs, runs_of_year, years
from driftbook.store.liveness import alone, mark_lost
from driftbook.store.overview import (
    Computed,
    computed_days,
    daily_overview,
    is_done_since,
    measures,
    model_overview,
    monitored_days,
    note_source_states,
    stored_days,
)
from driftbook.store.passwords import scrub
from driftbook.store.revisions import archived_runs, known_at, outdated, prune
from driftbook.store.runs import close_run, open_run, run, runs, smoke_values, write_smoke
from driftbook.store.service import service_status

__all__ = [
    "Computed",
    "Revision",
    "acknowledge",
    "acknowledged",
    "alone",
    "archived_runs",
    "close_run",
    "computed_days",
    "connect",
    "daily_overview",
    "day_counts",
    "detectability",
    "is_done_since",
    "judgements",
    "kept",
    "known_at",
    "listed",
    "mark_lost",
    "measures",
    "model_overview",
    "monitored_days",
    "newest_runs",
    "note_source_states",
    "open_items",
    "open_run",
    "outdated",
    "pending_days",
    "prune",
    "run",
    "runs",
    "runs_of_year",
    "scrub",
    "service_status",
    "smoke_values",
    "stored_days",
    "trailing_days",
    "write_day",
    "write_detectability",
    "write_smoke",
    "years",
]
