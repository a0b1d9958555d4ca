"""Reading and writing data sets as NumPy archives (`x_train`, `y_train`, `x_test`, `y_test` in one .npz).

Nothing here ever unpickles. The headers inside the archive are checked before anything of their size is
allocated, so a small file cannot ask for gigabytes, and a list of data sets needs the headers only.
"""

import math
import os
import secrets
import stat
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cnnviz.data.records import Dataset, Shape
from cnnviz.data.stored import header_bytes, npy_header
from cnnviz.data.validation import (
    ARRAYS,
    LARGEST_TOTAL,
    VALIDATION_ARRAYS,
    checked_class_names,
    checked_dataset,
    checked_label_count,
    checked_labels,
    checked_name_table,
    checked_shape,
    named_by_labels,
)
from cnnviz.errors import DataError
from cnnviz.files import storage_errors, sync_folder

__all__ = ["Facts", "dataset_from_npz", "facts_of_npz", "read_arrays", "regular_file", "write_npz"]

CLASS_NAMES = "class_names"
MOST_MEMBERS = 100

_BLOCK = 2**23  # bytes that are written at a time


class Header(NamedTuple):
    """What the first bytes of an array's file say about it."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Facts(NamedTuple):
    """What can be said of a data set's file without reading its images."""

    n_train: int
    n_test: int
    class_names: tuple[str, ...]
    shape: Shape
    n_validation: int = 0


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays of a data set, each once.

    Args:
        path: an .npz file, compressed or not.

    Returns:
        The four arrays of a data set, and `x_validation`, `y_validation` and `class_names` where the file has them.

    Raises:
        DataError: damaged, encrypted, too large, needing pickle, or without one of the four arrays.
    """
    regular_file(path)
    with _archive(path) as archive:
        headers = _headers(archive, path)
        _shapes(headers, path)  # so that gigabytes of floats are refused before they are read
        return {key: _read(archive, key) for key in headers}


def dataset_from_npz(path: Path, name: str, source: str, known_names: tuple[str, ...] | None = None) -> Dataset:
    """Load a data set from an .npz file.

    Args:
        path: the file.
        name: the data set's name.
        source: whose images these are.
        known_names: class names to use where the file brings none of its own.

    Returns:
        The data set; grey images (n, height, width) have become (n, height, width, 1).

    Raises:
        DataError: the file is damaged or its arrays are not a data set.
    """
    arrays = read_arrays(path)
    own = arrays.get(CLASS_NAMES)
    names = known_names if own is None else checked_class_names(own, f"{CLASS_NAMES} of {path}")
    return checked_dataset(name, arrays, names, source, str(path))


def facts_of_npz(path: Path, known_names: tuple[str, ...] | None = None) -> Facts:
    """Say how many images of what size and which classes a file holds, reading no image.

    Args:
        path: an .npz file.
        known_names: class names to use where the file brings none of its own.

    Returns:
        The facts; remembered until the file's size or time changes.

    Raises:
        DataError: the file is damaged or not a data set.
    """
    state = regular_file(path)
    return _facts(path, known_names, state.st_size, state.st_mtime_ns)


def regular_file(path: Path) -> os.stat_result:
    """Return what the system says of a file, having refused what may never end or answer when it is opened.

    Raises:
        DataError: there is none, or it is a folder, a pipe, a socket or a device.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check the file and its permissions") from error
    if not stat.S_ISREG(state.st_mode):
        raise DataError(f"{path} is not a file but a folder, pipe or device; remove it or put a file in its place")
    return state


