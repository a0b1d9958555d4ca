"""The Train page in a real browser, with real trainings of the smallest network."""

import re
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect

from cnnviz.runs import Run, RunStore
from tests.dashboard import READY, Dashboard
from tests.ui_train.prepared import prepared_run

POINTS = """() => {
  const x = document.querySelector('.cnnviz-live-chart')?.data?.[1]?.x;
  return x?.length ?? x?._inputArray?.length ?? 0;
}"""
EPOCHS = 60
CHART = "document.querySelector('.cnnviz-live-chart .main-svg')"
TIMEOUT_MS = 60_000
TO_THE_END_MS = 300_000
PROMISED_MS = 10_000  # within which a page says that a worker was killed


def set_up(page: Page, epochs: int, batch: int = 4) -> None:
    """Choose one-conv on digits, with the mouse and the keyboard."""
    for label, option in (("Data set", "digits"), ("Begin with", "one-conv")):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=option, exact=True).click()
        expect(page.get_by_role("combobox", name=label)).to_have_value(option)
    expect(page.get_by_text(re.compile("Convolution 16"))).to_be_visible()  # before, the fields are another preset's
    page.wait_for_selector(READY, state="attached")
    # Small steps: a thousand epochs of digits then last longer than any test.
    for label, value in (("Epochs", epochs), ("Batch", batch)):
        page.get_by_role("spinbutton", name=label).fill(str(value))
        page.keyboard.press("Enter")
        page.wait_for_selector(READY, state="attached")


def start(page: Page) -> None:
    page.get_by_role("button", name="Start training").dblclick()  # the second click must not start another run
    page.wait_for_url(re.compile(r"run=\d{8}-\d{6}-one-conv-"), timeout=TIMEOUT_MS)


def wait_for_points(page: Page, more_than: int) -> int:
    page.wait_for_function(f"({POINTS})() > {more_than}", timeout=TIMEOUT_MS)
    return int(page.evaluate(POINTS))


def the_run(home: Path) -> Run:
    """The only run of its own that a home has."""
    [run] = [run for run in map(RunStore(home).get, RunStore(home).ids()) if not run.bundled]
    return run


def test_a_run_is_started_watched_stopped_and_resumed_to_its_end(dashboard: Dashboard, page: Page, home: Path) -> None:
    dashboard.open(page, "/")
    page.get_by_role("link", name="Train").first.click()
    set_up(page, epochs=EPOCHS, batch=2)
    start(page)
    points = wait_for_points(page, 0)
    run = the_run(home)
    expect(page.get_by_test_id("stSidebar").get_by_text("one-conv")).to_be_visible()

    page.evaluate(f"window.kept = {CHART}")
    points = wait_for_points(page, points + 2)
    assert page.evaluate(f"window.kept === {CHART}")
    expect(page.locator(".tile")).to_have_count(8)
    expect(page.get_by_text(re.compile(rf"epoch \d+ of {EPOCHS} · [\d,]+ images/s"))).to_be_visible()

    page.get_by_role("link", name="Data").first.click()
    expect(page.locator("button.tile").first).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).first.click()
    page.wait_for_url(f"**/train?run={run.id}")  # the run that was looked at
    points = wait_for_points(page, points)

    page.reload()
    wait_for_points(page, points)
    other = page.context.new_page()
    other.goto(page.url)
    wait_for_points(other, points)

    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(rf"Stopped in epoch \d+ of {EPOCHS}\."))).to_be_visible(timeout=TIMEOUT_MS)
    expect(other.get_by_role("button", name="Resume")).to_be_visible(timeout=TIMEOUT_MS)
    stopped_at = wait_for_points(page, 0)

    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=TIMEOUT_MS)
    wait_for_points(page, stopped_at)
    for tab in (page, other):
        expect(tab.get_by_text(f"Completed {EPOCHS} epochs.")).to_be_visible(timeout=TO_THE_END_MS)
    assert len(the_run(home).history().epochs["loss"]) == EPOCHS


def test_a_killed_server_that_is_started_again_shows_the_run_still_going(
    dashboard: Dashboard, page: Page, home: Path
) -> None:
    dashboard.open(page, "/train")
    set_up(page, epochs=1000)
    start(page)
    points, worker = wait_for_points(page, 0), the_run(home).status.pid
    dashboard.kill()
    dashboard.start()
    wait_for_points(page, points + 2)  # the open page finds the new server by itself
    dashboard.open(page, f"/train?run={the_run(home).id}")
    points = wait_for_points(page, points + 2)
    expect(page.get_by_text(re.compile(r"epoch \d+ of 1000 · [\d,]+ images/s"))).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_enabled()
    wait_for_points(page, points)
    assert the_run(home).status.pid == worker


def test_a_killed_worker_is_seen_by_an_open_page_and_its_run_resumed(
    dashboard: Dashboard, page: Page, home: Path
) -> None:
    dashboard.open(page, "/train")
    set_up(page, epochs=1000)
    start(page)
    points, worker = wait_for_points(page, 2), the_run(home).status.pid
    assert worker is not None
    psutil.Process(worker).kill()
    resume = page.get_by_role("button", name="Resume")
    expect(resume).to_be_visible(timeout=PROMISED_MS)
    expect(page.get_by_text(re.compile(r"Interrupted in epoch \d+ of 1000\."))).to_be_visible()
    resume.click()
    expect(page.get_by_text(re.compile(r"epoch \d+ of 1000 · [\d,]+ images/s"))).to_be_visible(timeout=TIMEOUT_MS)
    wait_for_points(page, points + 2)
    assert the_run(home).status.pid != worker


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


def test_on_a_phone_no_button_covers_the_name_of_a_run(dashboard: Dashboard, page: Page, home: Path) -> None:
    run = prepared_run(home, "completed")
    run.rename("a name too long to stand beside a button")
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, f"/train?run={run.id}")
    name = page.get_by_role("heading", name=run.name)
    button = page.get_by_role("button", name="Start another like this")
    expect(button).to_be_visible()
    above, below = name.bounding_box(), button.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
