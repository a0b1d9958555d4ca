"""Make the pictures of the README: `make screenshots`.

Starts the dashboard with a home of its own, takes a picture of Home as a newcomer sees it, trains the reference
network on the embedded sample through the Train page, and takes pictures on the way. Needs Chromium; takes about six
minutes.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cnnviz.evaluation import judge
from cnnviz.runs import open_run
from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import ROOT, Dashboard

PICTURES = ROOT / "docs" / "images"
PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
SETTLED_MS = 9_000  # the pictures that need the network arrive one by one


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        dashboard = Dashboard(Path(folder) / "home", Path(folder) / "log")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS)
        try:
            dashboard.start()
            take_home(dashboard, browser)
            take_all(dashboard, browser)
        finally:
            browser.close()
            dashboard.end()


def take_home(dashboard: Dashboard, browser: Browser) -> None:
    page = browser.new_page(viewport=PROJECTOR)
    dashboard.open(page, "/")
    page.get_by_text("TensorFlow is imported").wait_for(state="detached", timeout=180_000)
    page.wait_for_timeout(1_000)  # the bars glide to their places
    shoot(page, "home")


def take_all(dashboard: Dashboard, browser: Browser) -> None:
    page = browser.new_page(viewport=PROJECTOR)
    dashboard.open(page, "/train")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("epoch 3 of 10").wait_for(timeout=120_000)
    shoot(page, "train-light")
    address = page.url.removeprefix(dashboard.address)
    run = address.partition("?")[2]
    page.get_by_text("completed").first.wait_for(timeout=300_000)
    page.wait_for_timeout(2_000)  # the last colours fade in
    shoot(page, "train-completed")
    for name, path, viewport, scheme in (
        ("train-dark", address, PROJECTOR, "dark"),
        ("data", "/data?data=cifar10-sample", PROJECTOR, "light"),
        ("phone", address, PHONE, "light"),
        ("kernels", f"/kernels?{run}&image=test-13&filter=4", PROJECTOR, "light"),
        ("feature-maps", f"/feature_maps?{run}&image=test-13", PROJECTOR, "dark"),
        ("convolution", f"/convolution?{run}&image=test-13&filter=4", PROJECTOR, "light"),
        ("attribution", f"/attribution?{run}&image=test-13", PROJECTOR, "light"),
        ("time-machine", f"/time_machine?{run}&image=test-13", PROJECTOR, "dark"),
        ("report", f"/report?{run}", PROJECTOR, "light"),
        ("mistakes", f"/mistakes?{run}&image=test-{surest_mistake(dashboard.home)}", PROJECTOR, "light"),
        ("map", f"/map?{run}", PROJECTOR, "dark"),
        ("classify", f"/classify?{run}&image=test-13", PROJECTOR, "light"),
    ):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        tab = context.new_page()
        dashboard.open(tab, path)
        tab.get_by_text("TensorFlow is imported").wait_for(state="detached", timeout=180_000)
        tab.wait_for_timeout(SETTLED_MS)
        shoot(tab, name)
        context.close()


def surest_mistake(home: Path) -> int:
    """The test image that the newest run is most confident about, wrongly."""
    judged = judge(open_run("latest", home), home=home)
    return int(np.where(judged.right, 0, judged.confidence).argmax())


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")
    print(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
