"""Queries that several panels share: what a point or cell stands for where a range has more days than it has room."""

#: How the reader's choice of models gets into a query: quoted, whether one or several.
MODELS = "model in (${model:sqlstring})"
#: The days of a panel over days.
DAYS = f"{MODELS} and $__timeFilter(day)"

# The limit keeps the pages of the points from being looked for among those of all days.
_HIGHEST = """
with p as (
    select to_timestamp($__timeGroup(day, $__interval)) as time, {keys}, max({value}) as {name}{threshold},
        (array_agg(day order by {value} desc nulls last))[1] as day
    from {view}
    where {where}
    group by 1, {keys}
)
select p.time, p.{by}, {shown}, o.page
from p
cross join lateral (
    select page from driftbook.daily_overview d where d.model = p.model and d.day = p.day limit 1
) o
order by p.time
"""
_GRAVEST = """
with p as (
    select to_timestamp($__timeGroup(day, $__interval)) as time, {keys},
        (array_agg(day order by v.severity desc))[1] as day,
        (array_agg(verdict order by v.severity desc))[1] as verdict
    from {view}
    join driftbook.verdict_severity v using (verdict)
    where {where}
    group by 1, {keys}
)
select p.time, p.{by}, o.page || '#' || replace(p.verdict, ' ', '-') as verdict
from p
cross join lateral (
    select page from driftbook.daily_overview d where d.model = p.model and d.day = p.day limit 1
) o
order by p.time
"""
_THRESHOLD = ",\n        (array_agg({threshold} order by {value} desc nulls last))[1] as threshold"


def one(metric: str, feature: str = "''") -> str:
    """Return the conditions that choose one measure of each day from `current_measure`."""
    return f"{DAYS} and metric = '{metric}' and feature = {feature} and segment = ''"


def highest(value: str, view: str, by: str, *, where: str = DAYS, name: str = "", threshold: str = "") -> str:
    """Return a query of `time`, `by`, the highest value of each interval, its threshold and its day's page.

    `value` and `threshold` are columns of the view, `name` is what the value is called if not as its column.
    """
    name = name or value
    bound = _THRESHOLD.format(threshold=threshold, value=value) if threshold else ""
    shown = f"p.{name}, p.threshold" if threshold else f"p.{name}"
    return _HIGHEST.format(
        keys=_keys(by), by=by, value=value, name=name, threshold=bound, view=view, where=where, shown=shown
    )


def gravest(view: str, by: str) -> str:
    """Return a query of `time`, `by` and the gravest verdict of each interval, as `verdicts.link_mappings` wants it."""
    return _GRAVEST.format(keys=_keys(by), by=by, view=view, where=DAYS)


def _keys(by: str) -> str:
    return "model" if by == "model" else f"model, {by}"
