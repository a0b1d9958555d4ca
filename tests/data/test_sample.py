import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import load_dataset
from cnnviz.data.sample import SAMPLE_FOLDER, load_sample
from cnnviz.errors import DataError
from tests.data.helpers import HAS_CIFAR10, REAL_HOME

# of the decoded arrays; scripts/build_sample.py --check proves that these are CIFAR-10's
SHA256 = {
    "train": (
        "8408cb1d487a81dc74bed9bf922c2fd301fe2b1423ee16016de79a0f4ea9cff1",
        "82b397643bd8851eecd4bf04f74438bf4aeeb7d1f9074791252a04fd9277c0f3",
    ),
    "test": (
        "cc2bd4479eda140793858a9ea7f9016e6870fefd7f69f172720267e933ec44a5",
        "bf5fd7ab55257c7eeece32a36d229c4767d2479b59c8d506b7e35494f9cbf574",
    ),
}


def test_the_sample_decodes_to_the_images_it_was_built_from(tmp_path: Path) -> None:
    sample = load_dataset("cifar10-sample", tmp_path)
    manifest = json.loads((SAMPLE_FOLDER / "MANIFEST.json").read_text())
    for part, n in (("train", 5000), ("test", 1000)):
        split = getattr(sample, part)
        assert split.images.shape == (n, 32, 32, 3)
        hashes = (
            hashlib.sha256(split.images.tobytes()).hexdigest(),
            hashlib.sha256(split.labels.astype(np.uint8).tobytes()).hexdigest(),
        )
        entry = manifest["splits"][part]
        assert hashes == (entry["sha256_images"], entry["sha256_labels"]) == SHA256[part]
        assert np.bincount(split.labels).tolist() == [n // 10] * 10


def test_the_sample_says_whose_it_is(tmp_path: Path) -> None:
    assert "Krizhevsky" in load_dataset("cifar10-sample", tmp_path).source
    assert "Learning Multiple Layers of Features from Tiny Images" in (SAMPLE_FOLDER.parent / "README.md").read_text()


def test_the_sample_is_small_enough_for_a_repository() -> None:
    sizes = [path.stat().st_size for path in SAMPLE_FOLDER.iterdir()]
    assert max(sizes) < 2_000_000
    assert sum(sizes) < 10_500_000


@pytest.mark.parametrize("damage", ["missing", "truncated", "text", "swapped", "no manifest"])
def test_a_damaged_sample_is_one_sentence(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE_FOLDER, folder)
    sheet = folder / "train-3.webp"
    if damage == "missing":
        sheet.unlink()
    elif damage == "truncated":
        sheet.write_bytes(sheet.read_bytes()[:100_000])
    elif damage == "text":
        sheet.write_text("hello")
    elif damage == "swapped":
        manifest = json.loads((folder / "MANIFEST.json").read_text())
        manifest["splits"]["train"]["sheets"].pop()
        (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    else:
        (folder / "MANIFEST.json").write_text("{}")
    with pytest.raises(DataError, match=r"is missing or damaged .*; install cnnviz again$"):
        load_sample(folder)


@pytest.mark.skipif(not HAS_CIFAR10, reason="the full CIFAR-10 is not in this home")
def test_the_sample_is_the_first_images_of_each_class_of_the_full_set() -> None:
    full, sample = load_dataset("cifar10", REAL_HOME), load_sample()
    for part, count in (("train", 500), ("test", 100)):
        whole, small = getattr(full, part), getattr(sample, part)
        chosen = np.sort(np.concatenate([np.flatnonzero(whole.labels == c)[:count] for c in range(10)]))
        assert np.array_equal(whole.images[chosen], small.images)
        assert np.array_equal(whole.labels[chosen], small.labels)
