"""Models in a real browser: a network is taken away and used without cnnviz; another one is brought in, or refused."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from cnnviz.data.example_photos import EXAMPLES_FOLDER
from cnnviz.runs import Run
from tests.adoption.made import classifier
from tests.dashboard import READY, Dashboard
from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]

LONG_MS = 180_000  # another process imports TensorFlow, with others at work
ELSEWHERE = "/models?part=bring"


def payload(path: Path, name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": path.read_bytes()}


def test_onnx_is_taken_away_and_its_script_classifies_a_photo(
    looked_at: Run, dashboard: Dashboard, page: Page, tmp_path: Path
) -> None:
    dashboard.open(page, f"/models?run={looked_at.id}")
    card = page.locator(".st-key-models-onnx")
    card.get_by_role("button", name="Export as ONNX").click()
    expect(card.get_by_text(re.compile(r"\d+ test images of \w+: (largest difference|exactly)"))).to_be_visible(
        timeout=LONG_MS
    )
    with page.expect_download() as saved:
        card.get_by_role("button", name=re.compile("Download")).click()
    assert saved.value.suggested_filename == "looked-at-onnx.zip"
    with zipfile.ZipFile(saved.value.path()) as archive:
        archive.extractall(tmp_path / "away")
    [script] = (tmp_path / "away").glob("*/classify.py")
    assert {"model.onnx", "classes.json", "README.md"} <= {path.name for path in script.parent.iterdir()}
    answer = subprocess.run(
        [sys.executable, "-I", script, EXAMPLES_FOLDER / "cat.jpg"], capture_output=True, text=True, check=True
    )
    names = json.loads((script.parent / "classes.json").read_text())["class_names"]
    assert any(name in answer.stdout for name in names)
    expect(page.locator(".st-key-models-keras").get_by_role("button", name="Export as Keras")).to_be_visible()


def test_a_network_is_brought_in_and_its_kernels_looked_at(dashboard: Dashboard, page: Page, tmp_path: Path) -> None:
    theirs = classifier((20, 28, 1), 2)
    theirs.compile("adam", "sparse_categorical_crossentropy")  # as most files are
    theirs.save(tmp_path / "model.keras")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    dashboard.open(page, ELSEWHERE)
    page.locator("input[type=file]").set_input_files(payload(tmp_path / "model.keras", "their model.keras"))
    expect(page.get_by_text("28×20 grey")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_label("Class names, one a line")).to_have_value("class 0\nclass 1")
    choose(page, "What its outputs stand for", "classes of the data set cifar10-sample")
    choose(page, "Output 1", "dog")
    choose(page, "Output 0", "cat")
    expect(page.get_by_label("Measure it on the test images of")).to_be_visible()
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_text("their model is a run now")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("link", name="Report").last).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("link", name="Kernels").click()
    page.wait_for_url(re.compile(r"/kernels\?.*run="))
    expect(page.locator(".st-key-kernels-wall canvas")).to_have_attribute("data-chosen", "0")
    expect(page.get_by_text("Filter 0 of conv")).to_be_visible()
    expect(page.get_by_text("Its feature map on the pinned image")).to_be_visible(timeout=LONG_MS)
    page.goto(page.url.replace("/kernels", "/report"))
    expect(page.get_by_text(re.compile(r"images of (cat|dog) are taken for (cat|dog)")).first).to_be_visible()
    assert not errors


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a list of the page, and wait until the page has run with it."""
    page.get_by_test_id("stSelectbox").filter(has_text=label).locator("input").click()
    page.get_by_role("option", name=option, exact=True).click()
    page.wait_for_selector(READY, state="attached")


def test_a_bad_file_is_refused_with_its_sentence_on_a_phone(dashboard: Dashboard, page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    classifier((8, 8, 5)).save(tmp_path / "model.keras")
    dashboard.open(page, ELSEWHERE)
    page.locator("input[type=file]").set_input_files(payload(tmp_path / "model.keras", "<b>five</b>.keras"))
    expect(page.get_by_text("of 5 channels; a model of grey (1), colour (3) or RGBA (4) images fits")).to_be_visible(
        timeout=LONG_MS
    )
    expect(page.get_by_text("'<b>five</b>.keras'")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Choose another file").click()
    expect(page.locator("input[type=file]")).to_be_attached()
