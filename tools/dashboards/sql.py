"""Queries that several panels share: what a point or cell stands for where a range has more days than it has room."""

from collections.abc import Iterable

#: How the reader's choice of models gets into a query, quoted: one, several, or none (`in ()` would be an error).
MODELS = "model = any (array[${model:sqlstring}]::text[])"
#: Where a dashboard shows one model or column, of several the first: Grafana carries *All* over from other dashboards.
MODEL = "model = (array[${model:sqlstring}]::text[])[1]"
COLUMN = "feature = (array[${column:sqlstring}]::text[])[1]"
#: The days of a panel over days, of one model and of several.
DAYS, DAYS_OF_ALL = (f"{chosen} and $__timeFilter(day)" for chosen in (MODEL, MODELS))
#: The interval that a point or cell stands for. A bare date becomes midnight of the session's time zone; a time stamp
#: without a zone is UTC to Grafana.
TIME = "date_bin('$__interval', day::timestamp, timestamp '1970-01-01') as time"

# An array's maximum carries the day of the highest value along, without a sort of all days. The limit keeps the points'
# pages and thresholds from being looked for among those of all days.
_HIGHEST = """
with p as (
    select {time}, {keys},
        max(array[{value}, day - date '1970-01-01']) as top
    from {view}
    where {where} and {value} is not null
    group by 1, {keys}
)
select p.time, p.{by}, p.top[1] as {name}, o.page
from p
cross join lateral (
    select page from driftbook.daily_overview d
    where d.model = p.model and d.day = date '1970-01-01' + p.top[2]::integer
    limit 1
) o
order by p.time
"""
# Two whole numbers fit into one.
_GRAVEST = """
with p as (
    select {time}, {keys},
        max(v.rank * 1000000 + (day - date '1970-01-01')) as top
    from {view}
    join driftbook.verdict_rank v using (verdict)
    where {where}
    group by 1, {keys}
)
select p.time, p.{by}, o.page || '#' || replace(v.verdict, ' ', '-') as verdict
from p
join driftbook.verdict_rank v on v.rank = p.top / 1000000
cross join lateral (
    select page from driftbook.daily_overview d
    where d.model = p.model and d.day = date '1970-01-01' + p.top % 1000000
    limit 1
) o
order by p.time
"""


def listed(texts: Iterable[str]) -> str:
    """Return texts as a list in SQL.

    Examples
    --------
    >>> listed(["no data", "alarm"])
    "('no data', 'alarm')"
    """
    return "(" + ", ".join(f"'{text}'" for text in texts) + ")"


def one(*metrics: str, of: str = "feature = ''") -> str:
    """Return the conditions that choose one measure of each day from `current_measure`: the one of these it has.

    `of` the whole day, or of a column.
    """
    return f"{DAYS} and metric in {listed(metrics)} and {of} and segment = ''"


def each(*metrics: str) -> str:
    """Return the rows of `current_measure` of some measures of the whole day, to be selected from.

    One metric after the other, each found in an index; of a list PostgreSQL would read every measure of each day.
    """
    of_one = f"{DAYS} and metric = e.metric and feature = '' and segment = '' offset 0"
    names = listed(metrics).strip("()")
    return f"""(
            select m.* from unnest(array[{names}]) e (metric)
            cross join lateral (select * from driftbook.current_measure where {of_one}) m
        )"""


def highest(value: str, view: str, by: str, where: str = DAYS, name: str = "") -> str:
    """Return a query of `time`, `by`, the highest value of each interval and its day's page.

    `value` is computed of a row of the view, `name` is what it is called if it is not one of its columns.
    """
    given = {"value": value, "view": view, "by": by, "where": where, "name": name or value}
    return _HIGHEST.format(**given, time=TIME, keys=_keys(by))


def gravest(view: str, by: str, where: str = DAYS) -> str:
    """Return a query of `time`, `by` and the gravest verdict of each interval, as `verdicts.link_mappings` wants it."""
    return _GRAVEST.format(time=TIME, keys=_keys(by), by=by, view=view, where=where)


def debug(of: str) -> str:
    """Return what is selected as `debug`: the newest page of it for a day, else that day's own page."""
    found = f"select d.page from driftbook.debug_page d where d.model = {of}.model and d.day = {of}.day"
    return f"coalesce(({found}), {of}.page) as debug"


def _keys(by: str) -> str:
    return "model" if by == "model" else f"model, {by}"
