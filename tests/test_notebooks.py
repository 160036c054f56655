"""The committed notebooks: pages and jobs without definitions, documented parameters, outputs nbval can compare."""

import ast
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from click.testing import CliRunner
from driftbook import paths
from papermill.cli import papermill

from tools import notebooks

PARAMETERS = {
    "adopt": {
        **{"path": "str", "query": "str", "url_env": "str", "time": "str"},
        **{"prediction": "str", "target": "str", "name": "str"},
    },
    "train": {"params": "str"},
    "monitor": {"params": "str", "day": "str", "store": "bool", "debug": "bool"},
    "backfill": {
        **{"params": "str", "start": "str", "end": "str", "days": "str"},
        **{"pace": "float", "workers": "int", "debug": "bool"},
    },
    "debug": {"params": "str", "day": "str", "column": "str", "beside": "str", "report": "bool"},
    "acknowledge": {"params": "str", "since": "str", "columns": "str", "note": "str"},
    "smoke": {"rows": "int", "pace": "float"},
}
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in notebooks.tracked()}
PLACE = r"(?:^|[\s'\"(=])(?!/dev/null)(?:/\w+){2,}|\b[A-Z]:\\"
# A clock, a duration or a progress bar; not the pick-up time of a row of the data.
TIME = r"(?<!2022-\d\d-\d\d )(?<!2022-\d\d-\d\d \d\d:)\d\d:\d\d|\b\d+(?:\.\d+)? ?(?:ms|s|sec|seconds)\b|it/s|\d%\|"
# The digits of a number with an exponent are no hash.
IDENTITY = r"\b\d{8}T\d{6}\b|\b[0-9a-f]{8}-[0-9a-f]{4}|(?<!\d\.)\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b|0x[0-9a-f]{6,}"


@pytest.fixture(params=NOTEBOOKS)
def name(request):
    return request.param


@pytest.fixture
def nb(name):
    return NOTEBOOKS[name]


def code(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def is_ignored(cell):
    return notebooks.IGNORED in cell.metadata.get("tags", [])


def texts(cell):
    """Return what a cell stored as text or HTML, without tags but with the values of attributes."""
    for output in cell.outputs:
        yield output.get("text", "")
        yield from (value for kind, value in output.get("data", {}).items() if kind.startswith("text/"))


def test_the_notebooks_are_these():
    assert set(NOTEBOOKS) == set(PARAMETERS)


def test_a_page_and_a_job(name, nb):
    assert nb.metadata.driftbook.notebook == name
    assert nb.metadata.kernelspec.name == "python3"
    assert set(nb.metadata) == {"driftbook", "kernelspec", "language_info"}
    assert nb.cells[0].source.startswith("# ")
    assert code(nb)[0].metadata.tags == ["parameters"]
    assert len(code(nb)) <= 20
    assert sum(len(cell.source.splitlines()) for cell in code(nb)) <= 100


def test_no_definitions(nb):
    tree = ast.parse("\n".join(cell.source for cell in code(nb)))
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert [node.name for node in ast.walk(tree) if isinstance(node, defined)] == []


def test_help_lists_each_parameter_typed_and_explained(name):
    shown = CliRunner().invoke(papermill, ["--help-notebook", str(paths.notebooks_dir() / f"{name}.ipynb")])
    assert shown.exit_code == 0, shown.output
    text = " ".join(shown.output.split())
    for parameter, kind in PARAMETERS[name].items():
        assert re.search(rf"{parameter}: {kind} \(default [^)]+\) \w[^:]{{8,}}", text), parameter
    assert shown.output.count("(default ") == len(PARAMETERS[name])


def test_each_figure_has_its_sentence(nb):
    figures = [cell for cell in code(nb) if re.search(r"(figures\.\w+|outcomes\.draw)\(", cell.source)]
    assert bool(figures) is (nb.metadata.driftbook.notebook not in ("smoke", "acknowledge"))
    for cell in figures:
        assert "print(" in re.split(r"plt\.show\(\)|display\(.*\)\n", cell.source)[1]
        kinds = {kind for output in cell.outputs for kind in output.get("data", {"text": ""})}
        if "else []" in cell.source:  # a figure that is drawn only if a parameter asks for it
            continue
        assert kinds in ({"image/png", "text/plain", "text"}, {"image/svg+xml", "text/plain", "text"})
        assert re.search(r"\d", "".join(output.get("text", "") for output in cell.outputs))


def test_outputs_are_stored_except_ignored_ones(nb):
    for cell in code(nb):
        shows = any(word in cell.source for word in ("print(", "tables.", "figures.", "headline")) and not re.search(
            r"^(from|import) ", cell.source, re.MULTILINE
        )
        assert bool(cell.outputs) is (shows and not is_ignored(cell)), cell.source
        assert cell.execution_count
        assert {"execution", "papermill"}.isdisjoint(cell.metadata)


def test_compared_cells_print_nothing_that_changes(nb):
    stored = [text for cell in code(nb) if not is_ignored(cell) for text in texts(cell)]
    found = {(kind, match) for kind in (PLACE, TIME, IDENTITY) for text in stored for match in re.findall(kind, text)}
    assert found == set()
    assert [output for cell in code(nb) for output in cell.outputs if output.get("name") == "stderr"] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("see /tmp/driftbook", PLACE), ("at 12:30", TIME), ("took 3.5 s", TIME), ("50%|#### | 3.1it/s", TIME),
        ("run 20261124T204031-89368c47", IDENTITY), ("version 48589e9aee4b", IDENTITY),
        ("<object at 0x7f0ff3342ed0>", IDENTITY),
    ],
)  # fmt: skip
def test_what_changes_would_be_seen(text, kind):
    assert re.search(kind, text)


def test_evidently_reports_are_ignored_and_nothing_else_of_weight_is_stored(nb):
    for cell in code(nb):
        assert ("show_report" not in cell.source) or is_ignored(cell)
        assert sum(map(len, texts(cell))) < 50_000


def test_nbval_sees_one_changed_number(place, tmp_path):
    whole = paths.notebooks_dir() / "monitor.ipynb"
    shutil.copy(whole, tmp_path / "same.ipynb")
    nb = nbformat.read(whole, as_version=4)
    table = next(
        o for cell in code(nb) for o in cell.outputs if "data-metric" in o.get("data", {}).get("text/html", "")
    )
    html = table["data"]["text/html"]
    number = re.search(r'data-value="\d+\.\d(\d)', html)
    digit = str((int(number[1]) + 1) % 10)
    table["data"]["text/html"] = html[: number.start(1)] + digit + html[number.end(1) :]
    nbformat.write(nb, tmp_path / "changed.ipynb")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    sanitize = paths.ROOT / "tests" / "nbval.cfg"
    command = [sys.executable, "-m", "pytest", "--nbval", f"--nbval-sanitize-with={sanitize}", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, "-rf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    cells = len(code(nb))
    assert re.search(rf"\b1 failed, {2 * cells - 1} passed", done.stdout), done.stdout
    assert re.findall(r"^FAILED (\w+)\.ipynb", done.stdout, re.MULTILINE) == ["changed"]
