"""Classify in a real browser: a photo dropped, framed and turned, the camera, many with a bad one, what is saved."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from cnnviz.runs import Run
from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import READY, Dashboard
from tests.handwriting import labels, on_paper, train_reader
from tests.look import train_look
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

KERAS_S = 150_000  # milliseconds in which TensorFlow is imported, with others at work
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DROP = "[class*=st-key-classify-files] input[type=file]"
ANSWERED = ".verdict[data-state=answered]"

File = dict[str, Any]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium with a camera that shows a test picture."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=[*LAUNCH_ARGUMENTS, *CAMERA])
        yield running
        running.close()


@pytest.fixture
def errors(page: Page) -> list[str]:
    """What goes wrong in the browser."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def photo(number: int, width: int = 120, height: int = 90) -> File:
    content = io.BytesIO()
    noise = np.random.default_rng(number).integers(0, 256, (9, 12, 3), np.uint8)
    Image.fromarray(noise).resize((width, height)).save(content, "JPEG", quality=92)
    return {"name": f"photo {number}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def dropped(dashboard: Dashboard, page: Page, files: list[File]) -> None:
    dashboard.open(page, "/classify")
    page.locator(DROP).set_input_files(files)


def at_rest(page: Page) -> None:
    page.wait_for_selector(READY, state="attached")


def shares(page: Page) -> list[str]:
    return page.locator(".verdict .bar").evaluate_all("all => all.map(one => one.title)")


def middle(box: Locator) -> tuple[float, float]:
    place = box.bounding_box()
    assert place is not None
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def test_a_photo_is_dropped_framed_and_turned(
    looked_at: Run, dashboard: Dashboard, page: Page, errors: list[str]
) -> None:
    dropped(dashboard, page, [photo(1)])
    page.wait_for_url(re.compile("image=upload-"))
    expect(page.locator(".stage img")).to_be_visible()  # the photo does not wait for TensorFlow
    expect(page.locator(ANSWERED)).to_be_visible(timeout=KERAS_S)
    expect(
        page.get_by_text("Its centre, 90×90 pixels, is made 8×8: each pixel is the mean of about 11×11.")
    ).to_be_visible()
    expect(page.locator(".verdict .bar")).to_have_count(4)
    at_rest(page)
    before = shares(page)

    # the frame is dragged to the right edge
    x, y = middle(page.locator(".frame"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    page.mouse.move(x + 200, y, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile(r"crop=0\.25%2C0%2C1%2C1"))
    expect(page.get_by_text("The chosen part, 90×90 pixels, is made 8×8")).to_be_visible()
    expect(page.locator(".verdict .bar").first).not_to_have_attribute("title", before[0])
    page.locator("[data-mode=whole]").click()
    page.wait_for_url(re.compile("crop=whole"))
    expect(page.get_by_text("All of it, with grey bars above and below, is made 8×8")).to_be_visible()

    # a dial is turned, the probabilities follow, and the curve passes through them
    page.get_by_text("Turn the dials").click()
    dial = page.locator("input[data-dial=brightness]")
    expect(dial).to_be_visible()
    at_rest(page)
    rest = shares(page)
    dial.focus()
    for _ in range(20):
        dial.press("ArrowRight")
    page.wait_for_url(re.compile(r"dials=brightness%3A0\.2(&|$)"))
    expect(page.locator(".verdict .bar").first).not_to_have_attribute("title", rest[0])
    expect(page.locator(".verdict .bar .before").first).to_be_visible()  # where it was with the dial at rest
    expect(page.locator(".board .head")).to_have_text("Probability against brightness (of white)")
    expect(page.locator(".board .line").first).to_be_visible()
    at_rest(page)
    percent = page.locator(".verdict .bar .percent").first.inner_text()
    name = page.locator(".verdict .bar .name").first.inner_text()
    entry = page.locator(".legend .entry").filter(has=page.locator(".name").get_by_text(name, exact=True))
    expect(entry.locator(".share")).to_have_text(percent)
    page.get_by_role("button", name="All dials to rest").click()
    page.wait_for_url(lambda url: "dials=" not in url)
    expect(page.locator(".verdict .bar").first).to_have_attribute("title", rest[0])

    # the link shows the same elsewhere
    other = page.context.new_page()
    dashboard.open(other, "/classify?image=example-cat&crop=0.1,0.2,0.5,0.7&dials=rotation:30")
    expect(other.locator(ANSWERED)).to_be_visible(timeout=KERAS_S)
    expect(other.locator("input[data-dial=rotation]")).to_have_value("30")
    assert not errors


def test_a_class_is_explained_by_a_click(looked_at: Run, dashboard: Dashboard, page: Page, errors: list[str]) -> None:
    dashboard.open(page, "/classify?image=example-coffee")
    expect(page.locator(ANSWERED)).to_be_visible(timeout=KERAS_S)
    other = page.locator(".verdict .bar[aria-pressed=false]").first
    name = other.locator(".name").inner_text()
    other.click()
    expect(page.locator(".panel .title").nth(1)).to_have_text(f"Grad-CAM for {name}")
    expect(page.locator(".verdict .bar[aria-pressed=true] .name")).to_have_text(name)
    assert not errors


def test_the_camera_takes_a_photo(looked_at: Run, dashboard: Dashboard, page: Page, errors: list[str]) -> None:
    dashboard.open(page, "/classify")
    page.get_by_text("Use the camera").click()
    expect(page.locator("video")).to_have_js_property("readyState", 4)  # the camera shows something
    page.get_by_role("button", name="Take Photo").click()
    page.wait_for_url(re.compile("image=upload-"))
    expect(page.get_by_text("photo 1 from the camera")).to_be_visible()
    expect(page.locator(ANSWERED)).to_be_visible(timeout=KERAS_S)
    assert not errors


def test_many_photos_with_a_bad_one_among_them(
    looked_at: Run, dashboard: Dashboard, page: Page, errors: list[str], tmp_path: Path
) -> None:
    bad = {"name": "=notes.png", "mimeType": "image/png", "buffer": b"milk, bread"}
    dropped(dashboard, page, [*(photo(number) for number in range(7)), bad])
    expect(page.locator(".photo .word").first).to_be_visible(timeout=KERAS_S)
    expect(page.locator(".photo")).to_have_count(7)
    expect(page.get_by_text("The file '=notes.png' holds text")).to_be_visible()
    at_rest(page)
    page.get_by_test_id("stPopover").filter(has_text="Save").get_by_role("button").click()
    with page.expect_download() as table:
        page.get_by_role("button", name="CSV, for a spreadsheet").click()
    rows = list(csv.DictReader(Path(table.value.path()).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 8
    assert {row["file"] for row in rows} == {*(f"photo {number}.jpg" for number in range(7)), "'=notes.png"}
    with page.expect_download() as document:
        page.get_by_role("button", name="JSON, as cnnviz classify prints it").click()
    answers = json.loads(Path(document.value.path()).read_text(encoding="utf-8"))
    assert [bool(one["error"]) for one in answers] == [False] * 7 + [True]
    assert answers[0]["top"][0]["probability"] >= answers[1]["top"][0]["probability"]

    page.keyboard.press("Escape")
    first = page.locator(".photo").first
    name, word = first.locator(".name").inner_text(), first.locator(".word").inner_text()
    first.click()
    expect(page.locator(ANSWERED).locator(".word")).to_have_text(word)
    expect(page.locator("strong").get_by_text(name, exact=True)).to_be_visible()
    page.get_by_role("button", name="All 7 photos").click()
    expect(page.locator(".photo")).to_have_count(7)

    # a folder brings more; what is no photo in it stays behind
    (tmp_path / "trip" / "day 2").mkdir(parents=True)
    for number, place in ((8, "trip/eight.jpg"), (9, "trip/day 2/nine.jpg")):
        (tmp_path / place).write_bytes(photo(number)["buffer"])
    (tmp_path / "trip" / "diary.txt").write_text("rain")
    page.get_by_test_id("stPopover").filter(has_text="add_a_photo").get_by_role("button").click()
    page.get_by_text("Choose a folder").click()
    page.locator("[class*=st-key-classify-folder] input[type=file]").set_input_files(tmp_path / "trip")
    expect(page.locator(".wall").last.locator(".photo")).to_have_count(9)
    expect(page.locator(".photo .name", has_text="nine.jpg")).to_be_visible()
    expect(page.get_by_text("diary")).to_have_count(0)
    assert not errors


def test_a_folder_is_dropped_and_two_networks_are_asked_about_it(
    looked_at: Run, dashboard: Dashboard, page: Page, errors: list[str], tmp_path: Path
) -> None:
    other = train_look(looked_at.home, "the other", seed=6)
    (tmp_path / "trip" / "day 2").mkdir(parents=True)
    for number, place in enumerate(("one.jpg", "two.jpg", "day 2/three.jpg")):
        (tmp_path / "trip" / place).write_bytes(photo(number)["buffer"])
    dashboard.open(page, f"/classify?run={looked_at.id}&with={other.id}&view=table")
    x, y = middle(page.get_by_test_id("stFileUploaderDropzone"))
    dragged = {"items": [], "files": [str(tmp_path / "trip")], "dragOperationsMask": 1}
    browser = page.context.new_cdp_session(page)
    for what in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": what, "x": x, "y": y, "data": dragged})
    expect(page.get_by_text(re.compile(r"says of 3 photos .* says the same \(=\) of \d of 3"))).to_be_visible(
        timeout=KERAS_S
    )
    page.get_by_test_id("stDataFrame").hover()
    expect(page.get_by_role("button", name="Fullscreen")).to_be_visible()
    expect(page.get_by_role("button", name="Download as CSV")).to_be_hidden()  # it would write formulas
    page.get_by_text("Gallery", exact=True).click()
    expect(page.locator(".photo .also")).to_have_count(3)
    expect(page.locator(".photo .name", has_text="three.jpg")).to_be_visible()
    assert not errors


def test_on_a_phone_nothing_is_wider_and_the_answer_is_seen(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, "/classify")
    zone = page.get_by_test_id("stFileUploaderDropzone").bounding_box()
    assert zone is not None
    assert zone["height"] > 250  # the drop zone is the page
    assert zone["x"] + zone["width"] <= 390
    dropped(dashboard, page, [photo(2)])
    expect(page.locator(ANSWERED)).to_be_visible(timeout=KERAS_S)
    at_rest(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    word = page.locator(".verdict .word").bounding_box()
    assert word is not None
    assert word["y"] < 844
    for part in (".stage", ".panel", ".verdict"):
        edges = page.locator(part).evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
        assert max(edges) <= 390


def test_writing_on_paper_is_read_once_it_is_inverted(
    home: Path, dashboard: Dashboard, page: Page, errors: list[str]
) -> None:
    train_reader(home)
    dropped(dashboard, page, [{"name": "3.png", "mimeType": "image/png", "buffer": on_paper(3)}])
    expect(page.locator(ANSWERED)).to_be_visible(timeout=KERAS_S)
    expect(page.get_by_text("have a dark ground and this one has a bright one")).to_be_visible()
    expect(page.locator(".verdict .word")).not_to_have_text(labels()[3])
    page.locator("[class*=st-key-classify-invert] label").first.click()
    page.wait_for_url(re.compile("invert=yes"))
    expect(page.locator(".verdict .word")).to_have_text(labels()[3])
    expect(page.get_by_text("have a dark ground and this one has a bright one")).to_have_count(0)
    page.locator("[class*=st-key-classify-invert] label").first.click()
    expect(page.get_by_text("have a dark ground and this one has a bright one")).to_be_visible()
    assert errors == []
