"""A run that is asked to end, or whose process is killed, has a record that says so; nothing of it is left."""

import os
import signal
from pathlib import Path

import nbformat
import pytest
from driftbook import store
from driftbook.runs import kernels
from driftbook.store import liveness

from tests.chaos.conftest import is_gone, until

CELL = """
import os, subprocess, time
left = subprocess.Popen(["sleep", "300"])
open({!r}, "w").write(f"{{os.getpid()}} {{left.pid}} .")
time.sleep(300)
"""
WAYS = {"fork": {}, "kernel": {"kernel": "own"}}


@pytest.fixture
def sleeping(start, place, tmp_path):
    """Return a function that starts a run whose cell sleeps; its process, the ids of its cells' processes."""

    def run(**ours):
        file = tmp_path / "pids"
        usual = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under `nohup`
        process = start(["x: int = 1", CELL.format(str(file))], **ours)
        signal.signal(signal.SIGHUP, usual)
        until(lambda: file.exists() and file.read_text().endswith("."), process)
        return process, [int(pid) for pid in file.read_text().split()[:2]]

    return run


def newest():
    return store.run(store.runs()["run_id"].iloc[0])


def folders():
    return sorted(Path(os.environ["TMPDIR"]).glob("driftbook-*"))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_is_recorded(sleeping, place, way, name):
    process, pids = sleeping(**WAYS[way])
    number = signal.Signals[name]
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    run = newest()
    assert process.returncode == 128 + number, said
    assert (run["status"], run["error"]) == ("failed", f"Stopped: the run was stopped by {name} before its end")
    assert run["error"] in (place / run["page"]).read_text()
    nbformat.read((place / run["page"]).with_suffix(".ipynb"), 4)
    assert f'href="{run["page"]}"' in (place / "index.html").read_text()
    until(lambda: is_gone(pids[0]))
    assert folders() == []


def test_what_somebody_ignores_is_left_alone(start, place, tmp_path):
    """`nohup` ignores SIGHUP."""
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start(["x: int = 1", f"open({str(tmp_path / 'began')!r}, 'w')\nimport time; time.sleep(2)"])
    finally:
        signal.signal(signal.SIGHUP, usual)
    until((tmp_path / "began").exists, process)
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 0
    assert newest()["status"] == "succeeded"


@pytest.mark.parametrize("way", WAYS)
def test_a_killed_run_is_lost_and_swept_by_the_next(sleeping, start, place, way):
    process, pids = sleeping(**WAYS[way])
    run_id = newest()["run_id"]
    assert len(folders()) == (way == "kernel")
    assert store.mark_lost() == []  # it lives
    process.kill()
    process.wait()
    until(lambda: is_gone(pids[0]))
    after = start(["x: int = 1"])
    assert after.wait(60) == 0
    run = store.run(run_id)
    assert (run["status"], run["error"].partition(";")[0]) == ("lost", f"lost: its process, {process.pid}, is gone")
    assert folders() == []
    assert ">lost<" in (place / "index.html").read_text()


def test_the_folder_of_a_kernel_that_lives_is_not_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "_home", lambda: str(tmp_path))
    with kernels.private_kernel():
        (folder,) = tmp_path.iterdir()
        assert kernels.sweep() == []
    folder.mkdir()
    (folder / "alive").touch()
    (tmp_path / "driftbook-others").mkdir()
    assert kernels.sweep() == [folder]
    assert [path.name for path in tmp_path.iterdir()] == ["driftbook-others"]


@pytest.fixture
def record(database):
    def write(host, process, ago="0 days", status="running"):
        run_id = store.open_run("monitor", "m", None, "", {}, "papermill", "n", "c")
        with store.connect() as connection:
            query = "update driftbook.run set host = %s, process = %s, status = %s, started_at = now() - %s::interval"
            connection.execute(f"{query} where run_id = %s", [host, process, status, ago, run_id])
        return run_id

    return write


HERE, ME = liveness.host(), liveness.process()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ((HERE, ME), "running"),
        ((HERE, ME, "9 days"), "running"),  # slow, but alive
        ((HERE, f"{os.getpid()} 1"), "lost"),  # another process has its id now
        ((HERE, "4194303 1"), "lost"),
        (("elsewhere", ME), "running"),
        (("elsewhere", "4194303 1", "23 hours"), "running"),
        (("elsewhere", ME, "25 hours"), "lost"),
        (("", "", "2 days"), "lost"),  # of before hosts were recorded
        ((HERE, "4194303 1", "0 days", "failed"), "failed"),
    ],
)
def test_which_runs_are_lost(record, given, status):
    run_id = record(*given)
    assert store.mark_lost() == ([run_id] if status == "lost" else [])
    assert store.run(run_id)["status"] == status


def test_a_run_that_was_given_up_too_early_still_ends(record):
    run_id = record("elsewhere", "1 1", "2 days")
    store.mark_lost()
    store.close_run(run_id, "succeeded")
    run = store.run(run_id)
    assert (run["status"], run["error"]) == ("succeeded", "")
