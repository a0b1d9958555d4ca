"""The gallery of mistakes in a real browser: filter, inspect, mark; by mouse, by keyboard, on a phone."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.evaluation import read_marks
from cnnviz.runs import Run
from tests.dashboard import Dashboard
from tests.evaluation.made import ended_run, guesses, with_snapshots, write_dataset

LABELS = np.random.default_rng(0).integers(0, 4, 4000)
CHANCES = guesses(LABELS, 4)
WRONG = CHANCES.argmax(1) != LABELS
BY_CONFIDENCE = sorted(np.flatnonzero(WRONG).tolist(), key=lambda index: -CHANCES.max(1)[index])


@pytest.fixture
def run(home: Path) -> Run:
    """A completed run of 4,000 test images, about half of them mistakes."""
    write_dataset(home, LABELS, 4)
    return with_snapshots(ended_run(home, LABELS, CHANCES), [guesses(LABELS, 4, 5), CHANCES])


def tile(page: Page, index: int) -> Locator:
    return page.locator(f".tile[data-image='{index}']")


def scrolled(page: Page) -> int:
    return int(page.locator(".scroller").evaluate("node => node.scrollTop"))


def test_filter_inspect_and_mark(run: Run, dashboard: Dashboard, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sheets: list[str] = []
    page.on("request", lambda request: sheets.append(request.url) if "/sheets/" in request.url else None)
    dashboard.open(page, "/mistakes")
    expect(page.get_by_text(f"{WRONG.sum():,} mistakes of 4,000 images")).to_be_visible()
    expect(page.locator(".view[data-drawn]")).not_to_have_attribute("data-drawn", "")
    assert page.locator(".tile").count() < 200  # of two thousand
    assert 1 <= len(sheets) <= 4
    first = tile(page, BY_CONFIDENCE[0])
    expect(first).to_have_attribute("aria-label", re.compile(r"predicted c\d with confidence .*wrong"))
    image = first.locator("canvas")
    assert image.evaluate("node => [node.width, node.height]") == [8, 8]  # its own pixels, enlarged by CSS
    box = image.bounding_box()
    assert box is not None
    assert box["width"] == box["height"] == 96

    # filter: by the true class
    page.locator(".st-key-mistakes-true").get_by_role("combobox").click()
    page.get_by_role("option", name="c2", exact=True).click()
    count = int((WRONG & (LABELS == 2)).sum())
    expect(page.get_by_text(f"{count} mistakes of 4,000 images (true class c2)")).to_be_visible()
    page.wait_for_url(re.compile(r"true=c2"))
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text(f"{WRONG.sum():,} mistakes of 4,000 images")).to_be_visible()

    # inspect: the place is kept while the inspector opens and closes
    page.locator(".scroller").evaluate("node => node.scrollTo(0, 4000)")
    expect(page.locator(".where")).to_contain_text(re.compile(r"[2-9]\d\d–"))
    open_one = page.locator(".tile:not([hidden])").nth(20)
    index = int(open_one.get_attribute("data-image") or "")
    tile(page, index).scroll_into_view_if_needed()
    before = tile(page, index).bounding_box()
    tile(page, index).click()
    expect(page.locator(".st-key-mistakes-inspector")).to_be_visible()
    expect(page.get_by_text(f"Test image {index}")).to_be_visible()
    page.wait_for_url(re.compile(rf"image=test-{index}\b"))
    expect(tile(page, index)).to_have_attribute("aria-selected", "true")
    after = tile(page, index).bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 4
    assert scrolled(page) > 1000

    # mark
    page.get_by_role("button", name="Unclear").click()
    expect(tile(page, index).get_by_text("unclear")).to_be_visible()
    assert read_marks(run)[index].verdict == "unclear"
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-mistakes-inspector")).to_have_count(0)
    expect(tile(page, index)).to_be_visible()
    assert "image=" not in page.url
    assert not errors


def test_the_keyboard_alone(run: Run, dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "/mistakes")
    gallery = page.locator(".scroller")
    expect(tile(page, BY_CONFIDENCE[0])).to_be_visible()
    gallery.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tile(page, BY_CONFIDENCE[2])).to_have_class(re.compile(r"\bactive\b"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Test image {BY_CONFIDENCE[2]}")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text(f"Test image {BY_CONFIDENCE[1]}")).to_be_visible()
    page.keyboard.press("End")
    expect(tile(page, BY_CONFIDENCE[-1])).to_be_visible()
    expect(page.get_by_text(f"Test image {BY_CONFIDENCE[-1]}")).to_be_visible()
    page.wait_for_url(re.compile(rf"image=test-{BY_CONFIDENCE[-1]}\b"))
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-mistakes-inspector")).to_have_count(0)


def test_a_link_opens_the_same_on_a_phone(run: Run, dashboard: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    index = BY_CONFIDENCE[900]
    dashboard.open(page, f"/mistakes?image=test-{index}&group=pair")
    inspector = page.locator(".st-key-mistakes-inspector")
    expect(inspector).to_be_visible()
    box = inspector.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)  # over everything
    page.get_by_role("button", name="close").first.click()
    expect(inspector).to_have_count(0)
    expect(tile(page, index)).to_be_visible()  # where it stands among the others
    expect(page.locator(".group").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
