-- What was believed when; what an archived run consists of, and what retention took away.

alter table driftbook.run add column if not exists files jsonb not null default '{}';
alter table driftbook.run add column if not exists pruned_at timestamptz;
comment on column driftbook.run.files is 'The archived files of the run, each with its SHA-256.';
comment on column driftbook.run.pruned_at is 'When retention removed the page of the run and its rows that were no longer current.';

create index if not exists run_revision on driftbook.run (model, day, revision, stored_at) where revision is not null;
create index if not exists judgement_since on driftbook.judgement (model, since, day) where current and since is not null;
create index if not exists run_newest on driftbook.run (model, started_at, run_id);

-- The first run that stored a revision wrote it; later ones found it unchanged. One of Jupyter's beside papermill's
-- was never current.
create or replace view driftbook.revision as
select w.model, w.day, w.revision, w.run_id, w.known_from,
    lead(w.known_from) over (partition by w.model, w.day order by w.revision) as known_until, p.page
from (
    select distinct on (model, day, revision) model, day, revision, run_id, stored_at as known_from, kind,
        min(revision) filter (where kind = 'papermill') over (partition by model, day) as first_of_papermill
    from driftbook.run
    where revision is not null and model <> '' and day is not null
    order by model, day, revision, stored_at
) w
left join driftbook.run_page p using (run_id)
where w.kind = 'papermill' or w.revision < coalesce(w.first_of_papermill, w.revision + 1);
comment on view driftbook.revision is
    'One row per revision of a day that was ever current: what was believed from known_from until known_until, null for now.';

create or replace view driftbook.measure_history as
select m.model, m.day, m.metric, m.feature, m.segment, m.value, m.lower, m.upper, m.verdict, m.rows, m.low, m.high,
    m.revision, m.model_version, m.run_id, r.page, r.known_from, r.known_until
from driftbook.measure m
join driftbook.revision r using (model, day, revision);
comment on view driftbook.measure_history is
    'Every number that was ever current: known at T are those with known_from <= T and coalesce(known_until, ''infinity'') > T.';

create or replace view driftbook.judgement_history as
select j.model, j.day, j.verdict, j.reason, coalesce(nullif(j.summary, ''), j.reason) as summary, j.feature, j.severity,
    j.since, j.labels, j.revision, j.model_version, j.run_id, r.page, r.known_from, r.known_until
from driftbook.judgement j
join driftbook.revision r using (model, day, revision);
comment on view driftbook.judgement_history is
    'Every judgement that was ever current: known at T are those with known_from <= T and coalesce(known_until, ''infinity'') > T.';

select driftbook.grant_views();
