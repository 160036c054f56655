#!/bin/bash
# Makes the two logins and the schema: run by the postgres image at a database's first start, or by an operator as an
# administrator of a server of their own (docs/stack.md: your own PostgreSQL). It may run again, and then sets passwords anew.
#
# Reads POSTGRES_USER and POSTGRES_DB (administrator, database), DRIFTBOOK_PASSWORD and GRAFANA_READER_PASSWORD (the
# logins' passwords), MIGRATIONS (the folder of the .sql files), and libpq's PGHOST and so on.
set -euo pipefail
: "${POSTGRES_USER:?}" "${POSTGRES_DB:?}" "${DRIFTBOOK_PASSWORD:?}" "${GRAFANA_READER_PASSWORD:?}"
migrations="${MIGRATIONS:-/migrations}"
sql=(psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB")

"${sql[@]}" <<'SQL'
-- Passwords come from the environment: not from arguments, which every process may read, nor into the server's log.
\getenv writer_password DRIFTBOOK_PASSWORD
\getenv reader_password GRAFANA_READER_PASSWORD
select current_setting('is_superuser') = 'on' as is_superuser \gset
\if :is_superuser
set log_min_error_statement = panic;
set log_statement = none;
set log_min_duration_statement = -1;
\endif
set client_min_messages = warning;
select format('create role %I', name) from unnest(array['driftbook', 'grafana_reader']) name
where to_regrole(name) is null \gexec
alter role driftbook login nocreatedb nocreaterole password :'writer_password';
alter role grafana_reader login nocreatedb nocreaterole connection limit 20 password :'reader_password';
-- What a session, or the role for its next ones, may set otherwise; running this script again sets it back.
alter role grafana_reader reset all;
alter role grafana_reader set default_transaction_read_only = on;
alter role grafana_reader set statement_timeout = '15s';
alter role grafana_reader set lock_timeout = '5s';
alter role grafana_reader set idle_in_transaction_session_timeout = '60s';

-- Nobody but the two gets in, the writer has its own schema, and nothing is created anywhere else.
select current_database() as database \gset
revoke all on database :"database" from public;
revoke all on schema public from public;
grant connect on database :"database" to driftbook, grafana_reader;
grant driftbook to current_user;

-- What everybody may do in any database: take the locks by which writers wait for each other, write large objects, wake
-- listeners. And what only an administrator may set: how much of the disk a query of the reader may take.
\if :is_superuser
alter role grafana_reader set temp_file_limit = '256MB';
select format('revoke execute on function %s from public', oid::regprocedure) from pg_proc
where pronamespace = 'pg_catalog'::regnamespace
    and proname ~ '^(pg_(try_)?advisory_|lo_|lowrite$|loread$|pg_notify$)' \gexec
select format('grant execute on function %s to driftbook', oid::regprocedure) from pg_proc
where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory_' \gexec
\else
\warn 'not a superuser: grafana_reader keeps the right to take advisory locks and to write large objects'
\endif
create schema if not exists driftbook authorization driftbook;
SQL

# The library's own files, as the writer, noted down as the library does it: it finds them applied. They say `create
# schema if not exists`, for which PostgreSQL wants the right to create one even where the schema is there.
{
  echo "\\set QUIET on"
  echo "set client_min_messages = warning;"
  echo "select current_database() as database \\gset"
  echo "grant create on database :\"database\" to driftbook;"
  echo "set role driftbook;"
  echo "create table if not exists driftbook.migration (number integer primary key, name text not null,"
  echo "  sha256 text not null, applied_at timestamptz not null default clock_timestamp());"
  for file in "$migrations"/[0-9]*_*.sql; do
    name="$(basename "$file" .sql)"
    sum="$(sha256sum <"$file")"
    echo "select not exists (select from driftbook.migration where name = '$name') as missing \\gset"
    echo "\\if :missing"
    cat "$file"
    echo
    echo "insert into driftbook.migration (number, name, sha256) values ($((10#${name%%_*})), '$name', '${sum%% *}');"
    echo "\\endif"
  done
  echo "select driftbook.grant_views();"
  echo "reset role;"
  echo "revoke create on database :\"database\" from driftbook;"
} | "${sql[@]}" --single-transaction --output /dev/null
