"""The microscope in a real browser, on a trained run: hover, pin, step, scan, and a kernel of one's own."""

import re
from contextlib import suppress

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from cnnviz import explain
from cnnviz.runs import Run
from tests.dashboard import Dashboard
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

KERAS_S = 120_000  # milliseconds in which TensorFlow is imported, with others at work
INPUT, OUTPUT = ".input canvas", ".output canvas"


def picture_of(run: Run, number: int) -> NDArray[np.uint8]:
    with np.load(run.folder.parent.parent / "datasets" / "tiny.npz") as arrays:
        return np.asarray(arrays["x_test"][number])


def value(page: Page, role: str) -> float:
    return float(page.locator(f".line .chip.{role} b").get_attribute("data-value") or "nan")


def centre(canvas: Locator, row: int, column: int, size: int = 8) -> tuple[float, float]:
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * (column + 0.5) / size, box["y"] + box["height"] * (row + 0.5) / size


def hover(page: Page, row: int, column: int, size: int = 8) -> None:
    place = page.locator(".place")
    for _ in range(20):  # what was clicked before may move the picture between the look at it and the mouse
        page.mouse.move(*centre(page.locator(OUTPUT), row, column, size))
        with suppress(AssertionError):
            expect(place).to_have_text(f"row {row}, column {column}", timeout=2_000)
            return
    expect(place).to_have_text(f"row {row}, column {column}")


def test_hover_pin_step_and_scan(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    image, model = picture_of(looked_at, 3), looked_at.model()

    def wanted(layer: str, row: int, column: int) -> explain.ConvolutionTerms:
        return explain.convolution_terms(model, layer, image, row, column, 2)

    dashboard.open(page, f"/convolution?run={looked_at.id}&layer=conv2d_1&filter=2&image=test-3")
    expect(page.locator(OUTPUT)).to_be_visible(timeout=KERAS_S)

    for place in ((0, 0), (0, 7), (7, 0), (7, 7), (3, 4), (0, 3)):  # corners, edges, inside
        hover(page, *place)
        terms = wanted("conv2d_1", *place)
        assert value(page, "before") == pytest.approx(terms.pre_activation, abs=1e-5)
        assert value(page, "after") == pytest.approx(terms.activation, abs=1e-5)
        assert value(page, "bias") == pytest.approx(terms.bias, abs=1e-6)
        sums = [float(b.get_attribute("data-value") or "nan") for b in page.locator(".chip.channel-sum b").all()]
        assert sums == pytest.approx(list(terms.channel_sums), abs=1e-5)
        assert page.locator(".row").first.locator(".grid.patch .padded").count() == terms.padded.sum()

    page.mouse.click(*centre(page.locator(OUTPUT), 0, 7))
    page.wait_for_url(re.compile("pixel=0-7"))
    page.mouse.move(5, 5)
    expect(page.locator(".place")).to_have_text("row 0, column 7")
    expect(page.locator(".spoken")).to_contain_text("Row 0, column 7: red")

    page.locator(OUTPUT).press("ArrowLeft")
    page.locator(OUTPUT).press("ArrowDown")
    expect(page.locator(".place")).to_have_text("row 1, column 6")
    assert value(page, "before") == pytest.approx(wanted("conv2d_1", 1, 6).pre_activation, abs=1e-5)
    page.locator(OUTPUT).press("ArrowRight")
    page.locator(OUTPUT).press("ArrowRight")
    expect(page.locator(".place")).to_have_text("row 1, column 7")  # the border holds

    page.locator(OUTPUT).press(" ")
    expect(page.locator(".place")).to_have_text(re.compile("row [23], "))
    page.locator(OUTPUT).press(" ")
    expect(page.locator("button.scan")).to_have_text("Scan")
    stopped = page.locator(".place").inner_text()
    page.wait_for_timeout(400)
    assert page.locator(".place").inner_text() == stopped

    box = page.locator(INPUT).bounding_box()  # with a ring of padding: 10 cells across
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.15)
    expect(page.locator(".cell-line")).to_have_text("Input row 0, column 0 reaches 4 output pixels")

    other = page.context.new_page()
    dashboard.open(other, f"/convolution?run={looked_at.id}&layer=conv2d_2&filter=2&image=test-3&pixel=3-0")
    expect(other.locator(".place")).to_have_text("row 3, column 0", timeout=KERAS_S)
    assert value(other, "before") == pytest.approx(wanted("conv2d_2", 3, 0).pre_activation, abs=1e-5)
    other.close()

    page.get_by_role("radio", name="Pooling").click()
    expect(page.locator(".output .detail")).to_have_text("4×4")
    expect(page.locator(".input .detail")).to_have_text("channel 2")  # the filter comes along
    hover(page, 1, 3, 4)
    pooled = explain.pooling_terms(model, "max_pooling2d_1", image, 1, 3, 2)
    assert value(page, "after") == pytest.approx(pooled.output, abs=1e-5)

    page.get_by_role("radio", name="Softmax").click()
    expect(page.locator(".steps .class")).to_have_count(4)
    shown = [float(b.get_attribute("data-value") or "nan") for b in page.locator(".bar.share b").all()]
    assert shown == pytest.approx(list(model(image[None]).numpy()[0]), abs=1e-5)
    assert not errors


def test_a_kernel_of_ones_own(looked_at: Run, dashboard: Dashboard, page: Page) -> None:
    brightness = picture_of(looked_at, 3).mean(axis=2) / 255
    dashboard.open(page, "/convolution?part=playground&image=test-3")  # needs no TensorFlow

    def agrees(kernel: NDArray[np.float64]) -> None:
        for row, column in ((0, 0), (5, 5), (2, 3)):
            hover(page, row, column, 6)
            wanted = (brightness[row : row + 3, column : column + 3] * kernel).sum()
            assert value(page, "before") == pytest.approx(wanted, abs=1e-5)

    agrees(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    page.get_by_role("button", name="Sharpen").click()
    agrees(np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]))

    fields = page.locator("input.cell")
    fields.nth(4).fill("1/2")
    expect(page.locator(".note")).to_have_text("Your own kernel; its weights add up to −3.5.")
    agrees(np.array([[0, -1, 0], [-1, 0.5, -1], [0, -1, 0]]))
    fields.nth(0).fill("much")
    expect(fields.nth(0)).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".note")).to_contain_text("Type a number into every cell")

    fields.nth(0).evaluate("""(field) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", "[[1, 2, 1], [0, 0, 0], [-1, -2, -1]]");
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }""")
    agrees(np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]))
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".bench")).to_have_class(re.compile("narrow"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
