"""How long each panel's query takes on ten years of judged days, 20 models and 100 measures a day.

Generates the data in SQL in an embedded server of its own in a temporary folder, runs every query of every dashboard
and alert rule as Grafana would, over the default range and over everything, and prints p50 and p95 as a Markdown table.
"""

import argparse
import datetime as dt
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
from driftbook.store.embedded import server
from driftbook.store.migrations import migrate

from tools.dashboards.queries import Expansion, expanded, queries

SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "8GB"}
LIMIT = 100  # milliseconds
FIRST = dt.date(2016, 1, 1)
COLUMNS = [f"column_{number:02}" for number in range(20)]
MEASURES = [
    *[(metric, "", "") for metric in ("rows", "labelled_rows", "mean_absolute_error", "share_missing_values")],
    *[(metric, "", "") for metric in ("prediction_drift", "num_drifted_columns", "duplicate_share", "stray_rows")],
    *[(metric, "", "") for metric in ("rows_ratio", "column_changes")],
    *[(metric, column, "") for metric in ("severity", "score", "trailing_score") for column in ["", *COLUMNS[:9]]],
    *[(metric, column, "") for metric in ("missing_share", "missing_rise") for column in COLUMNS],
    *[("evidently_drift", column, "") for column in COLUMNS[:7]],
    *[("out_of_range_share", column, "") for column in COLUMNS[:4]],
    *[("unseen_share", column, "") for column in COLUMNS[4:7]],
    *[("quantile", column, level) for column in COLUMNS[:2] for level in ("p05", "p50", "p95")],
]
FAULTS = 40  # lines of each model's detectability report
DATA = """
create temporary table kind as
select * from unnest(%(metrics)s::text[], %(features)s::text[], %(segments)s::text[]) k (metric, feature, segment);

insert into driftbook.run (run_id, notebook, model, day, label, kind, status, started_at, finished_at, page, data_hash,
    model_version, code_version, stored_at, revision)
select to_char(day, 'YYYYMMDD') || 'T060000-' || lpad(to_hex(model), 8, '0'), 'monitor', 'model_' || lpad(model::text,
    2, '0'), day, day::text, 'papermill', case when lost then 'failed' else 'succeeded' end,
    day + interval '30 hours', day + interval '30 hours 5 seconds',
    'model_' || lpad(model::text, 2, '0') || '/monitor/' || day || '/x/monitor.html', md5(day::text), 'v1', 'c1',
    day + interval '30 hours', case when not lost then 1 end
from (
    select model, day::date, hashtext(model || day::text) %% 997 = 0 as lost
    from generate_series(1, %(models)s) model,
        generate_series(%(first)s::date, %(first)s::date + %(days)s - 1, interval '1 day') day
) d;

-- One day in 200 alarms. The lists of days and the histograms are as long as real ones; the counts, which no panel
-- reads, are left out.
insert into driftbook.judgement (model, day, verdict, reason, day_class, feature, cell, day_share, reference_share,
    severity, fixed_score, fixed_threshold, trailing_score, trailing_threshold, fixed_days, trailing_days, histograms,
    model_version, revision, run_id, current)
select model, day, case when severity > 1 then 'alarm' when severity > 0.97 then 'drift' else 'ok' end,
    'column_00: values up to 2.09 make 26.9%% of the rows, usually 50.2%%; the most unusual of the day',
    'weekday', 'column_00', 'up to 2.09', 0.269, 0.502, severity, 2 * severity, 2, 3 * severity, 3, l.days, l.hashes,
    h.cells, 'v1', 1, run_id, true
from (
    select model, day, run_id, random() / 0.995 as severity from driftbook.run where status = 'succeeded'
    order by day, model
) r
cross join (
    select jsonb_agg(date '2022-01-01' + n) as days,
        jsonb_agg(jsonb_build_object('day', date '2022-01-01' + n, 'sha256', encode(sha256(n::text::bytea), 'hex')))
            as hashes
    from generate_series(0, 27) n
) l
cross join (
    select jsonb_object_agg('column_' || lpad(c::text, 2, '0'), h.cells) as cells
    from generate_series(0, 19) c
    cross join (
        select jsonb_agg(jsonb_build_array('up to ' || n, 200 + n, 7000 + n)) as cells from generate_series(0, 12) n
    ) h
) h;

insert into driftbook.detectability (model, model_version, fault, feature, position, unit, smallest, said, level,
    weakest, strongest, reference_days, false_alarms_per_month, run_id, current)
select model, 'v1', 'fault ' || n %% 10, 'column_0' || n / 10, n, 'times', 2, 'x2', n / 40.0, 1, 3, 28, 1, run_id, true
from (select model, max(run_id) as run_id from driftbook.run group by model) r, generate_series(0, %(faults)s - 1) n;

insert into driftbook.measure (model, day, metric, feature, segment, value, lower, upper, verdict, rows, revision,
    run_id, model_version, reference, current)
select j.model, j.day, k.metric, k.feature, k.segment,
    case when k.metric in ('rows', 'labelled_rows', 'stray_rows') then floor(random() * 3000)
        when k.metric like 'num%%' then floor(random() * 8)
        when k.metric = 'severity' and k.feature in ('', 'column_00') then j.severity
        when k.metric = 'missing_rise' then random() - 0.9
        else random() end,
    null, 1,
    case when k.metric in ('severity', 'mean_absolute_error') or k.metric = 'missing_share' and k.feature = 'column_00'
            then case when k.feature in ('', 'column_00') then j.verdict else 'ok' end
        when k.metric in ('rows', 'rows_ratio', 'column_changes', 'duplicate_share', 'share_missing_values',
            'missing_share', 'missing_rise', 'out_of_range_share', 'unseen_share', 'quantile') then 'ok' end,
    2000, 1, j.run_id, 'v1', 'both', true
from driftbook.judgement j, kind k
order by j.day, j.model;
"""


