"""The gallery of a run that came with cnnviz, in a browser, in a home without CIFAR-10."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.data.compact import compact_test
from cnnviz.runs import Run
from tests.copied import bundled_run
from tests.dashboard import Dashboard


@pytest.fixture
def run(tmp_path: Path, home: Path) -> Run:
    return bundled_run(tmp_path)


def test_the_copies_are_drawn_and_the_exact_images_offered(run: Run, dashboard: Dashboard, page: Page) -> None:
    said = run.predictions()
    wrong = np.flatnonzero(said.predicted != compact_test().labels)
    surest = int(wrong[np.argsort(-said.confidence[wrong], kind="stable")[0]])
    dashboard.open(page, "/mistakes")
    expect(page.get_by_text(f"{len(wrong):,} mistakes of 10,000 images")).to_be_visible()
    expect(page.get_by_text("The images shown are compressed copies")).to_have_count(1)
    expect(page.locator(".view[data-drawn]")).not_to_have_attribute("data-drawn", "")
    pixels = page.locator(f".tile[data-image='{surest}'] canvas").evaluate(
        "node => Array.from(node.getContext('2d').getImageData(0, 0, node.width, node.height).data)"
    )
    drawn = np.array(pixels, np.uint8).reshape(32, 32, 4)[..., :3]
    np.testing.assert_array_equal(drawn, compact_test().images[surest])  # on its tile, and nobody else's
    page.get_by_role("link", name="Get the exact images").click()
    expect(page.get_by_text("cifar10 is not on this machine yet")).to_be_visible()
    expect(page.get_by_role("button", name="Get cifar10")).to_be_visible()
