"""Arrays in MATLAB's files: here those of version 5 to 7, while those of version 7.3 are HDF5.

The format is that of MathWorks' "MAT-File Format": a header of 128 bytes, then elements, each with a tag of its type
and length, which may be packed with zlib. Only arrays of plain numbers are read. SciPy's reader is not used, because it
brings the whole process down on some damaged files.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cnnviz.data.sources.blocks import Block
from cnnviz.data.sources.hdf5 import arrays_of_hdf5, is_hdf5
from cnnviz.data.sources.pieces import Found, one_part
from cnnviz.data.sources.roles import Named, blocks_of, role_of
from cnnviz.data.sources.rows import LARGEST_ARRAY, Inflated, Readable, Rows, damage, plain_file, unpacked
from cnnviz.data.sources.understood import Reading
from cnnviz.errors import DataError

__all__ = ["blocks_of_mat"]

_FORM = "a MATLAB file (.mat)"
_MOST_ELEMENTS = 1_000
_MOST_SIDES = 8
_LONGEST_NAME = 256
_HEADER = 128
_ORDERS: Mapping[bytes, str] = {b"IM": "<", b"MI": ">"}  # of the last two bytes of the header
_MATRIX, _PACKED = 14, 15
_PLAIN_CLASSES = range(6, 16)  # double to uint64; before it cells, structures, objects, text and sparse arrays
_COMPLEX = 0x0800
_TYPES: Mapping[int, str] = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
_PART = 2**16


def blocks_of_mat(path: Path, files: Sequence[Path], reading: Reading) -> tuple[list[Block], Found]:
    """Find the pictures and labels of a .mat and of those that belong to it: SVHN's two, or one of each.

    Args:
        path: what was given.
        files: the .mat files, the given one first.
        reading: which arrays are images and labels, where the person says so.

    Raises:
        DataError: damaged, or without pictures and labels.
    """
    blocks: list[Block] = []
    found = Found("")
    held = {file: _arrays(file) for file in files}
    if len(files) > 1 and any(len(arrays) == 1 for arrays in held.values()):  # pictures in one, labels in another
        blocks, found = blocks_of(_by_file(held), _FORM, str(path), reading)
    else:
        for file, arrays in held.items():
            own, found = blocks_of(arrays, _FORM, str(file), reading)
            said = role_of(file.stem).part
            blocks += [replace(block, part=block.part or said) for block in own] if len(files) > 1 else own
    if all(_is_svhn(block) for block in blocks):
        blocks = [replace(block, labels=np.where(block.labels == 10, 0, block.labels)) for block in blocks]
        found = replace(found, notes=(*found.notes, "The label 10 stands for the digit 0 (SVHN), and was named so."))
    if len(files) > 1 and path.is_file():
        others = " and ".join(file.name for file in files[1:])
        found = replace(found, notes=(*found.notes, f"{others} beside {path.name} was read with it."))
    return one_part(blocks), found


def _by_file(held: Mapping[Path, list[Named]]) -> list[Named]:
    """Name arrays by their files, whose names say more where each holds a single one."""
    return [
        replace(array, name=file.stem if len(arrays) == 1 else f"{file.stem}/{array.name}")
        for file, arrays in held.items()
        for array in arrays
    ]


def _is_svhn(block: Block) -> bool:
    labels = block.labels
    return (
        (32, 32, 3) in (block.images.shape[:3], block.images.shape[1:])  # version 7.3 has their number first
        and labels.dtype.kind in "ui"
        and len(labels) > 0
        and labels.min() >= 1
        and labels.max() == 10
    )


# --- the format -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where an array lies: the element that holds it, and how many bytes of that come before its values."""

    path: Path
    start: int
    length: int
    packed: bool
    before: int
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    name: str

    def __call__(self) -> Rows:
        where = f"{self.name} of {self.path}"
        n_bytes = math.prod(self.shape) * self.dtype.itemsize
        with damage(self.path, "a MATLAB file", "-v7"), plain_file(self.path) as file:
            file.seek(self.start)
            source = _Counted(Inflated(file, self.length) if self.packed else file)
            source.skip(self.before)
            with unpacked(_Bounded(source, n_bytes), n_bytes, where) as values:
                return np.memmap(values, self.dtype, "r", 0, self.shape, order="F")


