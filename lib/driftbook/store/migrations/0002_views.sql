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

create or replace view driftbook.current_measure as
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.lower, m.upper, m.verdict, m.rows,
    m.revision, m.model_version, m.reference, m.run_id, p.page
from driftbook.measure m
join driftbook.run_page p using (run_id)
where m.current;

-- Counts are bounded before the cast: a NaN would make the whole view an error.
create or replace view driftbook.daily_overview as
select d.model, d.day, d.rows, d.prediction_drift, d.num_drifted_columns, d.share_missing_values,
    d.labelled_rows, d.mean_absolute_error, coalesce(gravest.name, 'ok') as verdict, p.page
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
join driftbook.run_page p using (run_id)
left join driftbook.verdict gravest on gravest.severity = d.severity
union all
select f.model, f.day, null, null, null, null, null, null, 'failed', f.page
from (
    select distinct on (model, day) model, day, status, page
    from driftbook.run
    where notebook = 'monitor' and model <> '' and day is not null
    order by model, day, started_at desc, run_id desc
) f
where f.status = 'failed'
    and not exists (
        select from driftbook.measure m where m.model = f.model and m.day = f.day and m.current
    );
