-- The status of the service itself: is monitoring fresh, fast and free of failures?

create table if not exists driftbook.service_limit (
    model text not null,
    metric text not null,
    lower double precision,
    upper double precision,
    primary key (model, metric)
);
comment on table driftbook.service_limit is
    'The thresholds of the service status, as the params file of the newest stored day has them.';

create or replace view driftbook.service_day as
select j.model, j.day, r.duration_seconds as run_seconds, d.rows, d.rows / nullif(r.duration_seconds, 0) as rows_per_second,
    extract(epoch from r.stored_at - ((j.day + 1)::timestamp at time zone 'UTC'))::double precision / 3600 as hours_after,
    (select count(*) from driftbook.run other
     where other.model = j.model and other.day = j.day and other.notebook = r.notebook)::integer as attempts,
    r.finished_at, p.page
from driftbook.judgement j
join driftbook.run_overview r using (run_id)
left join driftbook.day d on d.model = j.model and d.day = j.day
left join driftbook.run_page p on p.run_id = j.run_id
where j.current and r.kind = 'papermill';
comment on view driftbook.service_day is 'How each monitored day was served: seconds, rows a second, hours after its end (in UTC), attempts.';

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
comment on view driftbook.service_status is
    'Each model''s service now: age of its newest day, slowest and median of its last 28 runs, failures and lost runs of 7 days.';

select driftbook.grant_views();
