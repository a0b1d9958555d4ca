"""The Train page in a real browser, with real trainings of the smallest network."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from cnnviz.runs import RunStore
from tests.dashboard import Dashboard

POINTS = """() => {
  const x = document.querySelector('.cnnviz-live-chart')?.data?.[1]?.x;
  return x?.length ?? x?._inputArray?.length ?? 0;
}"""
CHART = "document.querySelector('.cnnviz-live-chart .main-svg')"
TIMEOUT_MS = 60_000


def set_up(page: Page, epochs: int) -> None:
    """Choose one-conv on digits, with the mouse and the keyboard."""
    for label, option in (("Data set", "digits"), ("Begin with", "one-conv")):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=option, exact=True).click()
        expect(page.get_by_role("combobox", name=label)).to_have_value(option)
    # Small steps: a thousand epochs of digits then last longer than any test.
    for label, value in (("Epochs", epochs), ("Batch", 4)):
        page.get_by_role("spinbutton", name=label).fill(str(value))
        page.keyboard.press("Enter")


def start(page: Page) -> None:
    page.get_by_role("button", name="Start training").dblclick()  # the second click must not start another run
    page.wait_for_url(re.compile(r"run=\d{8}-\d{6}-one-conv-"), timeout=TIMEOUT_MS)


def wait_for_points(page: Page, more_than: int) -> int:
    page.wait_for_function(f"({POINTS})() > {more_than}", timeout=TIMEOUT_MS)
    return int(page.evaluate(POINTS))


def test_a_run_is_started_watched_stopped_and_resumed(dashboard: Dashboard, page: Page, home: Path) -> None:
    dashboard.open(page, "/")
    page.get_by_role("link", name="Train").first.click()
    set_up(page, epochs=1000)
    start(page)
    points = wait_for_points(page, 0)
    assert len([run for run in RunStore(home).list() if not run.bundled]) == 1

    page.evaluate(f"window.kept = {CHART}")
    points = wait_for_points(page, points + 2)
    assert page.evaluate(f"window.kept === {CHART}")
    expect(page.locator(".tile")).to_have_count(8)
    expect(page.get_by_text(re.compile(r"epoch \d+ of 1000 · [\d,]+ images/s"))).to_be_visible()

    page.reload()
    wait_for_points(page, points)
    other = page.context.new_page()
    other.goto(page.url)
    wait_for_points(other, points)

    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(r"Stopped at epoch \d+ of 1000"))).to_be_visible(timeout=TIMEOUT_MS)
    expect(other.get_by_role("button", name="Resume")).to_be_visible(timeout=TIMEOUT_MS)
    stopped_at = wait_for_points(page, 0)

    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text(re.compile(r"epoch \d+ of 1000"))).to_be_visible(timeout=TIMEOUT_MS)
    page.wait_for_function(f"({POINTS})() >= {stopped_at}", timeout=TIMEOUT_MS)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=TIMEOUT_MS)


def test_a_run_ends_with_its_verdict_in_place(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "/")
    page.get_by_role("link", name="Train").first.click()
    set_up(page, epochs=2)
    start(page)
    wait_for_points(page, 0)
    page.evaluate(f"window.kept = {CHART}")
    expect(page.get_by_text("test accuracy")).to_be_visible(timeout=TIMEOUT_MS)
    expect(page.get_by_text("Completed 2 epochs.")).to_be_visible()
    assert page.evaluate(f"window.kept === {CHART}")
    page.get_by_role("button", name="Start another like this").click()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("2")
    expect(page.get_by_text("Newest run: one-conv")).to_be_visible()


def test_an_edit_moves_the_network_and_leaves_the_page_in_place(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "/")
    page.get_by_role("link", name="Train").first.click()
    block = page.locator(".block.convolution").nth(1)
    expect(block).to_contain_text("×64")
    handle = block.element_handle()
    page.get_by_role("button", name="Convolution 64").click()
    page.get_by_role("spinbutton", name="Filters").fill("128")
    page.keyboard.press("Enter")
    expect(block).to_contain_text("×128")
    assert handle is not None
    assert handle.evaluate("block => block.isConnected")
    expect(page.get_by_role("button", name="Start training")).to_be_in_viewport()


def test_a_phone_shows_the_picture_first_and_nothing_is_wider_than_it(dashboard: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, "/")
    page.goto(dashboard.address + "/train")
    expect(page.get_by_text("Your network")).to_be_visible()
    expect(page.get_by_role("button", name="Start training")).to_be_attached()
    page.wait_for_function(
        """() => {
          const [network, settings] = ['drawing', 'left'].map((one) => document.querySelector(`.st-key-train-${one}`));
          return network.getBoundingClientRect().bottom <= settings.getBoundingClientRect().top;
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
