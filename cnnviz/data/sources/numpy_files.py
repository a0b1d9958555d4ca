"""Arrays in NumPy's files, .npz and .npy. Headers are read and checked first; nothing is ever unpickled."""

import math
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from cnnviz.data.sources.roles import Named
from cnnviz.data.sources.rows import LARGEST_ARRAY, FileRows, Rows, damage, plain_file, unpacked
from cnnviz.data.stored import npy_header
from cnnviz.errors import DataError

__all__ = ["array_of_npy", "arrays_of_npz"]

_MOST_MEMBERS = 100


def arrays_of_npz(path: Path) -> list[Named]:
    """List the arrays of an .npz, or of a zip archive of .npy files.

    Raises:
        DataError: damaged, or needing pickle.
    """
    kind = "a NumPy archive"
    with damage(path, kind, "numpy.savez"), plain_file(path) as file, zipfile.ZipFile(file) as archive:
        members = archive.namelist()
        if len(members) > _MOST_MEMBERS or len(set(members)) < len(members):
            raise DataError(f"{path} holds {len(members)} members or one of them twice; save it with numpy.savez")
        arrays = []
        for member in members:
            if not member.endswith(".npy") or member.startswith("__MACOSX"):
                continue
            name = member.removesuffix(".npy").rpartition("/")[2]
            info = archive.getinfo(member)
            with archive.open(info) as opened:
                shape, fortran, dtype, start = _header(opened, f"{name} of {path}")
            if info.file_size - start != math.prod(shape) * dtype.itemsize:
                raise ValueError(f"{member} has not the length that its header says")
            arrays.append(Named(name, shape, dtype, _Member(path, member, shape, dtype, start, fortran)))
    return arrays


class _Member:
    """Unpacks an array of an .npz into a file without a name, and reads its rows there; checks the archive's sum."""

    def __init__(
        self, path: Path, member: str, shape: tuple[int, ...], dtype: np.dtype[Any], start: int, fortran: bool
    ) -> None:
        self._path, self._member, self._start = path, member, start
        self._shape, self._dtype, self._fortran = shape, dtype, fortran

    def __call__(self) -> Rows:
        where = f"{self._member.removesuffix('.npy')} of {self._path}"
        with (
            damage(self._path, "a NumPy archive", "numpy.savez"),
            zipfile.ZipFile(self._path) as archive,
            archive.open(self._member) as opened,
        ):
            file = unpacked(opened, archive.getinfo(self._member).file_size, where)
        return _rows(file, self._start, self._shape, self._dtype, self._fortran, where)


def array_of_npy(path: Path) -> Named:
    """Return the array of an .npy file, by the file's name.

    Raises:
        DataError: damaged, or needing pickle.
    """
    with damage(path, "a NumPy array", "numpy.save"), plain_file(path) as file:
        shape, fortran, dtype, start = _header(file, str(path))
        if path.stat().st_size - start != math.prod(shape) * dtype.itemsize:
            raise ValueError("it has not the length that its header says")
    return Named(path.stem, shape, dtype, lambda: _rows(plain_file(path), start, shape, dtype, fortran, str(path)))


def _header(file: IO[bytes], where: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    shape, fortran, dtype = npy_header(file)
    if dtype.hasobject:
        raise DataError(
            f"{where} holds Python objects, which would need pickle and are never opened; save plain arrays, all "
            "images of one size"
        )
    if math.prod(shape) * dtype.itemsize > LARGEST_ARRAY:
        raise DataError(f"{where} holds more than {LARGEST_ARRAY >> 30} GiB; keep fewer or smaller images")
    return shape, fortran, dtype, file.tell()


def _rows(file: IO[bytes], start: int, shape: tuple[int, ...], dtype: np.dtype[Any], fortran: bool, where: str) -> Rows:
    if not fortran or len(shape) < 2:
        return FileRows(file, start, shape, dtype, where)
    with file:  # columns first: a row lies all over the file
        return np.memmap(file, dtype, "r", start, shape, order="F")
