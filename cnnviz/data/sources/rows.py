"""Rows of an array that are read when they are asked for, from the file itself or from one unpacked beside it.

Nothing is mapped into memory or held: what is resident does not grow with the number of pictures.
"""

import gzip
import math
import shutil
import struct
import tempfile
import tokenize
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError
from cnnviz.files import storage_errors

__all__ = [
    "LARGEST_ARRAY",
    "FileRows",
    "Inflated",
    "Readable",
    "Rows",
    "chunks",
    "damage",
    "inflated",
    "plain_file",
    "scratch_file",
    "unpacked",
]

LARGEST_ARRAY = 32 * 1024**3  # bytes; what a disk may be asked to hold
_CHUNK = 16 * 1024**2  # bytes that are looked at at a time
_PART = 1024**2
_PACKED_PART = 2**16
_MOST_TIMES, _ALWAYS = 200, 64 * 1024**2  # as much as a packed file has may come of it; bytes that always may
_WRONG: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, EOFError, ValueError, TypeError, LookupError,
    SyntaxError, OverflowError, RuntimeError, MemoryError, OSError,
)  # fmt: skip


class Rows(Protocol):
    """An array of pictures or rows of pixels, of which a slice can be had: NumPy's, h5py's, or `FileRows`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, ...)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its values."""

    def __getitem__(self, key: slice) -> NDArray[Any]: ...


class Readable(Protocol):
    """Something to read bytes from."""

    def read(self, length: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""


class FileRows:
    """Rows that lie one after another in an open file, which is closed with this."""

    def __init__(self, file: IO[bytes], offset: int, shape: tuple[int, ...], dtype: np.dtype[Any], where: str) -> None:
        self.shape, self.dtype = shape, dtype
        self._file, self._offset, self._where = file, offset, where
        self._row = math.prod(shape[1:]) * dtype.itemsize
        self._lock = Lock()
        weakref.finalize(self, file.close)

    def __getitem__(self, key: slice) -> NDArray[Any]:
        start, stop, _ = key.indices(self.shape[0])
        with self._lock:
            self._file.seek(self._offset + start * self._row)
            content = self._file.read((stop - start) * self._row)
        if len(content) != (stop - start) * self._row:
            raise DataError(f"{self._where} became shorter while it was read; leave it alone, and try again")
        return np.frombuffer(content, self.dtype).reshape(stop - start, *self.shape[1:])


def chunks(rows: Rows) -> Iterator[tuple[int, NDArray[Any]]]:
    """Go through rows, some megabytes at a time.

    Args:
        rows: (n, ...).

    Returns:
        For each chunk the number of its first row, and the rows.
    """
    size = max(math.prod(rows.shape[1:]) * rows.dtype.itemsize, 1)
    step = max(_CHUNK // size, 1)
    for start in range(0, rows.shape[0], step):
        yield start, rows[start : min(start + step, rows.shape[0])]


@contextmanager
def damage(path: Path, kind: str, cure: str, *others: type[Exception]) -> Iterator[None]:
    """Turn what a damaged file raises into a DataError that says how to mend it.

    Args:
        path: the file.
        kind: what it should be, for the message.
        cure: what saves it, such as "numpy.savez".
        others: what else the library raises.
    """
    try:
        yield
    except (*_WRONG, *others) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DataError(
            f"{path} cannot be read as {kind} ({reason.splitlines()[0][:120]}); copy it again, or save it again with "
            f"{cure}"
        ) from error


def plain_file(path: Path) -> IO[bytes]:
    """Open a file to read it.

    Raises:
        DataError: it is missing, no plain file, or may not be read.
    """
    from cnnviz.data.npz import regular_file

    regular_file(path)
    try:
        return path.open("rb")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check its permissions") from error


def scratch_file() -> IO[bytes]:
    """Make a file without a name, which goes when it is closed.

    Raises:
        StorageError: there is no place for one.
    """
    with storage_errors(Path(tempfile.gettempdir())):
        return tempfile.TemporaryFile()


def unpacked(source: Readable, length: int, where: str) -> IO[bytes]:
    """Write what a packed file holds into one without a name.

    Args:
        source: reads what is unpacked.
        length: how many bytes it should give; never more are written.
        where: what to call it in the message.

    Raises:
        DataError: more or fewer bytes come.
        StorageError: the disk is full.
    """
    if length > LARGEST_ARRAY:
        raise DataError(f"{where} holds more than {LARGEST_ARRAY >> 30} GiB; keep fewer or smaller images")
    file = scratch_file()
    try:
        _check_room(length, where)
        left = length
        while left:
            content = source.read(min(left, _PART))
            if not content:
                raise DataError(f"{where} ends {left:,} bytes too early; copy it again")
            with storage_errors(Path(tempfile.gettempdir())):
                file.write(content)
            left -= len(content)
        if source.read(1):
            raise DataError(f"{where} holds more than its header says; copy it again")
        with storage_errors(Path(tempfile.gettempdir())):
            file.flush()
    except BaseException:
        file.close()
        raise
    return file


def inflated(path: Path) -> IO[bytes]:
    """Unpack a file that is gzipped, or packed with zlib, into one without a name.

    Args:
        path: the file.

    Raises:
        DataError: it is damaged, or holds 200 times more than it has, or than the disk has room for.
        StorageError: the disk is full.
    """
    most = min(
        LARGEST_ARRAY, shutil.disk_usage(tempfile.gettempdir()).free, _ALWAYS + _MOST_TIMES * path.stat().st_size
    )
    with damage(path, "a packed file", "gzip"), plain_file(path) as packed:
        gzipped = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        source: Readable = gzip.GzipFile(fileobj=packed) if gzipped else Inflated(packed, path.stat().st_size)
        file = scratch_file()
        try:
            while content := source.read(_PART):
                if file.tell() + len(content) > most:
                    raise DataError(
                        f"{path} holds more than {most / 1e9:,.1f} GB, unpacked, for which there is no room or reason; "
                        "unpack it with gzip and give what comes of it"
                    )
                with storage_errors(Path(tempfile.gettempdir())):
                    file.write(content)
            with storage_errors(Path(tempfile.gettempdir())):
                file.seek(0)
        except BaseException:
            file.close()
            raise
    return file


class Inflated:
    """Reads what is packed with zlib in some bytes of a file."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left, self._unpacking = file, length, zlib.decompressobj()

    def read(self, length: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        while not self._unpacking.eof:
            held = self._unpacking.unconsumed_tail or self._more()
            if not held:
                raise EOFError("it ends too early")
            if content := self._unpacking.decompress(held, length):
                return content
        return b""

    def _more(self) -> bytes:
        held = self._file.read(min(self._left, _PACKED_PART))
        self._left -= len(held)
        return held


def _check_room(length: int, where: str) -> None:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if length > free:
        raise DataError(
            f"{where} needs {length / 2**30:.1f} GiB to be unpacked and {tempfile.gettempdir()} has "
            f"{free / 2**30:.1f}; make room, or set TMPDIR to another disk"
        )
