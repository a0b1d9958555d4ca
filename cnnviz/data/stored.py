"""Images that stay on the disk: of a data set that is too large for the memory, what is asked for is read."""

import io
import math
import mmap
import os
import stat
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from cnnviz.errors import DataError

__all__ = ["StoredImages", "header_bytes", "is_stored", "npy_header", "open_array", "open_plain", "read_header"]

Header = tuple[tuple[int, ...], np.dtype[Any]]


class StoredImages:
    """Images of an .npy file, indexed like an array and read when they are: `images[3]`, `images[:9]`, `images[rows]`.

    What is indexed is an array; all of them are one by `numpy.asarray` only. The file is mapped into memory for as long
    as a reading takes: what was read does not count as memory of this process afterwards, and a file that became
    shorter is an error instead of the process's end. Any thread may read.

    Args:
        file: the .npy file, which may be deleted meanwhile.
        path: its path, for messages.
        shape: (n, height, width, channels) of all images in it, from its header.
        offset: of the first image in bytes.
        rows: (m,) which of them these are, in this order; None for all.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(
        self,
        file: "_Held",
        path: Path,
        shape: tuple[int, int, int, int],
        offset: int,
        rows: NDArray[np.int64] | None = None,
    ) -> None:
        self._file, self._path, self._stored, self._offset = file, path, shape, offset
        self._rows = np.arange(shape[0]) if rows is None else rows

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(images, height, width, channels)."""
        return (len(self._rows), *self._stored[1:])

    @property
    def nbytes(self) -> int:
        """How many bytes they would be in memory."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Any) -> NDArray[np.uint8]:
        """Read images; what follows the first axis, as in `images[:4, ::2]`, is applied to what was read."""
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        rows = self._rows[first]
        read = self._read(np.atleast_1d(rows))
        found: NDArray[np.uint8] = read[(slice(None), *rest)] if rows.ndim else read[(0, *rest)]
        return found

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("the images are on the disk; an array of them is a copy")
        return np.asarray(self[:], dtype)

    @classmethod
    def of(cls, file: BinaryIO, path: Path, shape: tuple[int, int, int, int]) -> "StoredImages":
        """Return all images of a file that is open where they begin; it is closed here, and stays open in there.

        Args:
            file: the .npy file.
            path: its path, for messages.
            shape: (n, height, width, channels), from its header.
        """
        with file:
            return cls(_Held(file), path, shape, file.tell())

    def take(self, positions: NDArray[np.int64]) -> "StoredImages":
        """Return some of these images; none is read."""
        return StoredImages(self._file, self._path, self._stored, self._offset, self._rows[positions])

    def _read(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        try:
            with mmap.mmap(self._file.descriptor, 0, access=mmap.ACCESS_READ) as mapped:
                stored = np.ndarray(self._stored, np.uint8, mapped, self._offset)
                read = stored[rows]
                del stored  # the mapping ends only without it
        except (TypeError, ValueError, OSError) as error:
            raise DataError(
                f"{self._path} has become shorter since it was opened; delete its data set and import it again"
            ) from error
        return read


def is_stored(images: object) -> bool:
    """Say whether images stay on the disk, so that not all of them should be made one array."""
    return isinstance(images, StoredImages)


class _Held:
    """A file that is open for as long as anybody has this."""

    def __init__(self, file: BinaryIO) -> None:
        self.descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self.descriptor)


def open_plain(path: Path) -> BinaryIO:
    """Open a stranger's file, if it is a plain one: no link, pipe or device.

    Raises:
        DataError: it is none, or cannot be read.
    """
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not every system has all of them
        flags |= getattr(os, flag, 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); delete its data set and import it again") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DataError(f"{path} is no plain file; delete its data set and import it again")
    return open(descriptor, "rb")


def open_array(path: Path, check: Callable[[tuple[int, ...], np.dtype[Any]], object]) -> tuple[BinaryIO, Header]:
    """Open an .npy file and read its header; it then stands where the values begin.

    Args:
        path: the file.
        check: called with shape and type before anything of that size is made; it refuses by raising.

    Raises:
        DataError: no plain .npy file, of Python objects, or not as long as its header says; or what `check` raises.
    """
    file = open_plain(path)
    try:
        shape, dtype = read_header(file)
        check(shape, dtype)
        if os.fstat(file.fileno()).st_size - file.tell() != math.prod(shape) * dtype.itemsize:
            raise ValueError("it is not as long as its header says")
    except DataError:
        file.close()
        raise
    except (ValueError, TypeError, SyntaxError, EOFError, OverflowError, RecursionError, MemoryError) as error:
        file.close()
        short = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise DataError(
            f"{path} cannot be read as a NumPy array ({short}); delete its data set and import it again"
        ) from error
    return file, (shape, dtype)


def npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Read what an .npy file says first; it then stands where the values begin.

    Args:
        file: at its beginning.

    Returns:
        The shape, whether the values are in the order of columns, and their type, which may be Python's objects.

    Raises:
        ValueError: it is none, or of an unknown version.
    """
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"it has the unknown format version {version}")
    shape, by_columns, dtype = (npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0)(file)
    return shape, by_columns, dtype


def read_header(file: BinaryIO) -> Header:
    """Read the header of an .npy file.

    Raises:
        ValueError: of a version, an order or a type that is never written here.
    """
    shape, by_columns, dtype = npy_header(file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which would need pickle and are never opened")
    if by_columns and len(shape) > 1:
        raise ValueError("its values are in the order of columns")
    return shape, dtype


def header_bytes(shape: tuple[int, ...], dtype: DTypeLike) -> bytes:
    """Return the header of an .npy file; for any number of images it is as long, so it can be written at the end."""
    buffer = io.BytesIO()
    header = {"descr": npy.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(buffer, header)
    return buffer.getvalue()
