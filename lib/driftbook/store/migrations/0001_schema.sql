-- The whole schema. Plain SQL that may run twice: a server's own start-up folder may have run it before the library does.

create schema if not exists driftbook;

-- Verdicts. The table is `driftbook.verdicts` in Python; a test holds the two together.

create table if not exists driftbook.verdict (
    name text primary key,
    rank integer not null unique
);
comment on table driftbook.verdict is 'Verdicts by rank: the gravest verdict of a day''s measures is the day''s.';

insert into driftbook.verdict (name, rank) values
    ('ok', 0), ('labels pending', 1), ('special day', 2), ('insufficient', 3), ('not calibrated', 4), ('notice', 5),
    ('drift', 6), ('no data', 7), ('alarm', 8), ('failed', 9)
on conflict do nothing;

-- Runs.

create table if not exists driftbook.run (
    run_id text primary key,
    notebook text not null,
    model text not null default '',
    day date,
    label text not null default '',
    parameters jsonb not null default '{}',
    kind text not null check (kind in ('papermill', 'interactive')),
    status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    started_at timestamptz not null,
    finished_at timestamptz,
    error text not null default '',
    page text not null default '',
    notebook_hash text not null default '',
    data_hash text not null default '',
    context_hash text not null default '',
    model_version text not null default '',
    code_version text not null default '',
    stored_at timestamptz,
    revision integer
);
comment on table driftbook.run is 'One row per executed notebook.';
comment on column driftbook.run.label is 'The name of the run''s folder in the archive.';
comment on column driftbook.run.page is 'Path of the rendered page relative to the archive folder; empty if there is none.';
comment on column driftbook.run.context_hash is
    'Stands for what a verdict depends on beside rows and model: budget, checks, the days of the trailing reference.';
comment on column driftbook.run.stored_at is 'When the run''s rows were written, or found to be there unchanged.';

create index if not exists run_model_day on driftbook.run (model, day, started_at);
create index if not exists run_started_at on driftbook.run (started_at);
create index if not exists run_failed on driftbook.run (model, day) where status = 'failed' and notebook = 'monitor';

create table if not exists driftbook.smoke (
    run_id text not null references driftbook.run,
    sent_at timestamptz not null default clock_timestamp(),
    value double precision
);
comment on table driftbook.smoke is 'Values sent to check that notebooks, database and dashboards are wired together.';

create index if not exists smoke_sent_at on driftbook.smoke (sent_at);

-- What is computed of a day: numbers, and one row that says why it has its verdict.

create table if not exists driftbook.measure (
    model text not null,
    day date not null,
    metric text not null,
    feature text not null default '',
    segment text not null default '',
    value double precision,
    lower double precision,
    upper double precision,
    verdict text references driftbook.verdict,
    rows integer not null,
    revision integer not null,
    run_id text not null references driftbook.run,
    model_version text not null,
    reference text not null default '',
    current boolean not null,
    unique (model, day, metric, feature, segment, revision)
);
comment on table driftbook.measure is 'One number about one day: a new metric is new rows, not a new column.';
comment on column driftbook.measure.verdict is 'Null where the number judges nothing.';
comment on column driftbook.measure.rows is 'Rows of the day''s frame.';
comment on column driftbook.measure.reference is
    'What it was compared with: validation, fixed, trailing, or both (the wider bounds of fixed and trailing).';

create unique index if not exists measure_current on driftbook.measure (model, day, metric, feature, segment)
where current;
-- Holds everything a point shows: ten years of points are read without touching the table.
create index if not exists measure_series on driftbook.measure (model, metric, day, feature)
include (segment, value, lower, upper, verdict, rows, run_id) where current;
create index if not exists measure_beyond on driftbook.measure (model, day)
where current and verdict in ('notice', 'drift', 'no data', 'alarm', 'failed');

create table if not exists driftbook.judgement (
    model text not null,
    day date not null,
    verdict text not null references driftbook.verdict,
    reason text not null,
    day_class text not null,
    feature text not null default '',
    cell text not null default '',
    day_share double precision,
    reference_share double precision,
    severity double precision,
    fixed_score double precision,
    fixed_threshold double precision,
    trailing_score double precision,
    trailing_threshold double precision,
    fixed_days jsonb not null default '[]',
    trailing_days jsonb not null default '[]',
    labels text not null default 'complete' check (labels in ('complete', 'pending')),
    counts jsonb,
    model_version text not null,
    revision integer not null,
    run_id text not null references driftbook.run,
    current boolean not null,
    unique (model, day, revision)
);
comment on table driftbook.judgement is 'Why a day has its verdict: the feature and cell farthest out, both references.';
comment on column driftbook.judgement.severity is
    'The largest column score over the threshold of both references; an alarm above 1.';
