"""A process that is killed costs its day a failure or another try: never a hang, no process or folder left."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from driftbook import store
from driftbook.runs import forks, shell, workers
from driftbook.runs.crew import Crew
from nbclient.exceptions import DeadKernelError

KILL = "import faulthandler, os, signal; faulthandler.disable(); os.kill(os.getpid(), signal.SIG{})"
#: A process of the cell's own, which holds its descriptors, the channel among them.
LEFT = """import subprocess
left = subprocess.Popen(['sleep', '300'], close_fds=False)
open({!r}, 'w').write(str(left.pid))"""


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch, tmp_path):
    """Hold each test to a short time, to no process of its own and to no folder of a kernel."""
    monkeypatch.setattr(shell, "can_draw", lambda: True)  # whatever tests of this process have drawn before
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before, started = children(), time.monotonic()
    yield
    assert time.monotonic() - started < 60
    assert children() - before == set()
    assert [path.name for path in tmp_path.glob("driftbook-*")] == []


def children():
    return {child.pid for child in psutil.Process().children(recursive=True)}


def is_gone(pid, seconds=5.0):
    """Return whether a process has ended, or does so soon."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("name", ["KILL", "SEGV", "ABRT"])
@pytest.mark.parametrize("where", ["fork", "kernel"])
def test_a_cell_that_kills_its_process(place, notebook, execute, tmp_path, where, name):
    ours = {"kernel": "own"} if where == "kernel" else {}
    cells = [KILL.format(name), "'after'"] if ours else [LEFT.format(str(tmp_path / "pid")), KILL.format(name)]
    with pytest.raises(DeadKernelError):
        execute(notebook("x: int = 1", *cells, notebook="handmade", **ours))
    run = store.run(store.runs()["run_id"].iloc[0])
    assert (run["status"], run["error"]) == ("failed", "DeadKernelError: Kernel died")
    nb = nbformat.read((place / run["page"]).with_suffix(".ipynb"), 4)
    assert nb.metadata["driftbook"]["executed"].startswith(f"in a {where}")
    assert ours or nb.cells[-1].execution_count == 3  # that it began was told before it ended
    assert ours or is_gone(int((tmp_path / "pid").read_text()))


def test_the_cells_end_with_a_papermill_that_is_killed(place, notebook, tmp_path):
    cell = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(300)"
    nbformat.write(notebook("x: int = 1", cell, notebook="handmade"), tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "in.ipynb", os.devnull]
    process = subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert process.poll() is None
        time.sleep(0.05)
    cells = int((tmp_path / "pid").read_text())
    assert psutil.pid_exists(cells)
    process.kill()
    process.wait()
    assert is_gone(cells)


@pytest.fixture
def crew(monkeypatch, tmp_path, database):
    """Return a function: what a crew of two says of some days, each of them handled by `work(day, tries so far)`."""
    monkeypatch.setattr(workers, "warm", lambda trained: None)

    def run(work, days):
        def one(params, day):
            with (tmp_path / f"tries of {day}").open("a+") as file:
                file.seek(0)
                tries = len(file.read())
                file.write("x")
            return work(day, tries) or ""

        monkeypatch.setattr(workers, "_in_turn", lambda trained, params, day, *_: one(params, day))
        with Crew(SimpleNamespace(), "demo", 2) as crew:
            return dict(crew.run(days))

    return run


def kill_self():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_costs_its_day_another_try(crew):
    found = crew(lambda day, tries: kill_self() if day == 3 and not tries else None, range(6))
    assert found == dict.fromkeys(range(6), "")


def test_a_day_that_kills_each_worker_fails_and_no_other_does(crew):
    found = crew(lambda day, tries: kill_self() if day == 3 else None, range(6))
    assert found == dict.fromkeys(range(6), "") | {3: "its process ended 2 times, the last time killed by SIGKILL"}


def test_workers_that_are_all_killed_at_once(crew, tmp_path):
    def work(day, tries):
        if not tries:
            os.kill(os.getpid(), signal.SIGKILL)

    assert crew(work, range(5)) == dict.fromkeys(range(5), "")


def test_a_worker_killed_from_outside_takes_its_cells_along(crew, tmp_path):
    def work(day, tries):
        if tries:
            return
        with forks._forked() as (process, _):  # the process of its cells, which waits for one
            Path(tmp_path / f"cells of {day}").write_text(str(process.pid))
            kill_self()

    assert crew(work, range(3)) == dict.fromkeys(range(3), "")
    assert all(is_gone(int((tmp_path / f"cells of {day}").read_text())) for day in range(3))


def test_an_idle_worker_that_is_killed(crew, monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "_in_turn", lambda *_: str(os.getpid()))
    monkeypatch.setattr(workers, "warm", lambda trained: None)
    with Crew(SimpleNamespace(), "demo", 1) as crew:
        ((_, first),) = crew.run([1])
        os.kill(int(first), signal.SIGKILL)
        assert is_gone(int(first))
        ((_, second),) = crew.run([2])
        assert second not in ("", first)
