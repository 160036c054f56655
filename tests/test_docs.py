"""README and docs/ say what is true: commands, files, notebooks, variables, keys, verdicts, views and links exist."""

import re
import sys
import types
import typing

import click
import papermill
import pytest
import yaml
from driftbook import cli, config, faults, paths, records, store, verdicts
from driftbook.sources import registry
from driftbook.sources.contract import SourceSettings
from pydantic import BaseModel, TypeAdapter

README = (paths.ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((paths.ROOT / "docs").glob("*.md"))}
PAGES = {"README.md": README, **{f"docs/{name}": text for name, text in DOCS.items()}}
ALL = "\n".join(PAGES.values())
MAKEFILE = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE)
LIBRARY = paths.ROOT / "lib" / "driftbook"
NOTEBOOKS = sorted(path.stem for path in paths.notebooks_dir().glob("*.ipynb"))
#: Words that were given up: each thing has one name.
GONE = ["calibration reference", "cells of its histogram", "`warning`", "python -m driftbook", "psi"]
#: Where files of the project are named in running text.
FILE = r"`((?:lib|tools|config|params|notebooks|bench|tests|docs|dashboards)/[\w./*-]*)`"


def found(pattern, text=ALL):
    """Return each match of a pattern once, in order."""
    return sorted(set(re.findall(pattern, text, re.MULTILINE)))


