import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from cnnviz.data import list_datasets, load_dataset, npz, validation
from cnnviz.data.catalogue import info_of
from cnnviz.data.npz import facts_of_npz, read_arrays, write_npz
from cnnviz.errors import DataError, StorageError

Save = Callable[..., Path]


def load(path: Path) -> Any:
    return load_dataset(path.stem, path.parents[1])


def test_an_imported_set_loads(save: Save) -> None:
    dataset = load(save(class_names=np.array(["zero", "eins", "две", *"3456789"])))
    assert dataset.name == "mine"
    assert dataset.shape == (8, 8, 3)
    assert dataset.class_names[:3] == ("zero", "eins", "две")
    assert (len(dataset.train), len(dataset.test)) == (50, 20)
    assert dataset.train.labels.dtype == np.int64
    assert "mine.npz" in dataset.source


def test_classes_without_names_are_numbered(save: Save) -> None:
    assert load(save()).class_names == tuple("0123456789")


def test_classes_are_the_labels_that_there_are(save: Save) -> None:
    path = save(y_train=np.arange(50) % 10 * 10, y_test=np.arange(20) % 10 * 10 + 1)
    dataset = load(path)
    assert dataset.class_names == tuple(str(10 * ten + one) for ten in range(10) for one in range(2))
    assert info_of(path, "mine").classes == dataset.class_names
    assert dataset.train.labels[:3].tolist() == [0, 2, 4]
    assert dataset.test.labels[:3].tolist() == [1, 3, 5]
    assert load(save(y_train=np.arange(50) % 10 + 1, y_test=np.arange(20) % 10 + 1)).class_names[0] == "1"


def test_the_homes_file_is_found_first_and_well_known_names_fit(save: Save) -> None:
    grey = np.full((5, 28, 28), 9, np.uint8)
    path = save("digits", x_train=grey, x_test=grey, y_train=np.arange(5), y_test=np.arange(5))
    dataset = load(path)
    assert dataset.shape == (28, 28, 1)
    assert dataset.n_classes == 10


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar100"])
def test_something_else_by_a_published_name_is_noticed(save: Save, name: str) -> None:
    for shape in ((28, 28), (28, 28, 1), (28, 28, 3)):
        grey = np.full((5, *shape), 9, np.uint8)
        path = save(name, x_train=grey, x_test=grey, y_train=np.arange(5), y_test=np.arange(5))
        with pytest.raises(DataError, match=rf"does not hold the published {name} \(.*give it another name"):
            load(path)


def test_labels_as_keras_keeps_them_and_columns_first_arrays_load(save: Save, arrays: dict) -> None:
    images = np.asfortranarray(np.random.default_rng(1).integers(0, 256, (50, 8, 8, 3), np.uint8))
    dataset = load(save(x_train=images, y_train=(np.arange(50) % 10)[:, np.newaxis].astype(np.int32)))
    assert np.array_equal(dataset.train.images, images)
    assert dataset.train.labels.shape == (50,)


def test_a_compressed_file_loads(datasets: Path, arrays: dict) -> None:
    np.savez_compressed(datasets / "small.npz", **arrays)
    assert np.array_equal(load_dataset("small", datasets.parent).train.images, arrays["x_train"])


OBJECTS = np.array([{"a": 1}] * 50, dtype=object)

