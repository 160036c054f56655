-- Which faults a model's alarms would miss, told when it is trained.

create table if not exists driftbook.detectability (
    model text not null,
    model_version text not null,
    fault text not null,
    feature text not null default '',
    position integer not null,
    unit text not null,
    smallest double precision,
    said text not null,
    level double precision,
    weakest double precision not null,
    strongest double precision not null,
    powers jsonb not null default '[]',
    held_back jsonb not null default '[]',
    alarming jsonb not null default '[]',
    reference_days integer not null,
    false_alarms_per_month double precision not null,
    status text not null default '',
    run_id text not null references driftbook.run,
    current boolean not null,
    unique (model, model_version, fault, feature, run_id)
);
comment on table driftbook.detectability is
    'The smallest strength of each fault in each column that the alarms catch, tried on reference days held back.';
comment on column driftbook.detectability.feature is 'The column struck, empty for whole rows.';
comment on column driftbook.detectability.position is 'Orders a report.';
comment on column driftbook.detectability.unit is 'What a strength counts, in words.';
comment on column driftbook.detectability.smallest is 'Null where no strength tried is caught, or nothing was tried (status).';
comment on column driftbook.detectability.said is 'The smallest strength as a person reads it.';
comment on column driftbook.detectability.level is
    'How hard it is to catch: 0 at the weakest strength, 1 at none; null where nothing was tried.';
comment on column driftbook.detectability.powers is
    'The share of held-back days caught at each strength tried, ascending up to the smallest caught.';
comment on column driftbook.detectability.alarming is 'Days that were held back too, but alarm without a fault.';

create unique index if not exists detectability_current on driftbook.detectability (model, fault, feature)
where current;

create or replace view driftbook.current_detectability as
select d.model, d.model_version, d.position, d.fault, d.feature, d.unit, d.smallest, d.said, d.level, d.weakest,
    d.strongest, d.powers, jsonb_array_length(d.held_back) as held_back_days,
    jsonb_array_length(d.alarming) as alarming_days, d.reference_days, d.false_alarms_per_month, d.status, d.run_id,
    p.page
from driftbook.detectability d
left join driftbook.run_page p using (run_id)
where d.current;
