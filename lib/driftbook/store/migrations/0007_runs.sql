-- Runs whose process is gone are `lost`; what the files of a day's source looked like when it was read.

alter table driftbook.run add column if not exists host text not null default '';
alter table driftbook.run add column if not exists process text not null default '';
alter table driftbook.run add column if not exists source_state text not null default '';
comment on column driftbook.run.host is 'Where the run''s process lives: host, boot and namespace of process ids.';
comment on column driftbook.run.process is 'The run''s process: its id and when it started, in ticks since boot.';
comment on column driftbook.run.source_state is 'Stands for the names, sizes and times of the files its rows came from.';

alter table driftbook.run drop constraint if exists run_status_check;
alter table driftbook.run add constraint run_status_check check (status in ('running', 'succeeded', 'failed', 'lost'));

create index if not exists run_running on driftbook.run (host) where status = 'running';
create index if not exists run_unfinished on driftbook.run (model, day)
where status in ('failed', 'lost') and notebook = 'monitor';

create or replace view driftbook.failed_day as
select f.model, f.day, f.run_id, f.started_at, f.error, f.page
from driftbook.run f
where f.status in ('failed', 'lost') and f.notebook = 'monitor' and f.model <> '' and f.day is not null
    and not exists (
        select from driftbook.run later
        where later.model = f.model and later.day = f.day and later.notebook = 'monitor'
            and (later.started_at, later.run_id) > (f.started_at, f.run_id)
    )
    and not exists (select from driftbook.day d where d.model = f.model and d.day = f.day);
comment on view driftbook.failed_day is 'Days whose newest run failed or was lost and that have no measures.';

create or replace view driftbook.service_status as
with newest as (
    select m.model, s.run_seconds, s.rows_per_second
    from driftbook.model_overview m
    cross join lateral (
        select run_seconds, rows_per_second from driftbook.service_day s
        where s.model = m.model and s.run_seconds is not null
        order by s.finished_at desc
        limit 28
    ) s
),
found (model, metric, value, unit) as (
    select model, 'age_days', age_days::double precision, 'days' from driftbook.model_overview
    union all
    select model, 'run_seconds', max(run_seconds), 'seconds' from newest group by model
    union all
    select model, 'rows_per_second', percentile_cont(0.5) within group (order by rows_per_second), 'rows a second'
    from newest group by model
    union all
    select m.model, 'failed_days', (
        select count(*) from driftbook.failed_day f where f.model = m.model and f.started_at > now() - interval '7 days'
    ), 'days' from driftbook.model_overview m
    union all
    select m.model, 'lost_runs', (
        select count(*) from driftbook.run r where r.model = m.model and r.started_at > now() - interval '7 days'
            and (r.status = 'lost' or r.status = 'running' and r.started_at < now() - interval '1 day')
    ), 'runs' from driftbook.model_overview m
)
select f.model, f.metric, f.value, l.lower, l.upper, f.unit,
    case when f.value < l.lower or f.value > l.upper then 'notice' else 'ok' end as verdict,
    m.newest_day, m.page
from found f
join driftbook.model_overview m using (model)
left join driftbook.service_limit l using (model, metric);

select driftbook.grant_views();
