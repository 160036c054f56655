"""The archive: a folder per run with the executed notebook and its page, a lasting address per day, the index."""

import datetime as dt
import html
import shlex
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock
from nbformat import NotebookNode

from driftbook import batches, config, paths, store
from driftbook.config import Settings
from driftbook.errors import BadInput
from driftbook.pages import policy
from driftbook.runs.parameters import Request
from driftbook.runs.values import OF_PAPERMILL

#: Evidently's interactive report, a file of its own beside the page.
REPORT = "evidently.html"
#: The words of pages, beside the index.
GLOSSARY = "glossary.html"
_WORDS = "what the words mean"
ONE_DAY = dt.timedelta(days=1)
_HEAD = (
    f'<!doctype html><html lang="en"><meta charset="utf-8">{policy.meta()}'
    '<meta name="viewport" content="width=device-width">'
    '<link rel="icon" href="data:,">'
)


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


def write(run: Mapping[str, Any], request: Request, nb: NotebookNode, failure: str) -> str:
    """Archive an executed notebook and its page; return the page's address relative to the archive.

    A day's newest page is also reached at `<model>/<notebook>/<day>/index.html`, an address for bookmarks.

    Parameters
    ----------
    run
        The run's row, as `store.run` gives it.
    """
    from driftbook.pages import glossary, index, render

    home = folder(run["run_id"], request)
    home.mkdir(parents=True, exist_ok=True)
    page = home / f"{request.notebook}.html"
    nbformat.write(nb, home / f"{request.notebook}.ipynb")
    notice = batches.notice(request.settings) if request.settings else ""
    links, facts = _links(home, request), _facts(run, request, nb)
    text = render.render(nb, title=_title(request), notice=notice, failure=failure, links=links, facts=facts)
    index.write(page, glossary.linked(text, links[_WORDS]))
    if request.label:
        index.write(home.parent / "index.html", _redirect(f"{run['run_id']}/{page.name}"))
    return page.relative_to(paths.archive_dir()).as_posix()


def write_plain(run_id: str, request: Request, failure: str) -> str:
    """Archive a page that holds nothing but why the run failed; return its address, empty if there can be none."""
    page = folder(run_id, request) / f"{request.notebook}.html"
    with suppress(OSError):
        page.parent.mkdir(parents=True, exist_ok=True)
        title = html.escape(_title(request))
        text = f"{_HEAD}<title>{title}</title><body><main><h1>{title}: failed</h1><pre>{html.escape(failure)}</pre>"
        page.write_text(f"{text}</main></body></html>\n", encoding="utf-8")
        return page.relative_to(paths.archive_dir()).as_posix()
    return ""


def hold_place(address: Path, words: str, command: str) -> None:
    """Write a page that says what to run where a link leads to that nothing has been run for; leave any page alone."""
    address.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), address.open("x", encoding="utf-8") as file:
        file.write(
            f"{_HEAD}<title>{html.escape(words)}</title><body><main><h1>{html.escape(words)}</h1>"
            f"<p>To make it: <code>{html.escape(command)}</code></p></main></body></html>\n"
        )


def command(notebook: str, model: str, **parameters: Any) -> str:
    """Return the command that runs a notebook.

    Examples
    --------
    >>> command("monitor", "demo", day="2022-02-10")
    'papermill monitor.ipynb /dev/null -p params demo -p day 2022-02-10'
    """
    given = {"params": model, **parameters} if model else parameters
    words = [f"-p {name} {shlex.quote(str(value))}" for name, value in given.items()]
    return " ".join([f"papermill {notebook}.ipynb /dev/null", *words])


def refresh_index() -> None:
    """Write the archive's index anew from the run records and the days' verdicts."""
    from driftbook.pages import index

    paths.archive_dir().mkdir(parents=True, exist_ok=True)
    with FileLock(paths.archive_dir() / ".lock"):  # an older state must not overwrite a newer one
        days = store.daily_overview()
        settings = {name: _settings(name) for name in days["model"].unique()}
        known = {name: one for name, one in settings.items() if one}
        page = index.render(
            days,
            store.runs(),
            {name: batches.notice(one) for name, one in known.items()},
            judgements={name: store.judgements(name, dt.date.min, dt.date.max) for name in settings},
            items={name: store.open_items(name) for name in settings},
            acknowledged={name: store.acknowledged(name) for name in settings},
            comparisons=store.comparisons(),
            command=command,
            titles={name: one.title for name, one in known.items()},
        )
        index.write(paths.archive_dir() / "index.html", page)
        _write_glossary()


