"""Home of a fresh installation, with the runs that come with cnnviz."""

from importlib.resources import files

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard import Dashboard


@pytest.fixture(autouse=True)
def as_installed(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs of the package, for the server that the test starts."""
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(files("cnnviz") / "assets" / "runs"))


def test_a_network_looks_at_a_photo_and_each_part_leads_to_its_page(page: Page, dashboard: Dashboard) -> None:
    dashboard.open(page, "/")
    sight = page.locator(".st-key-home-sight")
    expect(sight.get_by_role("img", name="A cat, a photograph")).to_be_visible()
    expect(sight.locator(".verdict .word")).not_to_be_empty()
    expect(sight.locator(".verdict .bar")).to_have_count(4)
    expect(sight.locator(".layer canvas").last).to_be_visible()
    for door in ("Watch one learn", "See what it sees", "Try your photo"):  # one screen of a projector
        expect(page.get_by_role("button", name=door)).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("came with cnnviz").first).to_be_visible()
    sight.get_by_role("link", name="Its kernels").click()
    page.wait_for_url(f"{dashboard.address}/kernels?run=bundled-*&image=example-cat*")
    expect(page.get_by_text("Each tile is one")).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, dashboard: Dashboard) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, "/")
    expect(page.locator(".st-key-home-sight .verdict .word")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("img", name="A cat, a photograph")).to_be_in_viewport()
