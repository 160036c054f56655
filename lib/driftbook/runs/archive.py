"""The archive: a folder per run with the executed notebook and its page, and a lasting address per day."""

import datetime as dt
import hashlib
import html
import shlex
import shutil
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from driftbook import batches, paths, store
from driftbook.pages import policy
from driftbook.runs import memory
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


def draft(run_id: str, request: Request) -> Path:
    """Return where a run's files lie until it has ended: a hidden folder beside its own, which then takes its place."""
    home = folder(run_id, request)
    return home.with_name(f".{home.name}")


def make(home: Path) -> None:
    """Make a folder of the archive and those above it; the web server may read them, whatever this process's umask."""
    missing = [one for one in (home, *home.parents) if not one.exists()]
    home.mkdir(parents=True, exist_ok=True)
    for one in missing:
        one.chmod(0o755)


def find_lost(ends: Mapping[int, str] | None = None) -> list[str]:
    """Mark lost runs, as `store.mark_lost` does, and remove what they left unfinished; return their ids."""
    found = store.mark_lost(ends)
    for run_id in found:
        row = store.run(run_id)
        home = paths.archive_dir().joinpath(*_named(row["model"], row["notebook"], row["label"]))
        shutil.rmtree(home / f".{run_id}", ignore_errors=True)
    return found


def location(page: str) -> Path:
    """Return where a page lies, given its address in a run record."""
    return paths.archive_dir() / page


@cache
def prepare() -> None:
    """Load what makes a page: a second that may pass while cells run, or once before a process is forked."""
    with memory.without_collections():
        from driftbook.pages import index, render  # noqa: F401

        cells = [nbformat.v4.new_markdown_cell("## 1"), nbformat.v4.new_code_cell("1")]
        language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
        render.render(nbformat.v4.new_notebook(cells=cells, metadata=language), title="")


def write(run: Mapping[str, Any], request: Request, nb: NotebookNode, failure: str) -> str:
    """Archive an executed notebook and its page; return the page's address relative to the archive.

    A day's newest page is also reached at `<model>/<notebook>/<day>/index.html`, an address for bookmarks.

    Parameters
    ----------
    run
        The run's row, as `store.run` gives it.
    """
    from driftbook.pages import glossary, index, render

    home, name = draft(run["run_id"], request), f"{request.notebook}.html"
    make(home)
    index.write(home / f"{request.notebook}.ipynb", nbformat.writes(nb) + "\n")
    notice = batches.notice(request.settings) if request.settings else ""
    links, facts = _links(home, request), _facts(run, request, nb)
    text = render.render(nb, title=_title(request), notice=notice, failure=failure, links=links, facts=facts)
    index.write(home / name, glossary.linked(text, links[_WORDS]))
    home = _settled(home)
    _point(home, request, name)
    return (home / name).relative_to(paths.archive_dir()).as_posix()


def write_plain(run_id: str, request: Request, failure: str) -> str:
    """Archive a page that holds nothing but why the run failed; return its address, empty if there can be none."""
    from driftbook.pages import index

    home, name = folder(run_id, request), f"{request.notebook}.html"
    home = home if home.exists() else draft(run_id, request)
    title = html.escape(_title(request))
    text = f"{_HEAD}<title>{title}</title><body><main><h1>{title}: failed</h1><pre>{html.escape(failure)}</pre>"
    with suppress(OSError):
        make(home)
        index.write(home / name, f"{text}</main></body></html>\n")
        home = _settled(home)
        with suppress(OSError):
            _point(home, request, name)
        return (home / name).relative_to(paths.archive_dir()).as_posix()
    shutil.rmtree(home, ignore_errors=True)
    return ""


def _settled(home: Path) -> Path:
    """Give a draft, which is whole now, its own name, and let the web server read it."""
    for file in home.iterdir():  # Evidently's report is written by the cells
        file.chmod(0o644)
    return home.rename(home.with_name(home.name.removeprefix(".")))


def _point(home: Path, request: Request, name: str) -> None:
    """Let the lasting address of a run's day, or days, lead to its page."""
    from driftbook.pages import index

    if request.label:
        index.write(home.parent / "index.html", _redirect(f"{home.name}/{name}"))


def hashes(page: str) -> dict[str, str]:
    """Return the files beside a page, itself included, each with its SHA-256; none where there is no page."""
    try:
        files = sorted(location(page).parent.iterdir()) if page else []
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    except OSError:  # the run is recorded without them, then
        return {}


def hold_place(address: Path, words: str, command: str) -> None:
    """Write a page that says what to run where a link leads to that nothing has been run for; leave any page alone."""
    make(address.parent)
    # Only where nothing is, in one step: another process may just have run it.
    with suppress(FileExistsError), address.open("x", encoding="utf-8") as file:
        address.chmod(0o644)
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


def write_glossary() -> None:
    """Write the page of words that pages link to."""
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
        write_glossary()
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
    return _named(request.model, request.notebook, request.label)


def _named(*parts: str) -> list[str]:
    return [part for part in parts if part]


def _title(request: Request) -> str:
    return " · ".join(part for part in (request.label, request.notebook, request.model) if part)


def _redirect(target: str) -> str:
    address = html.escape(target, quote=True)
    return (
        f'{_HEAD}<title>newest run</title><meta http-equiv="refresh" content="0; url={address}">'
        f'<a href="{address}">the newest run</a></html>\n'
    )
