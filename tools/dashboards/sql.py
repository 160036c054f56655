"""Queries that several panels share: what a point or cell stands for where a range has more days than it has room."""

from collections.abc import Iterable

#: How the reader's choice of models gets into a query: quoted, whether one or several.
MODELS = "model in (${model:sqlstring})"
#: The days of a panel over days.
DAYS = f"{MODELS} and $__timeFilter(day)"

# A bare date becomes midnight of the session's time zone, a time stamp without a zone is UTC to Grafana: bin those.
# An array's maximum carries the day of the highest value along, without a sort of all days. The limit keeps the points'
# pages and thresholds from being looked for among those of all days.
_HIGHEST = """
with p as (
    select date_bin('$__interval', day::timestamp, timestamp '1970-01-01') as time, {keys},
        max(array[{value}, day - date '1970-01-01']) as top
    from {view}
    where {where} and {value} is not null
    group by 1, {keys}
)
select p.time, p.{by}, p.top[1] as {name}, {shown}
from p
cross join lateral (
    select * from {details} d
    where d.model = p.model and d.day = date '1970-01-01' + p.top[2]::integer{which}
    limit 1
) o
order by p.time
"""
# Two whole numbers fit into one.
_GRAVEST = """
with p as (
    select date_bin('$__interval', day::timestamp, timestamp '1970-01-01') as time, {keys},
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


def one(*metrics: str, feature: str = "''") -> str:
    """Return the conditions that choose one measure of each day from `current_measure`: the one of these it has."""
    return f"{DAYS} and metric in {listed(metrics)} and feature = {feature} and segment = ''"


def highest(value: str, view: str, by: str, *, where: str = DAYS, name: str = "", judged: Iterable[str] = ()) -> str:
    """Return a query of `time`, `by`, the highest value of each interval and its day's page.

    `value` is a column of the view, `name` is what it is called if not as its column. If it is a measure of the whole
    day, one of `judged`, that and its `threshold` are returned too.
    """
    name = name or value
    details, which, shown = "driftbook.daily_overview", "", "o.page"
    if judged:
        details, shown = "driftbook.current_measure", "o.metric as measure, o.upper as threshold, o.page"
        which = f" and d.metric in {listed(judged)} and d.feature = '' and d.segment = ''"
    given = {"value": value, "view": view, "by": by, "where": where, "name": name}
    return _HIGHEST.format(**given, keys=_keys(by), details=details, which=which, shown=shown)


def gravest(view: str, by: str) -> str:
    """Return a query of `time`, `by` and the gravest verdict of each interval, as `verdicts.link_mappings` wants it."""
    return _GRAVEST.format(keys=_keys(by), by=by, view=view, where=DAYS)


def _keys(by: str) -> str:
    return "model" if by == "model" else f"model, {by}"