class _Counted:
    """Reads exactly as much as is asked for, and counts it."""

    def __init__(self, source: Readable) -> None:
        self._source, self.count = source, 0

    def read(self, length: int, /) -> bytes:
        content = b""
        while len(content) < length:
            more = self._source.read(min(length - len(content), _PART))
            if not more:
                raise EOFError("it ends too early")
            content += more
        self.count += length
        return content

    def skip(self, length: int) -> None:
        while length:
            length -= len(self.read(min(length, _PART)))


class _Bounded:
    """Reads no further than an array's values."""

    def __init__(self, source: Readable, length: int) -> None:
        self._source, self._left = source, length

    def read(self, length: int, /) -> bytes:
        content = self._source.read(min(length, self._left))
        self._left -= len(content)
        return content


def _arrays(path: Path) -> list[Named]:
    """List the arrays of plain numbers; of packed ones no more is unpacked than what comes before their values."""
    if is_hdf5(path):
        return arrays_of_hdf5(path)
    arrays: list[Named] = []
    with damage(path, "a MATLAB file", "-v7"), plain_file(path) as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER or header[126:] not in _ORDERS:
            raise ValueError("it is of a version before 5, or none")
        order = _ORDERS[header[126:]]
        for _ in range(_MOST_ELEMENTS):
            tag = file.read(8)
            if not tag:
                return arrays
            kind, length = struct.unpack(f"{order}II", tag)
            start = file.tell()
            if start + length > path.stat().st_size:
                raise EOFError("it ends too early")
            if kind in (_MATRIX, _PACKED):
                source = _Counted(Inflated(file, length) if kind == _PACKED else file)
                if kind == _PACKED and struct.unpack(f"{order}II", source.read(8))[0] != _MATRIX:
                    raise ValueError("what is packed is no array")
                found = _matrix(source, order)
                if found:
                    name, shape, dtype = found
                    place = _Place(path, start, length, kind == _PACKED, source.count, shape, dtype, name)
                    arrays.append(Named(name, shape, dtype, place))
            file.seek(start + length)
    raise DataError(f"{path} holds more than {_MOST_ELEMENTS:,} variables; save those with the images and labels")


def _matrix(source: _Counted, order: str) -> tuple[str, tuple[int, ...], np.dtype[np.generic]] | None:
    """Read what comes before an array's values: its name, shape and type; None where it is not of plain numbers."""
    _, flags = _element(source, order, 16)
    (told,) = struct.unpack_from(f"{order}I", flags)
    if told & 0xFF not in _PLAIN_CLASSES or told & _COMPLEX:
        return None
    _, sides = _element(source, order, 4 * _MOST_SIDES)
    shape = struct.unpack(f"{order}{len(sides) // 4}i", sides)
    _, name = _element(source, order, _LONGEST_NAME)
    kind, length, _ = _tag(source, order)
    if min(shape, default=-1) < 0 or kind not in _TYPES:
        raise ValueError("a header cannot be right")
    dtype: np.dtype[np.generic] = np.dtype(f"{order}{_TYPES[kind]}")
    if math.prod(shape) * dtype.itemsize != length or length > LARGEST_ARRAY:
        raise ValueError("an array has not the length that its header says")
    return name.decode("latin-1"), shape, dtype


def _tag(source: _Counted, order: str) -> tuple[int, int, int]:
    """Read a tag: the type, the length, and how much of what fills up to eight bytes follows."""
    (first,) = struct.unpack(f"{order}I", source.read(4))
    if first >> 16:  # a small element stands in its own tag
        return first & 0xFFFF, first >> 16, max(4 - (first >> 16), 0)
    (length,) = struct.unpack(f"{order}I", source.read(4))
    return first, length, -length % 8


def _element(source: _Counted, order: str, most: int) -> tuple[int, bytes]:
    kind, length, filling = _tag(source, order)
    if length > most:
        raise ValueError("a header is too long")
    content = source.read(length)
    source.skip(filling)
    return kind, content
