"""Take the README's picture, docs/monitor.png: `make demo`, then `.venv/bin/python docs/picture.py`."""

import shutil
from pathlib import Path

from driftbook import paths
from playwright.sync_api import sync_playwright

DAY = "2022-02-10"
TARGET = Path(__file__).with_name("monitor.png")


def main() -> None:
    """Write the upper part of the newest page of an alarm day, 1200 pixels wide."""
    page = sorted(paths.archive_dir().glob(f"demo/monitor/{DAY}/*/monitor.html"))[-1]
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox"])
        tab = browser.new_page(viewport={"width": 960, "height": 860}, device_scale_factor=1.25)
        tab.goto(page.as_uri())
        tab.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
