"""The archive in a headless browser, from the file system and from a web server: whole, quiet, readable on a phone."""

import contextlib
import functools
import http.server
import shutil
import threading
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urlsplit

import papermill
import pytest
from driftbook import paths, store
from playwright.sync_api import sync_playwright

ALARM, PHONE = "2022-02-10", {"width": 390, "height": 844}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PAGES = ("index", "monitor", "debug", "failed", "evidently")


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
    """The addresses, relative to the archive's folder, of an alarm day's pages, a failed page and the index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(paths.notebooks_dir())
        for notebook in ("monitor", "debug"):
            papermill.execute_notebook(f"{notebook}.ipynb", None, {"day": ALARM}, progress_bar=False)
        broken = tmp_path_factory.mktemp("broken") / "smoke.ipynb"
        broken.write_text(Path("smoke.ipynb").read_text().replace("print(\\n", "print(nowhere,\\n"))
        with pytest.raises(papermill.PapermillExecutionError, match="name 'nowhere' is not defined"):
            papermill.execute_notebook(broken, None, progress_bar=False)
    page = store.runs().set_index("notebook")["page"]
    report = str(Path(page["debug"]).with_name("evidently.html"))
    return dict(zip(PAGES, ("index.html", page["monitor"], page["debug"], page["smoke"], report), strict=True))


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
    assert len(pictures) == 0
    drawn = tab.eval_on_selector_all("main svg[role=img]", "all => all.map(one => one.getAttribute('aria-label'))")
    assert len(drawn) == {"monitor": 7, "debug": 7}.get(name, 0) and all(drawn)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "evidently"])
def test_every_link_leads_to_a_file(tab, root, archive, name):
    tab.goto(f"{root}/{archive[name]}")
    links = tab.eval_on_selector_all("a", "all => all.map(one => one.href)")
    assert links
    assert [link for link in links if not link.startswith(root) or not exists(link)] == []


@pytest.mark.parametrize("name", [name for name in PAGES if name != "evidently"])
def test_a_phone_shows_a_page_without_scrolling_sideways(tab, root, archive, name):
    tab.set_viewport_size(PHONE)
    tab.goto(f"{root}/{archive[name]}")
    tab.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert tab.evaluate("document.body.scrollWidth") <= PHONE["width"]


def test_from_the_calendar_to_the_day_and_back(tab, root):
    tab.goto(f"{root}/index.html")
    tab.get_by_role("link", name=f"{ALARM}: alarm").click()
    assert tab.title() == f"{ALARM} · monitor · demo"
    assert tab.locator(".headline .verdict").inner_text() == "alarm"
    assert not tab.locator("details .highlight").first.is_visible()
    tab.locator("details summary").first.click()
    assert tab.locator("details .highlight").first.is_visible()
    tab.get_by_role("link", name="archive").click()
    assert tab.title() == "driftbook archive"


def test_the_lasting_address_of_a_day_leads_to_its_page(tab, root, archive):
    tab.goto(f"{root}/demo/monitor/{ALARM}/index.html")
    tab.wait_for_url(f"{root}/{archive['monitor']}")
    assert tab.complaints == []


def test_a_failure_is_seen_first(tab, root, archive):
    tab.goto(f"{root}/{archive['failed']}")
    top = tab.locator("section.failure").bounding_box()
    assert top["y"] < 200
    assert "NameError: name 'nowhere' is not defined" in tab.locator("section.failure").inner_text()
