import datetime as dt
import re

import pytest
from driftbook import config, store
from driftbook.periods import between, one_day
from driftbook.runs import archive
from driftbook.runs.parameters import Request

DEMO = config.load("demo")
REAL = config.load("green_taxi")
DAY = Request("monitor", {"day": "2022-02-05"}, DEMO, one_day("2022-02-05"))
RANGE = Request("backfill", {}, DEMO, between("2022-02-01", "2022-02-03"))
LOOSE = Request("smoke", {}, None, None)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("request_", "home", "way_up"),
    [
        (DAY, "demo/monitor/2022-02-05/r1", "../../../../index.html"),
        (RANGE, "demo/backfill/2022-02-01_2022-02-03/r1", "../../../../index.html"),
        (LOOSE, "smoke/r1", "../../index.html"),
    ],
)
def test_where_a_run_lies(folder, notebook, request_, home, way_up):
    name = request_.notebook
    assert archive.folder("r1", request_) == folder / home
    assert archive.write("r1", request_, notebook("x = 1"), "") == f"{home}/{name}.html"
    assert sorted(path.name for path in (folder / home).iterdir()) == [f"{name}.html", f"{name}.ipynb"]
    page = archive.location(f"{home}/{name}.html")
    assert set(re.findall('href="([^"#]*)"', page.read_text())) == {"data:,", way_up, f"{name}.ipynb"}
    assert (page.parent / way_up).resolve() == folder / "index.html"


@pytest.mark.parametrize(("settings", "said"), [(DEMO, True), (REAL, False)])
def test_pages_of_simulated_data_say_so(folder, notebook, settings, said):
    page = archive.write("r1", Request("train", {}, settings, settings.references.period), notebook("1"), "")
    assert ("Simulated data" in (folder / page).read_text()) is said


def test_a_report_is_linked(folder, notebook):
    home = archive.folder("r1", DAY)
    home.mkdir(parents=True)
    (home / archive.REPORT).write_text("<html></html>")
    assert 'href="evidently.html"' in (folder / archive.write("r1", DAY, notebook("1"), "")).read_text()


def test_the_lasting_address_of_a_day_is_its_newest_run(folder, notebook):
    for run in ("r1", "r2"):
        archive.write(run, DAY, notebook("1"), "")
    address = folder / "demo/monitor/2022-02-05/index.html"
    assert 'content="0; url=r2/monitor.html"' in address.read_text()
    assert address.stat().st_mode & 0o777 == 0o644
    assert not (folder / "smoke").exists()


@pytest.mark.parametrize("model", ["demo", "elsewhere"])
def test_the_index_is_written_anew(folder, database, model):
    run = store.open_run("monitor", model, dt.date(2022, 2, 5), "2022-02-05", {}, "papermill", "", "")
    store.close_run(run, "failed", error="ValueError: no", page="a b/monitor.html")
    archive.refresh_index()
    page = (folder / "index.html").read_text()
    assert f"<h2>{model}</h2>" in page
    assert ("Simulated data" in page) is (model == "demo")
    assert page.count('href="a%20b/monitor.html"') == 2  # the day, the run
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "index.html"]
