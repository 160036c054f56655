"""The archive's index, written from the run records: the newest days of each model, and a page for each of its years.

A run that ends pays for what the index shows and for the years it is part of, not for all that ever ran.
"""

import datetime as dt
import json
from contextlib import suppress
from typing import Any

import pandas as pd
from filelock import FileLock

from driftbook import batches, config, paths, store
from driftbook.config import Settings
from driftbook.errors import BadInput
from driftbook.runs import archive

#: What the index shows of a model; a model with more has pages of its years, too.
NEWEST_DAYS, NEWEST_RUNS = dt.timedelta(days=92), 60
_STATES = ".years.json"
_ONE_DAY = dt.timedelta(days=1)


def refresh(*, anew: bool = False) -> None:
    """Write the index, and the pages of those years that something happened in since; of all years where `anew`."""
    from driftbook.pages import index

    home = paths.archive_dir()
    archive.make(home)
    with FileLock(home / ".lock"):  # an older state must not overwrite a newer one
        states = store.years()
        spans = {row["model"]: row for row in store.model_overview().to_dict("records")}
        names = sorted({*(model for model, _ in states), *spans} - {""})
        newest = {name: _newest(spans.get(name)) for name in names}
        shown = store.newest_runs(NEWEST_RUNS)
        years = {name: _years(name, states) for name in names if _has_more(name, spans.get(name), newest, shown)}
        index.write(home / "index.html", index.render(**_content(newest), runs=shown, years=years))
        _refresh_years({key: state for key, state in states.items() if key[0] in years}, anew=anew)
        archive.write_glossary()


def _refresh_years(states: dict[tuple[str, int], str], *, anew: bool) -> None:
    """Write the pages of years whose runs are in another state than when their page was written.

    What is open or acknowledged changes without them, and stands on the index alone.
    """
    from driftbook.pages import index

    home, known = paths.archive_dir(), {} if anew else _known()
    now = {_address(*key): state for key, state in states.items()}
    for (model, year), state in states.items():
        address = _address(model, year)
        if known.get(address) == state and (home / address).exists():
            continue
        span = {model: (dt.date(year, 1, 1), dt.date(year + 1, 1, 1))}
        content = _content(span) | {"items": {}, "acknowledged": {}}
        page = index.render(**content, runs=store.runs_of_year(model, year), heading=f"{model}: {year}")
        index.write(home / address, page)
    if now != known:
        index.write(home / _STATES, json.dumps(now))


def _known() -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads((paths.archive_dir() / _STATES).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _content(spans: dict[str, tuple[dt.date, dt.date]]) -> dict[str, Any]:
    """Return what a page shows of the days `[start, end)` of each model."""
    found = store.listed(spans)
    settings = {name: _settings(name) for name in spans}
    known = {name: one for name, one in settings.items() if one}
    of = {name: dict([*frame.groupby("model")]) for name, frame in found.items()}
    return {
        "days": found["days"],
        "judgements": {name: of["judgements"].get(name, found["judgements"].iloc[:0]) for name in spans},
        "comparisons": found["comparisons"],
        "items": of["items"],
        "acknowledged": {
            name: [*zip(its["start"], its["columns"], strict=True)] for name, its in of["acknowledged"].items()
        },
        "notices": {name: batches.notice(one) for name, one in known.items()},
        "titles": {name: one.title for name, one in known.items()},
        "command": archive.command,
    }


def _newest(span: dict[str, Any] | None) -> tuple[dt.date, dt.date]:
    if span is None:
        return dt.date.max, dt.date.max
    return span["newest_day"] - NEWEST_DAYS + _ONE_DAY, span["newest_day"] + _ONE_DAY


def _has_more(
    name: str, span: dict[str, Any] | None, newest: dict[str, tuple[dt.date, dt.date]], shown: pd.DataFrame
) -> bool:
    older = span is not None and span["first_day"] < newest[name][0]
    return older or (shown["model"] == name).sum() >= NEWEST_RUNS


def _years(name: str, states: dict[tuple[str, int], str]) -> dict[int, str]:
    return {year: _address(name, year) for model, year in states if model == name}


def _address(model: str, year: int) -> str:
    return f"{model}-{year}.html"


def _settings(name: str) -> Settings | None:
    try:
        return config.load(name)
    except BadInput:  # monitored with a params file from elsewhere
        return None
