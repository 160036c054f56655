-- How sure a number is: the interval that holds the true value in 90 % of cases.

alter table driftbook.measure add column if not exists low double precision;
alter table driftbook.measure add column if not exists high double precision;
comment on column driftbook.measure.low is
    'The lower end of the interval that holds the true value in 90 % of cases; null where none is told.';
comment on column driftbook.measure.high is 'Its upper end.';

create or replace view driftbook.measure_interval as
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.low, m.high, m.verdict, m.run_id, p.page
from driftbook.measure m
left join driftbook.run_page p using (run_id)
where m.current and m.low is not null;
comment on view driftbook.measure_interval is 'The current measures that have an interval.';

select driftbook.grant_views();
