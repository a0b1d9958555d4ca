"""Arrays in files, written by NumPy, h5py and SciPy and compared with what was written."""

import gzip
import io
import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io

from cnnviz.data.sources import understand
from cnnviz.errors import DataError
from tests.data.sources.helpers import again, labels_in_words, of_part, read_all, said, smooth

IMAGES = smooth(20, 12, 10, 3)
GREY = smooth(20, 12, 10, 1)
LABELS = np.arange(20) * 3 % 4


def refusal(path: Path, **reading: object) -> str:
    with pytest.raises(DataError) as caught:
        again(path, **reading)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    "names",
    [("x", "y"), ("X", "Y"), ("data", "target"), ("images", "labels"), ("arr_0", "arr_1"), ("pixels", "digit"),
     ("photos", "what")],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_pictures_and_labels_by_many_names(tmp_path: Path, names: tuple[str, str], packed: bool) -> None:
    path = tmp_path / "a.npz"
    (np.savez_compressed if packed else np.savez)(path, **{names[0]: IMAGES, names[1]: LABELS})  # type: ignore[operator]
    found = understand(path)
    assert np.array_equal(read_all(found), IMAGES)
    assert np.array_equal(found.labels, LABELS)
    assert (set(found.parts), found.class_names, found.shape) == ({""}, ("0", "1", "2", "3"), (12, 10, 3))
    assert (found.notes, found.doubts, found.skipped) == ((), (), ())
    assert found.pictures.name(3) == f"picture 3 of {names[0]} of {path}"


@pytest.mark.parametrize(
    "names",
    [
        "x_{}/y_{}",
        "{}_images/{}_labels",
        "X{}/Y{}",
        "{}X/{}Y",
        "{}_set_x/{}_set_y",
        "inputs_{}/targets_{}",
        "x-{}/y-{}",
    ],
)
@pytest.mark.parametrize(
    "words", [("train", "val", "test"), ("training", "valid", "testing"), ("Train", "dev", "Test")]
)
def test_parts_by_many_names(tmp_path: Path, names: str, words: tuple[str, ...]) -> None:
    arrays = {}
    for word, begin in zip(words, (0, 1, 2), strict=True):
        image, label = names.format(word, word).split("/")
        arrays |= {image: IMAGES[begin::3], label: LABELS[begin::3][:, np.newaxis]}
    found = understand(saved(tmp_path / "a.npz", **arrays))
    for part, begin in (("train", 0), ("validation", 1), ("test", 2)):
        assert np.array_equal(of_part(found, part), IMAGES[begin::3])
        assert np.array_equal(found.labels[found.parts == part], LABELS[begin::3])


def test_names_of_classes_come_along(tmp_path: Path) -> None:
    names = np.array(["north", "east", "south", "west"])
    found = understand(saved(tmp_path / "a.npz", x=IMAGES, y=LABELS + 1, class_names=names))
    assert found.class_names == tuple(names)
    assert labels_in_words(found) == names[LABELS].tolist()
    assert "The labels begin with 1, which is taken for the first name, north." in found.notes
    wrong = saved(tmp_path / "b.npz", x=IMAGES, y=LABELS + 2, class_names=names)
    assert "has the label 5 and the labels of b.npz comes with 4 names" in refusal(wrong)
    lacking = understand(saved(tmp_path / "c.npz", x=IMAGES, y=LABELS % 3, class_names=names))
    assert lacking.doubts == ("The class west has no picture at all; remove the name, or add some.",)