def _write_glossary() -> None:
    from driftbook.pages import glossary, index

    text = (paths.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    index.write(paths.archive_dir() / GLOSSARY, glossary.words(text))


def _links(home: Path, request: Request) -> dict[str, str]:
    """Return label to address of what a reader may want next; where nothing is, a page says how to make it."""
    up = "../" * (len(_home(request)) + 1)
    links = {"all days": f"{up}index.html"}
    if request.is_day and request.settings:
        links |= _around(request)
    links |= {"notebook": f"{request.notebook}.ipynb", _WORDS: f"{up}{GLOSSARY}"}
    if not (paths.archive_dir() / GLOSSARY).exists():
        _write_glossary()
    return links | ({"Evidently report": REPORT} if (home / REPORT).exists() else {})


def _around(request: Request) -> dict[str, str]:
    """Return the links of a day's page: the days beside it, the same day's other page, the period, the training."""
    of_model, day = paths.archive_dir() / request.model, request.period.start
    other = {"monitor": "debug", "debug": "monitor"}[request.notebook]
    wanted = {
        f"← {day - ONE_DAY}": (request.notebook, day - ONE_DAY),
        f"{day + ONE_DAY} →": (request.notebook, day + ONE_DAY),
        {"debug": "why: debug", "monitor": "the day"}[other]: (other, day),
    }
    for notebook, its in wanted.values():
        words = f"{notebook} has not been run for {its}"
        hold_place(of_model / notebook / str(its) / "index.html", words, command(notebook, request.model, day=its))
    links = {label: f"../../../{notebook}/{its}/index.html" for label, (notebook, its) in wanted.items()}
    known = sorted(of_model.glob("backfill/*_*/index.html"), key=lambda path: path.stat().st_mtime)
    periods = [path.parent.name for path in known if _holds(path.parent.name, day)]
    links |= {"period": f"../../../backfill/{periods[-1]}/index.html"} if periods else {}
    training = request.settings.references
    label = f"{training.start}_{training.end}"
    hold_place(of_model / "train" / label / "index.html", "no page of the training", command("train", request.model))
    return links | {"training": f"../../../train/{label}/index.html"}


def _holds(label: str, day: dt.date) -> bool:
    first, _, last = label.partition("_")
    return first <= str(day) <= last


def _facts(run: Mapping[str, Any], request: Request, nb: NotebookNode) -> dict[str, str]:
    """Return what identifies a run, how to repeat it and how to read its rows."""
    given = {name: value for name, value in _given(nb).items() if name not in ("params", *OF_PAPERMILL)}
    facts = {"again": command(request.notebook, request.model, **given), "run": run["run_id"]}
    if run["revision"]:
        key = f"model = '{request.model}' and day = '{run['day']}' and revision = {run['revision']}"
        facts |= {"its rows": f"select * from driftbook.measure where {key}", "revision": str(run["revision"])}
    if nb.metadata.get("driftbook", {}).get("changed"):
        facts["notebook"] = "its file changed during the run: these are the cells that ran"
    hashes = ("model_version", "data_hash", "notebook_hash", "code_version")
    return facts | {name.replace("_", " "): run[name] for name in hashes if run[name]}


def _given(nb: NotebookNode) -> dict[str, Any]:
    return nb.metadata.get("papermill", {}).get("parameters", {})


def _home(request: Request) -> list[str]:
    return [part for part in (request.model, request.notebook, request.label) if part]


def _title(request: Request) -> str:
    return " · ".join(part for part in (request.label, request.notebook, request.model) if part)


def _settings(name: str) -> Settings | None:
    try:
        return config.load(name)
    except BadInput:  # monitored with a params file from elsewhere
        return None


def _redirect(target: str) -> str:
    address = html.escape(target, quote=True)
    return (
        f'{_HEAD}<title>newest run</title><meta http-equiv="refresh" content="0; url={address}">'
        f'<a href="{address}">the newest run</a></html>\n'
    )
