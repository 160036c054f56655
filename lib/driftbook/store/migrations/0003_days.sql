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
    primary key (model, day)
);
comment on table driftbook.day is 'A day''s own numbers, from its current measures; written by the triggers on driftbook.measure only.';

create index if not exists day_day on driftbook.day (day);
create index if not exists run_failed on driftbook.run (model, day) where status = 'failed' and notebook = 'monitor';
create index if not exists smoke_sent_at on driftbook.smoke (sent_at);
create index if not exists measure_beyond on driftbook.measure (model, day)
where current and verdict not in ('ok', 'insufficient');
-- A series index that holds everything a point shows: ten years of points are read without touching the table.
do $$
begin
    if not exists (
        select from pg_catalog.pg_indexes
        where schemaname = 'driftbook' and indexname = 'measure_series' and indexdef like '%INCLUDE%'
    ) then
        drop index if exists driftbook.measure_series;
        create index measure_series on driftbook.measure (model, metric, day, feature)
        include (segment, value, lower, upper, verdict, rows, run_id) where current;
    end if;
end
$$;

-- Counts are bounded before the cast: a NaN would make the day an error.
create or replace view driftbook.day_of_measures as
select d.model, d.day, d.rows, d.prediction_drift, d.num_drifted_columns, d.share_missing_values,
    d.labelled_rows, d.mean_absolute_error, coalesce(v.name, 'ok') as verdict, d.run_id
from (
    select m.model, m.day, max(m.run_id) as run_id, max(v.severity) as severity,
        (max(m.value) filter (where m.feature = '' and m.segment = '' and m.metric = 'rows'
            and m.value between 0 and 2147483647))::integer as rows,
        max(m.value) filter (where m.feature = '' and m.segment = '' and m.metric = 'prediction_drift')
            as prediction_drift,
        (max(m.value) filter (where m.feature = '' and m.segment = '' and m.metric = 'num_drifted_columns'
            and m.value between 0 and 2147483647))::integer as num_drifted_columns,
        max(m.value) filter (where m.feature = '' and m.segment = '' and m.metric = 'share_missing_values')
            as share_missing_values,
        (max(m.value) filter (where m.feature = '' and m.segment = '' and m.metric = 'labelled_rows'
            and m.value between 0 and 2147483647))::integer as labelled_rows,
        max(m.value) filter (where m.feature = '' and m.segment = '' and m.metric = 'mean_absolute_error')
            as mean_absolute_error
    from driftbook.measure m
    left join driftbook.verdict v on v.name = m.verdict
    where m.current
    group by m.model, m.day
) d
left join driftbook.verdict v using (severity);
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

insert into driftbook.day
select d.* from driftbook.day_of_measures d
where not exists (select from driftbook.day known where known.model = d.model and known.day = d.day);

-- Outer joins by a unique key cost nothing where no column of theirs is asked for.
create or replace view driftbook.current_measure as
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.lower, m.upper, m.verdict, m.rows,
    m.revision, m.model_version, m.reference, m.run_id, p.page
from driftbook.measure m
left join driftbook.run_page p using (run_id)
where m.current;

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
    d.labelled_rows, d.mean_absolute_error, d.verdict, p.page
from driftbook.day d
left join driftbook.run_page p using (run_id)
union all
select f.model, f.day, null, null, null, null, null, null, 'failed', f.page
from driftbook.failed_day f;
