-- What dashboards need beside the days' numbers: the way to `debug`, and each column's distribution with its reference's.

create index if not exists run_debug on driftbook.run (model, day, started_at)
where notebook = 'debug' and status = 'succeeded' and page <> '';

create or replace view driftbook.debug_page as
select distinct on (model, day) model, day, page
from driftbook.run
where notebook = 'debug' and status = 'succeeded' and page <> '' and day is not null
order by model, day, started_at desc, run_id desc;
comment on view driftbook.debug_page is 'The newest page of debug of each day that was taken apart.';

alter table driftbook.judgement add column if not exists histograms jsonb;
comment on column driftbook.judgement.histograms is
    'Column to its cells in order, each with its label, the day''s rows in it and the fixed reference''s; null without rows.';

create or replace view driftbook.column_cell as
select j.model, j.day, h.feature, c.position, c.cell, c.rows, c.rows / nullif(c.all_rows, 0) as share,
    c.reference_rows / nullif(c.all_reference_rows, 0) as reference_share, p.page
from driftbook.judgement j
cross join lateral jsonb_each(j.histograms) h (feature, cells)
cross join lateral (
    select e.position::integer as position, e.cell ->> 0 as cell, (e.cell ->> 1)::double precision as rows,
        (e.cell ->> 2)::double precision as reference_rows, sum((e.cell ->> 1)::double precision) over () as all_rows,
        sum((e.cell ->> 2)::double precision) over () as all_reference_rows
    from jsonb_array_elements(h.cells) with ordinality e (cell, position)
) c
left join driftbook.run_page p using (run_id)
where j.current;
comment on view driftbook.column_cell is 'How each column''s rows of a day, and those of its reference, lie in its cells.';
comment on column driftbook.column_cell.position is 'Orders the cells of a column; the missing values are the last one.';

select driftbook.grant_views();
