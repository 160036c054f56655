"""An archive without room, and one that nobody may write to: the run fails and says so, the next one does the day."""

import contextlib
import subprocess

import pytest
from driftbook import store
from driftbook.store.embedded import server

from tests.chaos.conftest import KEPT, backfill, rows, statuses

DAY = "2022-02-08"


@contextlib.contextmanager
def mounted(folder, size="2m"):
    """Mount a small disk; skip where this user may not."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def disk(anew, tmp_path, monkeypatch):
    """The folder of a small disk that is the archive; an empty database."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted(folder), anew():
        monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(folder))
        yield folder


def fill(folder, left=20_480):
    """Leave 20 kB of a disk; return a function that makes room again."""
    with (folder / "ballast").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    with (folder / "ballast").open("r+b") as file:
        file.truncate((folder / "ballast").stat().st_size - left)
    return (folder / "ballast").unlink


def lock(folder):
    """Make a disk read-only, for root too; return a function that makes it writable again."""

    def remount(how):
        subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)

    remount("ro")
    return lambda: remount("rw")


@pytest.mark.parametrize("harm", [fill, pytest.param(lock, marks=pytest.mark.whole)])
def test_a_run_whose_page_cannot_be_written(disk, start, harm):
    mend = harm(disk)
    said, _ = (process := start("monitor.ipynb", "-p", "day", DAY)).communicate(timeout=120)
    assert process.returncode == 1
    assert "the page could not be archived" in said.strip().splitlines()[-1], said
    (run,) = store.runs().to_dict("records")
    assert run["status"] == "failed"
    assert "is there room in DRIFTBOOK_ARCHIVE_DIR" in run["error"]
    mend()
    pages = {run["page"]} - {""}  # one that says why takes little room
    if not pages:
        assert [file.name for file in disk.rglob("*") if file.suffix in (".html", ".ipynb")] == []
    assert all((disk / page).read_text(encoding="utf-8").endswith("</html>\n") for page in pages)
    assert [file.name for file in disk.rglob(".*") if file.suffix in (".html", ".ipynb")] == []
    process = backfill(start, start=DAY, end=DAY)
    assert process.wait(120) == 0, process.stdout.read()
    found = rows()
    newest = store.runs().set_index("run_id").loc[lambda runs: runs["notebook"] == "monitor"].iloc[0]
    assert newest["status"] == "succeeded" and (disk / newest["page"]).is_file()
    with store.connect() as connection:
        connection.execute("truncate driftbook.run cascade")
    assert backfill(start, start=DAY, end=DAY).wait(120) == 0
    assert found == rows()


@pytest.mark.whole
@pytest.mark.parametrize("harm", [fill, lock])
def test_a_backfill_whose_pages_cannot_be_written(disk, start, harm):
    mend = harm(disk)
    said, _ = (process := backfill(start, end="2022-02-09")).communicate(timeout=300)
    assert process.returncode == 1
    assert "Traceback" not in said.strip().splitlines()[-1]
    store.mark_lost()
    assert set(store.runs()["status"]) == {"failed"}
    mend()
    assert backfill(start, end="2022-02-09").wait(300) == 0
    assert len({row[0] for row in rows()[0]}) == 2


@pytest.mark.whole
def test_a_database_without_room(prepared, start, tmp_path, monkeypatch):
    """What cannot be stored is not stored in part, whether the server goes on or ends over it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    monkeypatch.setenv("DRIFTBOOK_MODELS_DIR", prepared["DRIFTBOOK_MODELS_DIR"])
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    monkeypatch.setenv("DRIFTBOOK_DATABASE_PATIENCE", "2")
    with mounted(folder, "120m"):
        monkeypatch.setenv("DATABASE_URL", server.start(folder / "postgres", KEPT))
        try:
            assert backfill(start, start=DAY, end=DAY).wait(120) == 0
            expected = rows()
            mend = fill(folder, left=0)
            said, _ = (process := backfill(start, end="2022-02-09", days="all")).communicate(timeout=300)
            assert process.returncode == 1
            assert "Traceback" not in said.strip().splitlines()[-1]
            mend()
            server.start(folder / "postgres", KEPT)
            assert [[row for row in part if str(row[0]) == DAY] for part in rows()] == expected
            last = backfill(start, end="2022-02-09")
            assert last.wait(300) == 0, last.stdout.read()
            assert len({row[0] for row in rows()[0]}) == 2
            assert statuses() <= {"succeeded", "failed", "lost"}
        finally:
            server.stop(folder / "postgres")
