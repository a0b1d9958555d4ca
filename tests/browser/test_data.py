"""A person's own data in a real browser: dropped as files, a zip archive or a folder, kept, and trained on."""

import gzip
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.data import load_dataset
from cnnviz.files import read_json
from tests.dashboard import READY, Dashboard

LONG_MS = 240_000  # another process imports TensorFlow and trains, with others at work
OWN = "/data?part=bring"
FILES = "[class*=st-key-data-files] input[type=file]"
FOLDER = "[class*=st-key-data-folder] input[type=file]"
SIDE = 24

File = dict[str, Any]


@pytest.fixture
def errors(page: Page) -> list[str]:
    """What goes wrong in the browser."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def file(name: str, content: bytes) -> File:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def drawn(label: int, number: int, side: int = SIDE) -> NDArray[np.uint8]:
    """A picture: bright stripes that lie or stand, which any network tells apart."""
    noise = np.random.default_rng([label, number]).integers(0, 40, (side, side, 3))
    along = 180 * ((np.arange(side) + number) % 10 < 5) * np.ones((side, 1))  # stands
    image = noise + (along.T if label else along)[:, :, None] + [0, 10, 30]
    return image.astype(np.uint8)


def jpeg(image: NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).resize((48, 36)).save(content, "JPEG", quality=92)
    return content.getvalue()


def exercise() -> list[File]:
    """The classic exercise's four tables."""
    files = []
    for ending, count in (("", 60), ("_test", 16)):
        rows = "\n".join(",".join(map(str, drawn(number % 2, number).ravel())) for number in range(count))
        labels = "\n".join(str(number % 2) for number in range(count))
        files += [file(f"input{ending}.csv", rows.encode()), file(f"labels{ending}.csv", labels.encode())]
    return files


def photos(count: int) -> bytes:
    """A zip archive of photos in class folders, and something that is no photo."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for label, name in enumerate(("cat", "dog")):
            few = [jpeg(drawn(label, number)) for number in range(8)]
            for number in range(count):
                archive.writestr(f"pets/{name}/{number}.jpg", few[number % 8])
        archive.writestr("pets/cat/notes.txt", "Felix on the sofa")
    return content.getvalue()


def idx(values: NDArray[np.uint8]) -> bytes:
    """MNIST's own format, packed as Fashion-MNIST is published."""
    header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return gzip.compress(header + values.tobytes())


def dropped(dashboard: Dashboard, page: Page, *files: File) -> None:
    dashboard.open(page, OWN)
    page.locator(FILES).set_input_files(list(files))
    expect(page.get_by_text("Some pictures of each class")).to_be_visible()


def at_rest(page: Page) -> None:
    page.wait_for_selector(READY, state="attached")


def trained_judged_and_asked(
    dashboard: Dashboard, page: Page, name: str, preset: str, n_test: int, photo: bytes, words: str
) -> None:
    """Train on the data set that is shown for an epoch, open the report, and ask the network about a photo."""
    page.get_by_role("button", name="Train on it").click()
    expect(page.get_by_role("combobox", name="Data set")).to_have_value(name)
    expect(page.get_by_role("combobox", name="Begin with")).to_have_value(preset)
    page.get_by_role("spinbutton", name="Epochs").fill("1")
    page.keyboard.press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile(r"run=\d{8}-\d{6}-"))
    run = re.search(r"run=([\w-]+)", page.url)
    assert run
    expect(page.get_by_text(re.compile("Completed 1 epoch")).first).to_be_visible(timeout=LONG_MS)

    dashboard.open(page, f"/report?run={run[1]}")
    expect(page.get_by_text(re.compile(f"{n_test:,} test images")).first).to_be_visible()
    dashboard.open(page, f"/classify?run={run[1]}")
    page.locator("[class*=st-key-classify-files] input[type=file]").set_input_files([file("mine.jpg", photo)])
    expect(page.locator(".verdict[data-state=answered]")).to_be_visible(timeout=LONG_MS)
    expect(page.locator(".verdict .word")).to_have_text(re.compile(words))


def test_the_exercise_is_dropped_trained_judged_and_predicts_in_words(
    dashboard: Dashboard, page: Page, errors: list[str], home: Path
) -> None:
    dropped(dashboard, page, *exercise())
    expect(page.get_by_text("76 pictures of 2 classes: tables of pixels and of labels")).to_be_visible()
    expect(page.get_by_text("30 train · 8 test").first).to_be_visible()
    page.reload()  # what was brought is there still
    expect(page.get_by_text(f"taken for a picture of {SIDE}x{SIDE}x3")).to_be_visible()
    page.get_by_text("Not what you meant? Correct it").click()
    page.get_by_label("Class names, one a line").fill("standing\nlying")
    page.get_by_role("button", name="Read it anew").click()
    expect(page.get_by_text("lying", exact=True).first).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill("stripes")
    page.keyboard.press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Import", exact=True).click()
    told = f"stripes is imported: 60 train and 16 test images ({SIDE}x{SIDE}x3) of 2 classes."
    expect(page.get_by_text(told)).to_be_visible()
    page.wait_for_url(re.compile("data=stripes"))
    dataset = load_dataset("stripes", home)
    assert all(np.array_equal(dataset.train.images[number], drawn(number % 2, number)) for number in range(60))

    page.get_by_role("button", name="A random image").click()
    expect(page.get_by_text(re.compile(r"The label of training image \d+\."))).to_be_visible()
    trained_judged_and_asked(dashboard, page, "stripes", "cats-vs-dogs", 16, jpeg(drawn(1, 99)), "standing|lying")
    assert not errors


