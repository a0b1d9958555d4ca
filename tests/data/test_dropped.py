"""The published sets by what they hold: idx files in whatever wrapper, archives packed anew, and mere names."""

import dataclasses
import gzip
import hashlib
import shutil
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from cnnviz.data import import_dataset, keep, list_datasets, load_dataset
from cnnviz.data.dropped import IDX_NAMES, set_of_labels
from cnnviz.data.idx import idx_start
from cnnviz.data.importing import check_free
from cnnviz.data.known import KNOWN, KnownSet
from cnnviz.data.sources import Keeping, understand
from cnnviz.errors import DataError
from tests.data.helpers import Arrays, make_arrays, make_batch, make_tar

DEBIANS = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist


def idx(array: np.ndarray) -> bytes:
    return idx_start(array) + array.tobytes()


def made(name: str, number: int) -> tuple[KnownSet, Arrays]:
    """A small set, published as idx files."""
    arrays = {
        key: array + np.uint8(number) if key[0] == "x" else array for key, array in make_arrays(shape=(28, 28)).items()
    }
    arrays = {key: np.roll(array, number, 0) for key, array in arrays.items()}
    sums = {key: hashlib.sha256(idx(array)).hexdigest() for key, array in arrays.items()}
    return dataclasses.replace(KNOWN[name], sha256=MappingProxyType(sums)), arrays


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> dict[str, Arrays]:
    """Small sets in the place of MNIST and Fashion-MNIST."""
    sets = {name: made(name, number) for number, name in enumerate(("mnist", "fashion-mnist"))}
    known = {**KNOWN, **{name: facts for name, (facts, _) in sets.items()}}
    for module in ("catalogue", "dropped", "importing", "sources.arrays"):
        monkeypatch.setattr(f"cnnviz.data.{module}.KNOWN", known)
    monkeypatch.setenv("CNNVIZ_MNIST_URL", "http://127.0.0.1:9/refused")
    return {name: arrays for name, (_, arrays) in sets.items()}


def drop(folder: Path, arrays: Arrays, packed: int | None) -> None:
    folder.mkdir(exist_ok=True)
    for key, name in IDX_NAMES.items():
        content = idx(arrays[key])
        if packed is None:
            (folder / name).write_bytes(content)
        else:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content, packed, mtime=packed))


@pytest.mark.parametrize("packed", [None, 1, 9])
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_files_are_known_by_what_they_hold(
    datasets: Path, small: dict[str, Arrays], name: str, packed: int | None
) -> None:
    drop(datasets, small[name], packed)
    available = {info.name: (info.available, info.problem) for info in list_datasets(datasets.parent)}
    assert available[name] == (True, "")
    other = ({"mnist", "fashion-mnist"} - {name}).pop()
    assert available[other] == (False, "")
    dataset = load_dataset(name, datasets.parent)
    assert np.array_equal(dataset.train.images[..., 0], small[name]["x_train"])
    assert np.array_equal(dataset.test.labels, small[name]["y_test"])
    assert dataset.class_names == KNOWN[name].class_names
    assert load_dataset(name, datasets.parent).class_names == KNOWN[name].class_names  # from the .npz that was made


def test_both_sets_have_the_same_names_and_lie_in_folders(datasets: Path, small: dict[str, Arrays]) -> None:
    for name, arrays in small.items():
        drop(datasets / name, arrays, 5)
    for name, arrays in small.items():
        assert np.array_equal(load_dataset(name, datasets.parent).train.images[..., 0], arrays["x_train"])


def test_another_image_under_the_right_labels_is_noticed(datasets: Path, small: dict[str, Arrays]) -> None:
    arrays = small["mnist"]
    arrays["x_test"][3, 4, 5] ^= 1
    drop(datasets, arrays, None)
    with pytest.raises(DataError, match="does not hold the published mnist"):
        load_dataset("mnist", datasets.parent)


def test_idx_files_of_no_known_set(datasets: Path, small: dict[str, Arrays]) -> None:
    drop(datasets, make_arrays(60, 30, shape=(28, 28)), None)
    with pytest.raises(DataError, match=r"train-labels-idx1-ubyte is not the published mnist's; delete it or copy"):
        load_dataset("mnist", datasets.parent)
    info = next(info for info in list_datasets(datasets.parent) if info.name == "mnist")
    assert not info.available
    assert "is not the published" in info.problem


def test_what_is_understood_of_a_published_set_has_its_names(tmp_path: Path, small: dict[str, Arrays]) -> None:
    drop(tmp_path / "fashion", small["fashion-mnist"], 3)
    found = understand(tmp_path / "fashion")
    assert found.class_names == KNOWN["fashion-mnist"].class_names
    assert "The labels are those of the published fashion-mnist, whose names of classes were taken." in found.notes