comment on column driftbook.judgement.trailing_days is 'The days of the trailing reference, each with the hash of its counts.';
comment on column driftbook.judgement.labels is 'Whether the day''s true values have all arrived.';
comment on column driftbook.judgement.counts is
    'The day as counts on the model''s fine grid: enough to score it against any reference, without its rows.';

create unique index if not exists judgement_current on driftbook.judgement (model, day) where current;
create index if not exists judgement_alarm on driftbook.judgement (model, day)
where current and verdict in ('no data', 'alarm');
create index if not exists judgement_pending on driftbook.judgement (model, day) where current and labels = 'pending';
-- The judgements are wide; a line of severities is read from this alone.
create index if not exists judgement_severity on driftbook.judgement (model, day) include (severity) where current;

-- Which faults a model's alarms would miss, told when it is trained.

create table if not exists driftbook.detectability (
    model text not null,
    model_version text not null,
    fault text not null,
    feature text not null default '',
    position integer not null,
    unit text not null,
    smallest double precision,
    said text not null,
    level double precision,
    weakest double precision not null,
    strongest double precision not null,
    powers jsonb not null default '[]',
    held_back jsonb not null default '[]',
    alarming jsonb not null default '[]',
    reference_days integer not null,
    false_alarms_per_month double precision not null,
    status text not null default '',
    run_id text not null references driftbook.run,
    current boolean not null,
    unique (model, model_version, fault, feature, run_id)
);
comment on table driftbook.detectability is
    'The smallest strength of each fault in each column that the alarms catch, tried on reference days held back.';
comment on column driftbook.detectability.feature is 'The column struck, empty for whole rows.';
comment on column driftbook.detectability.position is 'Orders a report.';
comment on column driftbook.detectability.unit is 'What a strength counts, in words.';
comment on column driftbook.detectability.smallest is 'Null where no strength tried is caught, or nothing was tried (status).';
comment on column driftbook.detectability.said is 'The smallest strength as a person reads it.';
comment on column driftbook.detectability.level is
    'How hard it is to catch: 0 at the weakest strength, 1 at none; null where nothing was tried.';
comment on column driftbook.detectability.powers is
    'The share of held-back days caught at each strength tried, ascending up to the smallest caught.';
comment on column driftbook.detectability.alarming is 'Days that were held back too, but alarm without a fault.';

create unique index if not exists detectability_current on driftbook.detectability (model, fault, feature)
where current;

-- One row per model and monitored day, kept by the database itself: wide dashboards read days, not their measures.

create table if not exists driftbook.day (
    model text not null,
    day date not null,
    rows integer,
    prediction_drift double precision,
    num_drifted_columns integer,
    share_missing_values double precision,
    labelled_rows integer,
    mean_absolute_error double precision,
    verdict text not null,
    run_id text not null references driftbook.run,
    error double precision,
    error_metric text,
    primary key (model, day)
);
comment on table driftbook.day is 'A day''s own numbers, from its current measures; written by the triggers on driftbook.measure only.';

create index if not exists day_day on driftbook.day (day);

-- Counts are bounded before the cast: a NaN would make the day an error.
create or replace view driftbook.day_of_measures as
select d.model, d.day, d.rows, d.prediction_drift, d.num_drifted_columns, d.share_missing_values,
    d.labelled_rows, d.mean_absolute_error, coalesce(v.name, 'ok') as verdict, d.run_id,
    case d.error_metric
        when 'mean_absolute_error' then d.mean_absolute_error
        when 'log_loss' then d.log_loss
        when 'error_rate' then d.error_rate
    end as error,
    d.error_metric
from (
    select m.model, m.day, max(m.run_id) as run_id, max(v.rank) as rank,
        (max(m.value) filter (where m.metric = 'rows' and m.is_of_day and m.value between 0 and 2147483647))::integer
            as rows,
        max(m.value) filter (where m.metric = 'prediction_drift' and m.is_of_day) as prediction_drift,
        (max(m.value) filter (where m.metric = 'num_drifted_columns' and m.is_of_day
            and m.value between 0 and 2147483647))::integer as num_drifted_columns,
        max(m.value) filter (where m.metric = 'share_missing_values' and m.is_of_day) as share_missing_values,
        (max(m.value) filter (where m.metric = 'labelled_rows' and m.is_of_day
            and m.value between 0 and 2147483647))::integer as labelled_rows,
        max(m.value) filter (where m.metric = 'mean_absolute_error' and m.is_of_day) as mean_absolute_error,
        max(m.value) filter (where m.metric = 'log_loss' and m.is_of_day) as log_loss,
        max(m.value) filter (where m.metric = 'error_rate' and m.is_of_day) as error_rate,
        max(m.metric) filter (where m.metric in ('mean_absolute_error', 'log_loss', 'error_rate') and m.is_of_day)
            as error_metric
    from (
        select model, day, metric, value, verdict, run_id, feature = '' and segment = '' as is_of_day
        from driftbook.measure
        where current
    ) m
    left join driftbook.verdict v on v.name = m.verdict
    group by m.model, m.day
) d
left join driftbook.verdict v using (rank);
comment on view driftbook.day_of_measures is 'What driftbook.day holds, computed from the measures.';

