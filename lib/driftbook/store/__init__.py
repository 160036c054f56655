"""PostgreSQL for real: the only importer of psycopg."""

from driftbook.store.acknowledgements import acknowledge, acknowledged, open_items
from driftbook.store.connection import connect
from driftbook.store.days import Revision, write_day
from driftbook.store.detectability import detectability, write_detectability
from driftbook.store.judgements import day_counts, judgements, pending_days, trailing_days
from driftbook.store.liveness import alone, mark_lost
from driftbook.store.overview import (
    Computed,
    computed_days,
    daily_overview,
    is_done_since,
    measures,
    monitored_days,
    note_source_states,
    stored_days,
)
from driftbook.store.passwords import scrub
from driftbook.store.runs import close_run, comparisons, open_run, run, runs, smoke_values, write_smoke
from driftbook.store.service import service_status

__all__ = [
    "Computed",
    "Revision",
    "acknowledge",
    "acknowledged",
    "alone",
    "close_run",
    "comparisons",
    "computed_days",
    "connect",
    "daily_overview",
    "day_counts",
    "detectability",
    "is_done_since",
    "judgements",
    "mark_lost",
    "measures",
    "monitored_days",
    "note_source_states",
    "open_items",
    "open_run",
    "pending_days",
    "run",
    "runs",
    "scrub",
    "service_status",
    "smoke_values",
    "stored_days",
    "trailing_days",
    "write_day",
    "write_detectability",
    "write_smoke",
]
