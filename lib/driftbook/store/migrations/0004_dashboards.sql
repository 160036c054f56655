-- What the dashboards and alert rules read beside `daily_overview`, and who may read it.

-- The one place that says which measure is a column's score.
create or replace view driftbook.column_score as
select m.model, m.day, m.feature, m.value as score, m.upper as threshold,
    m.value / nullif(m.upper, 0) as severity, m.verdict, p.page
from driftbook.measure m
left join driftbook.run_page p using (run_id)
where m.current and m.metric = 'psi' and m.segment = '';
comment on column driftbook.column_score.severity is 'The score as a multiple of its threshold.';

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

create or replace view driftbook.alarm as
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.lower, m.upper, m.verdict, p.page
from driftbook.measure m
left join driftbook.run_page p using (run_id)
where m.current and m.verdict in ('alarm', 'no data', 'failed')
union all
select f.model, f.day, 'run', '', '', null, null, null, 'failed', f.page
from driftbook.failed_day f;
comment on view driftbook.alarm is 'What calls a person: measures that alarm, days without rows, days that failed.';

create or replace view driftbook.verdict_severity as
select name as verdict, severity from driftbook.verdict;

create or replace view driftbook.smoke_value as
select run_id, sent_at, value from driftbook.smoke;

-- Views run with their owner's rights, so their readers need none on the tables.
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
