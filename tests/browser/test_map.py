"""The map in a real browser: hover shows a picture, a lasso shows its images, keys and clicks reach the inspector."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from cnnviz.inference.planes import MappedImages, Placed, PlacedImages
from cnnviz.runs import Run
from cnnviz.ui.network import test_split as images_of
from tests.dashboard import Dashboard
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

ROOM = 0.95  # of the canvas that the map takes, as point_map/view.js has it

# The colours in the middle of each pixel of the picture on the card.
PICTURE = """(canvas, side) => {
  const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const zoom = width / side;
  const at = (row, column) => (Math.floor((row + 0.5) * zoom) * width + Math.floor((column + 0.5) * zoom)) * 4;
  return [...Array(side).keys()].map((row) => [...Array(side).keys()].map((column) => {
    const from = at(row, column);
    return [...data.slice(from, from + 3)];
  }));
}"""


class Mapped:
    """A map on the page, and where its points are.

    Args:
        page: where it is shown.
        placed: its points.
    """

    def __init__(self, page: Page, placed: Placed) -> None:
        self.page = page
        self.root: Locator = page.locator(".map")
        self.canvas: Locator = page.locator(".map .over")
        expect(self.root).to_have_attribute("data-painted", re.compile(r"\d+"))
        box = self.canvas.bounding_box()
        assert box is not None
        scale = min(box["width"] / placed.extent[0], box["height"] / placed.extent[1]) * ROOM
        middle = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
        self.points: NDArray[np.float64] = middle + (placed.places - 0.5) * np.array([scale, -scale])
        self.low, self.high = np.array([box["x"], box["y"]]) + 2, middle * 2 - np.array([box["x"], box["y"]]) - 2

    @property
    def loneliest(self) -> int:
        """The point that is farthest from all others, and on the canvas."""
        distances = np.linalg.norm(self.points[:, None] - self.points[None], axis=2)
        np.fill_diagonal(distances, np.inf)
        inside = ((self.points > self.low + 5) & (self.points < self.high - 5)).all(axis=1)
        return int(np.where(inside, distances.min(axis=1), 0).argmax())

    def point_at(self, number: int) -> None:
        self.page.mouse.move(*self.points[number].tolist())


def map_of(run: Run) -> PlacedImages:
    images = images_of(run)
    return PlacedImages(run.at(), "pca", run.at(), MappedImages(images.images, images.labels))


@pytest.fixture
def run(looked_at: Run) -> Run:
    """A trained run whose map is made: the server need not import TensorFlow."""
    map_of(looked_at).make()
    return looked_at


@pytest.fixture
def mapped(run: Run, dashboard: Dashboard, page: Page) -> Mapped:
    placed = map_of(run).load()
    assert placed is not None
    dashboard.open(page, "/map")
    return Mapped(page, placed)


def test_hover_shows_the_picture_and_a_click_inspects_it(run: Run, mapped: Mapped, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    number = mapped.loneliest
    split, predictions = images_of(run), run.predictions()
    mapped.point_at(number)
    card = page.locator(".map .card")
    expect(card).to_have_attribute("data-image", str(number))
    expect(card).to_be_visible()
    expect(card.get_by_text(f"test image {number}")).to_be_visible()
    right = predictions.predicted[number] == split.labels[number]
    expect(card.locator(".guess")).to_have_text(re.compile("^✓ predicted so, " if right else "^✗ predicted class "))
    expect(card.locator("canvas")).to_have_attribute("data-drawn", str(number))
    drawn = np.array(card.locator("canvas").evaluate(PICTURE, 8))
    np.testing.assert_array_equal(drawn, split.images[number])  # not a pixel was lost

    page.mouse.click(*mapped.points[number].tolist())
    page.wait_for_url(re.compile(rf"/mistakes\?.*image=test-{number}"))
    expect(page.get_by_text(re.compile(rf"test image {number}\b", re.IGNORECASE)).first).to_be_visible()
    assert not errors


def test_a_lasso_shows_its_images(run: Run, mapped: Mapped, page: Page) -> None:
    x = mapped.points[:, 0]
    middle = float(np.sort(x)[30:32].mean())  # between two points
    inside = (mapped.points > mapped.low).all(axis=1) & (mapped.points < mapped.high).all(axis=1) & (x > middle)
    assert 10 < inside.sum() < 40
    expect(page.get_by_text(re.compile("^60 images, "))).to_be_visible()
    top, (right, bottom) = float(mapped.low[1]), mapped.high.tolist()
    page.mouse.move(middle, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (middle, bottom), (middle, top + 2)):
        page.mouse.move(*corner, steps=4)
    page.mouse.up()
    expect(mapped.root).to_have_attribute("data-chosen", str(inside.sum()))
    expect(page.get_by_text(re.compile(rf"^{inside.sum()} images chosen, \d+ wrong"))).to_be_visible()
    page.wait_for_url(re.compile(r"lasso=pca\.model\.\w+"))
    labels = images_of(run).labels
    count = int(np.bincount(labels[inside]).max())
    expect(page.locator(".group").filter(has_text=re.compile(rf"{count}, \d+ wrong")).first).to_be_visible()

    page.reload()
    expect(mapped.root).to_have_attribute("data-chosen", str(inside.sum()))
    mapped.canvas.focus()
    mapped.canvas.press("Escape")
    expect(mapped.root).to_have_attribute("data-chosen", "0")
    page.wait_for_url(re.compile(r"^(?!.*lasso=)"))
    expect(page.get_by_text(re.compile("^60 images, "))).to_be_visible()


def test_keys_and_the_legend(run: Run, mapped: Mapped, page: Page) -> None:
    labels = images_of(run).labels
    button = page.locator(".map .item[data-token='1']")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    left = int((labels != 1).sum())
    expect(page.locator(".map .told")).to_have_text(f"{left} shown")
    page.wait_for_url(re.compile(r"hide=1"))
    expect(page.get_by_text(re.compile(rf"^{left} images, "))).to_be_visible()

    mapped.canvas.focus()
    mapped.canvas.press("v")  # all that is in view
    expect(page.locator(".map .told")).to_have_text(re.compile(r"^\d+ chosen"))
    mapped.canvas.press("ArrowRight")
    card = page.locator(".map .card")
    expect(card).to_be_visible()
    number = int(card.get_attribute("data-image") or -1)
    assert labels[number] != 1  # nobody comes to a point that is hidden
    mapped.canvas.press("ArrowDown")
    expect(card).not_to_have_attribute("data-image", str(number))
    number = int(card.get_attribute("data-image") or -1)
    mapped.canvas.press("Enter")
    page.wait_for_url(re.compile(rf"/mistakes\?.*image=test-{number}"))


def test_a_phone_scrolls_past_the_map_and_a_tap_shows_the_picture(run: Run, dashboard: Dashboard, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    dashboard.open(phone, "/map")
    placed = map_of(run).load()
    assert placed is not None
    mapped = Mapped(phone, placed)
    expect(mapped.canvas).to_have_css("touch-action", "pan-y")
    number = mapped.loneliest
    phone.touchscreen.tap(*mapped.points[number].tolist())
    card = phone.locator(".map .card")
    expect(card).to_have_attribute("data-image", str(number))
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    card.get_by_role("button", name="Inspect").click()
    phone.wait_for_url(re.compile(rf"/mistakes\?.*image=test-{number}"))
    context.close()