def sections(text):
    """Return a page's sections by heading, each up to the next heading of any level."""
    _, *parts = re.split(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(text, first):
    """Return the cells of the tables whose first column is called so."""
    tables = re.findall(rf"^\| {first} \|.*\n\|[-|]+\|\n((?:\|.*\n)*)", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for part in tables for line in part.splitlines()]


def blocks(language):
    """Return every code block of a language with its page."""
    pattern = rf"^```{language}\n(.*?)^```"
    return [(page, block) for page, text in PAGES.items() for block in re.findall(pattern, text, re.M | re.S)]


TREE = sections(README)["Where things are"]
ROOMS = [name for line in re.findall(r"^ {4}(\w[\w, ]*?)/? {2,}", TREE, re.MULTILINE) for name in line.split(", ")]


def test_one_sentence_a_picture_and_two_commands_come_first():
    lines = README.splitlines()
    assert lines[2].count(". ") == 0 and lines[2].endswith(".")
    assert lines[4].startswith("![")
    assert [number for number, line in enumerate(lines, 1) if line.startswith("make ")][1] <= 25


def test_the_readme_is_short():
    assert len([word for word in README.split() if re.search(r"\w", word)]) <= 1350


@pytest.mark.parametrize("page", DOCS)
def test_the_readme_leads_to_every_page(page):
    assert f"](docs/{page}" in README


@pytest.mark.parametrize("target", TARGETS)
def test_targets_are_in_the_readme_and_phony(target):
    assert target == "help" or f"make {target}" in README
    assert target in MAKEFILE.split(".PHONY:")[1].split()


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_notebook_has_a_row_with_its_parameters(notebook):
    (row,) = [row for row in rows(README, "notebook") if row[0].startswith(f"[`{notebook}`]")]
    known = papermill.inspect_notebook(paths.notebooks_dir() / f"{notebook}.ipynb")
    assert re.findall(r"`(\w+)`", row[2]) == [name for name in known if name != "store"]


def test_variables_are_those_the_code_reads():
    code = "".join(path.read_text(encoding="utf-8") for path in LIBRARY.rglob("*.py"))
    read = set(re.findall(r"\"(DATABASE_URL|DRIFTBOOK_[A-Z_]+)\"", code)) - {"DRIFTBOOK_RUN", "DRIFTBOOK_RUN_FOLDER"}
    assert {row[0].strip("`") for row in rows(README, "variable")} == read


@pytest.mark.parametrize("name", sorted(path.stem for path in LIBRARY.iterdir() if not path.name.startswith("__")))
def test_the_tree_names_every_room(name):
    assert name in ROOMS


@pytest.mark.parametrize("name", ROOMS)
def test_the_tree_names_no_other_room(name):
    assert (LIBRARY / name).is_dir() or (LIBRARY / f"{name}.py").is_file()


@pytest.mark.parametrize(
    ("page", "link"), [(page, link) for page, text in PAGES.items() for link in found(r"\]\(([^)]+)\)", text)]
)
def test_links_lead_somewhere(page, link):
    path, _, anchor = link.partition("#")
    if path.startswith("https://"):
        return
    file = (paths.ROOT / page).parent / path if path else paths.ROOT / page
    assert file.exists()
    headings = sections(file.read_text(encoding="utf-8")) if anchor else {}
    assert anchor in ["", *(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)]


@pytest.mark.parametrize("path", found(FILE))
def test_files_named_exist(path):
    assert list(paths.ROOT.glob(path.rstrip("/")))


@pytest.mark.parametrize("target", found(r"(?:^|`)make ([a-z-]+)"))
def test_commands_are_targets(target):
    assert target in TARGETS


@pytest.mark.parametrize("command", found(r"`driftbook ([a-z]+(?: [a-z]+)?)"))
def test_commands_of_driftbook_exist(command):
    known = cli.main
    for word in command.split():
        if isinstance(known, cli.click.Group):  # else the word is an argument
            known = known.commands[word]
    assert isinstance(known, click.Command)


@pytest.mark.parametrize(("notebook", "line"), found(r"papermill (\w+)\.ipynb([^`\n]*)"))
def test_papermill_lines_name_a_notebook_and_its_parameters(notebook, line):
    assert notebook in NOTEBOOKS
    known = papermill.inspect_notebook(paths.notebooks_dir() / f"{notebook}.ipynb")
    assert set(re.findall(r"-p (\w+)", line)) <= set(known)


@pytest.mark.parametrize("params", found(r"PARAMS=(\w+)"))
def test_params_files_exist(params):
    assert params in config.known_names()


@pytest.mark.parametrize("word", GONE)
@pytest.mark.parametrize("page", PAGES)
def test_one_word_per_thing(page, word):
    assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", PAGES[page], re.IGNORECASE)


def test_the_verdicts_are_those_of_the_catalogue_from_grave_to_harmless():
    known = sorted(verdicts.VERDICTS.values(), key=lambda verdict: -verdict.rank)
    assert [row[:2] for row in rows(README, "verdict")] == [[f"`{one.name}`", one.meaning] for one in known]


@pytest.mark.parametrize("page", ["alarms.md", "glossary.md"])
def test_every_verdict_is_explained(page):
    explained = {row[0].strip("`") for word in ("verdict", "word") for row in rows(DOCS[page], word)}
    assert set(verdicts.VERDICTS) <= explained


def test_names_that_no_column_may_bear_are_listed():
    (said,) = re.findall(r"^No column may be called[^:]*: ([^.]*)\.", DOCS["params.md"], re.MULTILINE)
    assert re.findall(r"`([^`]+)`", said) == [*records.OWN_NAMES]


def test_the_glossary_is_in_order_and_says_each_word_once():
    words = [row[0] for row in rows(DOCS["glossary.md"], "word")]
    assert words == sorted(set(words))


@pytest.fixture
def orders(monkeypatch):
    """The worked example of a source of one's own, importable under the name that docs/own-model.md gives it."""
    module = types.ModuleType("my_company.orders")
    (block,) = [block for page, block in blocks("python") if "def rows(settings, period)" in block]
    exec(block, vars(module))
    monkeypatch.setitem(sys.modules, "my_company", types.ModuleType("my_company"))
    monkeypatch.setitem(sys.modules, "my_company.orders", module)


def with_lines(block):
    """Return the demo's settings with some lines of a params file in the place of its own."""
    demo = yaml.safe_load((paths.params_dir() / "demo.yaml").read_text(encoding="utf-8"))["params"]
    return config.load(demo | yaml.safe_load(block))


@pytest.mark.parametrize(("page", "block"), blocks("yaml"))
def test_lines_of_a_params_file_are_valid(page, block, orders):
    with_lines(block)


@pytest.mark.parametrize(("page", "block"), blocks("python"))
def test_examples_run(page, block, monkeypatch, database):
    monkeypatch.setattr(faults, "CATALOGUE", dict(faults.CATALOGUE))
    exec(compile(block, page, "exec"), {})


def classes(annotation):
    """Return the classes below a type that have keys of their own, but a source's."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [] if issubclass(annotation, SourceSettings) else [annotation]
    return [one for part in typing.get_args(annotation) for one in classes(part)]


def kind_of(owner):
    """Return the kind that a class of keys is for, empty for one that is for all."""
    return "".join(typing.get_args(owner.model_fields["kind"].annotation)) if "kind" in owner.model_fields else ""


def described(owner=config.Settings, path="params"):
    """Yield each class of keys: the path it stands under in docs/params.md, its kind, its fields."""
    yield path, kind_of(owner), owner.model_fields
    for name, field in owner.model_fields.items():
        for below in classes(field.annotation):
            yield from described(below, name if owner is config.Settings else f"{path}.{name}")


def described_sources():
    common = SourceSettings.model_fields
    yield "source", "", common
    for kind in registry.KNOWN:
        own = registry.source(kind).Settings.model_fields
        yield "source", kind, {name: field for name, field in own.items() if name not in common}


KEYS = [*described(), *described_sources()]


@pytest.mark.parametrize(("place", "kind", "fields"), KEYS, ids=[f"{place} {kind}".strip() for place, kind, _ in KEYS])
def test_the_reference_of_params_files_has_every_key_with_its_default(place, kind, fields):
    wanted = f"`{place}` of kind `{kind}`" if kind else f"`{place}`"
    (section,) = [
        text
        for heading, text in sections(DOCS["params.md"]).items()
        if (heading == wanted if kind else wanted in heading and " of kind " not in heading)
    ]
    said = {row[0].strip("`"): row[1] for row in rows(section, "key")}
    assert list(said) == list(fields)
    for name, field in fields.items():
        if field.is_required():
            assert said[name] == "—", name
        else:
            default = TypeAdapter(field.annotation).validate_python(yaml.safe_load(said[name].strip("`")))
            assert default == field.get_default(call_default_factory=True), name


def test_the_reference_of_params_files_names_nothing_else():
    assert len(rows(DOCS["params.md"], "key")) == sum(
        len(fields) for place, _, fields in KEYS if place != "watch"
    )  # which stands with `features`


def test_tables_and_views_are_those_of_the_database(database):
    query = """
        select table_type, table_name, string_agg(column_name, ', ' order by ordinal_position)
        from information_schema.tables join information_schema.columns using (table_schema, table_name)
        where table_schema = 'driftbook' group by table_type, table_name
    """
    with store.connect() as connection:
        known = connection.execute(query).fetchall()
    page = DOCS["database.md"]
    tables = {row[0].strip("`") for row in rows(page, "table")}
    assert tables == {name for kind, name, _ in known if kind == "BASE TABLE"}
    views = {row[0].strip("`"): row[2].replace("`", "") for row in rows(page, "view")}
    views["daily_overview"] = ", ".join(row[0].replace("`", "") for row in rows(page, "column"))
    assert views == {name: columns for kind, name, columns in known if kind == "VIEW"}


def test_the_workflow_runs_what_ci_runs():
    workflow = yaml.safe_load((paths.ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    assert any("bash .ci/run" in step.get("run", "") for step in steps)
    assert "make test" in (paths.ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md", "LICENSE", "requirements.txt", ".gitignore"])
def test_usual_files(file):
    assert (paths.ROOT / file).stat().st_size > 50
    if file == "requirements.txt":
        assert "-e ." in (paths.ROOT / file).read_text(encoding="utf-8")
