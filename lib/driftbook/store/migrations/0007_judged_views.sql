-- What the dashboards and alert rules read of days judged under a budget. The views of before keep their columns (a file
-- of before that runs again could not take any away), the new ones beside them have more.

create index if not exists judgement_alarm on driftbook.judgement (model, day)
where current and verdict in ('alarm', 'no data');
-- The judgements are wide; a line of severities is read from this alone.
create index if not exists judgement_severity on driftbook.judgement (model, day) include (severity) where current;

-- Joined by a key that is unique in all rows: a score that is not asked for is not read.
create or replace view driftbook.judged_column as
select s.model, s.day, s.feature, s.value as severity, s.verdict,
    f.value as score, f.upper as threshold, t.value as trailing_score, t.upper as trailing_threshold, p.page
from driftbook.measure s
left join driftbook.measure f on f.model = s.model and f.day = s.day and f.metric = 'score'
    and f.feature = s.feature and f.segment = '' and f.revision = s.revision
left join driftbook.measure t on t.model = s.model and t.day = s.day and t.metric = 'trailing_score'
    and t.feature = s.feature and t.segment = '' and t.revision = s.revision
left join driftbook.run_page p on p.run_id = s.run_id
where s.current and s.metric = 'severity' and s.segment = '' and s.feature <> '';
comment on view driftbook.judged_column is 'How far each column of a day is from both references.';
comment on column driftbook.judged_column.severity is
    'The score as a multiple of its threshold, the smaller one of the two references: above 1 it alarms.';
comment on column driftbook.judged_column.score is 'Against the fixed reference; `threshold` is the day''s.';
comment on column driftbook.judged_column.trailing_score is 'Against the days before; null where they cannot judge yet.';

create or replace view driftbook.column_score as
select model, day, feature, score, threshold, severity, verdict, page
from driftbook.judged_column;
comment on view driftbook.column_score is 'The columns of judged_column that concern the fixed reference.';
comment on column driftbook.column_score.severity is
    'The score as a multiple of its threshold, the smaller one of both references: above 1 it alarms.';

create or replace view driftbook.judged_alarm as
select j.model, j.day, 'severity' as metric, case when j.severity > 1 then j.feature else '' end as feature,
    '' as segment, j.severity as value, null::double precision as lower, 1::double precision as upper, j.verdict,
    p.page, j.reason
from driftbook.judgement j
left join driftbook.run_page p using (run_id)
where j.current and j.verdict in ('alarm', 'no data')
union all
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.lower, m.upper, m.verdict, p.page,
    case m.verdict when 'no data' then 'no row arrived' else m.metric || ' is beyond its threshold' end
from driftbook.measure m
left join driftbook.run_page p using (run_id)
where m.current and m.verdict in ('alarm', 'no data', 'failed')
    and not exists (
        select from driftbook.judgement j where j.model = m.model and j.day = m.day and j.current
    )
union all
select f.model, f.day, 'run', '', '', null, null, null, 'failed', f.page, split_part(f.error, chr(10), 1)
from driftbook.failed_day f;
comment on view driftbook.judged_alarm is
    'What calls a person, with the reason: days that alarm or have no rows, measures that alarm of days without a judgement, days that failed.';
comment on column driftbook.judged_alarm.feature is 'Empty where a check or the whole day alarms, and no column''s score.';

create or replace view driftbook.alarm as
select model, day, metric, feature, segment, value, lower, upper, verdict, page
from driftbook.judged_alarm;
comment on view driftbook.alarm is 'What calls a person: days that alarm, days without rows, days that failed.';

select driftbook.grant_views();