def generate(connection: psycopg.Connection, models: int, days: int) -> None:
    """Fill a migrated, empty database; the measures' indexes are built after the rows."""
    indexes = connection.execute(
        "select indexname, indexdef from pg_indexes where schemaname = 'driftbook' and tablename = 'measure' "
        "and indexname in ('measure_current', 'measure_series', 'measure_beyond')"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"drop index driftbook.{name}")
    connection.execute("alter table driftbook.measure disable trigger all")
    metrics, features, segments = zip(*MEASURES, strict=True)
    given = {"metrics": list(metrics), "features": list(features), "segments": list(segments), "faults": FAULTS}
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(DATA, {**given, "models": models, "days": days, "first": FIRST})
    for _, definition in indexes:
        connection.execute(definition)
    connection.execute("insert into driftbook.day select * from driftbook.day_of_measures")
    connection.execute("alter table driftbook.measure enable trigger all")
    connection.execute("insert into driftbook.smoke select min(run_id), now(), 0.5 from driftbook.run")


def timed(connection: psycopg.Connection, query: str, repeats: int) -> tuple[int, float, float, float]:
    """Return the number of rows, then milliseconds: median, 95 % quantile, and the server's processor time per query.

    The first run warms up. Everything is fetched, and not made into Python's objects, which is no panel's business.
    """
    rows = connection.execute(query).fetchall()
    server_process, seconds = psutil.Process(connection.info.backend_pid), []
    before = server_process.cpu_times()
    for _ in range(repeats):
        started = time.perf_counter()
        connection.execute(query)
        seconds.append(time.perf_counter() - started)
    used = server_process.cpu_times()
    processor = (used.user + used.system - before.user - before.system) / repeats
    return len(rows), *(
        1000 * s for s in (statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1], max(0, processor))
    )


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=float, default=10)
    parser.add_argument("--models", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    days = round(options.years * 365)
    with tempfile.TemporaryDirectory(prefix="driftbook-bench-") as folder:
        uri = server.start(Path(folder), SETTINGS)
        try:
            with psycopg.connect(uri, autocommit=True) as connection:
                migrate(connection)
                started = time.perf_counter()
                generate(connection, options.models, days)
                connection.execute("vacuum analyze")
                seconds = time.perf_counter() - started
                count = connection.execute("select count(*) from driftbook.measure").fetchone()[0]
                print(f"{count:,} measures of {options.models} models in {seconds:.0f} s\n")
                measure(connection, days, options.repeats)
        finally:
            server.stop(Path(folder))


def measure(connection: psycopg.Connection, days: int, repeats: int) -> None:
    """Print the table, and which queries take longer than 100 ms in one of twenty times."""
    end = FIRST + dt.timedelta(days)
    wide = Expansion(FIRST, end, variables=_chosen(connection))
    narrow = replace(wide, start=end - dt.timedelta(90))
    slow = []
    print("| | the last 90 days | | | | all days | | | |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    print("| query | rows | p50 ms | p95 ms | CPU ms | rows | p50 ms | p95 ms | CPU ms |")
    for query in queries():
        figures = [timed(connection, expanded(query, expansion), repeats) for expansion in (narrow, wide)]
        slow += [query.name] * any(p95 > LIMIT for _, _, p95, _ in figures)
        cells = [f"{rows:,} | {p50:.1f} | {p95:.1f} | {processor:.0f}" for rows, p50, p95, processor in figures]
        print(f"| {query.name} | {' | '.join(cells)} |")
    print(f"\np95 above {LIMIT} ms: {', '.join(slow) or 'none'}")


def _chosen(connection: psycopg.Connection) -> dict[str, list[str]]:
    models = [model for (model,) in connection.execute("select model from driftbook.model_overview order by model")]
    return {"models": models, "column": COLUMNS[:1]}


if __name__ == "__main__":
    main()