@lru_cache(maxsize=256)
def _facts(path: Path, known_names: tuple[str, ...] | None, size: int, modified: int) -> Facts:
    with _archive(path) as archive:
        headers = _headers(archive, path)
        train, test, *others = _shapes(headers, path)
        names = known_names
        if CLASS_NAMES in headers:
            names = checked_class_names(_read(archive, CLASS_NAMES), f"{CLASS_NAMES} of {path}")
        if names is None:
            keys = [key for key in headers if key.startswith("y_")]
            labels = {key: checked_labels(_read(archive, key), f"{key} of {path}") for key in keys}
            names, _ = named_by_labels(labels)
    return Facts(train[0], test[0], names, train[1:], sum(shape[0] for shape in others))


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as an uncompressed .npz in one step: readers see the old file or the whole new one.

    Args:
        path: the target; its folder is made when missing.
        arrays: by name; no objects. Those that stay on the disk are read a block at a time.

    Raises:
        StorageError: the disk is full, read-only or refuses; nothing is left behind.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with partial.open("xb") as file:
                _write_members(file, arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def _write_members(file: BinaryIO, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an .npz as NumPy does, without ever holding more of an array than it is given."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for key, array in arrays.items():
            step = max(1, _BLOCK * len(array) // max(array.nbytes, 1))
            with archive.open(f"{key}.npy", "w", force_zip64=True) as member:
                member.write(header_bytes(array.shape, array.dtype))
                for start in range(0, len(array), step):
                    member.write(array[start : start + step].tobytes())


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an .npz and turn whatever a damaged one raises, now or while reading, into a DataError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        SyntaxError,
        OverflowError,
        RuntimeError,
        MemoryError,
        OSError,
        struct.error,
        tokenize.TokenError,
    ) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        short = reason.splitlines()[0][:120]
        raise DataError(
            f"{path} cannot be read as a NumPy archive ({short}); copy it again, or save it again with numpy.savez"
        ) from error


def _headers(archive: zipfile.ZipFile, path: Path) -> dict[str, Header]:
    """Read and check the headers of a data set's arrays."""
    members = archive.namelist()
    if len(members) > MOST_MEMBERS or len(set(members)) < len(members):
        raise DataError(f"{path} holds {len(members)} members or one of them twice; save it with {', '.join(ARRAYS)}")
    wanted = list(ARRAYS)
    if any(f"{key}.npy" in members for key in VALIDATION_ARRAYS):
        wanted += VALIDATION_ARRAYS
    missing = [key for key in wanted if f"{key}.npy" not in members]
    if missing:
        held = ", ".join(member.removesuffix(".npy")[:40] for member in members[:8]) or "nothing"
        raise DataError(
            f"{path} lacks {', '.join(missing)} and holds {held}; save it with "
            "numpy.savez(path, x_train=..., y_train=..., x_test=..., y_test=...)"
        )
    keys = [*wanted, *([CLASS_NAMES] if f"{CLASS_NAMES}.npy" in members else [])]
    if sum(archive.getinfo(f"{key}.npy").file_size for key in keys) > LARGEST_TOTAL:
        raise DataError(
            f"{path} holds more than {LARGEST_TOTAL // 1024**3} GiB of arrays; keep fewer or smaller images"
        )
    return {key: _header(archive, key, path) for key in keys}


def _header(archive: zipfile.ZipFile, key: str, path: Path) -> Header:
    info = archive.getinfo(f"{key}.npy")
    with archive.open(info) as member:
        shape, _, dtype = npy_header(member)
        if dtype.hasobject:
            raise DataError(
                f"{key} of {path} holds Python objects, which would need pickle and are never opened; "
                "save plain arrays, all images of one size"
            )
        if info.file_size - member.tell() != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"{key} has not the length that its header says")
    return Header(shape, dtype)


def _shapes(headers: Mapping[str, Header], path: Path) -> list[tuple[int, int, int, int]]:
    """Return the shapes of training, test and perhaps validation images, having checked all that headers can say."""
    shapes = []
    for part in ("train", "test", *(("validation",) if VALIDATION_ARRAYS[0] in headers else ())):
        images, labels = headers[f"x_{part}"], headers[f"y_{part}"]
        shapes.append(checked_shape(images.shape, images.dtype, f"x_{part} of {path}"))
        checked_label_count(labels.shape, labels.dtype, shapes[-1][0], f"y_{part} of {path}")
    if CLASS_NAMES in headers:
        checked_name_table(headers[CLASS_NAMES].shape, headers[CLASS_NAMES].dtype, f"{CLASS_NAMES} of {path}")
    return shapes


def _read(archive: zipfile.ZipFile, key: str) -> NDArray[Any]:
    """Read one array straight into its memory; the archive's own checksum is compared on the way."""
    with archive.open(f"{key}.npy") as member:
        array: NDArray[Any] = npy.read_array(member, allow_pickle=False)
        if member.read(1):
            raise ValueError(f"{key} is longer than its header says")
    return array