def test_cifar100_packed_anew(datasets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = make_arrays(200, 100)
    arrays["y_train"], arrays["y_test"] = np.arange(200) % 100, np.arange(100)
    members = {
        part: make_batch(arrays[f"x_{part}"], arrays[f"y_{part}"], 4, "fine_labels") for part in ("train", "test")
    }
    sums = {name: hashlib.md5(content).hexdigest() for name, content in members.items()}
    known = dataclasses.replace(KNOWN["cifar100"], members=MappingProxyType(sums), n_train=200, n_test=100)
    monkeypatch.setattr("cnnviz.data.catalogue.KNOWN", {**KNOWN, "cifar100": known})
    path = make_tar(datasets / "cifar-100-python.tar.gz", members, "cifar-100-python")
    assert hashlib.sha256(path.read_bytes()).hexdigest() != known.files[0].sha256
    assert np.array_equal(load_dataset("cifar100", datasets.parent).train.images, arrays["x_train"])
    assert np.array_equal(load_dataset("cifar100", datasets.parent).test.labels, arrays["y_test"])  # the .npz
    (datasets / "cifar100.npz").unlink()
    make_tar(path, {**members, "train": members["test"]}, "cifar-100-python")
    with pytest.raises(DataError, match=r"is not the published cifar-100-python\.tar\.gz"):
        load_dataset("cifar100", datasets.parent)


@pytest.mark.skipif(not DEBIANS.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_the_real_fashion_mnist_of_debian(datasets: Path, tmp_path: Path) -> None:
    for path in DEBIANS.iterdir():
        shutil.copy(path, datasets / path.name)
        assert hashlib.sha256(path.read_bytes()).hexdigest() not in {
            file.sha256 for file in KNOWN["fashion-mnist"].files
        }
    dataset = load_dataset("fashion-mnist", datasets.parent)
    assert (len(dataset.train), len(dataset.test), dataset.shape) == (60_000, 10_000, (28, 28, 1))
    assert set_of_labels(DEBIANS / "t10k-labels-idx1-ubyte.gz") == "fashion-mnist"
    found = understand(DEBIANS)
    assert found.class_names[:2] == ("T-shirt/top", "Trouser")
    assert np.array_equal(found.labels[found.parts == "test"], dataset.test.labels)
    assert np.array_equal(found.pictures.read(60_007), dataset.test.images[7])


# --- importing a published set under its own name ---------------------------------------------------------------


@pytest.mark.parametrize("given", ["", "train-images-idx3-ubyte.gz"])
def test_a_published_set_can_be_imported_under_its_own_name(
    tmp_path: Path, datasets: Path, small: dict[str, Arrays], given: str
) -> None:
    name, arrays = "fashion-mnist", small["fashion-mnist"]
    drop(tmp_path / "downloads", arrays, 9)
    (tmp_path / "downloads" / "notes.txt").write_text("from the web")
    made = import_dataset(tmp_path / "downloads" / given, name, datasets.parent)
    assert made.sentence.startswith("fashion-mnist is imported: ")
    assert made.info.classes == KNOWN[name].class_names
    assert made.notes == (
        "It is the published fashion-mnist, whose checksums were compared; its split and its size are its own.",
    )
    dataset = load_dataset(name, datasets.parent)
    assert np.array_equal(dataset.train.images[..., 0], arrays["x_train"])
    assert np.array_equal(dataset.test.labels, arrays["y_test"])
    with pytest.raises(DataError, match="there is a data set fashion-mnist already"):
        import_dataset(tmp_path / "downloads", name, datasets.parent)


def test_nothing_else_gets_the_name_of_a_published_set(
    tmp_path: Path, datasets: Path, small: dict[str, Arrays]
) -> None:
    drop(tmp_path / "downloads", small["mnist"], None)
    with pytest.raises(DataError, match="fashion-mnist is a data set that cnnviz knows already, and these files"):
        import_dataset(tmp_path / "downloads", "fashion-mnist", datasets.parent)
    with pytest.raises(DataError, match="which is kept as it is; for other settings give another name"):
        import_dataset(tmp_path / "downloads", "mnist", datasets.parent, keeping=Keeping(size=(14, 14)))
    images = small["mnist"]["x_train"].copy()
    images[0, 0, 0] ^= 1  # right labels, another picture
    (tmp_path / "downloads" / IDX_NAMES["x_train"]).write_bytes(idx(images))
    with pytest.raises(DataError, match="does not hold the published mnist"):
        import_dataset(tmp_path / "downloads", "mnist", datasets.parent)
    assert not (datasets / "mnist.npz").exists()
    assert import_dataset(tmp_path / "downloads", "nearly-mnist", datasets.parent).info.n_train == len(images)


def test_the_page_keeps_a_published_set_under_its_own_name(
    tmp_path: Path, datasets: Path, small: dict[str, Arrays]
) -> None:
    drop(tmp_path / "downloads", small["mnist"], None)
    found = understand(tmp_path / "downloads")
    check_free("mnist", datasets.parent, found.path)
    assert keep(found, "mnist", datasets.parent).info.classes == tuple("0123456789")
    with pytest.raises(DataError, match="already"):
        check_free("mnist", datasets.parent, found.path)
