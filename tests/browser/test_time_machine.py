"""The time machine in a real browser: it plays without the server, steps, takes keys, and opens where a link says."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.figures.mosaic import kernel_tiles
from cnnviz.replay import replay
from cnnviz.runs import Run
from tests.dashboard import Dashboard
from tests.replay.made import trained

TIMEOUT_MS = 60_000
FEWEST_FRAMES_A_SECOND = 10

# The colour in the middle of each weight of the kernels' canvas.
WEIGHTS = """(canvas, [filters, height, width]) => {
  const context = canvas.getContext('2d');
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const line = Math.round(window.devicePixelRatio), gap = 3 + 2 * line;
  const across = [...Array(filters).keys()].map((n) => n + 1).find((n) =>
    Math.abs((canvas.width / n - gap) * height - (canvas.height / Math.ceil(filters / n) - gap) * width) < 1e-6);
  const zoom = (canvas.width / across - gap) / width;
  const found = [];
  for (let filter = 0; filter < filters; filter++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const x = (filter % across) * (width * zoom + gap) + Math.floor(gap / 2) + (column + 0.5) * zoom;
        const y = Math.floor(filter / across) * (height * zoom + gap) + Math.floor(gap / 2) + (row + 0.5) * zoom;
        const at = (Math.floor(y) * canvas.width + Math.floor(x)) * 4;
        found.push([...pixels.slice(at, at + 3)]);
      }
  return found;
}"""

# What every panel shows, as one text.
SHOWN = """(machine) => {
  const all = (where, told) => [...machine.querySelectorAll(where)].map(told).join();
  return Object.fromEntries(['kernels', 'image', 'first', 'last', 'confusion', 'loss'].map((area) => [area,
    all(`.${area} canvas`, (canvas) => canvas.toDataURL())
    + all(`.${area} .bar`, (bar) => bar.getAttribute('width'))
    + all(`.${area} .cursor`, (line) => line.getAttribute('transform'))]));
}"""

# How many frames are painted in a second.
RATE = """(machine) => new Promise((done) => {
  const [time, painted] = [performance.now(), Number(machine.dataset.painted)];
  setTimeout(() => done((Number(machine.dataset.painted) - painted) / (performance.now() - time) * 1000), 1000);
})"""


@pytest.fixture
def run(home: Path) -> Run:
    return trained(home)


def look_at(dashboard: Dashboard, page: Page, query: str) -> None:
    dashboard.open(page, "/")
    page.goto(f"{dashboard.address}/time_machine?{query}")
    expect(page.locator(".machine canvas.heat")).to_be_visible(timeout=TIMEOUT_MS)


def frame_of(page: Page) -> int:
    return int(page.locator(".machine").get_attribute("data-frame") or -1)


def test_everything_moves_at_once_without_the_server(dashboard: Dashboard, page: Page, run: Run) -> None:
    look_at(dashboard, page, f"run={run.id}&snapshot=0&image=test-4")
    expect(page.get_by_text("before training")).to_be_visible()
    before = page.locator(".machine").evaluate(SHOWN)
    assert all(before.values())
    dashboard.kill()  # whatever moves from here on, moves in the browser
    page.get_by_role("button", name="Play (space)").click()
    assert page.locator(".machine").evaluate(RATE) >= FEWEST_FRAMES_A_SECOND
    assert frame_of(page) >= 1
    page.keyboard.press("End")
    expect(page.get_by_text("after epoch 2 of 2")).to_be_visible()
    after = page.locator(".machine").evaluate(SHOWN)
    assert [area for area in before if before[area] == after[area]] == []


def test_the_kernels_are_those_of_the_snapshot(dashboard: Dashboard, page: Page, run: Run) -> None:
    frames = replay(run)
    number = frames.numbers[2]
    look_at(dashboard, page, f"run={run.id}&snapshot={number}&image=test-4")
    assert frame_of(page) == 2
    weights = run.weights(number)["conv2d_1/kernel"]
    expected, _, _ = kernel_tiles(weights, frames.kernel_limit)  # (filters, height, width, 3)
    shown = page.locator(".machine .kernels canvas").evaluate(WEIGHTS, list(expected.shape[:3]))
    np.testing.assert_allclose(np.array(shown).reshape(expected.shape), expected, atol=3)


def test_keys_and_buttons_step_and_the_link_follows(dashboard: Dashboard, page: Page, run: Run) -> None:
    last = run.snapshots()[-1].number
    look_at(dashboard, page, f"run={run.id}&image=test-4")
    assert frame_of(page) == last
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("snapshot=1&|snapshot=1$"), timeout=TIMEOUT_MS)
    page.get_by_role("button", name="One snapshot on (right arrow)").click()
    page.wait_for_url(re.compile("snapshot=2"), timeout=TIMEOUT_MS)
    assert frame_of(page) == 2
    page.reload()
    expect(page.locator(".machine canvas.heat")).to_be_visible(timeout=TIMEOUT_MS)
    assert frame_of(page) == 2
    for key, pace in (("+", "2×"), ("+", "4×"), ("+", "4×"), ("-", "2×")):
        page.keyboard.press(key)
        expect(page.locator(".machine .pace")).to_have_text(pace)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause (space)")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play (space)")).to_be_visible()


def test_a_phone_has_one_column_and_the_bar_in_sight(dashboard: Dashboard, page: Page, run: Run) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    look_at(dashboard, page, f"run={run.id}&image=test-4")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("button", name="Play (space)")).to_be_in_viewport()
    page.locator(".machine .confusion").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Play (space)")).to_be_in_viewport()


def test_a_moment_and_the_whole_are_saved(dashboard: Dashboard, page: Page, run: Run) -> None:
    look_at(dashboard, page, f"run={run.id}&snapshot=1&image=test-4")
    loss, kernels = page.locator(".panel.loss"), page.locator(".panel.kernels")
    loss.hover()
    with page.expect_download() as chart:
        loss.locator(".save-figure").get_by_text("SVG").click()
    drawing = ElementTree.parse(chart.value.path())  # what every program can read
    said = " ".join(drawing.getroot().itertext())
    assert "Loss" in said
    assert "after step " in said  # which moment it shows
    assert "var(" not in Path(chart.value.path()).read_text(encoding="utf-8")
    kernels.hover()
    with page.expect_download() as picture:
        kernels.locator(".save-figure").get_by_text("PNG").click()
    assert picture.value.suggested_filename.endswith("kernels-of-conv2d_1-snapshot-1.png")
    with Image.open(picture.value.path()) as saved:
        assert saved.width > 600
        assert len(saved.convert("RGB").getcolors(1_000_000)) > 20
    page.get_by_role("button", name="Save the replay as GIF").click()
    page.get_by_role("button", name="Make the GIF").click(timeout=TIMEOUT_MS)
    with page.expect_download(timeout=TIMEOUT_MS) as gif:
        page.get_by_role("button", name="Save the GIF").click(timeout=TIMEOUT_MS)
    assert Path(gif.value.path()).read_bytes()[:6] == b"GIF89a"
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Fast", exact=True).click()
    expect(page.get_by_role("button", name="Save the GIF")).to_be_hidden()  # one of another pace is to be made
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Play (space)").press("Home")
    expect(dialog).to_be_hidden()  # nor does it come back with the page's next run