def test_an_import_is_stopped_and_goes_on(dashboard: Dashboard, page: Page, errors: list[str], home: Path) -> None:
    dropped(dashboard, page, file("pets.zip", photos(4_000)))
    expect(page.get_by_text("8,000 pictures of 2 classes")).to_be_visible()
    page.get_by_text("What was passed over: 1 note").click()
    expect(page.get_by_text("'pets/cat/notes.txt' holds text, which is no picture")).to_be_visible()
    expect(page.get_by_text("Some pictures of each class")).to_be_visible()
    at_rest(page)  # a page that runs again closes what is open
    page.get_by_role("combobox", name="Size in pixels").click()
    page.get_by_role("option", name="128 × 128").click()
    at_rest(page)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text(re.compile(r"[1-9][\d,]* of 8,000 pictures"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("What was read is kept: Import goes on there.")).to_be_visible()
    before = read_json(home / "datasets" / ".pets.partial" / "position.json")
    assert before is not None
    assert 0 < before["at"] < 8_000
    assert not (home / "datasets" / "pets").exists()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("pets is imported: 6,400 train and 1,600 test images (128x128x3)")).to_be_visible(
        timeout=LONG_MS
    )
    assert list((home / "brought").iterdir()) == []
    assert load_dataset("pets", home).class_names == ("cat", "dog")
    assert not errors


def test_a_whole_folder_is_read_with_its_folders(
    dashboard: Dashboard, page: Page, errors: list[str], tmp_path: Path, home: Path
) -> None:
    for part, count in (("train", 6), ("valid", 3)):
        for label, name in enumerate(("cat", "dog")):
            folder = tmp_path / "animals" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                (folder / f"{number}.jpg").write_bytes(jpeg(drawn(label, number)))
    page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open(page, OWN)
    page.locator(FOLDER).set_input_files(tmp_path / "animals")
    expect(page.get_by_text("18 pictures of 2 classes: class folders in train and valid")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("animals")
    expect(page.get_by_text("Some pictures of each class")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("animals is imported: 10 train, 6 validation and 2 test images")).to_be_visible()
    validation = load_dataset("animals", home).validation
    assert validation is not None
    assert len(validation) == 6
    page.get_by_text("Where it is from, and removing it").click()
    page.get_by_role("button", name="Delete this data set").click()
    page.get_by_role("button", name="Delete animals").click()
    expect(page.get_by_role("radio", name="cifar10-sample")).to_be_checked()
    assert not list((home / "datasets").glob("animals*"))
    assert not errors


def test_fashion_mnists_own_files_are_dropped_trained_judged_and_predict(
    dashboard: Dashboard, page: Page, errors: list[str], home: Path
) -> None:
    random, files, images = np.random.default_rng(0), [], {}
    for part, count in (("train", 40), ("t10k", 20)):
        images[part] = random.integers(0, 256, (count, 28, 28), np.uint8)
        files += [
            file(f"{part}-images-idx3-ubyte.gz", idx(images[part])),
            file(f"{part}-labels-idx1-ubyte.gz", idx((np.arange(count) % 10).astype(np.uint8))),
        ]
    dropped(dashboard, page, *files)
    expect(page.get_by_text("60 pictures of 10 classes")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill("clothes")
    page.keyboard.press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(
        page.get_by_text("clothes is imported: 40 train and 20 test images (28x28x1) of 10 classes.")
    ).to_be_visible()
    dataset = load_dataset("clothes", home)
    assert np.array_equal(dataset.train.images[..., 0], images["train"])
    assert np.array_equal(dataset.test.images[..., 0], images["t10k"])
    trained_judged_and_asked(dashboard, page, "clothes", "two-conv", 20, jpeg(images["t10k"][0]), r"\d")
    assert not errors


def test_a_zip_of_photos_is_dropped_trained_judged_and_predicts(
    dashboard: Dashboard, page: Page, errors: list[str]
) -> None:
    dropped(dashboard, page, file("animals.zip", photos(40)))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("animals is imported: 64 train and 16 test images (32x32x3) of 2 classes.")).to_be_visible()
    trained_judged_and_asked(dashboard, page, "animals", "cats-vs-dogs", 16, jpeg(drawn(0, 99)), "cat|dog")
    assert not errors


def test_what_is_not_labelled_pictures_is_one_sentence(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, OWN)
    page.locator(FILES).set_input_files([file("<b>notes</b>.txt", b"hello")])
    expect(page.get_by_text("accepted are a folder or a zip archive of labelled photos")).to_be_visible()
    expect(page.get_by_text("<b>notes</b>.txt").first).to_be_visible()
    page.get_by_role("button", name="Bring something else").click()
    expect(page.locator(FILES)).to_be_attached()


def test_hundreds_of_photos_are_chosen_at_once(dashboard: Dashboard, page: Page, tmp_path: Path) -> None:
    for label, name in enumerate(("cat", "dog")):
        (tmp_path / "many" / name).mkdir(parents=True)
        for number in range(300):  # so many that the browser asks for another run while they are taken
            (tmp_path / "many" / name / f"{number}.jpg").write_bytes(jpeg(drawn(label, number)))
    dashboard.open(page, OWN)
    page.locator(FOLDER).set_input_files(tmp_path / "many")
    expect(page.get_by_text("600 pictures of 2 classes: class folders")).to_be_visible(timeout=LONG_MS)
    page.wait_for_url(re.compile("brought="))
