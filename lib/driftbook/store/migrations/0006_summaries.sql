-- What a day is about in its column's own terms, and open items with the pages that a person wants next.

alter table driftbook.judgement add column if not exists summary text not null default '';
alter table driftbook.judgement add column if not exists lasted integer;
comment on column driftbook.judgement.summary is 'What the day is about, in one sentence in the terms of its column.';
comment on column driftbook.judgement.lasted is 'How many judged days the alarm has lasted, this one included; null if it is none.';

-- Days stored before have no sentence of their own: the alarms' stands for it.
create or replace view driftbook.day_summary as
select model, day, coalesce(nullif(summary, ''), reason) as summary, lasted
from driftbook.judgement
where current;
comment on view driftbook.day_summary is 'What each judged day is about, and how many days its alarm has lasted.';

create or replace view driftbook.open_item_page as
select i.model, i.since, i.fact, i.facts, i.newest_day, coalesce(s.lasted, i.days)::integer as lasted, s.summary, i.page,
    d.page as debug, f.day as first_day, f.page as first_page, e.page as first_debug
from driftbook.open_item i
join driftbook.day_summary s on s.model = i.model and s.day = i.newest_day
cross join lateral (
    select c.day, c.page from driftbook.current_alarm c
    where c.model = i.model and c.since = i.since
    order by c.day
    limit 1
) f
left join driftbook.debug_page d on d.model = i.model and d.day = i.newest_day
left join driftbook.debug_page e on e.model = i.model and e.day = f.day;
comment on view driftbook.open_item_page is
    'One row per open item: how long it lasts, what it is about, the pages of its first and newest day and of their debug.';

create or replace view driftbook.comparison_page as
select distinct on (model, day, parameters ->> 'beside') model, day, (parameters ->> 'beside')::date as beside, page
from driftbook.run
where notebook = 'debug' and status = 'succeeded' and page <> '' and day is not null
    and parameters ->> 'beside' ~ '^\d{4}-\d\d-\d\d$'
order by model, day, parameters ->> 'beside', started_at desc, run_id desc;
comment on view driftbook.comparison_page is 'The newest page of debug that sets a day beside another one.';

select driftbook.grant_views();