@pytest.mark.parametrize(
    ("labels", "note"),
    [(np.eye(4)[LABELS], "one-hot"), (np.eye(4, dtype=np.uint8)[LABELS], "one-hot"), (LABELS[:, np.newaxis], ""),
     (LABELS.astype(np.float32), ""), (LABELS.astype(np.int8), ""),
     (np.array(["a", "b", "c", "d"])[LABELS], ""), (np.array([b"a", b"b", b"c", b"d"])[LABELS], ""),
     (LABELS.astype(str), ""), (LABELS + 1, "begin with 1"), (LABELS * 10, "are not 0, 1, 2"),
     (LABELS - 1, "are not 0, 1, 2")],
)  # fmt: skip
def test_labels_in_many_forms(tmp_path: Path, labels: Any, note: str) -> None:
    found = understand(saved(tmp_path / "a.npz", x=IMAGES, y=labels))
    assert np.array_equal(found.labels, LABELS)
    assert len(found.class_names) == 4
    assert note in said(found)
    assert bool(found.notes) is bool(note)
    flat = labels.reshape(20, -1)
    if flat.shape[1] == 1:
        values = [value.decode() if isinstance(value, bytes) else str(value).removesuffix(".0") for value in flat[:, 0]]
        assert labels_in_words(found) == values


def test_a_binary_label_of_truth_values(tmp_path: Path) -> None:
    found = understand(saved(tmp_path / "a.npz", x=IMAGES, y=LABELS > 1))
    assert np.array_equal(found.labels, LABELS > 1)


@pytest.mark.parametrize(
    ("images", "note", "expected"),
    [
        (IMAGES / 255, "from 0 to 1", IMAGES),
        ((IMAGES / 127.5 - 1).astype(np.float32), "from -1 to 1", IMAGES),
        (IMAGES.astype(np.int64), "of int64", IMAGES),
        (IMAGES.astype(np.float64), "from 0 to 255 became bytes", IMAGES),
        (IMAGES.astype(">u2"), "became bytes as they were", IMAGES),
        (IMAGES.transpose(0, 3, 1, 2), "channels came first", IMAGES),
        (GREY[..., 0], "", GREY),
        (GREY[:, np.newaxis, :, :, 0], "", GREY),
        (np.asfortranarray(IMAGES), "", IMAGES),
        (GREY > 80, "True became white", np.where(GREY > 80, 255, 0)),
    ],
)
def test_pixels_in_many_forms(tmp_path: Path, images: Any, note: str, expected: Any) -> None:
    images = np.array(images, order="K")
    images[0].flat[0], images[0].flat[1] = images.max(), images.min()  # the range is what it says
    expected = np.array(expected)
    if expected.min() > 0 and images.dtype.kind == "f" and images.max() <= 1:
        images.flat[0], images.flat[1] = 1, -1 if images.min() < 0 else 0
    found = understand(saved(tmp_path / "a.npz", x=images, y=LABELS))
    read = read_all(found)
    assert np.array_equal(read[1:], expected[1:])
    assert note in said(found)
    assert bool(found.notes) is bool(note)
    assert found.shape == read.shape[1:]


