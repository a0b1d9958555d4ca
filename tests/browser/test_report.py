"""The report in a real browser: a cell of the confusion matrix leads to its images, and further to one of them."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FloatRect, Page, expect

from cnnviz.runs import Run
from tests.dashboard import Dashboard
from tests.evaluation.made import ended_run, guesses, with_snapshots, write_dataset

LABELS = np.random.default_rng(3).integers(0, 4, 120)
CHANCES = guesses(LABELS, 4, skill=0.7)
MATRIX = ".st-key-report-matrix canvas"
TOP = 44  # pixels above the cells: for names that fit, as these do


@pytest.fixture
def run(home: Path) -> Run:
    write_dataset(home, LABELS, 4)
    made = with_snapshots(ended_run(home, LABELS, CHANCES), [guesses(LABELS, 4, seed=9, skill=0), CHANCES])
    made.rename("reported")
    return made


def test_a_click_on_a_cell_shows_its_images(run: Run, dashboard: Dashboard, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, "/report")
    canvas = page.locator(MATRIX)
    expect(canvas).to_have_attribute("data-cell", re.compile(r"\d-\d"))
    box = canvas.bounding_box()
    assert box is not None
    side = cell_side(box)
    counted = counts()
    canvas.click(position={"x": box["width"] - 1.5 * side, "y": box["height"] - 3.5 * side})
    page.wait_for_url(re.compile(r"cell=0-2"))
    told = f"c0 taken for c2: {counted[0, 2]} of {counted[0].sum()}"
    expect(page.locator(".st-key-report-matrix .readout")).to_contain_text(told)
    expect(page.get_by_text(f"All {counted[0, 2]}; below each the confidence in c2")).to_be_visible()
    canvas.press("ArrowDown")
    page.wait_for_url(re.compile(r"cell=1-2"))
    expect(page.get_by_text(f"All {counted[1, 2]}; below each the confidence in c2")).to_be_visible()
    expect(page.get_by_role("link", name=f"Show all {counted[1, 2]} mistakes")).to_have_attribute(
        "href", re.compile(r"mistakes\?.*true=c1&predicted=c2")
    )
    page.locator(".st-key-report-images canvas").click(position={"x": 20, "y": 20})
    page.wait_for_url(re.compile(r"mistakes\?.*image=test-\d+"))
    assert not errors


def test_the_slider_goes_through_the_snapshots(run: Run, dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, f"/report?run={run.id}")
    canvas, slider = page.locator(MATRIX), page.get_by_role("slider", name="Snapshot")
    expect(canvas).to_have_attribute("data-at", "2")
    slider.press("Home")
    expect(canvas).to_have_attribute("data-at", "0")
    page.wait_for_url(re.compile(r"snapshot=0"))
    expect(page.get_by_text("choose the trained model above")).to_be_visible()
    slider.press("End")
    expect(canvas).to_have_attribute("data-at", "2")
    page.wait_for_url(lambda url: "snapshot" not in url)


def test_the_page_to_print_is_saved_and_the_report_fits_a_phone(run: Run, dashboard: Dashboard, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, f"/report?run={run.id}")
    page.locator(".st-key-report-save").get_by_role("button").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Page to print (HTML)").click()
    assert saved.value.suggested_filename == f"report-{run.id}.html"
    assert saved.value.path().read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    expect(page.locator(".st-key-report-calibration svg.drawing")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_way_back_from_a_wrong_link_leaves_nothing_of_it_in_the_address(
    run: Run, dashboard: Dashboard, page: Page
) -> None:
    dashboard.open(page, f"/report?run={run.id}&cell=9-9")
    expect(page.get_by_text("asks for the cell '9-9'")).to_be_visible()
    page.get_by_role("link", name="Judge the newest run").click()
    expect(page.locator(MATRIX)).to_be_visible()
    page.wait_for_url(re.compile(r"/report$"))
    page.reload()
    expect(page.locator(MATRIX)).to_be_visible()


def counts() -> np.ndarray:
    return np.bincount(LABELS * 4 + CHANCES.argmax(1), minlength=16).reshape(4, 4)


def cell_side(box: FloatRect) -> float:
    """Four cells end at the lower and at the right edge; the names take the rest."""
    return (box["height"] - TOP) / 4
