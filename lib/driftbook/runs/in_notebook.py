"""What a notebook does differently inside a run and in Jupyter: storing, and showing Evidently's interactive report."""

import math
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import papermill
from IPython.display import HTML, IFrame, clear_output, display

from driftbook import paths, store
from driftbook.config import Settings
from driftbook.errors import BadInput
from driftbook.pages import interactive
from driftbook.records import DayResult, DetectabilityReport
from driftbook.runs import archive, versions
from driftbook.runs.archive import REPORT
from driftbook.runs.identity import run_folder, run_id


def save_day(result: DayResult, *, notebook: str, ask: bool = False) -> str:
    """Store a day's result and say in a sentence what happened.

    Inside a run it is always stored. In Jupyter it is stored only when `ask` is true, under an interactive run, which
    never replaces the rows of a papermill run.
    """
    if run_id():
        return _sentence(store.write_day(run_id(), result))
    if not ask:
        return "Not stored: this is no papermill run. Set store = True to store an interactive one."
    interactive = open_interactive(notebook, result.model, result.day)
    written = store.write_day(interactive, result)
    store.close_run(interactive, "succeeded")
    return _sentence(written)


def save_detectability(report: DetectabilityReport) -> str:
    """Store a detectability report inside a run, and say in a sentence what happened; in Jupyter nothing is stored."""
    if not run_id():
        return "Not stored: this is no papermill run."
    changed = store.write_detectability(run_id(), report)
    if report.status == "left out":
        return f"The params file leaves the report out: model {report.model} has no current one."
    if not changed:
        return "Already in the database: the report is the one stored before."
    return f"Stored: {len(report.found)} rows, the current ones of model {report.model}."


def open_interactive(notebook: str, model: str, day: Any) -> str:
    """Open the record of a run from Jupyter and return its id; it has no page."""
    return store.open_run(
        notebook=notebook,
        model=model,
        day=day,
        label=str(day or ""),
        parameters={},
        kind="interactive",
        notebook_hash="",
        code_version=versions.library_version(),
    )


def known_days(settings: Settings) -> str:
    """Return in Jupyter which days of a model are stored and which of them alarm, for whoever looks for one."""
    if run_id():
        return ""
    days = store.daily_overview(settings.name)
    alarms = ", ".join(map(str, days.loc[days["verdict"] == "alarm", "day"].tail(31))) or "none"
    stored = f"{days['day'].min()} to {days['day'].max()}" if len(days) else "none"
    return f"Days stored: {stored}. Alarms among them: {alarms}."


@contextmanager
def patience(words: str) -> Iterator[None]:
    """Show in Jupyter what takes its time, until it is done."""
    if run_id():
        yield
        return
    display(HTML(f"<em>{words} …</em>"))
    yield
    clear_output()


def take_apart(result: DayResult, params: Any, *, ask: bool) -> str:
    """Execute the debug notebook for a day that alarms, if asked, and say in a sentence what happened."""
    if result.verdict != "alarm":
        return "No alarm: there is nothing to take apart."
    if not ask:
        return f"To take the day apart: {archive.command('debug', result.model, day=result.day)}"
    notebook = paths.notebooks_dir() / "debug.ipynb"
    given = {"params": params, "day": str(result.day)}
    papermill.execute_notebook(notebook, os.devnull, given, progress_bar=False)
    return f"Taken apart: archive/{result.model}/debug/{result.day}/index.html"


def show_report(snapshot: Any | None) -> HTML | IFrame:
    """Return Evidently's interactive report for display: inline in Jupyter, in a run a link to a file."""
    if snapshot is None:
        return HTML("<p>No report: nothing to compare, or <code>report</code> is False.</p>")
    if not run_id():
        frame = interactive.frame(snapshot.get_html_str(as_iframe=True))
        # As wide as Evidently's own page, or its right edge is cut.
        return HTML(f'<div style="overflow-x:auto"><div style="min-width:75rem">{frame}</iframe></div></div>')
    folder = Path(run_folder())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REPORT).write_text(interactive.page(snapshot.get_html_str(as_iframe=False)), encoding="utf-8")
    return HTML(f'<p><a href="{REPORT}">Evidently\'s interactive report</a> (a file of its own, 4 MB)</p>')


def day_link(notebook: str, day: Any) -> str:
    """Return HTML that names a day, or its `debug`: a link to the newest page in a run, plain text in Jupyter."""
    name = "why" if notebook == "debug" else str(day)
    return f'<a href="../../../{notebook}/{day}/index.html">{name}</a>' if run_id() else name


def _sentence(written: store.Revision) -> str:
    if not written.changed:
        return f"Already in the database with the same input: revision {written.revision} stays as it is."
    place = "the current one" if written.current else "kept beside the current one of a papermill run"
    return f"Stored as revision {written.revision}, {place}."


def send_smoke(rows: int, pace: float) -> tuple[list[float], list[float]]:
    """Send random values to the wiring check's table, `pace` seconds apart; return those sent and those read back.

    Writes under an interactive run in Jupyter: a wiring check that sends nothing checks nothing.
    """
    if rows < 1 or not 0 <= pace < math.inf:
        raise BadInput(f"rows is {rows!r} and pace {pace!r}: expected at least 1 row and seconds from 0")
    run = run_id() or open_interactive("smoke", "", None)
    sent = [random.random() for _ in range(rows)]
    for position, value in enumerate(sent):
        time.sleep(pace if position else 0)
        store.write_smoke(run, value)
    if not run_id():
        store.close_run(run, "succeeded")
    return sent, store.smoke_values(run)
