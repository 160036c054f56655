"""A database that is away when a run ends: its end lies beside the page, and the next run sends it."""

import html
import json

import pytest
from driftbook import store
from driftbook.errors import DatabaseUnavailable, RunFailed
from driftbook.runs import archive, retention, unsent


def away(*_, **__):
    raise DatabaseUnavailable("cannot use PostgreSQL at host 'db'")


@pytest.fixture
def folder(tmp_path, monkeypatch, database):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    return tmp_path / "archive"


@pytest.fixture
def left(folder, notebook, execute, monkeypatch):
    """Leave the end of a run whose database went away after its first cell; return its folder."""
    with monkeypatch.context() as patch:
        for name in ("run", "close_run"):
            patch.setattr(store, name, away)
        with pytest.raises(RunFailed, match="the database was away when the run ended"):
            execute(notebook("x: int = 1", "print(x)", notebook="handmade"))
    (page,) = folder.glob("handmade/*/handmade.html")
    return page.parent


def test_the_record_lies_beside_the_page(left):
    assert sorted(path.name for path in left.iterdir()) == ["handmade.html", "handmade.ipynb", "record.json"]
    record = json.loads((left / "record.json").read_text())
    assert (record["status"], record["run_id"]) == ("failed", left.name)
    assert sorted(record["files"]) == ["handmade.html", "handmade.ipynb"]
    assert "the database was away" in record["error"]
    assert record["error"] in html.unescape((left / "handmade.html").read_text())
    assert store.run(left.name)["status"] == "running"
    assert retention.check()[-1] == f"unsent: the end of the run {left.name} waits for the database"


def test_the_next_run_sends_it_before_it_is_taken_for_lost(left, folder, notebook, execute, monkeypatch):
    record = json.loads((left / "record.json").read_text())
    monkeypatch.setattr("driftbook.store.liveness.process", lambda pid=None: "")  # whoever ran it is gone
    found, look = [], archive.find_lost
    monkeypatch.setattr(archive, "find_lost", lambda: found.extend(look()))
    execute(notebook("x: int = 1", notebook="handmade"))
    assert left.name not in found
    run = store.run(left.name)
    assert {name: run[name] for name in ("status", "error", "page", "files")} == {
        name: record[name] for name in ("status", "error", "page", "files")
    }
    assert run["finished_at"].isoformat() == record["finished_at"]
    assert not (left / "record.json").exists() and not list((folder / unsent.WAITING).iterdir())
    assert f'href="{run["page"]}"' in (folder / "index.html").read_text()
    assert retention.check() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-5],
        lambda text: "[]",
        lambda text: text.replace("failed", "running", 1),
        lambda text: json.dumps({**json.loads(text), "run_id": "20220205T000000-00000000"}),
        lambda text: json.dumps({**json.loads(text), "finished_at": 5}),
    ],
)
def test_a_record_that_is_of_no_use_stays_and_is_named(left, caplog, damage):
    file = left / "record.json"
    file.write_text(damage(file.read_text()))
    assert unsent.send() == []
    assert f"The end of the run {left.name} in {file} cannot be sent" in caplog.text
    assert file.exists() and store.run(left.name)["status"] == "running"


def test_a_record_of_another_database_stays(left, caplog, server_uri, monkeypatch):
    with store.connect() as connection:
        connection.execute("delete from driftbook.run where run_id = %s", [left.name])
    assert unsent.send() == []
    assert "there is no such run" in caplog.text


def test_a_database_that_is_still_away_is_asked_again(left, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(store, "close_run", away)
        with pytest.raises(DatabaseUnavailable):
            unsent.send()
    assert unsent.send() == [left.name]
