"""A day is the same day on every panel, whatever time zone the database's sessions are in."""

import datetime as dt
import re

import psycopg
import pytest

from tools.dashboards.queries import Expansion, Query, expanded, queries

#: UTC, one that is behind it and one ahead: a midnight of theirs lies on another day.
ZONES = ("UTC", "America/New_York", "Pacific/Auckland")
ALL = list(queries())
#: The dashboards over runs and arrivals: their range is the wall clock's, their times are instants.
OF_THE_CLOCK = ("5-", "9-")
#: Over three years a point or cell stands for several days.
SPANS = {"days": (dt.date(2021, 12, 1), dt.date(2022, 3, 1)), "years": (dt.date(2020, 1, 1), dt.date(2023, 1, 1))}


def sent(connection, zone, sql):
    """What Grafana is sent: a time stamp without a zone is UTC to it, one with a zone an instant."""
    connection.execute(f"set time zone '{zone}'")
    cursor = connection.execute(sql)
    names = [column.name for column in cursor.description]
    return [dict(zip(names, map(in_utc, row), strict=True)) for row in cursor]


def in_utc(value):
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    return value


def steady(rows):
    """Leave out what passes while the queries run: seconds and hours since."""
    return [{name: value for name, value in row.items() if name not in ("age", "hours")} for row in rows]


def in_every_zone(connection, sql):
    return {zone: sent(connection, zone, sql) for zone in ZONES}


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("query", ALL, ids=lambda query: query.name)
def test_a_query_returns_the_same_days_in_every_time_zone(stack, expansion, wall_clock, query, span):
    ranges = wall_clock if query.name.startswith(OF_THE_CLOCK) else Expansion(*SPANS[span], expansion.variables)
    with psycopg.connect(stack.reader) as connection:
        found = in_every_zone(connection, expanded(query, ranges))
    assert steady(found[ZONES[1]]) == steady(found[ZONES[2]]) == steady(found["UTC"])


@pytest.mark.parametrize("query", [q for q in ALL if "$__timeFilter(day)" in q.sql], ids=lambda query: query.name)
def test_a_day_on_a_panel_is_a_stored_day_at_midnight_in_utc(stack, expansion, query):
    (stored,) = stack.rows("select array_agg(distinct day) from driftbook.daily_overview")
    with psycopg.connect(stack.reader) as connection:
        for zone in ZONES:
            for row in sent(connection, zone, expanded(query, expansion)):
                at = row["time"] if "time" in row else dt.datetime.fromisoformat(f"{row['day']}T00:00:00+00:00")
                assert (at.time(), at.date() in stored[0]) == (dt.time(), True), (zone, row)


def test_the_rules_fire_on_the_same_days_in_every_time_zone(stack):
    rules = [query for query in ALL if query.name.startswith("alert: ")]
    with psycopg.connect(stack.writer) as connection, connection.transaction(force_rollback=True):
        moved_to_this_week(connection)
        for rule in rules:
            found = in_every_zone(connection, rule.sql)
            assert found["UTC"], rule.name
            assert steady(found[ZONES[1]]) == steady(found[ZONES[2]]) == steady(found["UTC"])


def moved_to_this_week(connection):
    """Make the newest day five days old and every run one of two days ago, 23 o'clock: in Auckland that is a day on."""
    for table in ("measure", "judgement", "run"):
        connection.execute(
            f"update driftbook.{table} set day = day + ((now() at time zone 'UTC')::date - 5 - %s)",
            [dt.date(2022, 2, 22)],
        )
    connection.execute(
        "update driftbook.run set started_at = (date_trunc('day', now() at time zone 'UTC') - interval '49 hours') "
        "at time zone 'UTC'"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "select date_bin('$__interval', day, date '1970-01-01') as time from driftbook.daily_overview",
        "select day::timestamptz as time from driftbook.daily_overview",
        "select started_at::date::text as day from (select timestamptz '2022-02-10T23:00Z' as started_at) run",
    ],
)
def test_a_day_of_the_sessions_zone_is_noticed(stack, expansion, sql):
    with psycopg.connect(stack.reader) as connection:
        found = in_every_zone(connection, expanded(Query("planted", sql), expansion))
    assert len({str(rows) for rows in found.values()}) > 1


def test_no_query_bins_or_shifts_a_bare_date():
    binned = [query for query in ALL if "date_bin" in query.sql]
    assert len(binned) >= 10
    assert [q.name for q in binned if not re.search(r"date_bin\('[^']*', day::timestamp, timestamp '", q.sql)] == []
