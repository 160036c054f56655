-- One alarm is one open item, however many days it lasts, until somebody acknowledges it.

alter table driftbook.judgement add column if not exists facts jsonb not null default '[]';
alter table driftbook.judgement add column if not exists since date;
alter table driftbook.judgement add column if not exists fixed_threshold_error double precision;
alter table driftbook.judgement add column if not exists trailing_threshold_error double precision;
comment on column driftbook.judgement.facts is 'What the day is an alarm for, the leading one first.';
comment on column driftbook.judgement.since is 'The first day of the alarm that the day is part of; null if it is none.';
comment on column driftbook.judgement.fixed_threshold_error is 'The standard error of the threshold, in tail units.';

create table if not exists driftbook.acknowledgement (
    model text not null,
    start date not null,
    columns jsonb not null default '[]',
    note text not null default '',
    run_id text not null references driftbook.run,
    made_at timestamptz not null default clock_timestamp(),
    unique (model, start, columns)
);
comment on table driftbook.acknowledgement is 'Lasting changes that somebody has seen: they alarm no more.';
comment on column driftbook.acknowledgement.columns is 'The columns that changed; none means every column.';

-- Beside current_judgement, which a file that runs again must be able to replace.
create or replace view driftbook.current_alarm as
select j.model, j.day, j.facts, j.since, j.fixed_threshold_error, j.trailing_threshold_error, j.reason, p.page
from driftbook.judgement j
left join driftbook.run_page p using (run_id)
where j.current;
comment on view driftbook.current_alarm is
    'What each judged day is an alarm for and since when, with the standard errors of its thresholds.';

create or replace view driftbook.open_item as
select distinct on (i.model, i.since) i.model, i.since, i.facts ->> 0 as fact, i.day as newest_day,
    count(*) over (partition by i.model, i.since) as days, i.reason, i.page,
    (select jsonb_agg(distinct f.fact)
     from driftbook.current_alarm c, jsonb_array_elements_text(c.facts) f (fact)
     where c.model = i.model and c.since = i.since) as facts
from driftbook.current_alarm i
where i.since is not null
    and not exists (
        select from driftbook.acknowledgement a
        where a.model = i.model and a.start <= i.since
            and (a.columns = '[]' or a.columns ? (i.facts ->> 0))
    )
order by i.model, i.since, i.day desc;
comment on view driftbook.open_item is 'One row per alarm, whatever days it lasted: what is not acknowledged yet.';

select driftbook.grant_views();
