"""What lies in the archive is what the runs recorded; what nobody needs goes, and nothing else."""

import datetime as dt
import os

import pytest
from driftbook import store
from driftbook.errors import BadInput
from driftbook.runs import archive, retention, unsent

DAY = dt.date(2022, 2, 5)


@pytest.fixture
def folder(tmp_path, monkeypatch, database):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    return tmp_path / "archive"


@pytest.fixture
def ran(folder, notebook, execute):
    """Return a function that executes a notebook some times; it returns the runs' folders, the oldest first."""

    def run(times=1):
        for _ in range(times):
            execute(notebook("x: int = 1", notebook="handmade"))
        return [(folder / page).parent for page in store.runs()["page"][::-1]]

    return run


def test_an_archive_as_its_runs_left_it(ran):
    (home,) = ran()
    assert retention.check() == []
    assert sorted(store.run(home.name)["files"]) == ["handmade.html", "handmade.ipynb"]


def test_files_that_changed_or_are_missing_are_named(ran):
    first, second = ran(2)
    (first / "handmade.html").write_text("something else")
    (second / "handmade.ipynb").unlink()
    assert retention.check() == [
        f"changed: {first / 'handmade.html'} is not what the run {first.name} archived",
        f"missing: {second / 'handmade.ipynb'} of the run {second.name}",
    ]


def test_runs_of_older_versions_are_asked_for_their_page_only(ran):
    (home,) = ran()
    with store.connect() as connection:
        connection.execute("update driftbook.run set files = '{}'")
    (home / "handmade.ipynb").unlink()
    assert retention.check() == []
    (home / "handmade.html").unlink()
    assert retention.check() == [f"missing: {home / 'handmade.html'} of the run {home.name}"]


def test_folders_of_no_run_are_named(ran, folder):
    ran()
    stranger, draft = (folder / "m" / name for name in ("20220205T000000-00000001", ".20220205T000000-00000002"))
    for one in (stranger, draft):
        one.mkdir(parents=True)
    assert sorted(retention.check()) == [f"orphaned: {one} belongs to no run" for one in sorted((draft, stranger))]


def test_what_a_killed_run_left_is_removed_when_it_is_found_lost(folder, database, monkeypatch):
    run_id = store.open_run("monitor", "demo", DAY, str(DAY), {}, "papermill", "", "")
    draft = folder / "demo" / "monitor" / str(DAY) / f".{run_id}"
    draft.mkdir(parents=True)
    assert retention.check() == []  # it may still run
    store.mark_lost()
    assert draft.exists()
    monkeypatch.setattr("driftbook.store.liveness.process", lambda pid=None: "")
    assert archive.find_lost() == [run_id]
    assert not draft.exists()


@pytest.mark.parametrize(("days", "keep", "left"), [(30, 1, 1), (30, 2, 2), (30, 9, 3), (4000, 1, 3), (0, 1, 1)])
def test_pages_of_old_runs_go_and_their_records_stay(ran, folder, days, keep, left):
    homes = ran(3)
    with store.connect() as connection:
        connection.execute("update driftbook.run set finished_at = finished_at - interval '100 days'")
    assert retention.prune(days, keep) == (3 - left, 0)
    assert [home.exists() for home in homes] == [place >= 3 - left for place in range(3)]
    assert len(store.runs()) == 3
    assert retention.check() == []
    index = (folder / "index.html").read_text()
    assert [home.name in index for home in homes] == [home.exists() for home in homes]


def test_a_call_that_was_killed_is_gone_on_with(ran, monkeypatch):
    homes = ran(2)
    with monkeypatch.context() as patch:
        patch.setattr(retention, "_folders", lambda: iter(()))  # killed before the first folder
        retention.prune(0, 1)
    assert retention.check() == [f"orphaned: {homes[0]} belongs to no run that ended there"]
    retention.prune(0, 1)
    assert (homes[0].exists(), homes[1].exists(), retention.check()) == (False, True, [])


@pytest.mark.parametrize(("days", "keep"), [(-1, 1), (float("nan"), 1), (1, 0), (float("inf"), 1)])
def test_what_cannot_be_a_policy(folder, days, keep):
    with pytest.raises(BadInput, match="expected days from 0 and at least 1 run to keep"):
        retention.prune(days, keep)


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o177])
def test_a_web_server_may_read_everything_whatever_the_umask(ran, folder, mask):
    before = os.umask(mask)
    try:
        ran()
    finally:
        os.umask(before)
    for path in [folder, *folder.rglob("*")]:
        if ".lock" not in path.name:
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
    assert not (folder / unsent.WAITING).exists()
