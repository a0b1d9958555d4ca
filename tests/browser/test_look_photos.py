"""Photos on the pages that look inside, in a real browser: from files good and bad, and from the camera."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cnnviz.runs import Run
from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import READY, Dashboard
from tests.data.photos import declared_png
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

KERAS_S = 120_000  # milliseconds in which TensorFlow is imported, with others at work
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
UPLOAD = re.compile(r"image=upload-[0-9a-f]{8}")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium with a camera that shows a test picture."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=[*LAUNCH_ARGUMENTS, *CAMERA])
        yield running
        running.close()


def encoded(image: Image.Image, kind: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **settings)  # type: ignore[arg-type]
    return file.getvalue()


def photo(width: int = 60, height: int = 40) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(photo(), "JPEG", exif=exif)


GOOD = {
    "turned.jpg": (turned, "Turned upright, as its EXIF data say."),
    "moving.gif": (
        lambda: encoded(photo(), "GIF", save_all=True, append_images=[Image.new("RGB", (60, 40))]),
        "Only its first frame is used.",
    ),
    "glass.png": (lambda: encoded(Image.new("RGBA", (30, 30), (9, 9, 9, 90)), "PNG"), "Transparent parts are shown"),
    "grey16.png": (lambda: encoded(Image.fromarray(np.full((9, 9), 40000, np.uint16)), "PNG"), "made 8×8 pixels."),
}
BAD = {
    "bomb.png": (lambda: declared_png(20000, 20000), "more than 25 megapixels"),
    "cut.jpg": (lambda: encoded(photo(600, 400), "JPEG")[:900], "is cut off or damaged"),
    "drawing.png": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "page.jpg": (lambda: b"<!doctype html><script>alert(1)</script>", "HTML"),
    "strip.png": (lambda: encoded(Image.new("L", (65500, 1)), "PNG"), "at most 20 times as long as it is wide"),
    "numbers.tif": (lambda: encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"), "floating-point numbers"),
    "nothing.png": (lambda: b"", "is empty"),
}


def chooser(page: Page, source: str) -> None:
    if not page.get_by_role("radio", name=source).count():
        page.get_by_test_id("stPopover").get_by_role("button").click()
    page.get_by_role("radio", name=source).click()


def test_files_are_opened_or_refused_in_a_sentence(
    looked_at: Run, dashboard: Dashboard, page: Page, tmp_path: Path
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, "/kernels")
    expect(page.get_by_text("Its feature map on the pinned image")).to_be_visible(timeout=KERAS_S)
    chooser(page, "File")
    for name, (make, told) in BAD.items():
        path = tmp_path / name
        path.write_bytes(make())
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_role("alert").filter(has_text=name).filter(has_text=told)).to_be_visible()
        expect(page.locator(".st-key-kernels-wall canvas")).to_be_visible()  # the page itself goes on
    for name, (make, told) in GOOD.items():
        path = tmp_path / name
        path.write_bytes(make())
        chooser(page, "File")
        page.locator("input[type=file]").set_input_files(path)
        page.wait_for_url(UPLOAD)
        expect(page.get_by_text("Your photo: the network sees its centre")).to_contain_text(told)
        expect(page.get_by_role("radio", name="File")).to_have_count(0)  # the chooser has closed
        page.wait_for_selector(READY, state="attached")
    assert not errors


def test_a_photo_from_the_camera_travels_from_page_to_page(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, "/kernels")
    expect(page.get_by_text("Its feature map on the pinned image")).to_be_visible(timeout=KERAS_S)
    chooser(page, "Test image")
    for number in (1, 2):  # the chooser stays open for the next step
        page.get_by_test_id("stNumberInputStepUp").click()
        expect(page.get_by_role("button", name=re.compile(f"test image {number}$"))).to_be_visible()
        page.wait_for_selector(READY, state="attached")
    chooser(page, "Camera")
    expect(page.locator("video")).to_have_js_property("readyState", 4)  # the camera shows something
    page.get_by_role("button", name="Take photo").click()
    page.wait_for_url(UPLOAD)
    expect(page.get_by_text("Your photo: the network sees its centre, made 8×8 pixels.")).to_be_visible()

    links = page.get_by_test_id("stSidebarNavLink")
    links.filter(has_text="Feature maps").click()
    page.wait_for_url(UPLOAD)
    expect(page.get_by_text("A photo in the network looked at, from the input to the verdict")).to_be_visible()
    expect(page.get_by_text("conv2d_1, filter 0: a photo")).to_be_visible()

    links.filter(has_text="Convolution").click()
    page.wait_for_url(UPLOAD)
    expect(page.locator(".place")).to_have_text(re.compile(r"row \d, column \d"))
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".bench")).to_have_class(re.compile("narrow"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not errors
