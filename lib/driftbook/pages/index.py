"""The archive's index: the days that need a person, each model's calendar, its runs with a search. A static page."""

import calendar
import datetime as dt
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from driftbook.pages import period_sentences, policy
from driftbook.pages.elements import badge
from driftbook.pages.render import TEMPLATES, style
from driftbook.verdicts import VERDICTS

#: A sign beside each colour, for those who do not see it; `missing` is a day that was not monitored.
SYMBOLS = {**{verdict.name: verdict.sign for verdict in VERDICTS.values()}, "missing": "–"}
#: How many days that need a person are shown unfolded; the runs are, up to so many.
SHOWN = 10


def render(
    days: pd.DataFrame,
    runs: pd.DataFrame,
    notices: Mapping[str, str],
    *,
    judgements: Mapping[str, pd.DataFrame] | None = None,
    items: Mapping[str, pd.DataFrame] | None = None,
    acknowledged: Mapping[str, Sequence[tuple[dt.date, Sequence[str]]]] | None = None,
    comparisons: pd.DataFrame | None = None,
    command: Callable[..., str] | None = None,
    titles: Mapping[str, str] | None = None,
    years: Mapping[str, Mapping[int, str]] | None = None,
    heading: str = "",
) -> str:
    """Return the index page, or with a heading the page of what it leads to.

    Parameters
    ----------
    days
        `daily_overview`: one row per model and day.
    runs
        `run_overview`: one row per run, the newest first.
    notices, titles
        Model to what a reader must know about its data, and to what it is called.
    judgements
        Model to `store.judgements` of all its days.
    items
        Model to `store.open_items`: its alarms that nobody has acknowledged.
    acknowledged
        Model to `store.acknowledged`: from which day on which columns alarm no more.
    comparisons
        `store.comparisons`: the pages that set a day beside another one.
    command
        A notebook, a model and parameters to the command that runs it; without it no command is named.
    years
        Model to its years, each with the address of the page that has all its days and runs.
    """
    titles = titles or {}
    names = sorted({*days["model"], *runs["model"]} - {""})
    verdicts = dict(zip(days["page"], days["verdict"], strict=True))
    its_days, its_runs = _by_model(days), _by_model(runs)
    its_comparisons = _by_model(pd.DataFrame(columns=["model"]) if comparisons is None else comparisons)
    models = [
        {
            "title": f"{titles[name]} ({name})" if titles.get(name) else name,
            "notice": notices.get(name, ""),
            **_calendar(its_days[name]),
            "acknowledged": _acknowledged(its_days[name], (acknowledged or {}).get(name, ())),
            "picker": _picker(name, its_days[name], its_comparisons[name], command),
            "runs": _runs(its_runs[name], verdicts),
            "years": (years or {}).get(name, {}),
        }
        for name in names
    ]
    calls = [call for name, judged in (judgements or {}).items() for call in _calls(name, its_days[name], judged)]
    calls += [_item(row, command) for frame in (items or {}).values() for row in frame.to_dict("records")]
    return page(
        "index.html.j2",
        models=models,
        calls=sorted(calls, key=lambda call: call["days"][-1]["name"], reverse=True),
        loose=_runs(its_runs[""], verdicts),
        symbols=SYMBOLS,
        SHOWN=SHOWN,
        heading=heading,
    )


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals["badge"] = lambda verdict: Markup(badge(verdict))
    return environment


def page(template: str, **content: Any) -> str:
    """Return a page that is no notebook's, with its style and the one script."""
    script = (TEMPLATES / "index.js").read_text(encoding="utf-8")
    sheets, allowed = style("base.css", "index.css"), policy.meta(policy.only(script))
    return loaded(template).render(**content, style=sheets, script=script, policy=allowed)


def loaded(template: str) -> Template:
    """Return a template, which is compiled once."""
    return _environment().get_template(template)


def _by_model(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return defaultdict(rows.iloc[:0].copy, [*rows.groupby("model")])


def _calls(model: str, its: pd.DataFrame, judged: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the days of a model that need a person and are part of no alarm that is an item."""
    pages = dict(zip(its["day"], its["page"], strict=True))
    found = [call for call in period_sentences.calls(its, judged) if not call.since]
    return [
        {
            "model": model,
            "days": [_named(day, pages[day]) for day in call.days],
            "verdict": call.verdict,
            "summary": call.summary,
        }
        for call in found
    ]


def _item(item: Mapping[str, Any], command: Callable[..., str] | None) -> dict[str, Any]:
    """Return an open item, with the pages of its first and its newest day and what ends it."""
    days = [_named(item["first_day"], item["first_page"], item["first_debug"])]
    if item["newest_day"] != item["first_day"]:
        days.append(_named(item["newest_day"], item["page"], item["debug"]))
    return {
        "model": item["model"],
        "days": days,
        "verdict": "alarm",
        "duration": period_sentences.duration(item["since"], item["lasted"]),
        "summary": item["summary"],
        "command": command("acknowledge", item["model"], since=item["since"]) if command else "",
    }


def _acknowledged(days: pd.DataFrame, known: Sequence[tuple[dt.date, Sequence[str]]]) -> list[dict[str, str]]:
    """Return what alarms no more: from which day, with its page, and which columns."""
    pages = dict(zip(days["day"], days["page"], strict=True))
    return [
        {**_named(start, pages.get(start)), "columns": ", ".join(columns) or "all columns"} for start, columns in known
    ]


def _picker(
    model: str, days: pd.DataFrame, done: pd.DataFrame, command: Callable[..., str] | None
) -> dict[str, Any] | None:
    """Return the days of which any two can be compared, what compares `DAY` with `OTHER`, and the pages there are."""
    known = [str(one["day"]) for one in days.to_dict("records") if pd.notna(one["rows"]) and one["rows"] > 0]
    if not command or len(known) < 2:
        return None
    pages = [
        {"day": str(one["day"]), "other": str(one["beside"]), "page": quote(one["page"])}
        for one in done.to_dict("records")
    ]
    return {"days": known[::-1], "command": command("debug", model, day="DAY", beside="OTHER"), "pages": pages}


def _named(day: dt.date, page: str | None, debug: str | None = "") -> dict[str, str]:
    return {"name": str(day), "page": quote(page or ""), "debug": quote(debug or "")}


def write(path: Path, page: str) -> None:
    """Write a page so that a reader sees the old one or the new one, whole; a web server may read it."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(page)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


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
    rows += ", it has no page" if row and not row["page"] else ""
    return {
        "number": day.day,
        "verdict": verdict,
        "slug": verdict.replace(" ", "-"),
        "symbol": SYMBOLS.get(verdict, ""),
        "title": f"{day}: {verdict}{rows}",
        "page": quote(row.get("page") or ""),
    }


def _runs(runs: pd.DataFrame, verdicts: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_run(run, verdicts) for run in runs.to_dict("records")]


def _run(run: Mapping[str, Any], verdicts: Mapping[str, str]) -> dict[str, Any]:
    """Return a run for its line; the one whose page is a day's has the day's verdict."""
    seconds, verdict = run["duration_seconds"], verdicts.get(run["page"], "") if run["page"] else ""
    return {
        "label": run["label"].replace("_", " to "),
        "notebook": run["notebook"],
        "kind": run["kind"],
        "status": run["status"],
        "verdict": verdict or run["status"],
        "is_verdict": bool(verdict),
        "error": (run["error"] or "").partition("\n")[0],
        "duration": f"{seconds:.1f} s" if pd.notna(seconds) else "–",
        "started": f"{run['started_at']:%Y-%m-%d %H:%M:%S}",
        "page": quote(run["page"] or ""),
    }
