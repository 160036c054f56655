"""Take the README's picture, docs/monitor.png: `make demo`, then `.venv/bin/python -m tools.picture`."""

import shutil

from driftbook import paths
from playwright.sync_api import sync_playwright

DAY = "2022-02-10"
TARGET = paths.ROOT / "docs" / "monitor.png"


def main() -> None:
    """Write the newest page of an alarm day down to its first figure, 1200 pixels wide."""
    page = sorted(paths.archive_dir().glob(f"demo/monitor/{DAY}/*/monitor.html"))[-1]
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1040, "height": 900}, device_scale_factor=1200 / 1040)
        tab.goto(page.as_uri())
        figure = tab.locator("img").first.bounding_box()
        height = figure["y"] + figure["height"]
        tab.screenshot(path=TARGET, full_page=True, clip={"x": 0, "y": 0, "width": 1040, "height": height})
        browser.close()


if __name__ == "__main__":
    main()
