"""Make the pictures of the README: `make screenshots`.

Starts the dashboard with a home of its own, trains the reference network on the embedded sample through the Train
page, and takes pictures on the way. Needs Chromium; takes about two minutes.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import ROOT, Dashboard

PICTURES = ROOT / "docs" / "images"
PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        dashboard = Dashboard(Path(folder) / "home", Path(folder) / "log")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS)
        try:
            dashboard.start()
            take_all(dashboard, browser)
        finally:
            browser.close()
            dashboard.end()


def take_all(dashboard: Dashboard, browser: Browser) -> None:
    page = browser.new_page(viewport=PROJECTOR)
    dashboard.open(page, "/train")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("epoch 3 of 10").wait_for(timeout=120_000)
    shoot(page, "train-light")
    address = page.url.removeprefix(dashboard.address)
    page.get_by_text("completed").first.wait_for(timeout=300_000)
    page.wait_for_timeout(2_000)  # the last colours fade in
    shoot(page, "train-completed")
    for name, path, viewport, scheme in (
        ("home", "/", PROJECTOR, "light"),
        ("train-dark", address, PROJECTOR, "dark"),
        ("data", "/data?data=cifar10-sample", PROJECTOR, "light"),
        ("phone", address, PHONE, "light"),
    ):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        tab = context.new_page()
        dashboard.open(tab, path)
        tab.wait_for_timeout(4_000)
        shoot(tab, name)
        context.close()


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")
    print(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