create or replace function driftbook.refresh_days() returns trigger language plpgsql as $$
begin
    delete from driftbook.day d using (select distinct model, day from changed) c
    where d.model = c.model and d.day = c.day;
    insert into driftbook.day
    select d.* from (select distinct model, day from changed) c
    cross join lateral (select * from driftbook.day_of_measures d where d.model = c.model and d.day = c.day) d;
    return null;
end
$$;

-- A trigger with a transition table serves one event only.
create or replace trigger days_after_insert after insert on driftbook.measure
referencing new table as changed for each statement execute function driftbook.refresh_days();
create or replace trigger days_after_update after update on driftbook.measure
referencing new table as changed for each statement execute function driftbook.refresh_days();
create or replace trigger days_after_delete after delete on driftbook.measure
referencing old table as changed for each statement execute function driftbook.refresh_days();

-- What readers read. Dashboards select from views only.

create or replace view driftbook.run_overview as
select run_id, notebook, model, day, label, kind, status, started_at, finished_at, error, page,
    notebook_hash, data_hash, model_version, code_version, stored_at, revision,
    extract(epoch from finished_at - started_at)::double precision as duration_seconds
from driftbook.run;

-- A run killed between storing and archiving has no page. The next run finds the same revision unchanged: its page counts.
create or replace view driftbook.run_page as
select r.run_id,
    coalesce(
        nullif(r.page, ''),
        (select other.page
         from driftbook.run other
         where other.model = r.model and other.day = r.day and other.revision = r.revision
             and other.status = 'succeeded' and other.page <> ''
         order by other.finished_at desc
         limit 1),
        ''
    ) as page
from driftbook.run r;

-- Outer joins by a unique key cost nothing where no column of theirs is asked for.
create or replace view driftbook.current_measure as
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.lower, m.upper, m.verdict, m.rows,
    m.revision, m.model_version, m.reference, m.run_id, p.page
from driftbook.measure m
left join driftbook.run_page p using (run_id)
where m.current;

create or replace view driftbook.current_judgement as
select j.model, j.day, j.verdict, j.reason, j.day_class, j.feature, j.cell, j.day_share, j.reference_share,
    j.severity, j.fixed_score, j.fixed_threshold, j.trailing_score, j.trailing_threshold,
    jsonb_array_length(j.fixed_days) as fixed_days, jsonb_array_length(j.trailing_days) as trailing_days, j.labels,
    j.model_version, j.revision, j.run_id, p.page
from driftbook.judgement j
left join driftbook.run_page p using (run_id)
where j.current;

create or replace view driftbook.current_detectability as
select d.model, d.model_version, d.position, d.fault, d.feature, d.unit, d.smallest, d.said, d.level, d.weakest,
    d.strongest, d.powers, jsonb_array_length(d.held_back) as held_back_days,
    jsonb_array_length(d.alarming) as alarming_days, d.reference_days, d.false_alarms_per_month, d.status, d.run_id,
    p.page
from driftbook.detectability d
left join driftbook.run_page p using (run_id)
where d.current;

create or replace view driftbook.failed_day as
select f.model, f.day, f.run_id, f.started_at, f.error, f.page
from driftbook.run f
where f.status = 'failed' and f.notebook = 'monitor' and f.model <> '' and f.day is not null
    and not exists (
        select from driftbook.run later
        where later.model = f.model and later.day = f.day and later.notebook = 'monitor'
            and (later.started_at, later.run_id) > (f.started_at, f.run_id)
    )
    and not exists (select from driftbook.day d where d.model = f.model and d.day = f.day);
comment on view driftbook.failed_day is 'Days whose newest run failed and that have no measures.';

create or replace view driftbook.daily_overview as
select d.model, d.day, d.rows, d.prediction_drift, d.num_drifted_columns, d.share_missing_values,
    d.labelled_rows, d.mean_absolute_error, d.verdict, p.page, d.error, d.error_metric
