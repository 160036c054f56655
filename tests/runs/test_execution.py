import gc
import os
import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from driftbook import config, store
from driftbook.config.service import Service
from driftbook.errors import RunFailed
from driftbook.runs import archive, shell, versions
from driftbook.store import liveness
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

STORE = "from driftbook.runs import in_notebook\nsent = in_notebook.send_smoke(1, 0.0)"


def newest(place):
    """Return the newest run's record, its page as text and its archived notebook."""
    run = store.run(store.runs()["run_id"].iloc[0])
    page = place / run["page"]
    return run, page.read_text(encoding="utf-8"), nbformat.read(page.with_suffix(".ipynb"), 4)


def test_a_run_that_succeeds(place, notebook, execute):
    nb = notebook("x: int = 1", STORE, "print('x is', x)", notebook="handmade", stores=True)
    out = execute(nb, x=2)
    run, page, archived = newest(place)
    times = [run.pop(name) for name in ("started_at", "stored_at", "finished_at")]
    assert times == sorted(times)
    run_id = run["run_id"]
    assert run == {
        "run_id": run_id, "notebook": "handmade", "model": "", "day": None, "label": "", "parameters": {"x": 2},
        "kind": "papermill", "status": "succeeded", "error": "", "page": f"handmade/{run_id}/handmade.html",
        "notebook_hash": versions.notebook_hash(nb), "data_hash": "", "model_version": "",
        "code_version": versions.library_version(), "context_hash": "", "revision": None, "source_state": "",
        "host": liveness.host(), "process": liveness.process(), "files": archive.hashes(run["page"]), "pruned_at": None,
    }  # fmt: skip
    assert archived.cells[-1].outputs[0].text == out.cells[-1].outputs[0].text == "x is 2\n"
    assert "<pre>x is 2\n</pre>" in page
    assert 'class="failure"' not in page
    assert f'href="handmade/{run_id}/handmade.html"' in (place / "index.html").read_text()
    assert sorted(path.name for path in (place / "handmade" / run_id).iterdir()) == ["handmade.html", "handmade.ipynb"]


def test_what_a_run_leaves_in_circles_is_collected(place, notebook, execute):
    nb = notebook("x: int = 1", "print(x)", notebook="handmade")
    execute(nb)  # its modules are frozen, once
    frozen = gc.get_freeze_count()
    execute(nb)
    assert gc.isenabled() and gc.get_freeze_count() <= frozen  # some are freed by now


ENDED = "the notebook ended early: {} of 3 code cells did not run to their end"
FAILURES = {
    "cell": (["1 / 0", "1"], PapermillExecutionError, "ZeroDivisionError: division by zero"),
    "exit": (["import sys; sys.exit(0)", "1"], RunFailed, ENDED.format(2)),
    "exit in the last cell": (["1", "raise SystemExit"], RunFailed, ENDED.format(1)),
    "exit with a status": (["raise SystemExit(3)", "1"], PapermillExecutionError, "SystemExit: 3"),
    "dead kernel": (["import os; os._exit(0)", "1"], DeadKernelError, "DeadKernelError: Kernel died"),
    "nothing stored": (["1", "2"], RunFailed, "the notebook ended without writing its rows to the database"),
}


@pytest.mark.parametrize(("cells", "error", "message"), FAILURES.values(), ids=FAILURES)
def test_failures_are_recorded_and_archived(place, notebook, execute, cells, error, message):
    nb = notebook("x: int = 1", *cells, notebook="handmade", stores=True)
    with pytest.raises(error, match=re.escape(message.partition(": ")[2] or message)):
        execute(nb)
    run, page, archived = newest(place)
    assert (run["status"], run["finished_at"] is None) == ("failed", False)
    assert run["error"].startswith(message)
    assert page.index('class="failure"') < page.index(message) < page.index('class="cell"')
    assert [cell.source for cell in archived.cells[2:]] == cells
    assert "failed" in (place / "index.html").read_text()


def test_the_failing_cell_stands_on_top_and_in_its_place(place, notebook, execute, tmp_path):
    nb = notebook("x: int = 1", "def f():\n    return 1 / 0\nf()", "'after'", notebook="handmade")
    with pytest.raises(PapermillExecutionError):
        execute(nb)
    _, page, _ = newest(place)
    top, main = page.split("<main>")[1].split("</section>", 1)
    assert "ZeroDivisionError: division by zero" in top
    assert "ZeroDivisionError" not in main  # a traceback is long: once is enough
    for part in (top, main):
        assert "return" in part
    assert main.index('id="failed-cell"') < main.index('href="#failure"') < main.index("not run")
    assert 'href="#failed-cell"' in top
    assert "papermill-error" in (tmp_path / "out.ipynb").read_text()


