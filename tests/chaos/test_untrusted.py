"""A table and a params file of somebody who means harm: names and values are shown as they are, and nothing else."""

import shutil

import numpy as np
import pandas as pd
import papermill
import pytest
from driftbook import paths, store
from driftbook.pages import policy
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.whole  # a minute; parts of it are tested where they are

SCRIPT = (
    "</td></text></pre></style><script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
)
ATTRIBUTE = "\"' onload='document.title=\"pwned\"' x=\"{{ 7 * 7 }} {0} %s $\\bad$ `'; drop table run; --"
UNIT = f"$\\bad$ {SCRIPT}"
NUMBER, CATEGORY, TARGET = f"n {ATTRIBUTE}", f"c {SCRIPT}", "$\\bad$ <i>t</i>"
VALUES = [SCRIPT, ATTRIBUTE, "$\\bad$", "../../etc/passwd"]


def table(days):
    rng, n = np.random.default_rng(1), 220 * days
    at = np.repeat(pd.date_range("2022-01-01", periods=days), 220) + pd.to_timedelta(rng.integers(0, 86_400, n), "s")
    odd = at >= "2022-02-01"
    found = pd.DataFrame({"at": at, NUMBER: rng.normal(0, 1, n) + 4 * odd, CATEGORY: rng.choice(VALUES[:3], n)})
    found.loc[odd & (rng.random(n) < 0.7), CATEGORY] = VALUES[3]
    return found.assign(**{TARGET: found[NUMBER] * 2 + rng.normal(0, 1, n)})


@pytest.fixture(scope="module")
def pages(place, tmp_path_factory):
    """The pages of a training, of the alarm of the first day after it and of what takes it apart."""
    folder = tmp_path_factory.mktemp("data") / SCRIPT.replace("/", "-")
    folder.mkdir()
    table(33).to_csv(folder / "t.csv", index=False)
    params = {
        "name": "hostile",
        "title": SCRIPT,
        "source": {"kind": "table", "path": str(folder / "t.csv")},
        "time_column": "at",
        "target": {"name": TARGET, "unit": UNIT},
        "features": {"numeric": [NUMBER], "categorical": [CATEGORY]},
        "references": {"start": "2022-01-01", "end": "2022-01-31", "train_rows": 3000},
        "segments": [CATEGORY],
        "detectability": False,
        "units": {NUMBER: UNIT, CATEGORY: UNIT},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path_factory.mktemp("models")))
        for name, given in {"train": {}, "monitor": {"day": "2022-02-01"}, "debug": {"day": "2022-02-01"}}.items():
            papermill.execute_notebook(
                paths.notebooks_dir() / f"{name}.ipynb",
                f"{folder}/{name}.ipynb",
                {"params": params, **given},
                progress_bar=False,
            )
    runs = store.runs()
    assert list(runs["status"]) == ["succeeded"] * 3
    return [place / page for page in runs["page"]] + [
        place / "index.html",
        *place.glob("hostile/debug/*/*/evidently.html"),
    ]


def test_no_script_of_it_runs(pages):
    """Without the policy of the pages, which would hide what is not escaped."""
    assert len(pages) == 5
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            tab = browser.new_page(bypass_csp=True)
            tab.on("dialog", lambda dialog: pytest.fail(dialog.message))
            for page in pages:
                tab.goto(page.as_uri())
                assert tab.title() != "pwned", page
                assert tab.locator("img[src=x], [onload], [onerror]").count() == 0, page
                assert tab.locator("script").count() == (page.name == "index.html") or page.name == "evidently.html"
        finally:
            browser.close()


def test_it_is_shown_as_it_is(pages):
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert "$\\bad$" in text and "&lt;script&gt;document.title" in text and "{{ 7 * 7 }}" in text


def test_each_page_says_what_it_may_do(pages, place):
    for page in [*pages, *place.rglob("*.html")]:
        text = page.read_text(encoding="utf-8")
        assert text.count("Content-Security-Policy") == 1, page
        assert text.index("Content-Security-Policy") < min(
            text.find(tag) for tag in ("<style", "<script", "<title") if tag in text
        )
        assert "http-equiv" in text[: text.index("Content-Security-Policy")]
        scripts = text.partition("script-src ")[2].partition(";")[0]
        if page.name == "evidently.html":
            assert scripts == policy.ANY_SCRIPT
        else:
            assert scripts.startswith("'sha256-") == (page == place / "index.html")
            assert scripts.startswith("'none'") == (page != place / "index.html")
