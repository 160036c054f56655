"""The archive's index: a calendar of days by verdict for each model, and the runs of each notebook. A static page."""

import calendar
import datetime as dt
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from jinja2 import Environment, FileSystemLoader

from driftbook.pages.render import TEMPLATES, style
from driftbook.verdicts import VERDICTS

#: A sign beside each colour, for those who do not see it; `missing` is a day that was not monitored.
SYMBOLS = {**{verdict.name: verdict.sign for verdict in VERDICTS.values()}, "missing": "–"}
#: How many runs of a notebook are shown unfolded.
SHOWN = 10


def render(days: pd.DataFrame, runs: pd.DataFrame, notices: Mapping[str, str]) -> str:
    """Return the index page.

    Parameters
    ----------
    days
        `daily_overview`: one row per model and day.
    runs
        `run_overview`: one row per run, the newest first.
    notices
        Model to what a reader must know about its data.
    """
    names = sorted({*days["model"], *runs["model"]} - {""})
    models = [
        {
            "name": name,
            "notice": notices.get(name, ""),
            **_calendar(days[days["model"] == name]),
            "notebooks": _notebooks(runs[runs["model"] == name]),
        }
        for name in names
    ]
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("index.html.j2").render(
        models=models,
        loose=_notebooks(runs[runs["model"] == ""]),
        symbols=SYMBOLS,
        SHOWN=SHOWN,
        style=style("base.css", "index.css"),
    )


def write(path: Path, page: str) -> None:
    """Write a page so that a reader sees the old one or the new one, whole; a web server may read it."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".html")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(page)
    Path(draft).chmod(0o644)
    Path(draft).replace(path)


def _calendar(days: pd.DataFrame) -> dict[str, Any]:
    """Return the months of a model's days, from the first to the last, and how many days have which verdict."""
    if days.empty:
        return {"months": [], "counts": ""}
    known = {row["day"]: row for row in days.to_dict("records")}
    first, last = min(known), max(known)
    everything = [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]
    verdicts = [known[day]["verdict"] if day in known else "missing" for day in everything]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in SYMBOLS if verdict in verdicts)
    months = sorted({(day.year, day.month) for day in everything})
    return {
        "counts": f"{len(everything)} days, {first} to {last}: {counts}",
        "months": [
            {
                "name": f"{calendar.month_name[month]} {year}",
                "weeks": [
                    [_cell(day, known, first, last) if day.month == month else None for day in week]
                    for week in calendar.Calendar().monthdatescalendar(year, month)
                ],
            }
            for year, month in months
        ],
    }


def _cell(day: dt.date, known: Mapping[dt.date, Mapping[str, Any]], first: dt.date, last: dt.date) -> dict[str, Any]:
    row = known.get(day, {})
    verdict = row.get("verdict", "missing" if first <= day <= last else "")
    rows = f", {row['rows']:,} rows" if row and pd.notna(row["rows"]) else ""
    return {
        "number": day.day,
        "verdict": verdict,
        "slug": verdict.replace(" ", "-"),
        "symbol": SYMBOLS.get(verdict, ""),
        "title": f"{day}: {verdict}{rows}",
        "page": quote(row.get("page") or ""),
    }


def _notebooks(runs: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [_run(run) for run in group.to_dict("records")] for name, group in runs.groupby("notebook", sort=True)
    }


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    seconds = run["duration_seconds"]
    return {
        "label": run["label"].replace("_", " to "),
        "kind": run["kind"],
        "status": run["status"],
        "error": (run["error"] or "").partition("\n")[0],
        "duration": f"{seconds:.1f} s" if pd.notna(seconds) else "–",
        "started": f"{run['started_at']:%Y-%m-%d %H:%M:%S}",
        "page": quote(run["page"] or ""),
    }
