import gzip
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data import canonical
from cnnviz.data.canonical import decode_cifar10, decode_cifar100, decode_idx, read_batch
from cnnviz.errors import DataError
from tests.data.helpers import make_arrays, make_batch, make_cifar10_tar, make_tar


@pytest.mark.parametrize("protocol", [0, 2, 3, 4, 5])
def test_the_archive_decodes_whoever_pickled_it(tmp_path: Path, arrays: dict, protocol: int) -> None:
    decoded = decode_cifar10([make_cifar10_tar(tmp_path / "a.tar.gz", arrays, protocol)])
    for key, array in arrays.items():
        assert decoded[key].dtype == np.uint8
        assert np.array_equal(decoded[key], array)


def test_a_python_2_batch_is_read_as_python_reads_it(arrays: dict) -> None:
    content = make_batch(arrays["x_test"], arrays["y_test"], 0)
    theirs = pickle.loads(content.replace(b"numpy.core", b"numpy._core"), encoding="bytes")
    assert theirs[b"data"].tobytes() == read_batch(content)["data"].content
    assert theirs[b"labels"] == read_batch(content)["labels"]


def test_labels_that_are_numpy_numbers_are_read() -> None:
    batch = read_batch(pickle.dumps({"labels": list(np.array([3, 255], np.uint8))}))
    assert batch["labels"] == [3, 255]


def test_cifar100_takes_the_fine_labels(tmp_path: Path, arrays: dict) -> None:
    members = {
        part: make_batch(arrays[f"x_{part}"], arrays[f"y_{part}"] + 90, 4, "fine_labels") for part in ("train", "test")
    }
    decoded = decode_cifar100([make_tar(tmp_path / "a.tar.gz", members, "cifar-100-python")])
    assert np.array_equal(decoded["y_train"], arrays["y_train"] + 90)
    assert np.array_equal(decoded["x_test"], arrays["x_test"])


class Plant:
    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def test_a_planted_pickle_runs_nothing(tmp_path: Path, arrays: dict) -> None:
    planted = tmp_path / "planted"
    archive = make_cifar10_tar(tmp_path / "a.tar.gz", arrays)
    members = {f"data_batch_{number}": pickle.dumps({"data": Plant(planted)}) for number in range(1, 6)}
    make_tar(archive, {**members, "test_batch": b""})
    with pytest.raises(DataError, match=r"is damaged or not the published file \(it refers to posix.mkdir\)"):
        decode_cifar10([archive])
    assert not planted.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x80\x02]r\xff\xff\xff\x7f.", "asks for too much memory"),
        (b"\x80\x02].", "not a table"),
        (b"\x80\x02", ""),
        (b"", ""),
        (pickle.dumps({"labels": [1], "data": b"123"}), "3,072 bytes"),
        (pickle.dumps({"labels": [1], "data": np.zeros((1, 3071), np.uint8)}), "3,072 bytes"),
        (pickle.dumps({"labels": [1], "data": np.zeros((2, 3072), np.uint8, order="F")}), ""),
        (pickle.dumps({"labels": [1000], "data": np.zeros((1, 3072), np.uint8)}), ""),
        (pickle.dumps({"labels": ["x"], "data": np.zeros((1, 3072), np.uint8)}), ""),
        (pickle.dumps({"data": np.zeros((1, 3072), np.uint8)}), "labels"),
        (pickle.dumps(np.array([{}], dtype=object)), ""),
        (b"hello", ""),
    ],
)
def test_a_batch_that_is_none_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    archive = make_tar(tmp_path / "a.tar.gz", dict.fromkeys(names, content))
    with pytest.raises(DataError, match=rf"is damaged or not the published file \(.*{reason}.*\); copy it"):
        decode_cifar10([archive])


@pytest.mark.parametrize("kind", ["truncated", "text", "missing member", "too large", "link", "absent"])
def test_a_damaged_archive_is_refused(tmp_path: Path, arrays: dict, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = make_cifar10_tar(tmp_path / "a.tar.gz", arrays)
    if kind == "truncated":
        archive.write_bytes(archive.read_bytes()[:50_000])
    elif kind == "text":
        archive.write_text("<html>")
    elif kind == "missing member":
        make_tar(archive, {"data_batch_1": make_batch(arrays["x_test"], arrays["y_test"], 0)})
    elif kind == "too large":
        monkeypatch.setattr(canonical, "LARGEST_ARCHIVE", 1000)
    elif kind == "link":
        import tarfile

        with tarfile.open(archive, "w:gz") as made:
            info = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            made.addfile(info)
    else:
        archive.unlink()
    with pytest.raises(DataError, match="is damaged or not the published file"):
        decode_cifar10([archive])


def test_fashion_mnist_is_four_files(tmp_path: Path) -> None:
    arrays = make_arrays(shape=(28, 28))
    paths = []
    for key in ("x_train", "y_train", "x_test", "y_test"):
        array = arrays[key]
        start = struct.pack(f">{1 + array.ndim}i", 2048 + array.ndim, *array.shape)
        paths.append(tmp_path / f"{key}.gz")
        paths[-1].write_bytes(gzip.compress(start + array.tobytes()))
    decoded = decode_idx(paths)
    assert all(np.array_equal(decoded[key], arrays[key]) for key in arrays)
    paths[0].write_bytes(paths[0].read_bytes()[:-200])
    with pytest.raises(DataError, match="cannot be read as an idx file"):
        decode_idx(paths)
