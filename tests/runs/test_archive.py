import datetime as dt
import html
import re

import pytest
from driftbook import config, store
from driftbook.periods import between, one_day
from driftbook.runs import archive, listing
from driftbook.runs.parameters import Request

DEMO = config.load("demo")
REAL = config.load("green_taxi")
DAY = Request("monitor", {"day": "2022-02-05"}, DEMO, one_day("2022-02-05"))
RANGE = Request("backfill", {}, DEMO, between("2022-02-01", "2022-02-03"))
LOOSE = Request("smoke", {}, None, None)


def run(run_id, **more):
    """Return a run's row."""
    names = ("day", "revision", "model_version", "data_hash", "notebook_hash", "code_version")
    return {"run_id": run_id, **dict.fromkeys(names), **more}


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
    assert archive.write(run("r1"), request_, notebook("x = 1"), "") == f"{home}/{name}.html"
    assert sorted(path.name for path in (folder / home).iterdir()) == [f"{name}.html", f"{name}.ipynb"]
    page = archive.location(f"{home}/{name}.html")
    links = set(re.findall('href="([^"#]*)"', page.read_text())) - {"data:,"}
    assert {way_up, f"{name}.ipynb"} <= links
    assert all((page.parent / link).exists() for link in links - {way_up})
    assert len(links) == (7 if request_ is DAY else 3)
    assert (page.parent / way_up).resolve() == folder / "index.html"


@pytest.mark.parametrize(("settings", "said"), [(DEMO, True), (REAL, False)])
def test_pages_of_simulated_data_say_so(folder, notebook, settings, said):
    page = archive.write(run("r1"), Request("train", {}, settings, settings.references.period), notebook("1"), "")
    assert ("Simulated data" in (folder / page).read_text()) is said


def test_a_report_is_linked(folder, notebook):
    home = archive.draft("r1", DAY)
    home.mkdir(parents=True)
    (home / archive.REPORT).write_text("<html></html>")
    assert 'href="evidently.html"' in (folder / archive.write(run("r1"), DAY, notebook("1"), "")).read_text()


def test_the_lasting_address_of_a_day_is_its_newest_run(folder, notebook):
    for run_id in ("r1", "r2"):
        archive.write(run(run_id), DAY, notebook("1"), "")
    address = folder / "demo/monitor/2022-02-05/index.html"
    assert 'content="0; url=r2/monitor.html"' in address.read_text()
    assert address.stat().st_mode & 0o777 == 0o644
    assert not (folder / "smoke").exists()


def test_a_day_has_neighbours_another_page_its_period_and_its_training(folder, notebook):
    for label in ("2022-01-01_2022-01-31", "2022-02-01_2022-02-28", "2022-02-05_2022-02-05x"):
        archive.hold_place(folder / "demo" / "backfill" / label / "index.html", "a period", "again")
    page = (folder / archive.write(run("r1"), DAY, notebook("1"), "")).read_text()
    links = dict(re.findall('<a href="([^"]*)">([^<]*)</a>', page.split("<nav>")[1].split("</nav>")[0]))
    assert links == {
        "../../../../index.html": "all days",
        "../../../monitor/2022-02-04/index.html": "← 2022-02-04",
        "../../../monitor/2022-02-06/index.html": "2022-02-06 →",
        "../../../debug/2022-02-05/index.html": "why: debug",
        "../../../backfill/2022-02-05_2022-02-05x/index.html": "period",
        "../../../train/2022-01-01_2022-01-31/index.html": "training",
        "monitor.ipynb": "notebook",
        "../../../../glossary.html": "what the words mean",
    }
    words = (folder / "glossary.html").read_text()
    assert "<h1" in words and '<td id="trailing-reference">trailing reference</td>' in words


def test_where_nothing_is_yet_a_page_says_how_to_make_it(folder, notebook):
    archive.write(run("r1"), DAY, notebook("1"), "")
    address = folder / "demo/debug/2022-02-05/index.html"
    assert "<code>papermill debug.ipynb /dev/null -p params demo -p day 2022-02-05</code>" in address.read_text()
    debug = Request("debug", {"day": "2022-02-05"}, DEMO, one_day("2022-02-05"))
    archive.write(run("r2"), debug, notebook("1"), "")
    assert "url=r2/debug.html" in address.read_text()
    archive.hold_place(address, "words", "command")
    assert "url=r2/debug.html" in address.read_text()


def test_a_page_says_how_to_repeat_it_and_where_its_rows_are(folder, notebook):
    nb = notebook("1")
    nb.metadata["papermill"] = {"parameters": {"params": "demo", "day": "2022-02-05"}}
    row = run("r1", day=dt.date(2022, 2, 5), revision=3, data_hash="abc")
    page = (folder / archive.write(row, DAY, nb, "")).read_text()
    facts = dict(re.findall("<dt>(.*?)</dt><dd>(?:<code>)?(.*?)(?:</code>)?</dd>", page))
    assert html.unescape(facts["its rows"]) == (
        "select * from driftbook.measure where model = 'demo' and day = '2022-02-05' and revision = 3"
    )
    assert facts["again"] == "papermill monitor.ipynb /dev/null -p params demo -p day 2022-02-05"
    assert (facts["run"], facts["revision"], facts["data hash"]) == ("r1", "3", "abc")


@pytest.mark.parametrize("model", ["demo", "elsewhere"])
def test_the_index_is_written_anew(folder, database, model):
    run = store.open_run("monitor", model, dt.date(2022, 2, 5), "2022-02-05", {}, "papermill", "", "")
    store.close_run(run, "failed", error="ValueError: no", page="a b/monitor.html")
    listing.refresh()
    page = (folder / "index.html").read_text()
    title = "simulated taxi trip duration (demo)" if model == "demo" else model
    assert f"<h2>{title}</h2>" in page
    assert ("Simulated data" in page) is (model == "demo")
    assert page.count('href="a%20b/monitor.html"') == 3  # the call, the day, the run
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "glossary.html", "index.html"]
