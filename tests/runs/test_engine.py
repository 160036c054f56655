import json
import os
import subprocess
import sys

import nbformat
import pytest
from driftbook import paths

NOWHERE = "postgresql://nobody:pl4nted@127.0.0.1:9/none"


@pytest.fixture
def papermill(tmp_path, monkeypatch):
    """Return a function that runs papermill as from a shell, in a folder where `in.ipynb` lies, stdin not a pipe."""
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))

    def run(nb, *arguments):
        nbformat.write(nb, tmp_path / "in.ipynb")
        command = [sys.executable, "-m", "papermill", "in.ipynb", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize(
    "first",
    [
        "import driftbook.runs.engine",
        "import papermill",
        "from importlib.metadata import entry_points as e; e(group='papermill.engine')['driftbook'].load()",
    ],
)
def test_whoever_is_imported_first(first):
    script = f"""{first}
import sys
from papermill.engines import papermill_engines as engines
print(engines.get_engine(None).__name__, engines.get_engine("driftbook").__name__)
print(engines.get_engine("nbclient").__name__, "pandas" in sys.modules)"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    expected = ["driftbook.runs.engine", "driftbook.runs.engine", "NBClientEngine", "False"]
    assert (done.stderr, done.stdout.split()) == ("", expected)


def test_a_foreign_notebook_runs_as_ever(papermill, notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", NOWHERE)
    run = "import os; print(x, os.environ.get('DRIFTBOOK_RUN'))"
    done = papermill(notebook("x: int = 1", run), "out.ipynb", "-p", "x", "2", "-p", "unknown", "3")
    assert done.returncode == 0, done.stderr
    assert "Passed unknown parameter: unknown" in done.stderr
    nb = nbformat.read(tmp_path / "out.ipynb", 4)
    assert nb.cells[-1].outputs[0].text == "2 None\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.ipynb", "out.ipynb"]


def test_one_argument_writes_the_notebook_to_stdout(papermill, notebook, place, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(place))
    done = papermill(notebook("x: int = 1", "print(x)", notebook="handmade"))
    assert done.returncode == 0, done.stderr
    nb = nbformat.reads(done.stdout, 4)
    assert nb.cells[-1].outputs[0].text == "1\n"
    assert len(list(place.glob("handmade/*/handmade.html"))) == 1


@pytest.mark.parametrize(
    ("arguments", "url", "message"),
    [
        (["-p", "y", "2"], "", "driftbook.errors.BadInput: unknown parameter 'y': did you mean 'x'? this notebook"),
        ([], NOWHERE, "driftbook.errors.DatabaseUnavailable: cannot use PostgreSQL at host '127.0.0.1', port '9'"),
        ([], "postgresql:pl4nted", "driftbook.errors.DatabaseUnavailable: DATABASE_URL is no libpq URI"),
    ],
)
def test_a_refusal_ends_with_its_message(papermill, notebook, tmp_path, monkeypatch, arguments, url, message):
    monkeypatch.setenv("DATABASE_URL", url)
    nb = notebook("x: int = 1", "open('started', 'w')", notebook="handmade")
    done = papermill(nb, "out.ipynb", *arguments)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(message)
    assert "pl4nted" not in done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.ipynb"]


@pytest.mark.parametrize("way", [("-p", "password", "pl4nted"), ("-y", "x: {a: 'mysql://u:pl4nted@h'}")])
def test_a_secret_is_refused_without_its_value(papermill, notebook, tmp_path, way):
    done = papermill(notebook("x: int = 1", notebook="handmade"), "out.ipynb", *way)
    assert (done.returncode, "looks like a secret" in done.stderr) == (1, True)
    assert "pl4nted" not in done.stdout + done.stderr


def test_the_traceback_only_if_asked_for(papermill, notebook):
    nb = notebook("x: int = 1", notebook="handmade")
    short, long = papermill(nb, "out.ipynb", "-p", "y", "2"), papermill(nb, "-", "--log-level", "DEBUG", "-p", "y", "2")
    assert (short.returncode, long.returncode) == (1, 1)
    assert ("Traceback" in short.stderr, "Traceback" in long.stderr) == (False, True)
    assert [line for line in short.stderr.splitlines() if "BadInput" in line] == [short.stderr.splitlines()[-1]]


@pytest.mark.parametrize("option", ["--inject-paths", "--inject-input-path", "--inject-output-path"])
def test_papermills_own_paths_are_taken(papermill, notebook, place, tmp_path, monkeypatch, option):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(place))
    cell = "print({name: value for name, value in globals().items() if name.startswith('PAPERMILL')})"
    done = papermill(notebook("x: int = 1", cell, notebook="handmade"), "out.ipynb", option)
    assert done.returncode == 0, done.stderr
    given = eval(nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].text)
    known = {"PAPERMILL_INPUT_PATH": "in.ipynb", "PAPERMILL_OUTPUT_PATH": "out.ipynb"}
    assert given == {
        name: path for name, path in known.items() if option == "--inject-paths" or name[10:13].lower() in option
    }


def test_a_refused_login(papermill, notebook, place, tmp_path, monkeypatch):
    url = os.environ["DATABASE_URL"].replace("postgres@", "stranger:pl4nted@")
    monkeypatch.setenv("DATABASE_URL", url)
    done = papermill(notebook("x: int = 1", notebook="handmade"), "out.ipynb")
    assert done.returncode == 1
    assert "DatabaseUnavailable" in done.stderr.splitlines()[-1]
    assert "stranger" in done.stderr.splitlines()[-1]
    assert "pl4nted" not in done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.ipynb"]


def test_the_engine_can_be_bypassed(papermill, notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", NOWHERE)
    done = papermill(notebook("x: int = 1", notebook="handmade"), "out.ipynb", "--engine", "nbclient")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.ipynb").read_text())["metadata"]["papermill"]["exception"] is None
    assert not (tmp_path / "archive").exists()


def test_a_day_imports_nothing_that_it_does_not_need(papermill, notebook, place, tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(place))
    monitor = nbformat.read(paths.notebooks_dir() / "monitor.ipynb", 4)
    parameters, setup = [cell.source for cell in monitor.cells if cell.cell_type == "code"][:2]
    assert "monitoring.monitor(" in setup
    heavy = {"evidently", "rfc3987_syntax", "jupyterlab", "jupyter_server", "nbconvert", "nltk", "plotly", "sqlalchemy"}
    heavy |= {"sklearn.inspection", "shap"}  # an ensemble, which needs `compose`, estimates errors without labels
    look = f"import sys; print({heavy} & {{*sys.modules}}, 'driftbook.adoption' in sys.modules)"
    nb = notebook(parameters, setup, look, notebook="monitor", needs=["model"])
    done = papermill(nb, "out.ipynb", "-p", "day", "2022-02-08")
    assert done.returncode == 0, done.stderr
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].text == "set() False\n"


def test_a_day_of_delivered_predictions_needs_no_scikit_learn():
    script = "import sys\nfrom driftbook import diagnosis, monitoring\nprint('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
