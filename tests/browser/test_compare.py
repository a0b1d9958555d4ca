"""Comparing, in a real browser: two runs are ticked, the sentence is read, an image is followed, tags are kept."""

import re

from playwright.sync_api import Page, expect

from cnnviz.runs import Run, RunStore
from tests.compared import pair, trained_pair
from tests.dashboard import Dashboard

__all__ = ["pair", "trained_pair"]

TABLE = "[data-testid='stDataFrame']"
HEAD, ROW, TICK = 35, 35, 16  # pixels of the table


def tick(page: Page, row: int) -> None:
    """Click the box in front of a row."""
    page.locator(TABLE).locator(".dvn-scroller").click(position={"x": TICK, "y": HEAD + ROW * row + ROW / 2})


def test_two_runs_are_ticked_and_compared(pair: list[Run], dashboard: Dashboard, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, "/compare")
    expect(page.get_by_text("Choose two to four runs")).to_be_visible()
    expect(page.locator(TABLE)).to_be_visible()
    tick(page, 1)
    page.wait_for_url(re.compile(rf"runs={pair[0].id}$"))
    tick(page, 0)
    page.wait_for_url(re.compile(rf"runs={pair[0].id}%2C{pair[1].id}$"))
    page.get_by_role("button", name="Compare 2 runs").click()
    expect(page.get_by_text(re.compile(r"is better on \d+ images?|right on the same images"))).to_be_visible()
    expect(page.get_by_text("These runs differ only in their seed")).to_be_visible()
    expect(page.locator("canvas[aria-label^='A: the 3×3 kernels']")).to_be_visible()

    images = page.locator(".st-key-compare-images-a canvas, .st-key-compare-images-b canvas").first
    number = (images.get_attribute("data-ids") or "").split()[0]
    images.click(position={"x": 24, "y": 24})
    page.wait_for_url(re.compile(rf"/mistakes\?.*image=test-{number}\b"))

    page.get_by_test_id("stSidebarNavLink").filter(has_text="Compare").click()
    page.wait_for_url(re.compile(r"/compare\?.*runs="))  # what was compared is still there
    expect(page.get_by_text("These runs differ only in their seed")).to_be_visible()
    assert not errors


def test_tags_are_written_on_a_phone(pair: list[Run], dashboard: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, f"/compare?runs={pair[0].id},{pair[1].id}")
    page.locator(f".st-key-compare-edit-{pair[0].id}").get_by_role("button").click()
    tags = page.locator(f".st-key-compare-tags-{pair[0].id} input")
    tags.fill("lecture 3")
    tags.press("Enter")
    page.get_by_label("Notes").fill("Seed 5.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".compare-tag", has_text="lecture 3")).to_be_visible()
    run = RunStore(dashboard.home).get(pair[0].id)
    assert (run.tags, run.notes) == (("lecture 3",), "Seed 5.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
