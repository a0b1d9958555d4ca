"""Large data sets: images that stay on the disk, and folders that somebody else may have written."""

import gc
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from cnnviz.data import Dataset, Split, channel_statistics, importing, list_datasets, load_dataset, prepare
from cnnviz.data.importing import keep
from cnnviz.data.preparation import of_classes
from cnnviz.data.sources import Keeping
from cnnviz.data.stored import StoredImages
from cnnviz.errors import DataError
from cnnviz.spec import DataSpec
from tests.data.understood import understood


def noise(position: int) -> np.ndarray:
    return np.random.default_rng(position).integers(0, 256, (8, 9, 3), np.uint8)


@pytest.fixture
def folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A large data set of 90 images of 8x9 pixels: 54 to train on, 18 for validation, 18 to test on."""
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)
    parts = ["train", "validation", "train", "test", "train"] * 18
    keep(understood(90, make=noise, parts=parts, shape=(8, 9, 3)), "mine")
    return home / "datasets" / "mine"


@pytest.fixture
def plain(folder: Path) -> Callable[[str], np.ndarray]:
    """Returns the images of a part, read by NumPy alone."""
    images, parts = np.load(folder / "images.npy"), np.load(folder / "parts.npy")
    return lambda part: images[parts == ("train", "validation", "test").index(part)]


def test_the_files_are_plain_numpy(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["dataset.json", "images.npy", "labels.npy", "parts.npy"]
    assert np.load(folder / "images.npy").shape == (90, 8, 9, 3)
    assert np.array_equal(np.load(folder / "images.npy")[7], noise(7))
    assert json.loads((folder / "dataset.json").read_text()) == {"format": 1, "class_names": ["a", "b", "c"]}


@pytest.mark.parametrize(
    "key",
    [
        *(3, -1, np.int64(5)),
        *(slice(None), slice(2, 9), slice(None, None, -7), slice(5, 5)),
        *(np.array([4, 4, 0]), [1, 2], np.empty(0, np.int64), np.arange(54) % 5 == 2),
        *((slice(2, 4), slice(None, None, 2)), (0, 3), (slice(None), slice(None), slice(None, None, -1))),
    ],
    ids=str,
)
def test_indexing_is_numpys(plain: Callable[[str], np.ndarray], key: Any) -> None:
    images, expected = load_dataset("mine").train.images, plain("train")
    found = images[key]
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.uint8
    assert np.array_equal(found, expected[key])


def test_it_looks_like_an_array(plain: Callable[[str], np.ndarray]) -> None:
    images, expected = load_dataset("mine").train.images, plain("train")
    assert isinstance(images, StoredImages)
    assert (images.shape, images.ndim, images.dtype, len(images), images.nbytes) == (
        *(expected.shape, 4, np.uint8, 54),
        expected.nbytes,
    )
    assert np.array_equal(np.asarray(images), expected)
    assert np.array_equal(list(images), expected)
    for outside in (54, -55, np.array([54])):
        with pytest.raises(IndexError):
            images[outside]


def test_what_is_taken_of_it_is_not_read(plain: Callable[[str], np.ndarray]) -> None:
    split = load_dataset("mine").train
    taken = split.take(np.array([5, 1, 9])).take(np.array([2, 0]))
    assert isinstance(taken.images, StoredImages)
    assert np.array_equal(taken.images, plain("train")[[9, 5]])
    assert taken.labels.tolist() == split.labels[[9, 5]].tolist()


def in_memory(dataset: Dataset, *, validation: bool = True) -> Dataset:
    def split(stored: Split) -> Split:
        return Split(np.asarray(stored.images), stored.labels)

    held = split(dataset.validation) if validation and dataset.validation else None
    return Dataset("mine", dataset.class_names, split(dataset.train), split(dataset.test), "", held)


@pytest.mark.parametrize("validation", [True, False])
@pytest.mark.parametrize(
    "spec",
    [
        DataSpec(),
        DataSpec(validation=0),
        DataSpec(classes=("c", "a")),
        DataSpec(train_images=20),
        DataSpec(classes=("b", "c"), train_images=9, validation=0.3),
    ],
)
def test_preparing_gives_the_same_and_reads_nothing(
    folder: Path, spec: DataSpec, validation: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = load_dataset("mine")
    if not validation:
        stored = Dataset(stored.name, stored.class_names, stored.train, stored.test, "")
    expected = prepare(in_memory(stored), spec, 3)
    with monkeypatch.context() as patch:
        patch.setattr(StoredImages, "_read", lambda *_: pytest.fail("images were read"))
        prepared = prepare(stored, spec, 3)
    for part in ("train", "validation", "test"):
        ours, theirs = getattr(prepared, part), getattr(expected, part)
        assert isinstance(ours.images, StoredImages)
        assert np.array_equal(ours.images, theirs.images)
        assert np.array_equal(ours.labels, theirs.labels)


def test_classes_and_statistics_are_the_same(folder: Path) -> None:
    stored = load_dataset("mine")
    chosen = of_classes(stored.test, stored.class_names, ("c", "b"), "mine")
    assert isinstance(chosen.images, StoredImages)
    assert np.array_equal(chosen.images, of_classes(in_memory(stored).test, stored.class_names, ("c", "b"), "").images)
    ours, theirs = channel_statistics(stored.train.images), channel_statistics(np.asarray(stored.train.images))
    assert np.array_equal(ours.histogram, theirs.histogram)


def test_it_stays_readable_after_it_was_deleted(folder: Path, plain: Callable[[str], np.ndarray]) -> None:
    images = load_dataset("mine").test.images
    for path in folder.iterdir():
        path.unlink()
    assert np.array_equal(images[:], plain("test"))


def test_a_file_that_became_shorter_is_an_error_and_not_the_end(folder: Path) -> None:
    images = load_dataset("mine").test.images
    os.truncate(folder / "images.npy", 4000)
    with pytest.raises(DataError, match="has become shorter since it was opened"):
        images[3]
    os.truncate(folder / "images.npy", 0)
    with pytest.raises(DataError, match="has become shorter"):
        images[:]


def test_many_threads_read_and_nothing_stays_open(folder: Path, plain: Callable[[str], np.ndarray]) -> None:
    expected = plain("train")
    gc.collect()  # what other tests left
    before = psutil.Process().num_fds()
    images = load_dataset("mine").train.images
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda row, stored=images: stored[[row, 0]], range(54)))
    assert all(np.array_equal(two, expected[[row, 0]]) for row, two in enumerate(found))
    del images, pool  # and with the last of them the file is closed
    gc.collect()
    assert psutil.Process().num_fds() == before


# --- folders of strangers ---------------------------------------------------------------------------------------------


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def saved(array: Any) -> Callable[[Path], None]:
    return lambda path: np.save(path, array)


def text(content: str) -> Callable[[Path], Any]:
    return lambda path: path.write_text(content)


def binary(content: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(content)


def link(path: Path) -> None:
    other = path.parent.parent / f"other-{path.name}"
    path.rename(other)
    path.symlink_to(other)


_HUGE = "{'descr': '|u1', 'fortran_order': False, 'shape': (9000000, 4096, 4096, 3)}\n"


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        *((name, Path.unlink, "cannot be read") for name in ("images.npy", "labels.npy", "parts.npy")),
        *((name, link, "cannot be read") for name in ("images.npy", "labels.npy", "parts.npy", "dataset.json")),
        ("images.npy", lambda path: (path.unlink(), os.mkfifo(path)), "is no plain file"),
        ("labels.npy", lambda path: (path.unlink(), path.mkdir()), "is no plain file"),
        ("images.npy", binary(b""), "cannot be read as a NumPy array"),
        ("images.npy", binary(header(_HUGE)), "is not as long as its header says"),
        ("images.npy", binary(header("{" * 60_000)), "cannot be read as a NumPy array"),
        ("images.npy", lambda path: os.truncate(path, 9000), "is not as long as its header says"),
        ("images.npy", saved(np.zeros((90, 8, 9, 3))), "expected uint8 values"),
        ("images.npy", saved(np.zeros((90, 8, 9, 2), np.uint8)), "has the shape"),
        ("images.npy", saved(np.zeros((89, 8, 9, 3), np.uint8)), "holds 89 images for 90 labels"),
        ("images.npy", saved(np.asfortranarray(np.zeros((90, 8, 9, 3), np.uint8))), "in the order of columns"),
        ("labels.npy", saved(np.array([None] * 90, dtype=object)), "Python objects"),
        ("labels.npy", saved(np.full(90, 3)), "holds the label 3, expected 0 to 2"),
        ("labels.npy", saved(np.full(90, -1)), "holds the label -1"),
        ("labels.npy", saved(np.zeros((90, 1), np.int64)), "expected a row of at most"),
        ("labels.npy", saved(np.zeros(90)), "expected a row of at most"),
        ("parts.npy", saved(np.full(90, 3, np.uint8)), "0 for training, 1 for validation, 2 for testing"),
        ("parts.npy", saved(np.zeros(89, np.uint8)), "uint8 of 90"),
        ("parts.npy", saved(np.zeros(90, np.uint8)), "names no test image"),
        ("parts.npy", saved(np.full(90, 2, np.uint8)), "names no train image"),
        ("dataset.json", text("{"), "cannot be read"),
        ("dataset.json", text("[" * 100_000), "cannot be read"),
        ("dataset.json", text('{"format": 1}'), "cannot be read"),
        ("dataset.json", text('{"format": 2, "class_names": ["a", "b"]}'), "has the format 2, expected 1; update"),
        ("dataset.json", text('{"format": 1, "class_names": "abc"}'), "its class names are none"),
        ("dataset.json", text(json.dumps({"format": 1, "class_names": ["a" * 9999, "b", "c"]})), "or too long"),
        ("dataset.json", text('{"format": 1, "class_names": ["a", "a", "c"]}'), "holds 'a' twice"),
        ("dataset.json", text('{"format": 1, "class_names": []}'), "holds 0 names|is .* expected one row of text"),
    ],
)
def test_a_folder_that_is_no_data_set_is_refused(folder: Path, name: str, damage: Any, message: str) -> None:
    damage(folder / name)
    with pytest.raises(DataError, match=message) as caught:
        load_dataset("mine")
    assert "\n" not in str(caught.value)
    (info,) = (info for info in list_datasets() if info.name == "mine")
    assert not info.available
    assert info.problem == str(caught.value)


def test_a_folder_without_its_description_or_behind_a_link_is_none(folder: Path) -> None:
    (folder / "dataset.json").rename(folder / "other.json")
    with pytest.raises(DataError, match="there is no data set 'mine'"):
        load_dataset("mine")
    (folder / "other.json").rename(folder / "dataset.json")
    folder.rename(folder.parent.parent / "elsewhere")
    folder.symlink_to(folder.parent.parent / "elsewhere")
    assert "mine" not in {info.name for info in list_datasets()}


def test_facts_follow_the_files(folder: Path) -> None:
    def facts() -> tuple[int, int, int, tuple[str, ...]]:
        (info,) = (info for info in list_datasets() if info.name == "mine")
        return info.n_train, info.n_validation, info.n_test, info.classes

    assert facts() == (54, 18, 18, ("a", "b", "c"))
    (folder / "dataset.json").write_text('{"format": 1, "class_names": ["x", "y", "z", "w"]}')
    np.save(folder / "parts.npy", np.repeat(np.array([0, 2], np.uint8), 45))
    assert facts() == (45, 0, 45, ("x", "y", "z", "w"))


def test_a_folder_of_a_known_name_is_left_alone(folder: Path) -> None:
    folder.rename(folder.parent / "digits")
    assert load_dataset("digits").shape == (8, 8, 1)


def test_more_than_four_gibibytes_can_be_kept(folder: Path, home: Path) -> None:
    """A file with a hole in it takes no room; a set in memory of that size is refused."""
    shape = (30_000, 256, 256, 3)
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}"
    content = header(text + " " * (117 - len(text)) + "\n")
    with (folder / "images.npy").open("wb") as file:
        file.write(content)
        file.truncate(len(content) + 30_000 * 256 * 256 * 3)
    np.save(folder / "labels.npy", np.arange(30_000) % 3)
    np.save(folder / "parts.npy", (np.arange(30_000) % 2 * 2).astype(np.uint8))
    before = psutil.Process().memory_info().rss
    prepared = prepare(load_dataset("mine"), DataSpec(classes=("a", "b")), 0)
    assert prepared.train.images[9_000:9_003].shape == (0, 256, 256, 3)
    assert prepared.train.images[8_000].sum() == 0
    assert psutil.Process().memory_info().rss - before < 100e6


def test_keeping_takes_no_more_memory_for_more_pictures(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)
    image = np.zeros((400, 400, 3), np.uint8)
    process = psutil.Process()
    seen: list[int] = []
    source = understood(600, make=lambda _: image)
    keep(
        source, "mine", keeping=Keeping(size=(400, 400)), on_progress=lambda *_: seen.append(process.memory_info().rss)
    )
    assert load_dataset("mine").train.images.nbytes > 200e6
    assert max(seen) - seen[0] < 100e6