BAD = {
    "missing": (
        {"y_test": None},
        r"lacks y_test and holds x_train, y_train, x_test; save it with numpy\.savez",
    ),
    "float": ({"x_train": np.zeros((50, 8, 8, 3))}, "x_train of .* holds float64 values, expected uint8"),
    "nan": (
        {"x_train": np.full((50, 8, 8, 3), np.nan, np.float32)},
        "holds float32 values, expected uint8 values 0 to 255",
    ),
    "lengths": ({"y_train": np.zeros(49, int)}, "y_train of .* holds 49 labels for 50 images"),
    "objects": ({"x_train": OBJECTS}, "holds Python objects, which would need pickle and are never opened"),
    "object labels": ({"y_train": OBJECTS}, "y_train of .* holds Python objects"),
    "fraction": ({"y_train": np.full(50, 1.5)}, "holds float64 values such as 1.5, expected whole numbers"),
    "whole floats": ({"y_train": np.zeros(50)}, r"holds float64 values, .* convert with \.astype\('int64'\)"),
    "negative": ({"y_test": np.full(20, -1)}, "holds the label -1, expected 0 to 9999"),
    "huge": ({"y_test": np.full(20, 2**63, np.uint64)}, "holds the label 9223372036854775808"),
    "text labels": ({"y_test": np.array(["cat"] * 20)}, "holds <U3 values, expected whole numbers"),
    "matrix labels": (
        {"y_train": np.zeros((50, 10), int)},
        r"has the shape \(50, 10\), expected \(images,\)",
    ),
    "channels first": ({"x_train": np.zeros((50, 3, 8, 8), np.uint8)}, r"has the shape \(50, 3, 8, 8\)"),
    "flat": ({"x_train": np.zeros((50, 192), np.uint8)}, r"has the shape \(50, 192\)"),
    "scalar": ({"x_train": np.uint8(3)}, r"has the shape \(\)"),
    "sizes": ({"x_test": np.zeros((20, 9, 8, 3), np.uint8)}, "8x8x3 for training and 9x8x3 for testing"),
    "empty": ({"x_test": np.zeros((0, 8, 8, 3), np.uint8), "y_test": np.zeros(0, int)}, "holds no images"),
    "one class": ({"y_train": np.zeros(50, int), "y_test": np.zeros(20, int)}, "has a single class"),
    "few names": ({"class_names": np.array(["a", "b"])}, "holds the label 9, expected 0 to 1"),
    "one name": ({"class_names": np.array(["a"])}, "holds 1 names, expected 2 to"),
    "same names": (
        {"class_names": np.array([*"abcdefghi", " a"])},
        "holds 'a' twice; give each class a name",
    ),
    "empty name": (
        {"class_names": np.array([*"abcdefghi", " "])},
        "holds ''; give names of 1 to 200 characters",
    ),
    "object names": ({"class_names": np.array(["a", 1], dtype=object)}, "class_names of .* Python objects"),
    "number names": ({"class_names": np.arange(10)}, "is int64 of shape .*, expected one row of text"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_data_set_is_refused_in_one_sentence(save: Save, kind: str) -> None:
    changed, message = BAD[kind]
    path = save(**changed)
    with pytest.raises(DataError, match=message) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    list_datasets(path.parents[1])  # still lists


def damaged(path: Path, kind: str) -> None:
    content = bytearray(path.read_bytes())
    if kind == "truncated":
        content = content[: len(content) // 2]
    elif kind == "bit flipped":
        content[5000] ^= 1
    elif kind == "text":
        content = bytearray(b"hello, I am not a zip")
    elif kind == "empty":
        content = bytearray()
    elif kind == "encrypted":
        for start in (content.index(b"PK\x01\x02"),):
            content[start + 8] |= 1
        content[6] |= 1
    elif kind in ("not npy", "a header that never ends"):
        open_header = b"{'descr': '<f8', 'shape': (3L,"
        npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(open_header)) + open_header
        with zipfile.ZipFile(path, "w") as archive:
            for key in ("x_train", "y_train", "x_test", "y_test"):
                archive.writestr(f"{key}.npy", b"hello" if kind == "not npy" else npy)
        return
    path.write_bytes(content)


@pytest.mark.parametrize(
    "kind", [*("truncated", "bit flipped", "text", "empty", "encrypted", "not npy"), "a header that never ends"]
)
def test_a_damaged_file_is_refused_in_one_sentence(save: Save, kind: str) -> None:
    path = save()
    damaged(path, kind)
    with pytest.raises(DataError, match=r"cannot be read as a NumPy archive \(.+\); copy it again") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def header(shape: tuple[int, ...], descr: str = "|u1") -> bytes:
    text = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def test_a_header_that_promises_more_than_is_there_allocates_nothing(save: Save) -> None:
    path = save()
    with zipfile.ZipFile(path, "w") as archive:
        for key in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{key}.npy", header((10**6, 1000, 1000, 3)) + b"12345")
    with pytest.raises(DataError, match="has not the length that its header says"):
        load(path)


def test_a_small_file_of_gigabytes_is_refused_before_it_is_read(save: Save, monkeypatch: Any) -> None:
    path = save()
    monkeypatch.setattr("cnnviz.data.npz.LARGEST_TOTAL", 1000)
    with pytest.raises(DataError, match="of arrays; keep fewer or smaller images"):
        load(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y_train": np.zeros(51, int)}, "y_train of .* holds 51 labels for 50 images"),
        ({"y_test": np.full(20, "cat")}, "y_test of .* holds <U3 values, expected whole numbers"),
        ({"class_names": np.full(10_001, "a")}, "class_names of .* holds 10001 names, expected 2 to 10000"),
        ({"class_names": np.array(["a" * 201, *"bcdefghij"])}, "room for names of 201 characters; .* 1 to 200"),
    ],
)
def test_headers_alone_refuse_what_is_too_much(
    save: Save, changed: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(**changed)
    monkeypatch.setattr(npz, "_read", lambda *_: pytest.fail("something was read"))
    with pytest.raises(DataError, match=message):
        load(path)
    with pytest.raises(DataError, match=message):
        facts_of_npz(path)


def test_more_images_than_a_list_may_count_are_refused(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save()
    monkeypatch.setattr(validation, "MOST_IMAGES", 49)
    with pytest.raises(DataError, match=r"x_train of .* holds 50 images; keep at most 49"):
        facts_of_npz(path)


def test_class_names_are_counted_before_they_are_looked_at() -> None:
    class Long:
        shape, dtype = (10**9,), np.dtype("U1")

        def __iter__(self) -> Any:
            pytest.fail("they were looked at")

    with pytest.raises(DataError, match="holds 1000000000 names"):
        validation.checked_class_names(cast("Any", Long()), "class_names")


def test_what_a_header_says_is_shown_in_part(save: Save) -> None:
    path = save(x_train=np.zeros((50, *(1,) * 50), np.uint8))
    with pytest.raises(DataError) as caught:
        load(path)
    assert len(str(caught.value)) < 400 + len(str(path))


def test_a_file_with_a_member_twice_is_refused(save: Save) -> None:
    path = save()
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x_train.npy", b"")
    with pytest.raises(DataError, match="one of them twice"):
        load(path)


def test_no_pickle_is_ever_opened(datasets: Path, tmp_path: Path) -> None:
    planted = tmp_path / "planted"

    class Plant:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(planted),)

    plant = np.array([Plant()], dtype=object)
    np.savez(datasets / "bad.npz", x_train=plant, y_train=plant, x_test=plant, y_test=plant, class_names=plant)
    with pytest.raises(DataError, match="never opened"):
        load_dataset("bad", datasets.parent)
    assert not planted.exists()


def test_facts_come_from_headers_and_follow_the_file(save: Save) -> None:
    path = save()
    facts = facts_of_npz(path)
    assert facts == (50, 20, tuple("0123456789"), (8, 8, 3), 0)
    assert facts_of_npz(path) is facts
    save(class_names=np.array([*"abcdefghij"]))
    assert facts_of_npz(path).class_names == tuple("abcdefghij")


def test_writing_is_one_step_and_readable_by_others(tmp_path: Path, arrays: dict) -> None:
    path = tmp_path / "new" / "set.npz"
    write_npz(path, arrays)
    assert np.array_equal(read_arrays(path)["x_train"], arrays["x_train"])
    assert [entry.name for entry in path.parent.iterdir()] == ["set.npz"]
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "set.npz").mkdir()
    with pytest.raises(StorageError, match="cannot write"):
        write_npz(tmp_path / "set.npz", {"x": np.zeros(3)})
    assert [entry.name for entry in tmp_path.iterdir()] == ["set.npz"]
