"""The archive in a headless browser, from the file system and from a web server: whole, quiet, readable on a phone."""

import contextlib
import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urlsplit

import papermill
import pytest
from axe_playwright_python.sync_playwright import Axe
from driftbook import paths, store
from playwright.sync_api import sync_playwright

CALM, ALARM, NEXT, EMPTY = "2022-02-09", "2022-02-10", "2022-02-11", "2022-02-20"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1040, "height": 900}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PAGES = ("index", "ok", "monitor", "empty", "debug", "backfill", "failed", "train", "evidently")
#: Those of our own.
OURS = [name for name in PAGES if name != "evidently"]
#: The pages of days, and the highest they may be on a desk, in pixels.
HEIGHTS = {"ok": 3000, "monitor": 5000, "empty": 1000, "train": 1200}


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files and logs nothing, not even a browser that hangs up."""

    def handle(self):
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def program():
    """The path of an installed browser."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or pytest.skip(f"none of {', '.join(BROWSERS)} is installed")


@pytest.fixture(scope="module")
def archive(program, place, tmp_path_factory):
    """The addresses, relative to the archive's folder, of each kind of page.

    A backfill runs a quiet day and two that alarm, `monitor` an empty one. The first alarm is debugged by hand as well,
    with Evidently's report and beside the quiet day.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(paths.notebooks_dir())
        backfill = [
            sys.executable,
            "-m",
            "papermill",
            "backfill.ipynb",
            os.devnull,
            "-p",
            "start",
            CALM,
            "-p",
            "end",
            NEXT,
        ]
        subprocess.run(backfill, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        for notebook, given in (("monitor", {"day": EMPTY}), ("debug", {"day": ALARM, "beside": CALM})):
            papermill.execute_notebook(f"{notebook}.ipynb", None, given, progress_bar=False)
        with pytest.MonkeyPatch.context() as apart:
            apart.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path_factory.mktemp("models")))  # others read the session's
            papermill.execute_notebook("train.ipynb", None, progress_bar=False)
        broken = tmp_path_factory.mktemp("broken") / "smoke.ipynb"
        broken.write_text(Path("smoke.ipynb").read_text().replace("print(\\n", "print(nowhere,\\n"))
        with pytest.raises(papermill.PapermillExecutionError, match="name 'nowhere' is not defined"):
            papermill.execute_notebook(broken, None, progress_bar=False)
    page = store.runs().drop_duplicates(["notebook", "label"]).set_index(["notebook", "label"])["page"]
    days = [page["monitor", day] for day in (CALM, ALARM, EMPTY)]
    others = [page["debug", ALARM], page["backfill", f"{CALM}_{NEXT}"], page["smoke", ""], *page["train"]]
    report = str(Path(page["debug", ALARM]).with_name("evidently.html"))
    return dict(zip(PAGES, ("index.html", *days, *others, report), strict=True))


@pytest.fixture(scope="module")
def browser(program, archive):
    """A headless browser; started after the notebooks are executed, as its event loop stays in this thread."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", params=["file", "http"])
def root(request, archive, place):
    """The archive's address."""
    if request.param == "file":
        yield place.as_uri()
        return
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=place)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def tab(browser):
    """A tab that notes in `complaints` each failed request, each error and each request to elsewhere."""
    page = browser.new_page()
    page.complaints, page.asked = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("requestfailed", lambda request: page.complaints.append(f"failed: {request.url}"))
    page.on("response", lambda answer: answer.ok or page.complaints.append(f"{answer.status}: {answer.url}"))
    page.on("console", lambda said: said.type in ("error", "warning") and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    page.close()


def exists(address):
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path)).is_file()
    with urllib.request.urlopen(address) as answer:
        return answer.status == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_complains_of_nothing(tab, root, archive, name):
    tab.goto(f"{root}/{archive[name]}", wait_until="networkidle")
    own = [address for address in tab.asked if not address.startswith(("data:", "blob:"))]
    assert (own, tab.complaints) == ([f"{root}/{archive[name]}"], [])
    pictures = tab.eval_on_selector_all("img", "all => all.map(one => one.complete && one.naturalWidth > 0)")
    assert all(pictures)
    assert len(pictures) == {"train": 7}.get(name, 0)
    drawn = tab.eval_on_selector_all("main svg[role=img]", "all => all.map(one => one.getAttribute('aria-label'))")
    assert len(drawn) == {"ok": 8, "monitor": 8, "empty": 5, "debug": 10, "backfill": 5, "train": 2}.get(
        name, 0
    ) and all(drawn)


