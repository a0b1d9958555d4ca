"""Looking inside, in a real browser: a kernel is clicked, a link is pasted, a photo is opened."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.runs import Run
from tests.dashboard import Dashboard
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

KERAS_S = 60_000  # milliseconds in which TensorFlow is imported, with others at work
COUNT_STEPS = """() => {
    const push = history.pushState;
    window.steps = 0;
    history.pushState = function (...step) { window.steps += 1; return push.apply(this, step); };
}"""
WALL = ".st-key-kernels-wall canvas"


def test_a_click_on_a_kernel_changes_the_inspector_and_the_link(
    looked_at: Run, dashboard: Dashboard, page: Page
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, "/kernels")
    canvas = page.locator(WALL)
    expect(canvas).to_have_attribute("data-chosen", "0")
    expect(page.get_by_text("Filter 0 of conv2d_1")).to_be_visible()
    box = canvas.bounding_box()
    assert box is not None
    assert box["width"] / 4 >= 48  # four kernels in a row, each large enough for the back row
    canvas.click(position={"x": box["width"] * 5 / 8, "y": box["height"] / 2})
    expect(page.get_by_text("Filter 2 of conv2d_1")).to_be_visible()
    page.wait_for_url(re.compile(r"filter=2"))
    canvas.press("ArrowRight")
    expect(page.get_by_text("Filter 3 of conv2d_1")).to_be_visible()
    page.wait_for_url(re.compile(r"filter=3"))
    expect(page.get_by_text("Its feature map on the pinned image")).to_be_visible(timeout=KERAS_S)

    other = page.context.browser.new_context().new_page()  # type: ignore[union-attr]  # somebody else's browser
    dashboard.open(other, page.url.removeprefix(dashboard.address))
    expect(other.get_by_text("Filter 3 of conv2d_1")).to_be_visible()
    expect(other.locator(WALL)).to_have_attribute("data-chosen", "3")
    other.context.close()

    page.evaluate(COUNT_STEPS)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Feature maps").click()
    page.wait_for_url(re.compile(r"feature_maps\?.*filter=3"))
    assert page.evaluate("window.steps") <= 2  # the page, and at once all it was given: few steps for the way back
    expect(page.get_by_text("Where filter 3 of conv2d_1 answers")).to_be_visible(timeout=KERAS_S)
    page.locator("canvas[data-layer=conv2d_2]").click(position={"x": 20, "y": 20})
    page.wait_for_url(re.compile(r"layer=conv2d_2"))
    expect(page.get_by_text(re.compile(r"Where filter \d of conv2d_2 answers"))).to_be_visible()
    scale = page.locator("figure:has(.opacity) .scale")
    expect(scale.locator(".high")).to_have_text(re.compile(r"\d"))
    expect(scale.locator(".ramp")).to_have_css("background-image", re.compile("linear-gradient"))
    assert not errors


def test_a_photo_is_looked_at_on_a_phone(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, "/feature_maps")
    page.get_by_test_id("stPopover").get_by_role("button").click()
    page.get_by_text("File", exact=True).click()
    file = io.BytesIO()
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(file, "JPEG")
    page.locator("input[type=file]").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    )
    page.wait_for_url(re.compile(r"image=upload-[0-9a-f]{8}"))
    expect(page.get_by_text("conv2d_1, filter 0: a photo")).to_be_visible(timeout=KERAS_S)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_way_back_undoes_a_choice_made_a_moment_ago(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "/kernels")
    told = page.get_by_text("each on its own scale, given below it")
    page.wait_for_url(re.compile(r"layer="))
    page.locator(".st-key-kernels-each button").filter(has_text="each its own").click()
    expect(told).to_be_visible()
    assert "scale=each+its+own" in page.url
    page.go_back()
    expect(told).to_have_count(0)
    assert "scale" not in page.url
    page.go_forward()
    expect(told).to_be_visible()
