-- Alarms under a budget: more verdicts, and one row per day that says what its verdict rests on.

update driftbook.verdict set severity = -1 - severity where severity >= 0;
insert into driftbook.verdict (name, severity) values
    ('ok', 0), ('special day', 1), ('insufficient', 2), ('not calibrated', 3), ('notice', 4), ('drift', 5),
    ('warning', 6), ('no data', 7), ('alarm', 8), ('failed', 9)
on conflict (name) do update set severity = excluded.severity;

alter table driftbook.run add column if not exists context_hash text not null default '';
comment on column driftbook.run.context_hash is
    'Stands for what a verdict depends on beside rows and model: budget, checks, the days of the trailing reference.';

create table if not exists driftbook.judgement (
    model text not null,
    day date not null,
    verdict text not null references driftbook.verdict,
    reason text not null,
    day_class text not null,
    feature text not null default '',
    cell text not null default '',
    day_share double precision,
    reference_share double precision,
    severity double precision,
    fixed_score double precision,
    fixed_threshold double precision,
    trailing_score double precision,
    trailing_threshold double precision,
    fixed_days jsonb not null default '[]',
    trailing_days jsonb not null default '[]',
    counts jsonb,
    model_version text not null,
    revision integer not null,
    run_id text not null references driftbook.run,
    current boolean not null,
    unique (model, day, revision)
);
comment on table driftbook.judgement is 'Why a day has its verdict: the feature and cell farthest out, both references.';
comment on column driftbook.judgement.severity is
    'The largest column score over the threshold of both references; an alarm above 1.';
comment on column driftbook.judgement.trailing_days is 'The days of the trailing reference, each with the hash of its counts.';
comment on column driftbook.judgement.counts is
    'The day as counts on the model''s fine grid: enough to score it against any reference, without its rows.';

create unique index if not exists judgement_current on driftbook.judgement (model, day) where current;

create or replace view driftbook.current_judgement as
select j.model, j.day, j.verdict, j.reason, j.day_class, j.feature, j.cell, j.day_share, j.reference_share,
    j.severity, j.fixed_score, j.fixed_threshold, j.trailing_score, j.trailing_threshold,
    jsonb_array_length(j.fixed_days) as fixed_days, jsonb_array_length(j.trailing_days) as trailing_days,
    j.model_version, j.revision, j.run_id, p.page
from driftbook.judgement j
left join driftbook.run_page p using (run_id)
where j.current;
