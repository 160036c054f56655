"""The index shows the newest days; what happened long ago has pages of years, written when something happens there."""

import datetime as dt
import re

import pytest
from driftbook import paths, store
from driftbook.records import DayResult, Judgement, Measure
from driftbook.runs import listing

FIRST, LAST = dt.date(2021, 12, 30), dt.date(2022, 4, 20)


@pytest.fixture
def folder(tmp_path, monkeypatch, database):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path))
    return tmp_path


def ran(day, verdict="ok", model="m", **facts):
    run_id = store.open_run("monitor", model, day, str(day), {}, "papermill", "", "")
    judgement = Judgement(verdict, f"because of {day}", "weekday", **facts)
    store.write_day(run_id, DayResult(model, day, 3, (Measure("rows", 3, verdict=verdict),), {}, "d", "v", judgement))
    store.close_run(run_id, "succeeded", page=f"{model}/monitor/{day}/{run_id}/monitor.html")
    return run_id


def shown(page):
    """Return the days of a page's calendars that have a page of their own."""
    return re.findall(r'title="(\d{4}-\d\d-\d\d): ok', page)


@pytest.fixture
def long(folder):
    """A model of two days in 2021, and of some in 2022 that the index has no room for."""
    for day in (FIRST, dt.date(2021, 12, 31), dt.date(2022, 1, 5), LAST - listing.NEWEST_DAYS, LAST):
        ran(day)
    listing.refresh()
    return folder


def test_a_model_whose_days_all_fit_has_no_pages_of_years(folder):
    ran(LAST)
    listing.refresh()
    assert not list(folder.glob("m-*.html")) and "m-2022.html" not in (folder / "index.html").read_text()


def test_the_index_shows_the_newest_days_and_leads_to_all(long):
    index = (long / "index.html").read_text()
    assert shown(index) == [str(LAST)]
    assert re.findall(r'href="(m-\d+\.html)">(\d+)<', index) == [("m-2021.html", "2021"), ("m-2022.html", "2022")]
    assert "92 days, 2022-01-20" not in index and "1 days, 2022-04-20 to 2022-04-20" in index
    years = {year: sorted({*shown((long / f"m-{year}.html").read_text())}) for year in (2021, 2022)}
    assert years[2021] == ["2021-12-30", "2021-12-31"]
    assert years[2022] == ["2022-01-05", str(LAST - listing.NEWEST_DAYS), str(LAST)]
    page = (long / "m-2021.html").read_text()
    assert "<h1>m: 2021</h1>" in page and 'href="index.html">all models<' in page
    assert page.count("<tr data-notebook") == 2


def test_many_runs_of_few_days_have_a_page_of_their_year_too(folder, monkeypatch):
    monkeypatch.setattr(listing, "NEWEST_RUNS", 2)
    for _ in range(3):
        ran(LAST)
    listing.refresh()
    assert (folder / "index.html").read_text().count("<tr data-notebook") == 2
    assert (folder / "m-2022.html").read_text().count("<tr data-notebook") == 3


def test_only_the_years_are_written_in_which_something_happened(long):
    def marked():
        return {path.name for path in long.glob("m-*.html") if path.read_text() == "old"}

    for path in long.glob("m-*.html"):
        path.write_text("old")
    listing.refresh()
    assert marked() == {"m-2021.html", "m-2022.html"}
    ran(FIRST)
    listing.refresh()
    assert marked() == {"m-2022.html"}
    (long / "m-2022.html").unlink()
    listing.refresh()
    assert (long / "m-2022.html").exists()


@pytest.mark.parametrize("how", ["anew", "no state", "a broken state"])
def test_all_years_are_written_anew_from_the_records(long, how):
    for path in long.glob("*.html"):
        path.write_text("old")
    state = long / ".years.json"
    state.unlink() if how == "no state" else how == "anew" or state.write_text("[]" if how == "anew" else "{")
    listing.refresh(anew=how == "anew")
    assert not [path for path in long.glob("*.html") if path.read_text() == "old"]


def test_a_run_that_was_lost_is_written_into_its_year(long, monkeypatch):
    store.open_run("monitor", "m", FIRST, str(FIRST), {}, "papermill", "", "")
    listing.refresh()
    assert ">running<" in (long / "m-2021.html").read_text()
    monkeypatch.setattr("driftbook.store.liveness.process", lambda pid=None: "")
    store.mark_lost()
    listing.refresh()
    assert ">running<" not in (long / "m-2021.html").read_text()


def test_a_run_of_a_period_is_listed_in_the_year_of_its_days(long):
    for label in ("2021-12-01_2022-01-31", ""):
        run_id = store.open_run("backfill", "m", None, label, {}, "papermill", "", "")
        store.close_run(run_id, "succeeded", page=f"m/backfill/{run_id}/backfill.html")
    listing.refresh()
    this_year = dt.datetime.now(dt.UTC).year
    assert 'data-notebook="backfill"' in (long / "m-2021.html").read_text()
    assert (long / f"m-{this_year}.html").read_text().count('data-notebook="backfill"') == 1
    assert store.years()[("m", this_year)]


def test_days_that_need_a_person_stay_on_the_index_while_they_are_open(long):
    ran(dt.date(2022, 1, 6), "alarm", feature="fare", facts=("fare",), since=dt.date(2022, 1, 6), lasted=1)
    ran(dt.date(2022, 1, 7), "no data")
    listing.refresh()
    index, year = ((long / name).read_text() for name in ("index.html", "m-2022.html"))
    assert "because of 2022-01-06" in index and "because of 2022-01-07" not in index
    assert "because of 2022-01-06" not in year and "because of 2022-01-07" in year


def test_what_is_acknowledged_leaves_no_page_of_a_year_behind(long):
    day = FIRST - dt.timedelta(days=1)
    alarm = ran(day, "alarm", feature="fare", facts=("fare",), since=day, lasted=1)
    listing.refresh()
    assert f"because of {day}" in (long / "index.html").read_text()
    store.acknowledge(alarm, "m", day, ("fare",))
    listing.refresh()
    for path in long.glob("*.html"):
        assert f"because of {day}" not in path.read_text(), path


def test_a_model_that_failed_only_and_one_that_is_only_trained(folder):
    run_id = store.open_run("monitor", "failing", LAST, str(LAST), {}, "papermill", "", "")
    store.close_run(run_id, "failed", error="BadData: cut short", page="f.html")
    store.close_run(store.open_run("train", "trained", None, "", {}, "papermill", "", ""), "succeeded", page="t.html")
    listing.refresh()
    page = (folder / "index.html").read_text()
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["failing", "trained"]
    assert f'title="{LAST}: failed"' in page and "The run failed." in page
    assert paths.archive_dir() == folder
