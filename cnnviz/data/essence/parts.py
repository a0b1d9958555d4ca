"""What is kept of a photo's file, and the stream that a decoder reads it from."""

import io
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

__all__ = ["MOST_MEMORY", "Essence", "Part", "TooMuchError", "open_parts"]

Part = bytes | memoryview

MOST_MEMORY = 250_000_000  # bytes while a photo is decoded, its file included; 50 MB more are left to whoever sent it


class TooMuchError(Exception):
    """A file that asks for more than a photo needs; the message names what, in a few words."""


@dataclass(frozen=True, eq=False)
class Essence:
    """What a decoder needs of a photo.

    Attributes:
        parts: the file that it is given, in pieces, mostly views into the one that came.
        size: (width, height) in pixels as stored, not yet turned upright.
        memory: bytes that decoding takes at most, the file included.
        orientation: how it was held, as EXIF counts: 1 upright to 8.
        more: whether further frames or pages follow.
        halved: whether it must be decoded at half its size, because memory would not suffice for all of it.
        deep: whether it is grey of more than 8 bits.
        exif: its block of EXIF data; empty where it has none.
    """

    parts: tuple[Part, ...]
    size: tuple[int, int]
    memory: int
    orientation: int = 1
    more: bool = False
    halved: bool = False
    deep: bool = False
    exif: bytes = b""


def open_parts(parts: tuple[Part, ...]) -> io.BufferedReader:
    """Return pieces as one file, without copying them together."""
    return io.BufferedReader(_Parts(parts), 2**16)


class _Parts(io.RawIOBase):
    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = [memoryview(part) for part in parts if len(part)]
        self._ends = list(accumulate(map(len, self._parts)))
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        length = self._ends[-1] if self._ends else 0
        self._at = max({io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: length}[whence] + offset, 0)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        found = next(self._rest(), memoryview(b""))[: len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def readall(self) -> bytes:
        """All of the rest, copied once; the inherited way would hold it twice."""
        rest = b"".join(self._rest())
        self._at += len(rest)
        return rest

    def _rest(self) -> Iterator[memoryview]:
        """The pieces behind the present place; the first of them from there on."""
        first = bisect_right(self._ends, self._at)
        for number in range(first, len(self._parts)):
            part = self._parts[number]
            yield part[max(self._at - self._ends[number], -len(part)) :] if number == first else part