def test_sixteen_bits_are_stretched_over_the_range_of_the_whole_set(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(200, 4096, (20, 9, 8), np.uint16)
    images[3, 0, 0], images[4, 0, 0] = 200, 4095
    found = understand(saved(tmp_path / "a.npz", x=images, y=LABELS))
    expected = np.rint((images - 200.0) / (4095 - 200) * 255)
    assert np.array_equal(read_all(found)[..., 0], expected)
    assert "Values from 200 to 4095, the range of the whole set, were stretched to 0 to 255." in found.notes
    chosen = again(tmp_path / "a.npz", window=(0, 1000))
    assert np.array_equal(read_all(chosen)[..., 0], np.rint(np.clip(images / 1000, 0, 1) * 255))
    assert "the window is 5 to 5" in refusal(tmp_path / "a.npz", window=(5, 5))


def test_transparent_parts_are_shown_on_white(tmp_path: Path) -> None:
    opacity = np.full((20, 12, 10, 1), 255, np.uint8)
    opacity[:, 0], opacity[:, 1] = 0, 128
    found = understand(saved(tmp_path / "a.npz", x=np.concatenate([IMAGES, opacity], 3), y=LABELS))
    read = read_all(found)
    assert np.array_equal(read[:, 2:], IMAGES[:, 2:])
    assert (read[:, 0] == 255).all()
    assert np.array_equal(read[:, 1], np.rint(IMAGES[:, 1] * (128 / 255) + 255 * (1 - 128 / 255)))
    assert "shown on white" in said(found)
    assert found.shape == (12, 10, 3)


def test_bytes_of_nothing_but_0_and_1_are_a_doubt_with_its_cure(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npz", x=GREY // 100, y=LABELS)
    found = understand(path)
    assert found.doubts == (
        "All values are at most 1, so the pictures are black; if they were meant as 0 to 1, give the window 0 to 1.",
    )
    assert read_all(found).max() == 1
    cured = again(path, window=(0, 1))
    assert cured.doubts == ()
    assert np.array_equal(read_all(cured), np.minimum(GREY // 100, 1) * 255)


def test_dark_becomes_bright_where_asked(tmp_path: Path) -> None:
    assert np.array_equal(read_all(again(saved(tmp_path / "a.npz", x=GREY, y=LABELS), invert=True)), 255 - GREY)


def test_one_of_several_labels(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npz", x=IMAGES, fine_labels=LABELS, coarse_labels=LABELS // 2)
    assert np.array_equal(understand(path).labels, LABELS)
    assert np.array_equal(again(path, label="coarse_labels").labels, LABELS // 2)
    path = saved(tmp_path / "b.npz", x=IMAGES, mood_labels=LABELS, place_labels=LABELS // 2)
    assert "holds mood_labels and place_labels, which could all be the labels; name one" in refusal(path)
    assert np.array_equal(again(path, label="place_labels").labels, LABELS // 2)


def test_what_is_no_data_set_is_listed(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path / "a.npz", weights=np.zeros((3, 3, 4, 5)), bias=np.zeros(5)))
    assert "holds weights (3, 3, 4, 5), bias (5,), and which of them are pictures" in message
    assert "20 images and 19 labels" in refusal(saved(tmp_path / "b.npz", x=IMAGES, y=LABELS[:19]))
    assert "holds no images" in refusal(saved(tmp_path / "c.npz", x=IMAGES[:0], y=LABELS[:0]))
    message = refusal(saved(tmp_path / "d.npz", x_train=IMAGES, y_train=LABELS, x_test=GREY, y_test=LABELS))
    assert "make them all the same size" in message
    assert "holds an infinity or something that is no number" in refusal(
        saved(tmp_path / "e.npz", x=np.where(np.arange(20)[:, None, None] == 7, np.nan, GREY[..., 0]), y=LABELS)
    )
    assert "x of" in refusal(tmp_path / "e.npz")
    assert "picture 7 of x of " in refusal(tmp_path / "e.npz")
    assert "expected numbers" in refusal(saved(tmp_path / "f.npz", x=IMAGES.astype(complex), y=LABELS))


def test_a_part_without_labels_is_named(tmp_path: Path) -> None:
    found = understand(saved(tmp_path / "a.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES))
    assert found.skipped == ("x_test has no labels, so its pictures were left out",)
    assert (len(found), set(found.parts)) == (20, {""})


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([IMAGES[0], None], object), y=LABELS)
    assert "holds Python objects, which would need pickle and are never opened" in refusal(tmp_path / "a.npz")
    np.save(tmp_path / "x.npy", np.array([IMAGES[0], None], object))
    np.save(tmp_path / "y.npy", LABELS)
    assert "never opened" in refusal(tmp_path / "x.npy")


def test_a_header_that_asks_for_gigabytes(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**6, 999, 999)})
    (tmp_path / "x.npy").write_bytes(header.getvalue())
    assert "holds more than 32 GiB" in refusal(tmp_path / "x.npy")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    assert "holds more than 32 GiB" in refusal(tmp_path / "a.npz")


def test_a_damaged_archive(tmp_path: Path) -> None:
    content = saved(tmp_path / "a.npz", x=IMAGES, y=LABELS).read_bytes()
    for number, wrong in enumerate((content[:-30], content[:3000] + b"\xff" * 40 + content[3040:], b"PK\3\4")):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(wrong)
        assert "cannot be read as a NumPy archive" in refusal(path)


# --- .npy -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["", "x_train.npy", "y_test.npy", "zip", "wrapped"])
def test_pairs_of_npy(tmp_path: Path, given: str) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    for part, chosen in (("train", slice(0, 15)), ("test", slice(15, 20))):
        np.save(folder / f"x_{part}.npy", np.asfortranarray(IMAGES[chosen]))
        np.save(folder / f"y_{part}.npy", LABELS[chosen])
    path = folder / given
    if given == "zip":
        path = Path(shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path, "set"))
    if given == "wrapped":
        path = tmp_path
    found = understand(path)
    assert np.array_equal(of_part(found, "train"), IMAGES[:15])
    assert np.array_equal(of_part(found, "test"), IMAGES[15:])
    assert np.array_equal(np.sort(found.labels), np.sort(LABELS))
    assert found.path == path


# --- HDF5 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"compression": "gzip", "shuffle": True}, {"compression": "lzf"}])
def test_hdf5(tmp_path: Path, settings: dict[str, Any]) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for part, chosen in (("train", slice(0, 15)), ("test", slice(15, 20))):
            file.create_dataset(f"{part}_set_x", data=IMAGES[chosen], **settings)
            file.create_dataset(f"{part}_set_y", data=LABELS[chosen])
        file["list_classes"] = np.array([b"north", b"east", b"south", b"west"])
    found = understand(tmp_path / "a.h5")
    assert np.array_equal(of_part(found, "train"), IMAGES[:15])
    assert np.array_equal(of_part(found, "test"), IMAGES[15:])
    assert labels_in_words(found)[:2] == ["north", "west"]
    assert found.form == "an HDF5 file"


def test_hdf5_with_groups_and_words(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file.create_group("data").create_dataset("images", data=IMAGES)
        file["data"].create_dataset("labels", data=[("cat", "dog", "Öl", "x")[label] for label in LABELS])
        file["again"] = h5py.SoftLink("/data/images")
    found = understand(tmp_path / "a.hdf5")
    assert np.array_equal(read_all(found), IMAGES)
    assert labels_in_words(found)[:4] == ["cat", "x", "Öl", "dog"]


@pytest.mark.parametrize("kind", ["link", "external", "virtual", "bomb", "chunk"])
def test_hdf5_that_leads_elsewhere_or_asks_for_too_much(tmp_path: Path, kind: str) -> None:
    (tmp_path / "secret").write_bytes(bytes(2400 * 3))
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = IMAGES
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["y"] = LABELS
        if kind == "link":
            file["x"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "x")
        elif kind == "external":
            file.create_dataset("x", (20, 12, 10, 3), "u1", external=[(str(tmp_path / "secret"), 0, 7200)])
        elif kind == "virtual":
            layout = h5py.VirtualLayout(IMAGES.shape, "u1")
            layout[...] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", IMAGES.shape)
            file.create_virtual_dataset("x", layout)
        elif kind == "bomb":
            file.create_dataset("x", (10**6, 999, 999), "u1", chunks=(1, 999, 999), compression="gzip")
        else:
            file.create_dataset("x", (20, 9999, 9999), "u1", chunks=(20, 9999, 9999), compression="gzip")
    expected = {
        "link": "leads to another file", "external": "lies in other files", "virtual": "lies in other files",
        "bomb": "holds more than 32 GiB", "chunk": "in pieces of more than 256 MiB",
    }  # fmt: skip
    assert expected[kind] in refusal(tmp_path / "a.h5")


def test_a_damaged_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"], file["y"] = IMAGES, LABELS
    content = (tmp_path / "a.h5").read_bytes()
    for wrong in (content[:900], content[:100] + b"\xff" * 400 + content[500:]):
        (tmp_path / "a.h5").write_bytes(wrong)
        assert "a.h5" in refusal(tmp_path / "a.h5")


# --- MATLAB -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_svhn(tmp_path: Path, packed: bool) -> None:
    images = smooth(30, 32, 32, 3)
    labels = np.arange(30) % 10 + 1
    for name, chosen in (("train", slice(0, 20)), ("test", slice(20, 30))):
        content = {"X": images[chosen].transpose(1, 2, 3, 0), "y": labels[chosen, np.newaxis].astype(np.uint8)}
        scipy.io.savemat(tmp_path / f"{name}_32x32.mat", content, do_compression=packed)
    for path in (tmp_path, tmp_path / "train_32x32.mat"):
        found = understand(path)
        assert np.array_equal(of_part(found, "train"), images[:20])
        assert np.array_equal(of_part(found, "test"), images[20:])
        assert labels_in_words(found) == [str(label % 10) for label in labels]
        assert found.class_names == tuple("0123456789")
        assert "The label 10 stands for the digit 0 (SVHN), and was named so." in found.notes
    assert "test_32x32.mat beside train_32x32.mat was read with it." in found.notes


def test_other_mat_files(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "a.mat", {"images": GREY[..., 0], "labels": LABELS, "info": {"by": "me"}})
    found = understand(tmp_path / "a.mat")
    assert np.array_equal(read_all(found), GREY)
    assert np.array_equal(found.labels, LABELS)
    with h5py.File(tmp_path / "b.mat", "w", userblock_size=512) as file:  # version 7.3: the sides the other way round
        file["X"], file["y"] = IMAGES.transpose(0, 3, 2, 1), LABELS[np.newaxis]
    found = understand(tmp_path / "b.mat")
    assert np.array_equal(read_all(found), IMAGES)
    assert np.array_equal(found.labels, LABELS)
    content = (tmp_path / "a.mat").read_bytes()
    for wrong in (content[:150], content[:300], content[:1500], content[:128] + b"\xff" * 60 + content[188:]):
        (tmp_path / "c.mat").write_bytes(wrong)
        assert "c.mat" in refusal(tmp_path / "c.mat")


def as_matlab(path: Path, **arrays: Any) -> None:
    """Write what MATLAB shows as these arrays, as version 7.3 does: HDF5 with the sides the other way round."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=array.T, compression="gzip")


def test_version_7_3_in_two_files(tmp_path: Path) -> None:
    images = smooth(30, 32, 32, 3)
    labels = np.arange(30, dtype=np.uint8) % 10 + 1
    for name, chosen in (("train", slice(0, 20)), ("test", slice(20, 30))):
        as_matlab(tmp_path / f"{name}_32x32.mat", X=images[chosen].transpose(1, 2, 3, 0), y=labels[chosen, np.newaxis])
    for path in (tmp_path, tmp_path / "train_32x32.mat"):
        found = understand(path)
        assert np.array_equal(of_part(found, "train"), images[:20])
        assert np.array_equal(of_part(found, "test"), images[20:])
        assert found.class_names == tuple("0123456789")
    assert "test_32x32.mat beside train_32x32.mat was read with it." in found.notes


@pytest.mark.parametrize("newer", [False, True])
def test_pictures_in_one_mat_and_labels_in_another(tmp_path: Path, newer: bool) -> None:
    def write(name: str, array: Any) -> None:
        if newer:
            as_matlab(tmp_path / name, data=array)
        else:
            scipy.io.savemat(tmp_path / name, {"data": array})

    write("images.mat", IMAGES)
    write("labels.mat", LABELS[:, np.newaxis])
    for path in (tmp_path, tmp_path / "images.mat"):
        found = understand(path)
        assert np.array_equal(read_all(found), IMAGES)
        assert np.array_equal(found.labels, LABELS)


def test_rows_of_pixels_in_version_7_3(tmp_path: Path) -> None:
    as_matlab(tmp_path / "rows.mat", X=GREY.reshape(len(GREY), -1), y=LABELS[:, np.newaxis])
    found = again(tmp_path / "rows.mat", shape=GREY.shape[1:])
    assert np.array_equal(read_all(found), GREY)


# --- idx --------------------------------------------------------------------------------------------------------

IDX = {"train-images-idx3-ubyte": GREY[:15, ..., 0], "train-labels-idx1-ubyte": LABELS[:15],
       "t10k-images-idx3-ubyte": GREY[15:, ..., 0], "t10k-labels-idx1-ubyte": LABELS[15:]}  # fmt: skip


def idx(array: Any, code: int = 8, dtype: str = ">u1") -> bytes:
    start = struct.pack(f">{1 + array.ndim}i", code * 256 + array.ndim, *array.shape)
    return start + array.astype(dtype).tobytes()


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("given", ["", "train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_idx(tmp_path: Path, packed: bool, given: str, dotted: bool) -> None:
    def name(usual: str) -> str:
        return (usual.replace("-idx", ".idx") if dotted else usual) + (".gz" if packed else "")

    for usual, array in IDX.items():
        (tmp_path / name(usual)).write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    found = understand(tmp_path / name(given) if given else tmp_path)
    assert np.array_equal(of_part(found, "train"), GREY[:15])
    assert np.array_equal(of_part(found, "test"), GREY[15:])
    assert np.array_equal(found.labels[found.parts == "test"], LABELS[15:])
    assert found.class_names == tuple("0123")


def test_idx_in_a_zip_and_in_other_types(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in IDX.items():
            archive.writestr(f"mnist/{name}.gz", gzip.compress(idx(array)))
    found = understand(tmp_path / "a.zip")
    assert np.array_equal(read_all(found), GREY)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "train-images.idx3").write_bytes(idx(GREY[..., 0] / 255, 13, ">f4"))
    (tmp_path / "b" / "train-labels.idx1").write_bytes(idx(LABELS, 12, ">i4"))
    assert np.array_equal(read_all(again(tmp_path / "b", window=(0, 1))), GREY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "is no idx file"),
        (b"\0\0\x08\x03\xff\xff\xff\xff\0\0\0\x1c\0\0\0\x1c", "holds more than 32 GiB"),
        (b"\0\0\x08\x03\0\0\0\x0f\0\0\0\x0c\0\0\0\x0a123", "ends 1,797 bytes too early"),
        (idx(GREY[:15, ..., 0]) + b"1", "holds more than its header says"),
        (
            gzip.compress(b"\0\0\x08\x03" + b"\0\0\0\x0f\0\0\0\x0c\0\0\0\x0a" + bytes(9999)),
            "holds more than its header",
        ),
        (gzip.compress(idx(GREY[:15, ..., 0]))[:-20], "cannot be read as an idx file"),
    ],
    ids=["text", "gigabytes", "short", "long", "packed long", "packed cut"],
)
def test_idx_that_is_none(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(content)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS[:15]))
    assert said in refusal(tmp_path)


def test_idx_that_lacks_some(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(GREY[..., 0]))
    assert "has no images with labels (train-images-idx3-ubyte has no labels beside it)" in refusal(tmp_path)


def test_emnists_pictures_are_turned_upright(tmp_path: Path) -> None:
    """They have rows and columns exchanged, as its authors publish them."""
    for name in ("emnist-letters", "emnist-digits"):
        (tmp_path / f"{name}-train-images-idx3-ubyte.gz").write_bytes(
            gzip.compress(idx(GREY[..., 0].transpose(0, 2, 1)))
        )
        (tmp_path / f"{name}-train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    assert "holds several data sets" in refusal(tmp_path)
    found = understand(tmp_path / "emnist-digits-train-labels-idx1-ubyte.gz")
    assert np.array_equal(read_all(found), GREY)
    assert found.shape == GREY.shape[1:]
    assert found.notes == (
        "EMNIST's idx files hold their pictures lying on their side, mirrored; they were turned upright.",
    )
