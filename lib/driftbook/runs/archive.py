"""The archive: a folder per run with the executed notebook and its page, a lasting address per day, the index."""

import html
from functools import cache
from pathlib import Path

import nbformat
from filelock import FileLock
from nbformat import NotebookNode

from driftbook import batches, config, paths, store
from driftbook.errors import BadInput
from driftbook.runs.parameters import Request

#: Evidently's interactive report, a file of its own beside the page.
REPORT = "evidently.html"


def folder(run_id: str, request: Request) -> Path:
    """Return a run's folder: `<archive>/<model>/<notebook>/<day>/<run>`, without the parts it does not have."""
    return paths.archive_dir().joinpath(*_home(request), run_id)


def location(page: str) -> Path:
    """Return where a page lies, given its address in a run record."""
    return paths.archive_dir() / page


@cache
def prepare() -> None:
    """Load what makes a page: a second that may pass while cells run, or once before a process is forked."""
    from driftbook.pages import index, render  # noqa: F401

    render.render(nbformat.v4.new_notebook(), title="")


def write(run_id: str, request: Request, nb: NotebookNode, failure: str) -> str:
    """Archive an executed notebook and its page; return the page's address relative to the archive.

    A day's newest page is also reached at `<model>/<notebook>/<day>/index.html`, an address for bookmarks.
    """
    from driftbook.pages import index, render

    home = folder(run_id, request)
    home.mkdir(parents=True, exist_ok=True)
    page = home / f"{request.notebook}.html"
    links = {"archive": "../" * (len(_home(request)) + 1) + "index.html", "notebook": f"{request.notebook}.ipynb"}
    if (home / REPORT).exists():
        links["Evidently report"] = REPORT
    nbformat.write(nb, home / f"{request.notebook}.ipynb")
    notice = batches.notice(request.settings) if request.settings else ""
    index.write(page, render.render(nb, title=_title(request), notice=notice, failure=failure, links=links))
    if request.label:
        index.write(home.parent / "index.html", _redirect(f"{run_id}/{page.name}"))
    return page.relative_to(paths.archive_dir()).as_posix()


def refresh_index() -> None:
    """Write the archive's index anew from the run records and the days' verdicts."""
    from driftbook.pages import index

    paths.archive_dir().mkdir(parents=True, exist_ok=True)
    with FileLock(paths.archive_dir() / ".lock"):  # an older state must not overwrite a newer one
        days = store.daily_overview()
        notices = {name: _notice(name) for name in days["model"].unique()}
        index.write(paths.archive_dir() / "index.html", index.render(days, store.runs(), notices))


def _home(request: Request) -> list[str]:
    return [part for part in (request.model, request.notebook, request.label) if part]


def _title(request: Request) -> str:
    return " · ".join(part for part in (request.label, request.notebook, request.model) if part)


def _notice(name: str) -> str:
    try:
        return batches.notice(config.load(name))
    except BadInput:  # monitored with a params file from elsewhere
        return ""


def _redirect(target: str) -> str:
    address = html.escape(target, quote=True)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>newest run</title><link rel="icon" href="data:,">'
        f'<meta http-equiv="refresh" content="0; url={address}"><a href="{address}">the newest run</a></html>\n'
    )
