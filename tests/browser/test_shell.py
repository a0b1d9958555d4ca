"""The dashboard's frame in a real browser: first visits, links, phones, names, passcode."""

from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from cnnviz.passcode import PASSCODE_HASH_VARIABLE, hash_passcode
from tests.dashboard import Dashboard, processes_of
from tests.ui.made import failed_run, running_run


def test_the_first_visitor_of_a_fresh_server_may_follow_a_deep_link(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "/data?data=digits")
    expect(page.get_by_text("8×8 pixels, grey")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert page.url == f"{dashboard.address}/data?data=digits"


def test_nothing_is_fetched_from_elsewhere_and_the_server_needs_no_tensorflow(dashboard: Dashboard, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    dashboard.open(page, "/")
    expect(page.get_by_role("heading", name="See what a neural network sees")).to_be_visible()
    assert not [url for url in asked if not url.startswith((dashboard.address, "data:", "blob:"))]
    [server] = processes_of(dashboard.home, "streamlit")
    if psutil.LINUX:
        assert not [part.path for part in server.memory_maps() if "tensorflow" in part.path]


def test_a_picture_is_picked_with_the_mouse_and_the_keys(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "/data")
    tiles = page.locator("button.tile")
    tiles.nth(1).click()
    expect(tiles.nth(1)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(tiles.nth(2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(tiles.nth(22)).to_be_focused()  # twenty in a row, though fewer are visible
    page.keyboard.press("Enter")
    expect(tiles.nth(22)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("button.tile[aria-pressed='true']")).to_have_count(1)


@pytest.mark.parametrize("path", ["/", "/data", "/data?data=cifar10"])
def test_nothing_is_wider_than_a_phone(dashboard: Dashboard, page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, path)
    page.get_by_test_id("stMain").locator("button").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = page.locator(".tile").evaluate_all("all => all.slice(0, 20).map(one => one.offsetWidth)")
    assert all(size % 32 == 0 for size in sizes)


@pytest.mark.parametrize("run", ["..%2F..%2Fetc", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "20260101-000000-gone-0000"])
def test_a_wrong_link_ends_in_a_sentence_with_a_way_back(dashboard: Dashboard, page: Page, run: str) -> None:
    dashboard.open(page, f"/train?run={run}")
    alert = page.get_by_test_id("stAlert").first
    expect(alert).to_contain_text("run")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stMain").get_by_test_id("stPageLink").first).to_be_visible()


def test_names_are_text_and_the_chosen_run_travels(dashboard: Dashboard, page: Page) -> None:
    run = failed_run(dashboard.home, "<b class=injected>x</b> :smile: [a](http://evil.example)")
    dashboard.open(page, "/")
    row = page.get_by_test_id("stMain").get_by_test_id("stPageLink").first
    expect(row).to_contain_text(":")
    assert row.inner_text().replace("\u2060", "").find("<b class=injected>x</b> :smile: [a](http://evil.example)") >= 0
    expect(page.locator(".injected")).to_have_count(0)
    row.click()
    page.wait_for_url(f"**/train?run={run.id}")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Data").click()
    page.wait_for_url("**/data")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Train").click()
    page.wait_for_url(f"**/train?run={run.id}")


def test_a_running_run_is_in_the_sidebar(dashboard: Dashboard, page: Page) -> None:
    running_run(dashboard.home, "busy")
    dashboard.open(page, "/data")
    expect(page.get_by_test_id("stSidebar").get_by_text("epoch 3 of 10")).to_be_visible()


def test_every_page_is_in_the_sidebar_of_a_projector(dashboard: Dashboard, page: Page) -> None:
    running_run(dashboard.home)
    dashboard.open(page, "/")
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("link", name="Models")).to_be_in_viewport(ratio=1)
    expect(sidebar.get_by_role("progressbar")).to_be_in_viewport(ratio=1)


def test_the_passcode_is_asked_for_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, page: Page
) -> None:
    monkeypatch.setenv(PASSCODE_HASH_VARIABLE, hash_passcode("blue bird"))
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", "http://127.0.0.1:9/cifar-10-python.tar.gz")
    dashboard: Dashboard = request.getfixturevalue("dashboard")
    dashboard.open(page, "/data?data=cifar10")
    get = page.get_by_role("button", name="Get cifar10")
    get.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Passcode", exact=True).last.fill("red fish")
    dialog.get_by_role("button", name="Unlock").click()
    expect(dialog).to_contain_text("That is not the passcode")
    dialog.get_by_label("Passcode", exact=True).last.fill("blue bird")
    dialog.get_by_role("button", name="Unlock").click()
    expect(page.get_by_text("Unlocked.")).to_be_visible()
    expect(dialog).to_have_count(0)
    get.click()
    expect(page.get_by_text("cifar10 could not be downloaded")).to_be_visible(timeout=30_000)
