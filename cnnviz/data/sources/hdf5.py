"""Arrays in HDF5 files. What leads to other files is refused, so that a file tells only of itself."""

import math
import weakref
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.sources.roles import Named
from cnnviz.data.sources.rows import LARGEST_ARRAY, Rows, plain_file
from cnnviz.data.validation import MOST_IMAGES
from cnnviz.errors import DataError

__all__ = ["Turned", "arrays_of_hdf5", "is_hdf5"]

_START = b"\x89HDF"
_BEFORE = 512  # bytes that MATLAB puts before it

_MOST_MEMBERS = 1_000
_LARGEST_CHUNK = 256 * 1024**2  # bytes that one read unpacks
_OWN_FILTERS = (1, 2, 3, 4, 5, 6, 32_000)  # gzip, shuffle, checksum, szip, nbit, scale-offset, lzf; others are plugins
_LARGEST_TEXT = 4_000_000  # labels in words


def is_hdf5(path: Path) -> bool:
    """Say whether a plain file is HDF5, with or without what MATLAB puts before it."""
    with plain_file(path) as file:
        start = file.read(_BEFORE + len(_START))
    return _START in (start[: len(_START)], start[_BEFORE:])


def arrays_of_hdf5(path: Path) -> list[Named]:
    """List the arrays of an HDF5 file, in all its groups; nothing of their size is read.

    Args:
        path: the file; MATLAB's of version 7.3 are some, too, with the sides the other way round.

    Raises:
        DataError: damaged, or what it holds lies elsewhere or could ask for too much.
    """
    import h5py

    plain_file(path).close()
    try:
        file = h5py.File(path, "r")
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0][:120]
        raise DataError(f"{path} cannot be read as HDF5 ({reason}); copy it again") from error
    held = _Held(file, path)
    try:
        held.look(file, "")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0][:120]
        raise DataError(f"{path} is damaged ({reason}); copy it again") from error
    return held.arrays


class _Held:
    """Collects the arrays of a file, which is closed when none of them is needed any more."""

    def __init__(self, file: Any, path: Path) -> None:
        self.arrays: list[Named] = []
        self._path, self._count = path, 0
        self._matlab = path.suffix.lower() == ".mat"
        self._closing = _Closing(file)

    def look(self, group: Any, before: str) -> None:
        """Look into a group and those in it."""
        import h5py

        for name in group:
            self._count += 1
            if self._count > _MOST_MEMBERS:
                raise DataError(f"{self._path} holds more than {_MOST_MEMBERS:,} members; give one with the arrays")
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise DataError(
                    f"{before}{name} of {self._path} leads to another file, which is not followed; copy it in"
                )
            if isinstance(link, h5py.SoftLink) or name.startswith("#"):
                continue  # a second name for the same; MATLAB's references
            member = group[name]
            if isinstance(member, h5py.Group):
                self.look(member, f"{before}{name}/")
            elif isinstance(member, h5py.Dataset) and member.shape is not None and member.ndim:
                self._add(member, f"{before}{name}")

    def _add(self, member: Any, name: str) -> None:
        import h5py

        where = f"{name} of {self._path}"
        if member.is_virtual or member.external:
            raise DataError(f"{where} lies in other files, which are not opened; copy it into one")
        filters = member.id.get_create_plist()
        kinds = [filters.get_filter(number)[0] for number in range(filters.get_nfilters())]
        if any(kind not in _OWN_FILTERS for kind in kinds):
            raise DataError(f"{where} is packed in a way that needs a plugin; save it with gzip or unpacked")
        if member.chunks and math.prod(member.chunks) * member.dtype.itemsize > _LARGEST_CHUNK:
            raise DataError(f"{where} is packed in pieces of more than {_LARGEST_CHUNK >> 20} MiB; save it unpacked")
        if member.size * member.dtype.itemsize > LARGEST_ARRAY:
            raise DataError(f"{where} holds more than {LARGEST_ARRAY >> 30} GiB; keep fewer or smaller images")
        text = h5py.check_string_dtype(member.dtype)
        if text is not None and member.ndim == 1 and member.size < min(_LARGEST_TEXT, MOST_IMAGES):
            words = _Words(member, self._closing)
            self.arrays.append(Named(name, member.shape, np.dtype(np.str_), lambda: words))
        elif not member.dtype.hasobject and member.dtype.kind in "buif":
            rows: Rows = Turned(member, self._closing) if self._matlab else _Plain(member, self._closing)
            shape = rows.shape
            self.arrays.append(Named(name, shape, member.dtype, lambda: rows))


class _Closing:
    """Closes the file when nobody holds this any more."""

    def __init__(self, file: Any) -> None:
        weakref.finalize(self, file.close)
        self.lock = Lock()


class _Plain:
    """Rows of an array in an HDF5 file."""

    def __init__(self, member: Any, closing: _Closing) -> None:
        self._member, self._closing = member, closing
        self.shape: tuple[int, ...] = tuple(member.shape)
        self.dtype: np.dtype[Any] = member.dtype

    def __getitem__(self, key: slice) -> NDArray[Any]:
        try:
            return np.asarray(self._member[key])
        except (OSError, RuntimeError) as error:
            raise _damaged(self._member, error) from error


class Turned(_Plain):
    """Rows of an array that MATLAB wrote, whose sides are the other way round; its last side is the first here.

    Attributes:
        as_seen: the same with its sides in MATLAB's order, for arrays whose rows come first there.
    """

    def __init__(self, member: Any, closing: _Closing) -> None:
        super().__init__(member, closing)
        self.shape = (self.shape[0], *self.shape[:0:-1])
        self.as_seen = _AsSeen(member, closing)

    def __getitem__(self, key: slice) -> NDArray[Any]:
        rows = super().__getitem__(key)
        return rows.transpose(0, *range(rows.ndim - 1, 0, -1))


class _AsSeen(_Plain):
    """Rows along the last side of an array in an HDF5 file, which is the first in MATLAB."""

    def __init__(self, member: Any, closing: _Closing) -> None:
        super().__init__(member, closing)
        self.shape = self.shape[::-1]

    def __getitem__(self, key: slice) -> NDArray[Any]:
        try:
            return np.asarray(self._member[..., key]).T
        except (OSError, RuntimeError) as error:
            raise _damaged(self._member, error) from error


def _damaged(member: Any, error: Exception) -> DataError:
    return DataError(f"{member.name} is damaged ({str(error)[:120]}); copy the file again")


class _Words(_Plain):
    """Text in an HDF5 file."""

    def __getitem__(self, key: slice) -> NDArray[Any]:
        try:
            words = self._member[key]
        except (OSError, RuntimeError) as error:
            raise _damaged(self._member, error) from error
        texts = [word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in words]
        return np.array(texts, np.str_)
