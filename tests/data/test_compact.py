"""The copies of CIFAR-10's test images that come with cnnviz: what is committed, and how near the exact ones it is."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import compact
from cnnviz.data.compact import COMPACT_FOLDER, compact_test, compress, decompress
from cnnviz.data.known import KNOWN
from cnnviz.data.sample import load_sample
from cnnviz.errors import DataError

SHA256 = {
    "brightness-0.webp": "84b1c76f22a52c6430b0579ba6599c2cedc17f6aaad686e0f83cadb6d74c588b",
    "brightness-1.webp": "ffeb468b6fcb27f0ac35d77a9f712ac1351ce33d708ae03b03fb11cc2e64c97a",
    "brightness-2.webp": "853f313040c0588d21a93e77cfe41f54c1fee018a8dc023702a99515298b91a7",
    "brightness-3.webp": "113ba646baf3e7d78f5612d628419a3bb7320bc3d68cabf45338e30d33bcd3e7",
    "brightness-4.webp": "7ea21b2e3d40c14c17bdf28955c3a6fad8df64e7304859278be9ccc90e5fa810",
    "colour-0.webp": "15ab1e9c8e4c35bd08c86ff7dff4318df3223387d337fa79d727240e9e15f9b1",
    "colour-1.webp": "573f31e23fe1a8dfc80030126e97405ad19d7d7a138191b7c72f4861d6f68a55",
    "colour-2.webp": "cd98822a50084beca288030ab2120a4a5bb86931ec4c391e6055e10f2cfa0cea",
    "colour-3.webp": "2cb4b8e55d3e899dcafb0efe6312afa3ce2957e7521530b0df0fa0f66b142c13",
    "colour-4.webp": "81dd7ac1d8df9c4d7258f1a26c6e43fd6750de3533198d8b14c135783e1c50ef",
}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the files that may be damaged."""
    folder = tmp_path / "copies"
    shutil.copytree(COMPACT_FOLDER, folder)
    monkeypatch.setattr(compact, "COMPACT_FOLDER", folder)
    compact._read.cache_clear()
    yield folder
    compact._read.cache_clear()


def test_the_committed_files_are_those_that_were_measured() -> None:
    files = {path.name: path.read_bytes() for path in COMPACT_FOLDER.glob("*.webp")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == SHA256
    assert sum(map(len, files.values())) < 7_000_000
    manifest = json.loads((COMPACT_FOLDER / "MANIFEST.json").read_text())
    assert {file["file"]: file["sha256"] for sheet in manifest["sheets"] for file in sheet.values()} == SHA256


def test_the_labels_are_exact() -> None:
    labels = compact_test().labels
    assert hashlib.sha256(labels.astype(np.uint8).tobytes()).hexdigest() == KNOWN["cifar10"].sha256["y_test"]


def test_each_copy_is_near_its_exact_image() -> None:
    """The embedded sample is lossless: its test images are the first hundred of each class, in the same order."""
    copies, exact = compact_test(), load_sample().test
    assert copies.images.shape == (10_000, 32, 32, 3)
    first = np.sort(np.concatenate([np.flatnonzero(copies.labels == label)[:100] for label in range(10)]))
    assert np.array_equal(copies.labels[first], exact.labels)
    errors = (copies.images[first].astype(float) - exact.images) ** 2
    assert 10 * np.log10(255**2 / errors.mean()) > 39.5
    assert np.sqrt(errors.mean(axis=(1, 2, 3))).max() < 6  # of no image more: none is another one
    assert not np.array_equal(copies.images[first], exact.images)


def test_they_are_decoded_once() -> None:
    assert compact_test() is compact_test()


def test_compressing_keeps_the_order_and_both_halves_of_colour() -> None:
    colours = np.array([[200, 30, 30], [30, 200, 30], [30, 30, 200], [220, 220, 40], [128, 128, 128]], np.uint8)
    images = np.broadcast_to(np.tile(colours, (16, 1))[:, None, None], (80, 32, 32, 3))
    found = decompress(*compress(np.ascontiguousarray(images), 95, 92))
    assert found.shape == images.shape
    assert np.abs(found[:, 8:24, 8:24].astype(int) - images[:, 8:24, 8:24]).max() < 12


@pytest.mark.parametrize("damage", ["missing", "truncated", "swapped", "no manifest"])
def test_damaged_files_are_one_sentence(elsewhere: Path, damage: str) -> None:
    sheet = elsewhere / "brightness-2.webp"
    if damage == "missing":
        sheet.unlink()
    elif damage == "truncated":
        sheet.write_bytes(sheet.read_bytes()[:100_000])
    elif damage == "swapped":
        shutil.copyfile(elsewhere / "brightness-1.webp", sheet)
    else:
        (elsewhere / "MANIFEST.json").write_text("{}")
    with pytest.raises(DataError, match=r"copies of CIFAR-10's test images in .* damaged .*; install cnnviz again$"):
        compact_test()


def test_they_say_whose_they_are() -> None:
    told = (COMPACT_FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert "cifar10-test" in told
    assert "Krizhevsky" in json.loads((COMPACT_FOLDER / "MANIFEST.json").read_text())["source"]