from driftbook.day d
left join driftbook.run_page p using (run_id)
union all
select f.model, f.day, null, null, null, null, null, null, 'failed', f.page, null, null
from driftbook.failed_day f;
comment on view driftbook.daily_overview is 'One row per model and day: its own numbers, its verdict, its page.';
comment on column driftbook.daily_overview.error is 'The error that is judged, whatever the model predicts: see error_metric.';

-- The limit keeps the newest days from being joined with all days.
create or replace view driftbook.model_overview as
select s.model, s.first_day, s.newest_day, s.days, s.newest_day - s.first_day + 1 - s.days as missing_days,
    (now() at time zone 'UTC')::date - s.newest_day as age_days, o.verdict, o.page
from (
    select model, min(first_day) as first_day, max(newest_day) as newest_day, sum(days)::integer as days
    from (
        select model, min(day) as first_day, max(day) as newest_day, count(*) as days
        from driftbook.day group by model
        union all
        select model, min(day), max(day), count(*) from driftbook.failed_day group by model
    ) parts
    group by model
) s
cross join lateral (
    select verdict, page from driftbook.daily_overview d
    where d.model = s.model and d.day = s.newest_day
    limit 1
) o;
comment on view driftbook.model_overview is 'One row per model: its days, and the verdict and page of its newest one.';

-- Joined by a key that is unique in all rows: a score that is not asked for is not read.
create or replace view driftbook.column_score as
select s.model, s.day, s.feature, f.value as score, f.upper as threshold, s.value as severity, s.verdict, p.page,
    t.value as trailing_score, t.upper as trailing_threshold
from driftbook.measure s
left join driftbook.measure f on f.model = s.model and f.day = s.day and f.metric = 'score'
    and f.feature = s.feature and f.segment = '' and f.revision = s.revision
left join driftbook.measure t on t.model = s.model and t.day = s.day and t.metric = 'trailing_score'
    and t.feature = s.feature and t.segment = '' and t.revision = s.revision
left join driftbook.run_page p on p.run_id = s.run_id
where s.current and s.metric = 'severity' and s.segment = '' and s.feature <> '';
comment on view driftbook.column_score is 'How far each column of a day is from both references.';
comment on column driftbook.column_score.score is 'Against the fixed reference; `threshold` is the day''s.';
comment on column driftbook.column_score.severity is
    'The score as a multiple of its threshold, the smaller one of the two references: above 1 it alarms.';
comment on column driftbook.column_score.trailing_score is 'Against the days before; null where they cannot judge yet.';

create or replace view driftbook.alarm as
select j.model, j.day, 'severity' as metric, case when j.severity > 1 then j.feature else '' end as feature,
    '' as segment, j.severity as value, null::double precision as lower, 1::double precision as upper, j.verdict,
    p.page, j.reason
from driftbook.judgement j
left join driftbook.run_page p using (run_id)
where j.current and j.verdict in ('no data', 'alarm')
union all
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.lower, m.upper, m.verdict, p.page,
    case m.verdict when 'no data' then 'no row arrived' else m.metric || ' is beyond its threshold' end
from driftbook.measure m
left join driftbook.run_page p using (run_id)
where m.current and m.verdict in ('no data', 'alarm', 'failed')
    and not exists (
        select from driftbook.judgement j where j.model = m.model and j.day = m.day and j.current
    )
union all
select f.model, f.day, 'run', '', '', null, null, null, 'failed', f.page, split_part(f.error, chr(10), 1)
from driftbook.failed_day f;
comment on view driftbook.alarm is
    'What calls a person, with the reason: days that alarm or have no rows, measures that alarm of days without a judgement, days that failed.';
comment on column driftbook.alarm.feature is 'Empty where a check or the whole day alarms, and no column''s score.';

create or replace view driftbook.verdict_rank as
select name as verdict, rank from driftbook.verdict;

create or replace view driftbook.smoke_value as
select run_id, sent_at, value from driftbook.smoke;

-- Who may read it. Views run with their owner's rights, so their readers need none on the tables.

create or replace function driftbook.grant_views() returns void language plpgsql as $$
declare
    found record;
begin
    if to_regrole('grafana_reader') is null then
        raise notice 'there is no role grafana_reader: create it, then run `select driftbook.grant_views()`';
        return;
    end if;
    grant usage on schema driftbook to grafana_reader;
    for found in select viewname from pg_catalog.pg_views where schemaname = 'driftbook' loop
        execute format('grant select on driftbook.%I to grafana_reader', found.viewname);
    end loop;
end
$$;
comment on function driftbook.grant_views is 'Lets grafana_reader select from every view; to be run again after new views.';
revoke all on function driftbook.grant_views(), driftbook.refresh_days() from public;

select driftbook.grant_views();
