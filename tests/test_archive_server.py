"""The archive's web server: its configuration as the stack mounts it, run by Debian's nginx on loopback."""

import base64
import hashlib
import http.client
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from driftbook import paths
from driftbook.pages import index, render
from playwright.sync_api import sync_playwright

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
CONFIG = paths.ROOT / "config" / "nginx" / "archive.conf"
MAIN = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/archive.conf;
}}
"""
RUN = "demo/monitor/2022-02-10/20220211T000000-0"
PAGE = "<!doctype html><title>p</title><style>h1 { color: rgb(1, 2, 3) }</style><h1>page</h1>"
REPORT = "<!doctype html><title>r</title><h1>report</h1><script>document.title = 'it ran'</script>"


@dataclass(frozen=True)
class Site:
    """A running server and its folder."""

    port: int
    root: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """Return the answer to a request, its body in `text`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body="x" if method in ("PUT", "POST") else None, headers=headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if NGINX is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    folder, root = tmp_path_factory.mktemp("nginx"), tmp_path_factory.mktemp("archive")
    # Its worker is another user where root starts it.
    for directory in (folder, root, *root.parents):
        if directory.is_relative_to("/tmp") and directory != Path("/tmp"):
            directory.chmod(0o755)
    fill(root)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = CONFIG.read_text(encoding="utf-8")
    moved = text.replace("listen 8081;", f"listen 127.0.0.1:{port};").replace("/srv/archive", str(root))
    (folder / "archive.conf").write_text(moved, encoding="utf-8")
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder), encoding="utf-8")
    process = subprocess.Popen([NGINX, "-e", folder / "error.log", "-c", folder / "nginx.conf"])
    site = Site(port, root)
    try:
        wait_for(site, process)
        yield site
    finally:
        process.terminate()
        process.wait(10)


def wait_for(site, process):
    for _ in range(100):
        try:
            site.ask("/healthy")
        except OSError:
            assert process.poll() is None, "nginx ended"
            time.sleep(0.1)
        else:
            return


def fill(root):
    (root / RUN).mkdir(parents=True)
    index.write(root / "index.html", "<!doctype html><title>archive</title>")
    index.write(root / RUN / "monitor.html", PAGE)
    index.write(root / RUN / "evidently.html", REPORT)
    index.write(root / RUN.rpartition("/")[0] / "index.html", "<!doctype html><title>newest run</title>")
    (root / RUN / "monitor.ipynb").write_text("{}", encoding="utf-8")
    (root / ".lock").write_text("secret", encoding="utf-8")
    (root / RUN / ".draft.html").write_text("half a page", encoding="utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("secret", encoding="utf-8")
    (root / "leak").symlink_to("/etc/passwd")


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("/", "text/html; charset=utf-8", "archive"),
        ("/index.html", "text/html; charset=utf-8", "archive"),
        (f"/{RUN}/monitor.html", "text/html; charset=utf-8", "page"),
        (f"/{RUN}/monitor.html?from=grafana", "text/html; charset=utf-8", "page"),
        (f"/{RUN}/evidently.html", "text/html; charset=utf-8", "report"),
        (f"/{RUN}/monitor.ipynb", "application/x-ipynb+json", "{}"),
        ("/demo/monitor/2022-02-10/", "text/html; charset=utf-8", "newest run"),
        ("/healthy", "text/plain; charset=utf-8", "ok"),
    ],
)
def test_it_serves(site, path, kind, text):
    answer = site.ask(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert text in answer.text


def test_a_folder_without_its_slash_leads_to_it(site):
    answer = site.ask("/demo/monitor/2022-02-10")
    assert (answer.status, answer.headers["Location"]) == (301, "/demo/monitor/2022-02-10/")


@pytest.mark.parametrize("path", ["/demo/", "/demo/monitor/", f"/{RUN}/"])
def test_it_lists_nothing(site, path):
    answer = site.ask(path)
    assert answer.status == 403
    assert "2022" not in answer.text and "monitor.html" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/.lock", "/.git/config", "/.git/", f"/{RUN}/.draft.html", "/%2elock", "/leak", "/none.html", "/../etc/passwd"],
)
def test_it_hides(site, path):
    answer = site.ask(path)
    assert answer.status in (400, 403, 404)
    assert "secret" not in answer.text and "half" not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "MKCOL", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/new.html", "/index.html", f"/{RUN}/monitor.html"])
def test_it_refuses_writes(site, method, path):
    before = {file: file.stat().st_mtime_ns for file in site.root.rglob("*")}
    assert site.ask(path, method).status in (403, 405)
    assert {file: file.stat().st_mtime_ns for file in site.root.rglob("*")} == before


@pytest.mark.parametrize("path", ["/", f"/{RUN}/monitor.html", f"/{RUN}/evidently.html", "/none.html", "/.lock"])
def test_its_headers(site, path):
    headers = site.ask(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy and "*" not in policy
    assert ("script-src 'none'" in policy) == (path != "/" and not path.endswith("evidently.html"))
    expected = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}
    assert expected.items() <= dict(headers).items()
    assert "/" not in headers["Server"], "the version is nobody's business"


def test_a_browser_keeps_a_page_only_while_it_is_the_same(site):
    answer = site.ask("/")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert site.ask("/", **{"If-None-Match": answer.headers["ETag"]}).status == 304
    index.write(site.root / "index.html", "<!doctype html><title>archive</title>changed")
    assert "changed" in site.ask("/", **{"If-None-Match": answer.headers["ETag"]}).text


def test_of_a_run_being_written_nothing_is_seen_before_it_is_whole(site):
    folder = site.root / "demo" / "monitor" / "2022-02-11" / "20220212T000000-0"
    folder.mkdir(parents=True)
    (folder / ".abc.html").write_text("half a page", encoding="utf-8")
    address = "/demo/monitor/2022-02-11/20220212T000000-0"
    assert [site.ask(f"{address}/{name}").status for name in ("", ".abc.html", "monitor.html")] == [403, 404, 404]
    index.write(folder / "monitor.html", PAGE)
    assert site.ask(f"{address}/monitor.html").text == PAGE


def test_a_page_is_shown_with_its_styles_and_a_report_with_its_scripts(site):
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            tab = browser.new_page()
            tab.on("console", lambda message: complaints.append(message.text))
            tab.goto(f"http://127.0.0.1:{site.port}/{RUN}/monitor.html")
            colour = "getComputedStyle(document.querySelector('h1')).color"
            assert tab.evaluate_handle(colour).json_value() == "rgb(1, 2, 3)"
            tab.goto(f"http://127.0.0.1:{site.port}/{RUN}/evidently.html")
            assert tab.title() == "it ran"
        finally:
            browser.close()
    assert complaints == []


def test_the_script_of_the_index_runs_and_no_other(site):
    digest = base64.b64encode(hashlib.sha256((render.TEMPLATES / "index.js").read_bytes()).digest()).decode()
    for path in ("/", "/index.html", "/demo-2022.html"):
        assert f"script-src 'sha256-{digest}'" in site.ask(path).headers["Content-Security-Policy"]
    for path in ("/demo/monitor/index.html", "/demo/x-2022.html", "/new.html"):
        assert "sha256" not in site.ask(path).headers["Content-Security-Policy"]


def test_it_is_mounted_read_only():
    compose = (paths.ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert "./config/nginx/archive.conf:/etc/nginx/conf.d/default.conf:ro" in compose
    assert ":/srv/archive:ro" in compose
