"""Attribution in a real browser: methods side by side, opacity and hover in place, an upload, the camera."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cnnviz.runs import Run
from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import READY, Dashboard
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

KERAS_S = 120_000  # milliseconds in which TensorFlow is imported, with others at work
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
LIT = ".heat:not([hidden])"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium with a camera that shows a test picture."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=[*LAUNCH_ARGUMENTS, *CAMERA])
        yield running
        running.close()


def opened(dashboard: Dashboard, page: Page, path: str) -> list[str]:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, path)
    expect(page.locator(".panel").first).to_be_visible()  # the photograph does not wait for TensorFlow
    expect(page.locator(LIT)).to_have_count(3, timeout=KERAS_S)
    return errors


def test_methods_side_by_side(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    errors = opened(dashboard, page, "/attribution")
    boxes = [box.bounding_box() for box in page.locator(".stack").all()]
    assert len({(box["width"], box["height"], box["y"]) for box in boxes if box}) == 1  # one size, one row
    assert boxes[0] is not None
    assert boxes[0]["width"] % 8 == 0  # sharp: a whole number of pixels each

    brightest = page.locator(LIT).first.evaluate(
        "canvas => Math.max(...canvas.getContext('2d').getImageData(0, 0, 8, 8).data.filter((_, i) => i % 4 === 0))"
    )
    assert brightest == 252  # inferno's last red: the strongest pixel is drawn in full
    page.wait_for_selector(READY, state="attached")
    before = len(sent)
    page.locator(".opacity input").fill("100")
    expect(page.locator(".opacity output")).to_have_text("100 %")
    expect(page.locator(LIT).nth(2)).to_have_css("opacity", "1")
    page.locator(".stack").nth(1).hover(position={"x": 4, "y": 4})
    expect(page.locator(".value").first).to_have_text("row 0, column 0")
    expect(page.locator(".value").nth(1)).to_have_text(re.compile(r"\d(\.\d+)?(e−\d+)?"))
    assert len(sent) == before  # all of that in the browser

    other = page.locator("button.bar[aria-pressed=false]").first
    name = other.locator(".name").inner_text()
    other.click()
    expect(page.locator("button.bar[aria-pressed=true] .name")).to_have_text(name)
    page.wait_for_url(re.compile(f"class={re.escape(name)}"))
    expect(page.locator(".caption").first).to_contain_text(f"What speaks for {name}")
    expect(page.locator(".opacity output")).to_have_text("100 %")

    page.locator(".st-key-attribution-check").get_by_text("Grad-CAM", exact=True).click()
    expect(page.get_by_text("All layers random")).to_be_visible()
    expect(page.get_by_text(re.compile("With the real one: ")).first).to_be_visible()
    assert not errors


def test_a_heatmap_and_all_of_them_are_saved(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    opened(dashboard, page, "/attribution?image=test-3")
    page.wait_for_selector(READY, state="attached")
    panel = page.locator(".panel").nth(1)
    high = panel.locator(".high").inner_text()
    panel.hover()
    with page.expect_download() as drawing:
        panel.locator(":scope > .save-figure").get_by_text("SVG").click()
    svg = Path(drawing.value.path()).read_text(encoding="utf-8")
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    for said in ("Grad-CAM", "conv2d_2 4×4", high, "Bright places are where", "explained: "):
        assert said in svg
    assert svg.count("<image ") == 2  # the picture, and the heatmap over it
    page.locator(".caption").first.hover()
    with page.expect_download() as picture:
        page.locator(".whole > .save-figure").get_by_text("PNG").click()
    with Image.open(picture.value.path()) as saved:
        assert saved.width > 1280
        assert len(saved.convert("RGB").getcolors(1_000_000)) > 100


def test_a_photo_from_a_file_and_one_from_the_camera_are_explained(
    looked_at: Run, dashboard: Dashboard, page: Page
) -> None:
    errors = opened(dashboard, page, "/attribution")
    photo = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)).save(photo, "PNG")
    images = page.get_by_test_id("stPopover").get_by_role("button")
    images.click()
    page.get_by_text("File", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": photo.getvalue()}
    )
    page.wait_for_url(re.compile("image=upload-"))
    expect(page.get_by_text("the network sees 8×8 pixels")).to_be_visible()
    expect(page.locator(LIT)).to_have_count(3)
    first = page.url
    if not page.get_by_text("Camera", exact=True).is_visible():
        images.click()
    page.get_by_text("Camera", exact=True).click()
    expect(page.locator("video")).to_have_js_property("readyState", 4)  # the camera shows something
    page.get_by_role("button", name="Take Photo").click()
    page.wait_for_url(lambda url: "image=upload-" in url and url != first)
    expect(page.locator(LIT)).to_have_count(3)
    assert not errors


def test_nothing_is_wider_than_a_phone(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(dashboard, page, "/attribution")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    edges = page.locator(".stack").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(edges) <= 390
