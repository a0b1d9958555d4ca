"""Every figure can be saved as PNG and SVG, in a real browser: with what is on it, its scale and its caption."""

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.figures.tiles import colour_tiles
from cnnviz.runs import Run
from tests.dashboard import Dashboard
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

KERAS_S = 120_000  # milliseconds in which TensorFlow is imported, with others at work
SVG = "{http://www.w3.org/2000/svg}"


def saved(page: Page, key: str, kind: str, folder: Path) -> Path:
    figure = page.locator(f".st-key-{key}")
    figure.hover()
    with page.expect_download() as download:
        figure.get_by_role("button", name=f"Save this figure as {kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def words(path: Path) -> str:
    return " ".join(text.text or "" for text in ElementTree.parse(path).iter(f"{SVG}text"))


def pictures(path: Path) -> list[Image.Image]:
    links = [image.get("href") or "" for image in ElementTree.parse(path).iter(f"{SVG}image")]
    return [Image.open(io.BytesIO(base64.b64decode(link.removeprefix("data:image/png;base64,")))) for link in links]


def test_kernels_are_saved_with_scale_and_caption(
    looked_at: Run, dashboard: Dashboard, page: Page, tmp_path: Path
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, "/kernels?filter=2")
    expect(page.get_by_text("Its feature map on the pinned image")).to_be_visible(timeout=KERAS_S)
    wall = saved(page, "kernels-wall", "SVG", tmp_path)
    assert wall.name == "looked-at-conv2d_1-kernels-colour.svg"
    kernels = looked_at.weights(looked_at.snapshots()[-1].number)["conv2d_1/kernel"]
    tiles = colour_tiles(kernels)
    for part in (f"{tiles.low}", f"{tiles.high}", "Each tile is one 3×3 kernel", looked_at.id):
        assert part in words(wall)
    assert len(list(ElementTree.parse(wall).iter(f"{SVG}linearGradient"))) == 1  # the scale
    [picture] = pictures(wall)
    colours = {colour[:3] for _, colour in picture.convert("RGB").getcolors(1 << 16) or []}
    assert {tuple(int(value) for value in pixel) for pixel in tiles.pixels.reshape(-1, 3)} <= colours

    numbers = saved(page, "kernels-numbers", "SVG", tmp_path)
    shown = [float(text.replace("−", "-")) for text in re.findall(r"−?\d*\.\d+", words(numbers))[:27]]
    wanted = kernels[..., 2].transpose(2, 0, 1).ravel()  # a table a channel
    np.testing.assert_allclose(shown, wanted, atol=0.0051)

    as_svg = ElementTree.parse(saved(page, "kernels-map", "SVG", tmp_path)).getroot()
    width, height = float(as_svg.get("width", 0)), float(as_svg.get("height", 0))
    with Image.open(saved(page, "kernels-map", "PNG", tmp_path)) as as_png:
        assert as_png.width / as_png.height == width / height
        assert as_png.width >= 2 * width
    assert not errors


def test_a_chart_is_saved_on_the_background_of_the_page(
    looked_at: Run, dashboard: Dashboard, page: Page, tmp_path: Path
) -> None:
    page.emulate_media(color_scheme="dark")
    dashboard.open(page, f"/train?run={looked_at.id}")
    chart = page.locator(".cnnviz-live-chart").first
    expect(chart.locator(".main-svg").first).to_be_visible()
    chart.hover()
    with page.expect_download() as download:
        chart.locator("[data-title='Save this chart as SVG']").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    ground = next(ElementTree.parse(path).iter(f"{SVG}rect"))
    assert "fill: rgb(15, 18, 24)" in (ground.get("style") or "")  # letters for a dark page are lost on a white one
    assert "epoch" in words(path)


def test_networks_and_numbers_are_saved_whole(looked_at: Run, dashboard: Dashboard, page: Page, tmp_path: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_viewport_size({"width": 700, "height": 720})
    dashboard.open(page, "/feature_maps?colours=each+layer")
    expect(page.locator("canvas[data-layer=probabilities]")).to_be_attached(timeout=KERAS_S)
    network = saved(page, "maps-network-0", "SVG", tmp_path)
    for part in ("conv2d_1", "8×8×4", "max_pooling2d_1", "probabilities", "one scale a layer"):
        assert part in words(network)  # also what is scrolled out of sight
    assert len(pictures(network)) == page.locator("canvas[data-layer]").count()

    page.set_viewport_size({"width": 1280, "height": 720})
    dashboard.open(page, "/convolution?layer=conv2d_1&filter=1&pixel=0-0")
    expect(page.locator(".place")).to_have_text("row 0, column 0", timeout=KERAS_S)
    bench = saved(page, "microscope", "SVG", tmp_path)
    line = [chip.inner_text() for chip in page.locator(".line .chip b").all()]
    assert all(number in words(bench) for number in line)
    assert "Scan" not in words(bench)  # what only makes sense on the page
    assert list(ElementTree.parse(bench).iter(f"{SVG}pattern"))  # padding is hatched
    dashboard.open(page, "/convolution?layer=probabilities")
    expect(page.locator(".steps .class")).to_have_count(4)
    assert "A softmax makes probabilities of logits" in words(saved(page, "microscope-output", "SVG", tmp_path))
    assert not errors