def test_a_cell_that_takes_too_long(place, notebook, execute):
    nb = notebook("x: int = 1", "import time; time.sleep(60)", notebook="handmade")
    with pytest.raises(CellTimeoutError):
        execute(nb, options={"execution_timeout": 1})
    run, page, _ = newest(place)
    assert run["status"] == "failed"
    assert "CellTimeoutError" in run["error"]
    assert 'class="failure"' in page


def test_an_archive_that_cannot_be_written(place, notebook, execute, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    nb = notebook("x: int = 1", notebook="handmade")
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "file"))
    with pytest.raises(RunFailed, match=r"the page could not be archived: .*Not a directory"):
        execute(nb)
    run = store.run(store.runs()["run_id"].iloc[0])
    assert (run["status"], run["page"]) == ("failed", "")
    assert "the page could not be archived" in run["error"]


@pytest.mark.parametrize("ending", ["1", "raise ValueError(url)"])
def test_the_password_is_nowhere(place, notebook, execute, monkeypatch, tmp_path, ending):
    url = os.environ["DATABASE_URL"].replace("postgres@", "postgres:pl4nted@")
    monkeypatch.setenv("DATABASE_URL", url)
    nb = notebook("x: int = 1", "import os; url = os.environ['DATABASE_URL']; print(url)", ending, notebook="handmade")
    try:
        execute(nb)
    except PapermillExecutionError as error:
        assert "pl4nted" not in str(error)
    run, page, _ = newest(place)
    written = [*(place / run["page"]).parent.iterdir(), place / "index.html", tmp_path / "out.ipynb"]
    assert [path for path in map(Path, written) if "pl4nted" in path.read_text()] == []
    assert "pl4nted" not in run["error"]
    assert "***" in page