@pytest.mark.parametrize("name", OURS)
def test_every_link_leads_to_a_file(tab, root, archive, name):
    tab.goto(f"{root}/{archive[name]}")
    links = tab.eval_on_selector_all("a", "all => all.map(one => one.href)")
    assert links
    assert [link for link in links if not link.startswith(root) or not exists(link)] == []


@pytest.mark.parametrize("name", OURS)
def test_a_phone_shows_a_page_without_scrolling_sideways(tab, root, archive, name):
    tab.set_viewport_size(PHONE)
    tab.goto(f"{root}/{archive[name]}")
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert tab.evaluate("document.body.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("name", ["ok", "monitor", "empty", "debug"])
def test_a_phone_shows_the_verdict_at_once(tab, root, archive, name):
    tab.set_viewport_size(PHONE)
    tab.goto(f"{root}/{archive[name]}")
    verdict = tab.locator("h1 .verdict").bounding_box()
    assert verdict["y"] + verdict["height"] < 400


@pytest.mark.parametrize("name", ["ok", "monitor", "debug", "backfill"])
def test_a_phone_shows_figures_that_can_be_read(tab, root, archive, name):
    tab.set_viewport_size(PHONE)
    tab.goto(f"{root}/{archive[name]}")
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    sizes = tab.eval_on_selector_all(
        "main svg[viewBox]", "all => all.map(one => 13 * one.getBoundingClientRect().width / one.viewBox.baseVal.width)"
    )
    assert len(sizes) >= 5 and min(sizes) >= 10  # pixels


def test_a_phone_shows_pictures_nearly_as_large_as_they_are(tab, root, archive):
    tab.set_viewport_size(PHONE)
    tab.goto(f"{root}/{archive['train']}")
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    sizes = tab.eval_on_selector_all("main img", "all => all.map(one => one.width / one.naturalWidth)")
    assert min(sizes) >= 0.75


def test_pictures_are_dark_on_a_dark_page(tab, root, archive):
    found = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.goto(f"{root}/{archive['train']}")
        found.append({*tab.eval_on_selector_all("main img", "all => all.map(one => getComputedStyle(one).filter)")})
    assert found[0] == {"none"}
    assert all(one.startswith("invert(") for one in found[1])


def test_a_term_leads_to_its_word(tab, root, archive):
    tab.goto(f"{root}/{archive['train']}")
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    term = tab.locator("a.term").filter(has_text="threshold")
    assert term.count() == 1  # once, where it first stands
    term.click()
    assert tab.locator("td:target").inner_text() == "threshold"


@pytest.mark.parametrize(("name", "most"), HEIGHTS.items())
def test_a_day_is_short(tab, root, archive, name, most):
    tab.set_viewport_size(DESK)
    tab.goto(f"{root}/{archive[name]}")
    assert tab.evaluate("document.documentElement.scrollHeight") < most


@pytest.mark.parametrize("name", OURS)
def test_a_page_is_light(place, archive, name):
    assert (place / archive[name]).stat().st_size <= 250_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", OURS)
def test_a_page_can_be_used_by_everybody(tab, root, archive, name, scheme):
    """Nothing serious by axe-core, contrast of text included, folded parts opened."""
    tab.emulate_media(color_scheme=scheme)
    tab.goto(f"{root}/{archive[name]}")
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = Axe().run(tab).response
    assert len(found["passes"]) > 10
    grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in grave] == []


@pytest.mark.parametrize("name", ["ok", "monitor", "debug", "backfill"])
def test_the_marks_of_a_figure_are_of_the_scheme(tab, root, archive, name):
    seen = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.goto(f"{root}/{archive[name]}")
        tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        marks = "all => [...new Set(all.map(one => getComputedStyle(one).fill))]"
        seen.append({*tab.eval_on_selector_all("main svg :is(rect, circle)", marks)})
    assert len(seen[0]) >= 2 and not seen[0] & seen[1]


