"""Named arrays, and the files that hold them: `.npz` without compression and without pickled objects."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.files import read_regular

__all__ = ["Arrays", "digest", "halved", "pack_arrays", "read_arrays", "sealed", "unpack_arrays"]

Arrays = dict[str, NDArray[Any]]
T = TypeVar("T")


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return named arrays as the bytes of an uncompressed .npz."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()


def unpack_arrays(content: bytes) -> Arrays:
    """Read what `pack_arrays` wrote; pickled objects are refused.

    Raises:
        ValueError: not an .npz of plain arrays.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name.removesuffix(".npy"): _array(archive, name) for name in archive.namelist()}
    except Exception as error:  # whatever the zip, deflate and header readers raise when bits are wrong
        raise ValueError(str(error) or type(error).__name__) from error


def read_arrays(path: Path) -> Arrays:
    """Read a file of named arrays.

    Raises:
        OSError: it cannot be read, or is no regular file.
        ValueError: not an .npz of plain arrays.
    """
    return unpack_arrays(read_regular(path))


def halved(array: NDArray[Any]) -> NDArray[Any]:
    """Return floats in half precision where that loses nothing, as of weights that were kept so; else as they are."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if array.dtype == np.float32 and np.array_equal(half.astype(np.float32), array) else array


def digest(array: NDArray[Any]) -> str:
    """Return a name for an array's shape, kind and values, under which things made of it can be kept."""
    found = blake2b(f"{array.shape}|{array.dtype.str}|".encode(), digest_size=16)
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def sealed(value: T) -> T:
    """Make arrays read-only, so that whoever shares them cannot change them for others.

    Args:
        value: an array, a dictionary of them, or a record that has some.

    Returns:
        The very same.
    """
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, dict):
        for part in value.values():
            sealed(part)
    elif is_dataclass(value):
        for field in fields(value):
            sealed(getattr(value, field.name))
    return value


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with archive.open(name) as member:
        array: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
    return array
