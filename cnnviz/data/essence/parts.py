"""What is kept of a photo's file, and the stream that a decoder reads it from."""

import io
from dataclasses import dataclass
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
    """

    parts: tuple[Part, ...]
    size: tuple[int, int]
    memory: int
    orientation: int = 1
    more: bool = False
    halved: bool = False


def open_parts(parts: tuple[Part, ...]) -> io.BufferedReader:
    """Return pieces as one file, without copying them together."""
    return io.BufferedReader(_Parts(parts), 2**16)


class _Parts(io.RawIOBase):
    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = [memoryview(part) for part in parts]
        self._length = sum(map(len, self._parts))
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = max({io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence] + offset, 0)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        wanted = memoryview(buffer)
        at = self._at
        for part in self._parts:
            if at < len(part):
                found = part[at : at + len(wanted)]
                wanted[: len(found)] = found
                self._at += len(found)
                return len(found)
            at -= len(part)
        return 0

    def readall(self) -> bytes:
        """All of the rest, copied once; the inherited way would hold it twice."""
        at, rest = self._at, []
        for part in self._parts:
            rest.append(part[at:])
            at = max(at - len(part), 0)
        self._at = max(self._at, self._length)
        return b"".join(rest)