def test_an_ok_day_prints_on_few_sheets(tab, root, archive):
    tab.emulate_media(color_scheme="dark")
    tab.goto(f"{root}/{archive['ok']}")
    sheets = re.findall(rb"/Type\s*/Page\b", tab.pdf(format="A4", print_background=True))
    assert 1 <= len(sheets) <= 4
    tab.emulate_media(media="print")
    badge = tab.locator("h1 .verdict")
    assert badge.evaluate("one => getComputedStyle(one).printColorAdjust") == "exact"
    assert "demo" in tab.locator("footer").inner_text() and badge.is_visible()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_from_the_index_to_the_cause_in_two_clicks_and_to_the_next_day_in_one(tab, root):
    tab.goto(f"{root}/index.html")
    tab.get_by_role("link", name=f"{ALARM}: alarm").click()
    assert tab.title() == f"{ALARM}, Thursday · simulated taxi trip duration · alarm"
    assert "trip_distance is higher than usual" in tab.locator(".lead").inner_text()
    tab.get_by_role("link", name="why: debug").click()
    tab.wait_for_url("**/debug.html")
    assert "changed by about the same factor, 1.59: look for a change of unit" in tab.locator("main").inner_text()
    tab.get_by_role("link", name=f"{NEXT} →").click()
    tab.wait_for_url("**/debug.html")
    assert tab.title().startswith(f"Why? {NEXT}, Friday")
    tab.get_by_role("link", name="the day").click()
    tab.wait_for_url("**/monitor.html")
    tab.get_by_role("link", name="period").click()
    tab.wait_for_url("**/backfill.html")
    assert tab.title().startswith(f"{CALM} to {NEXT} · ")
    tab.get_by_role("link", name="all days").click()
    assert tab.title() == "driftbook archive"


def test_the_first_line_of_the_index_leads_to_the_cause_at_once(tab, root):
    tab.goto(f"{root}/index.html")
    first = tab.locator(".calls li").filter(has_text=ALARM)
    assert "trip_distance" in first.inner_text()
    first.get_by_role("link", name=f"why {ALARM}").click()
    assert tab.title().startswith(f"Why? {ALARM}")


def test_any_two_days_are_picked(tab, root):
    tab.goto(f"{root}/index.html")
    box = tab.locator(".picker")
    box.locator("summary").click()
    box.get_by_label("day").select_option(NEXT)
    box.get_by_label("beside").select_option(CALM)
    made = box.locator(".made")
    assert made.inner_text() == (
        f"To make the page: papermill debug.ipynb /dev/null -p params demo -p day {NEXT} -p beside {CALM}"
    )
    box.get_by_label("beside").select_option(NEXT)
    assert made.inner_text() == "Choose two days."
    box.get_by_label("day").select_option(ALARM)
    box.get_by_label("beside").select_option(CALM)
    assert made.inner_text().startswith(f"It is there: {ALARM} beside {CALM}.")
    made.get_by_role("link").click()
    assert tab.title().startswith(f"Why? {ALARM}")
    assert tab.complaints == []


def test_code_is_folded(tab, root, archive):
    tab.goto(f"{root}/{archive['debug']}")
    assert not tab.locator("details .highlight").first.is_visible()
    tab.locator("details.code summary").first.click()
    assert tab.locator("details .highlight").first.is_visible()


def test_runs_are_searched(tab, root):
    tab.goto(f"{root}/index.html")
    box = tab.locator(".runs").first
    if not box.evaluate("one => one.open"):
        box.locator("summary").click()
    rows = box.locator("tbody tr:visible")
    everything = rows.count()
    box.get_by_label("notebook").select_option("debug")
    assert {row.split("\t")[1].strip() for row in rows.all_inner_texts()} == {"debug"}
    box.get_by_label("notebook").select_option("")
    box.get_by_label("verdict or status").select_option("alarm")
    assert rows.count() == 2
    box.get_by_role("searchbox").fill(f"monitor {ALARM}")
    assert rows.count() == 1 and f"1 of {everything}" in box.inner_text()
    box.get_by_role("searchbox").fill("nothing like it")
    assert rows.count() == 0


def test_the_lasting_address_of_a_day_leads_to_its_page(tab, root, archive):
    tab.goto(f"{root}/demo/monitor/{ALARM}/index.html")
    tab.wait_for_url(f"{root}/{archive['monitor']}")
    assert tab.complaints == []


def test_a_failure_is_seen_first(tab, root, archive):
    tab.goto(f"{root}/{archive['failed']}")
    top = tab.locator("section.failure").bounding_box()
    assert top["y"] < 200
    assert tab.locator("h1").first.inner_text().startswith("failed")
    assert "NameError: name 'nowhere' is not defined" in tab.locator("section.failure").inner_text()
