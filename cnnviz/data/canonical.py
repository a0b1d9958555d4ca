"""Decoding the files that the authors of the well-known data sets publish.

CIFAR's batches are Python pickles. A full unpickler would run whatever a planted file says, so these are
read by one that knows a handful of names and gives each a harmless stand-in: no function of NumPy or Python
is called with what the file contains, and only bytes of the right length come out.
"""

import hashlib
import io
import pickle
import pickletools
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.idx import read_idx
from cnnviz.data.npz import read_arrays
from cnnviz.errors import DataError

__all__ = [
    "DECODERS",
    "decode_cifar10",
    "decode_cifar100",
    "decode_idx",
    "decode_mnist",
    "md5_of_members",
    "read_batch",
]

Arrays = dict[str, NDArray[Any]]

LARGEST_MEMBER = 200 * 1024**2  # bytes; CIFAR-100's training batch has 154 MB
LARGEST_ARCHIVE = 512 * 1024**2
MOST_MEMORIES = 1_000_000  # slots of the pickle's memory; CIFAR's batches use tens of thousands
PIXELS = 3 * 32 * 32


def decode_cifar10(paths: Sequence[Path]) -> Arrays:
    """Decode `cifar-10-python.tar.gz`.

    Args:
        paths: the archive alone.

    Returns:
        x_train (50000, 32, 32, 3), y_train (50000,), x_test (10000, 32, 32, 3), y_test (10000,), all uint8.

    Raises:
        DataError: the archive is damaged, or is not this archive.
    """
    names = [f"data_batch_{number}" for number in range(1, 6)]
    with _damage(paths[0]):
        members = _members(paths[0], {*names, "test_batch"})
        parts = [_images_and_labels(read_batch(members.pop(name)), "labels") for name in names]
        x_test, y_test = _images_and_labels(read_batch(members["test_batch"]), "labels")
        x_train, y_train = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def decode_cifar100(paths: Sequence[Path]) -> Arrays:
    """Decode `cifar-100-python.tar.gz` with its 100 fine labels; otherwise as `decode_cifar10`."""
    with _damage(paths[0]):
        members = _members(paths[0], {"train", "test"})
        x_train, y_train = _images_and_labels(read_batch(members.pop("train")), "fine_labels")
        x_test, y_test = _images_and_labels(read_batch(members["test"]), "fine_labels")
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def decode_mnist(paths: Sequence[Path]) -> Arrays:
    """Return the arrays of Keras' `mnist.npz`, or of the four idx files: images (n, 28, 28) and labels (n,), uint8.

    Raises:
        DataError: a file is damaged.
    """
    return decode_idx(paths) if len(paths) == 4 else read_arrays(paths[0])


def decode_idx(paths: Sequence[Path]) -> Arrays:
    """Decode MNIST's or Fashion-MNIST's four files, gzipped or not.

    Args:
        paths: training images, training labels, test images, test labels.

    Returns:
        Images (n, 28, 28) and labels (n,), uint8.

    Raises:
        DataError: a file is damaged.
    """
    keys = ("x_train", "y_train", "x_test", "y_test")
    return {key: read_idx(path, LARGEST_MEMBER) for key, path in zip(keys, paths, strict=True)}


def md5_of_members(path: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the MD5 sums of some of an archive's members, however the archive is wrapped.

    Raises:
        DataError: the archive is damaged, or lacks one.
    """
    with _damage(path):
        members = _members(path, set(names))
    return {name: hashlib.md5(content, usedforsecurity=False).hexdigest() for name, content in members.items()}


DECODERS: Mapping[str, Callable[[Sequence[Path]], Arrays]] = {
    "cifar10": decode_cifar10,
    "cifar100": decode_cifar100,
    "mnist": decode_mnist,
    "fashion-mnist": decode_idx,
}


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn what a damaged file raises into a DataError that says how to mend it."""
    try:
        yield
    except (
        OSError,
        EOFError,
        tarfile.TarError,
        zlib.error,
        pickle.UnpicklingError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        MemoryError,
        OverflowError,
        RecursionError,
    ) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise DataError(
            f"{path} is damaged or not the published file ({reason}); copy it again, or delete it to have it downloaded"
        ) from error


def _members(path: Path, wanted: set[str]) -> dict[str, bytes]:
    """Read the wanted files of a tar; nothing is unpacked to the disk, so no member's path matters."""
    found: dict[str, bytes] = {}
    total = 0
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            total += member.size
            if member.size > LARGEST_MEMBER or total > LARGEST_ARCHIVE:
                raise ValueError("it holds more than the published archive")
            name = member.name.rpartition("/")[2]
            if member.isfile() and name in wanted:
                file = archive.extractfile(member)
                assert file is not None  # isfile() says so
                found[name] = file.read()
            if len(found) == len(wanted):
                return found
    raise ValueError(f"it lacks {', '.join(sorted(wanted - set(found)))}")


class _Array:
    """Stands in for numpy.ndarray: keeps the state that the pickle would have given it."""

    content: bytes = b""

    def __setstate__(self, state: Any) -> None:
        _, _, _, in_columns, content = state
        if in_columns or not isinstance(content, bytes):
            raise ValueError("an array is not plain bytes in rows")
        self.content = content


class _Type:
    """Stands in for numpy.dtype: the length of the bytes is checked instead."""

    def __init__(self, *_: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _from_buffer(content: Any, *_: Any) -> _Array:
    array = _Array()
    array.content = bytes(content)
    return array


def _scalar(_: Any, content: bytes) -> int:
    return int.from_bytes(content, "little")


def _encode(text: str, _: Any = None) -> bytes:
    return text.encode("latin1")


# what the batches, and copies pickled again by newer Pythons and NumPys, refer to
_STAND_INS: Mapping[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encode,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _from_buffer for core in ("core", "_core")},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it refers to {module}.{name}"[:100])
        return _STAND_INS[module, name]


def read_batch(content: bytes) -> dict[str, Any]:
    """Read one of CIFAR's pickled batches without running anything it says.

    Args:
        content: the pickle, of any protocol.

    Returns:
        Its entries by name, where arrays are stand-ins that hold bytes.

    Raises:
        pickle.UnpicklingError: it refers to something that no batch needs.
        ValueError: it is not a batch.
    """
    for code, argument, _ in pickletools.genops(content):
        if code.name in ("PUT", "BINPUT", "LONG_BINPUT") and isinstance(argument, int) and argument > MOST_MEMORIES:
            raise pickle.UnpicklingError("it asks for too much memory")  # a slot's number alone would allocate it
    batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    if not isinstance(batch, dict):
        raise ValueError("a batch is not a table of entries")
    return {key.decode("latin1") if isinstance(key, bytes) else str(key): value for key, value in batch.items()}


def _images_and_labels(batch: dict[str, Any], key: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return images (n, 32, 32, 3) and labels (n,); a row of a batch holds all red, then green, then blue."""
    labels = np.array([int(label) for label in batch[key]], np.uint8)
    data = batch["data"]
    if not isinstance(data, _Array) or len(data.content) != len(labels) * PIXELS:
        raise ValueError("a batch has not 3,072 bytes for each label")
    rows = np.frombuffer(data.content, np.uint8).reshape(-1, 3, 32, 32)  # (n, channels, height, width)
    return np.ascontiguousarray(rows.transpose(0, 2, 3, 1)), labels
