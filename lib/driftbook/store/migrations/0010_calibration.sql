-- The age of a model's reference period is a number of the service status, its threshold in the params file.

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
    union all
    -- The label of a training is its reference period, both days included.
    select model, 'calibration_days', (now() at time zone 'UTC')::date - nullif(right(label, 10), '')::date, 'days'
    from (
        select distinct on (model) model, label from driftbook.run
        where notebook = 'train' and status = 'succeeded' and model <> ''
        order by model, started_at desc
    ) trained
)
select f.model, f.metric, f.value, l.lower, a.upper, f.unit,
    case when f.value < l.lower or f.value > a.upper then 'notice' else 'ok' end as verdict,
    m.newest_day, m.page
from found f
join driftbook.model_overview m using (model)
left join driftbook.service_limit l using (model, metric)
-- A year where the newest day was stored before there was a threshold.
cross join lateral (
    select coalesce(l.upper, case when f.metric = 'calibration_days' then 365::double precision end) as upper
) a;
comment on view driftbook.service_status is
    'Each model''s service now: age of its newest day and reference period, slowest and median of its last 28 runs, failures and lost runs of 7 days.';

select driftbook.grant_views();
