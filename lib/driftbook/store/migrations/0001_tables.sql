-- The tables. Plain SQL that may run twice: a server's own start-up folder may have run it before the library does.

create schema if not exists driftbook;

create table if not exists driftbook.verdict (
    name text primary key,
    severity integer not null unique
);
comment on table driftbook.verdict is 'Verdicts by severity: the gravest verdict of a day''s measures is the day''s.';

insert into driftbook.verdict (name, severity) values
    ('ok', 0), ('insufficient', 1), ('warning', 2), ('no data', 3), ('alarm', 4), ('failed', 5)
on conflict do nothing;

create table if not exists driftbook.run (
    run_id text primary key,
    notebook text not null,
    model text not null default '',
    day date,
    label text not null default '',
    parameters jsonb not null default '{}',
    kind text not null check (kind in ('papermill', 'interactive')),
    status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    started_at timestamptz not null,
    finished_at timestamptz,
    error text not null default '',
    page text not null default '',
    notebook_hash text not null default '',
    data_hash text not null default '',
    model_version text not null default '',
    code_version text not null default '',
    stored_at timestamptz,
    revision integer
);
comment on table driftbook.run is 'One row per executed notebook.';
comment on column driftbook.run.label is 'The name of the run''s folder in the archive.';
comment on column driftbook.run.page is 'Path of the rendered page relative to the archive folder; empty if there is none.';
comment on column driftbook.run.stored_at is 'When the run''s rows were written, or found to be there unchanged.';

create index if not exists run_model_day on driftbook.run (model, day, started_at);
create index if not exists run_started_at on driftbook.run (started_at);

create table if not exists driftbook.measure (
    model text not null,
    day date not null,
    metric text not null,
    feature text not null default '',
    segment text not null default '',
    value double precision,
    lower double precision,
    upper double precision,
    verdict text references driftbook.verdict,
    rows integer not null,
    revision integer not null,
    run_id text not null references driftbook.run,
    model_version text not null,
    reference text not null default '',
    current boolean not null,
    unique (model, day, metric, feature, segment, revision)
);
comment on table driftbook.measure is 'One number about one day: a new metric is new rows, not a new column.';
comment on column driftbook.measure.verdict is 'Null where the number judges nothing.';
comment on column driftbook.measure.rows is 'Rows of the day''s frame.';

create unique index if not exists measure_current on driftbook.measure (model, day, metric, feature, segment)
where current;
create index if not exists measure_series on driftbook.measure (model, metric, feature, day) where current;

create table if not exists driftbook.histogram (
    model text not null,
    day date not null,
    feature text not null,
    bin text not null,
    position integer not null,
    count bigint not null,
    revision integer not null,
    run_id text not null references driftbook.run,
    current boolean not null,
    unique (model, day, feature, bin, revision)
);
comment on table driftbook.histogram is 'A day''s counts per frozen bin of the model''s reference; position orders the bins.';

create unique index if not exists histogram_current on driftbook.histogram (model, feature, day, bin) where current;

create table if not exists driftbook.smoke (
    run_id text not null references driftbook.run,
    sent_at timestamptz not null default clock_timestamp(),
    value double precision
);
comment on table driftbook.smoke is 'Values sent to check that notebooks, database and dashboards are wired together.';
