-- A reader that was made by hand is told of what only an administrator can take from it.

create or replace function driftbook.grant_views() returns void language plpgsql as $$
declare
    found record;
begin
    if to_regrole('grafana_reader') is null then
        raise notice 'there is no role grafana_reader: create it, then run `select driftbook.grant_views()`';
        return;
    end if;
    grant usage on schema driftbook to grafana_reader;
    for found in select viewname from pg_catalog.pg_views where schemaname = 'driftbook' loop
        execute format('grant select on driftbook.%I to grafana_reader', found.viewname);
    end loop;
    if has_function_privilege('grafana_reader', 'pg_catalog.pg_advisory_lock(bigint)', 'execute') then
        raise notice 'grafana_reader may take the locks of writers and write large objects: let an administrator run config/database/init.sh';
    end if;
end
$$;

select driftbook.grant_views();
