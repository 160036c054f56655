"""Take the README's pictures, docs/pictures/: `make demo`, then `.venv/bin/python -m tools.picture`.

The database of the demo has to run for the overview: `.venv/bin/driftbook db during .venv/bin/python -m tools.picture`.
"""

import shutil

import pandas as pd
from driftbook import paths, store
from driftbook.pages import day_figures, render
from playwright.sync_api import Page, sync_playwright

DAY, WIDTH = "2022-02-10", 1040
TARGET = paths.ROOT / "docs" / "pictures"


def main() -> None:
    """Write the index, an alarm day's first screen, and what the stack's overview shows, drawn from the same rows."""
    day = sorted(paths.archive_dir().glob(f"demo/monitor/{DAY}/*/monitor.html"))[-1]
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.25)
        tab.goto((paths.archive_dir() / "index.html").as_uri())
        _shoot(tab, "index", tab.locator(".legend"))
        tab.goto(day.as_uri())
        _shoot(tab, "alarm", tab.locator("p.notice"))
        tab.set_content(overview())
        _shoot(tab, "overview", tab.locator("table"))
        browser.close()


def overview() -> str:
    """Return a page of the panels of the overview dashboard: severity, error and rows of each day, verdicts counted."""
    stored = store.daily_overview("demo")
    days = list(pd.date_range(stored["day"].min(), stored["day"].max()).date)
    metrics = {"severity": "severity (score ÷ threshold)", "mean_absolute_error": "error (minutes)", "rows": "rows"}
    figures = []
    for metric, words in metrics.items():
        found = store.measures("demo", days[0], days[-1] + pd.Timedelta(days=1), metric)
        figures.append(day_figures.series(days, found[found["feature"] == ""], ylabel=words).data)
    counts = stored["verdict"].value_counts().rename_axis("verdict").rename("days").reset_index().to_html(index=False)
    return f"<style>{render.style('base.css')}</style><h1>Overview: demo</h1>{''.join(figures)}{counts}"


def _shoot(tab: Page, name: str, last: object) -> None:
    """Write a page's picture down to an element."""
    box = last.first.bounding_box()
    height = box["y"] + box["height"] + 12
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
    tab.screenshot(path=TARGET / f"{name}.png", full_page=True, clip=clip)


if __name__ == "__main__":
    main()
