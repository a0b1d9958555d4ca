"""Files of the kind idx, as MNIST has them: a header of sides, then plain values; gzipped or not.

The format is described at the end of http://yann.lecun.com/exdb/mnist/.
"""

import gzip
import math
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.npz import regular_file
from cnnviz.errors import DataError

__all__ = [
    "IdxHeader",
    "header_of_idx",
    "idx_start",
    "is_idx_name",
    "lies_on_its_side",
    "open_idx",
    "read_idx",
    "stem_of_idx",
]

_NAME = re.compile(r"[-._]idx[1-4][-._]ubyte(\.gz)?$|\.idx[1-4]?(\.gz)?$", re.IGNORECASE)
_TYPES: Mapping[int, str] = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_MOST_SIDES = 4
_GZIP = b"\x1f\x8b"


class IdxHeader(NamedTuple):
    """What the first bytes say."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int  # of the first value, in bytes

    @property
    def length(self) -> int:
        """How many bytes the file has, unpacked."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize


def is_idx_name(name: str) -> bool:
    """Say whether a file's name is that of an idx file."""
    return bool(_NAME.search(name))


def stem_of_idx(name: str) -> str:
    """Return an idx file's name without what says that it is one: "train-images"."""
    return _NAME.sub("", name)


def lies_on_its_side(name: str) -> bool:
    """Say whether a file's name is EMNIST's, such as emnist-letters-train-images-idx3-ubyte.gz.

    Its pictures have rows and columns exchanged: https://www.nist.gov/itl/products-and-services/emnist-dataset.
    """
    return name.lower().startswith("emnist-") and "images" in name.lower()


def idx_start(array: NDArray[np.uint8]) -> bytes:
    """Return the header of the idx file that holds an array of bytes."""
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)


@contextmanager
def open_idx(path: Path) -> Iterator[IO[bytes]]:
    """Open an idx file to be read unpacked, whether it is gzipped or not.

    Raises:
        DataError: it is missing, no plain file, may not be read, or is damaged.
    """
    regular_file(path)
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == _GZIP
            plain.seek(0)
            if not packed:
                yield plain
                return
            with gzip.open(plain) as file:
                yield cast(IO[bytes], file)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        reason = getattr(error, "strerror", None) or str(error) or "it ends early"
        raise DataError(f"{path} cannot be read as an idx file ({reason:.120}); copy it again") from error


def header_of_idx(path: Path) -> IdxHeader:
    """Read the header of an idx file.

    Raises:
        DataError: it is none, or damaged.
    """
    with open_idx(path) as file:
        start = file.read(4)
        if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _TYPES or not 1 <= start[3] <= _MOST_SIDES:
            raise DataError(f"{path} is no idx file, whose first bytes say its type and its sides; copy it again")
        offset = 4 + 4 * start[3]
        return IdxHeader(struct.unpack(f">{start[3]}I", file.read(offset - 4)), np.dtype(_TYPES[start[2]]), offset)


def read_idx(path: Path, most: int) -> NDArray[Any]:
    """Read an idx file into memory.

    Args:
        path: the file, gzipped or not.
        most: how many bytes it may have, unpacked.

    Raises:
        DataError: it is none, damaged, or larger.
    """
    header = header_of_idx(path)
    if header.length > most:
        raise DataError(f"{path} says that it holds {header.length:,} bytes, expected at most {most:,}; copy it again")
    with open_idx(path) as file:
        content = file.read(header.length + 1)
    if len(content) != header.length:
        raise DataError(f"{path} is damaged: it has not the length that its header says; copy it again")
    return np.frombuffer(content, header.dtype, offset=header.offset).reshape(header.shape)