def test_the_environment_is_put_back(place, notebook, execute, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_RUN", "outer")
    nb = notebook("x: int = 1", "import os; print(os.environ['DRIFTBOOK_RUN'])", notebook="handmade")
    out = execute(nb)
    assert out.cells[-1].outputs[0].text.strip() == store.runs()["run_id"].iloc[0]
    assert os.environ["DRIFTBOOK_RUN"] == "outer"


def test_figures_reach_the_notebook_of_a_process_that_draws_already(database, notebook, execute, monkeypatch):
    import matplotlib.pyplot as plt

    plt.close(plt.figure())
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    nb = execute(notebook("import matplotlib.pyplot as plt", "plt.plot([1, 2])\nplt.show()", notebook="figures"))
    assert [output.output_type for output in nb.cells[-1].outputs] == ["display_data"]


PARALLEL = """
import sys
import warnings
import joblib, numpy as np, papermill
from sklearn.ensemble import HistGradientBoostingClassifier

rows = np.random.default_rng(0).normal(size=(20_000, 5))
model = HistGradientBoostingClassifier(max_iter=5, random_state=0).fit(rows, rows[:, 0] > 0)
expected = model.predict_proba(rows).sum(axis=0).tolist()  # OpenMP has its threads from here on
joblib.dump((model, rows), sys.argv[1] + "/model.joblib")
nb = papermill.execute_notebook(sys.argv[1] + "/in.ipynb", None, progress_bar=False)
assert nb.cells[-1].outputs[0]["text"].strip() == str(expected), nb.cells[-1].outputs
"""


def test_a_model_of_many_threads_does_not_hang_in_a_fork(database, notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    monkeypatch.setenv("OMP_NUM_THREADS", "4")  # whatever the machine has
    code = f"import joblib\nmodel, rows = joblib.load({str(tmp_path / 'model.joblib')!r})\n"
    cells = ["", code + "print(model.predict_proba(rows).sum(axis=0).tolist())"]
    nbformat.write(notebook(*cells, notebook="parallel"), tmp_path / "in.ipynb")
    command = [sys.executable, "-c", PARALLEL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("ours", "executed"), [({}, "in a fork"), ({"kernel": "own"}, "in a kernel")])
def test_another_backend_in_the_environment_does_not_lose_figures(database, notebook, tmp_path, ours, executed):
    """Docker, CI and cron set MPLBACKEND=Agg: pages had no figure then, and the runs succeeded."""
    drawing = notebook("import matplotlib.pyplot as plt", "plt.plot([1, 2])\nplt.show()", notebook="figures", **ours)
    nbformat.write(drawing, tmp_path / "in.ipynb")
    environment = {**os.environ, "MPLBACKEND": "Agg", "DRIFTBOOK_ARCHIVE_DIR": str(tmp_path / "archive")}
    command = [sys.executable, "-m", "papermill", str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb")]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    nb = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert nb.metadata.driftbook.executed.startswith(executed)
    assert [output.get("data", {}).keys() >= {"image/png"} for output in nb.cells[-1].outputs] == [True]


@pytest.fixture
def forks(monkeypatch):
    """Let runs fork, whatever tests of this process have drawn before."""
    monkeypatch.setattr(shell, "can_draw", lambda: True)


def test_a_failing_cell_that_is_allowed_to_raise_fails_the_run(place, notebook, execute):
    """papermill ends with an error whatever the tag says: record and page agree with its exit status."""
    nb = notebook("x: int = 1", "1 / 0", "print('after')", notebook="handmade")
    nb.cells[2].metadata.tags = ["raises-exception"]
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        execute(nb)
    run, page, archived = newest(place)
    assert (run["status"], run["error"]) == ("failed", "ZeroDivisionError: division by zero")
    assert 'id="failed-cell"' in page
    assert archived.cells[-1].outputs[0].text == "after\n"


def test_an_index_that_cannot_be_replaced(place, notebook, execute, monkeypatch, caplog, tmp_path):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    (tmp_path / "archive" / "index.html").mkdir(parents=True)
    execute(notebook("x: int = 1", notebook="handmade"))
    run = store.run(store.runs()["run_id"].iloc[0])
    assert run["status"] == "succeeded" and (tmp_path / "archive" / run["page"]).exists()
    assert "the archive's index is not written anew" in caplog.text


@pytest.mark.parametrize("cell", ["1", "1 / 0"])
def test_a_page_that_cannot_be_made(place, notebook, execute, monkeypatch, cell):
    def broken(*_, **__):
        raise ValueError("no <such> template")

    monkeypatch.setattr("driftbook.pages.render.render", broken)
    with pytest.raises(RunFailed, match="the page could not be made: ValueError: no <such> template"):
        execute(notebook("x: int = 1", cell, notebook="handmade"))
    run, page, _ = newest(place)
    said = "ZeroDivisionError: division by zero" if "0" in cell else "no cell failed"
    assert (run["status"], run["error"].partition("; ")[0]) == ("failed", said)
    assert "no &lt;such&gt; template" in page
    monkeypatch.undo()


@pytest.mark.parametrize("ours", [{}, {"kernel": "own"}], ids=["fork", "kernel"])
@pytest.mark.parametrize("change", ["os.environ.clear()", "os.chdir('/')", "del os.environ['DRIFTBOOK_RUN']"])
def test_a_cell_that_changes_environment_or_folder(place, notebook, execute, forks, ours, change):
    url = "import os; url = os.environ['DATABASE_URL']"
    back = "os.environ['DATABASE_URL'] = url"
    execute(notebook("x: int = 1", url, change, back, STORE, notebook="handmade", stores=True, **ours))
    run, _, _ = newest(place)
    assert (run["kind"], run["status"], len(store.smoke_values(run["run_id"]))) == ("papermill", "succeeded", 1)


def test_a_notebook_that_changed_during_its_run(place, notebook, execute, tmp_path, caplog):
    edit = (
        f"p = {str(tmp_path / 'in.ipynb')!r}; t = open(p).read(); open(p, 'w').write(t.replace('# Hand', '# Machine'))"
    )
    execute(notebook("x: int = 1", edit, notebook="handmade"))
    _, page, archived = newest(place)
    assert "The notebook's file changed during its run" in caplog.text
    assert "its file changed during the run" in page
    assert archived.cells[0].source == "# Hand-made"


def test_a_run_in_a_thread(place, notebook, execute):
    with ThreadPoolExecutor(1) as pool:
        nb = pool.submit(execute, notebook("x: int = 1", "print(x)", notebook="handmade")).result()
    assert nb.cells[-1].outputs[0].text == "1\n"
    assert newest(place)[0]["status"] == "succeeded"
    with warnings.catch_warnings():  # nbclient leaves the thread's event loop to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def limited(**service):
    return config.load("demo").model_copy(update={"service": Service(**service)}).model_dump(mode="json")


@pytest.mark.parametrize("ours", [{}, {"kernel": "own"}], ids=["fork", "kernel"])
def test_a_run_that_never_ends_is_ended(place, notebook, execute, forks, ours):
    nb = notebook('params: str = "demo"', "while True:\n    pass", "1", notebook="handmade", **ours)
    with pytest.raises(CellTimeoutError):
        execute(nb, params=limited(timeout_seconds=2))
    run, _, _ = newest(place)
    assert run["error"].startswith("the run took longer than service.timeout_seconds allows, 2 s; CellTimeoutError")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory a process has")
@pytest.mark.parametrize("ours", [{}, {"kernel": "own"}], ids=["fork", "kernel"])
def test_a_run_that_takes_too_much_memory(place, notebook, execute, forks, ours):
    nb = notebook('params: str = "demo"', "x = bytearray(10_000_000)", "x = bytearray(2_000_000_000)",
                  notebook="handmade", **ours)  # fmt: skip
    with pytest.raises(PapermillExecutionError, match="MemoryError"):
        execute(nb, params=limited(memory_limit_mb=500))
    run, _, _ = newest(place)
    assert run["error"].startswith("MemoryError") and "service.memory_limit_mb lets a run take 500 MB" in run["error"]
