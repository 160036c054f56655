"""Every query that Grafana sends, found in the dashboards and alert rules, with its macros expanded as Grafana does."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from driftbook import paths

RULES = paths.ROOT / "config" / "grafana" / "provisioning" / "alerting" / "rules.yaml"


@dataclass(frozen=True)
class Query:
    """One query: where it stands, its SQL, how many points it is to give."""

    name: str
    sql: str
    points: int = 1000


@dataclass(frozen=True)
class Expansion:
    """What macros and variables stand for: days `[start, end]` and the variables' values.

    `variables` gives `models`, every one that is chosen, and `column`.
    """

    start: dt.date
    end: dt.date
    variables: dict[str, list[str]] = field(default_factory=dict)


def queries(folder: Path = paths.ROOT / "dashboards", rules: Path = RULES) -> Iterator[Query]:
    """Yield the queries of every panel, variable, annotation and alert rule."""
    for file in sorted(folder.glob("*.json")):
        yield from _of_dashboard(json.loads(file.read_text(encoding="utf-8")))
    for group in yaml.safe_load(rules.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            for data in rule["data"]:
                if "rawSql" in data["model"]:
                    yield Query(f"alert: {rule['title']}", data["model"]["rawSql"])


def expanded(query: Query, to: Expansion) -> str:
    """Return a query's SQL as Grafana sends it.

    Raises
    ------
    ValueError
        If a macro or variable is left.
    """
    start, end = (f"'{day}T00:00:00Z'" for day in (to.start, to.end))
    values = {"model": to.variables.get("models", []), "column": to.variables.get("column", [])}
    interval = max(1, (to.end - to.start).days // query.points)
    sql = query.sql.replace("$__interval", f"{interval}d").replace("${archive:raw}", "http://localhost:8081")
    for name, chosen in values.items():
        sql = sql.replace(f"${{{name}:sqlstring}}", ",".join(_literal(value) for value in chosen))
    sql = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {start} AND {end}", sql)
    sql = sql.replace("$__timeFrom()", start).replace("$__timeTo()", end)
    if left := re.search(r"\$\{?\w+", sql):
        raise ValueError(f"{query.name} holds {left[0]!r}, which nothing expands")
    return sql


def _of_dashboard(dashboard: dict[str, Any]) -> Iterator[Query]:
    uid, variables = dashboard["uid"], dashboard["templating"]["list"]
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield Query(f"{uid}: {panel['title']}", target["rawSql"], panel.get("maxDataPoints", 1000))
    for variable in variables:
        if variable["type"] == "query":
            yield Query(f"{uid}: variable {variable['name']}", variable["query"])
    for annotation in dashboard.get("annotations", {}).get("list", []):
        yield Query(f"{uid}: annotation {annotation['name']}", annotation["target"]["rawSql"])


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
