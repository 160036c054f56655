-- Runs whose process is gone are `lost`; what the files of a day's source looked like when it was read.

alter table driftbook.run add column if not exists host text not null default '';
alter table driftbook.run add column if not exists process text not null default '';
alter table driftbook.run add column if not exists source_state text not null default '';
comment on column driftbook.run.host is 'Where the run''s process lives: host, boot and namespace of process ids.';
comment on column driftbook.run.process is 'The run''s process: its id and when it started, in ticks since boot.';
comment on column driftbook.run.source_state is 'Stands for the names, sizes and times of the files its rows came from.';

alter table driftbook.run drop constraint if exists run_status_check;
alter table driftbook.run add constraint run_status_check check (status in ('running', 'succeeded', 'failed', 'lost'));

create index if not exists run_running on driftbook.run (host) where status = 'running';
create index if not exists run_unfinished on driftbook.run (model, day)
where status in ('failed', 'lost') and notebook = 'monitor';

create or replace view driftbook.failed_day as
select f.model, f.day, f.run_id, f.started_at, f.error, f.page
from driftbook.run f
where f.status in ('failed', 'lost') and f.notebook = 'monitor' and f.model <> '' and f.day is not null
    and not exists (
        select from driftbook.run later
        where later.model = f.model and later.day = f.day and later.notebook = 'monitor'
            and (later.started_at, later.run_id) > (f.started_at, f.run_id)
    )
    and not exists (select from driftbook.day d where d.model = f.model and d.day = f.day);
comment on view driftbook.failed_day is 'Days whose newest run failed or was lost and that have no measures.';

select driftbook.grant_views();
