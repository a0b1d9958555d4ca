"""What makes the picture of a JPEG (ITU-T T.81, annex B): its tables, its frame and its scans."""

import re
from math import ceil

from cnnviz.data.essence.parts import MOST_MEMORY, Essence, TooMuchError
from cnnviz.data.essence.tiff import orientation_of

__all__ = ["jpeg_essence"]

_SEGMENT = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")  # neither zero nor filling, and no restart within a scan
_SOF = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_KEPT = _SOF | {0xC4, 0xCC, 0xDB, 0xDD}  # and tables: Huffman, arithmetic, quantisation, restart interval
_SOI, _EOI, _SOS, _EXIF = 0xD8, 0xD9, 0xDA, 0xE1
_COLOURS = {(0xE0, b"JFIF\0"), (0xEE, b"Adobe")}  # what tells which colours the components are
_MOST_SEGMENTS = 4096  # the longest file has a thousand of full length
_MOST_WORK = 10**9  # scans times pixels; each scan goes over the whole picture, however few bytes it has


def jpeg_essence(content: bytes) -> Essence:
    """Return a JPEG without what cameras and programs add to it.

    A baseline JPEG is decoded line by line. Of one with several scans all coefficients, two bytes each, are held until
    the last has come; where memory would not suffice for them and the picture, the picture is to be made at half size.
    """
    kept: list[bytes] = [content[:2]]
    frame = exif = b""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        at, kind, segment = _next(content, at)
        if kind == _SOS:
            break
        if kind == _EXIF and segment[4:10] == b"Exif\0\0" and orientation_of(exif) == 1:
            exif = segment[10:]
        if kind in _KEPT or (kind, segment[4:9]) in _COLOURS:
            kept.append(segment)
        if kind in _SOF:
            frame = segment
    else:
        raise TooMuchError(f"more than {_MOST_SEGMENTS:,} parts before its picture")
    start = at - len(segment)
    scans, end = _scans(content, start)
    height, width, components = int.from_bytes(frame[5:7], "big"), int.from_bytes(frame[7:9], "big"), frame[9]
    if scans * width * height > _MOST_WORK and scans > 1:
        raise TooMuchError(f"{scans:,} scans of {width}x{height} pixels each")
    several = frame[1] in _PROGRESSIVE or segment[4] < components
    held = len(content) + (_coefficients(frame, width, height) if several else 0)
    picture = width * height * (1 if components == 1 else 4)
    halved = held + picture > MOST_MEMORY
    return Essence(
        (*kept, memoryview(content)[start:end]),
        (width, height),
        held + (picture // 4 if halved else picture),
        orientation_of(exif),
        halved=halved,
        exif=exif,
    )


def _next(content: bytes, at: int) -> tuple[int, int, bytes]:
    """Return where the next segment ends, its kind and itself, from its marker on."""
    found = _SEGMENT.search(content, at)
    if found is None or content[found.end() - 1] == _EOI:
        raise ValueError("it has no picture")
    start, kind = found.start(), content[found.end() - 1]
    if kind == _SOI:
        return found.end(), kind, b""
    end = start + 2 + max(int.from_bytes(content[start + 2 : start + 4], "big"), 2)
    return end, kind, content[start:end]


def _scans(content: bytes, at: int) -> tuple[int, int]:
    """Count the scans; return their number and where the last ends."""
    scans = segments = 0
    while found := _SEGMENT.search(content, at):
        kind = content[found.end() - 1]
        if kind == _EOI:
            return scans, found.end()
        scans, segments = scans + (kind == _SOS), segments + 1
        if segments > _MOST_SEGMENTS:
            raise TooMuchError(f"more than {_MOST_SEGMENTS:,} scans and tables")
        length = 0 if kind == _SOI else int.from_bytes(content[found.end() : found.end() + 2], "big")
        at = found.end() + length
    return scans, len(content)


def _coefficients(frame: bytes, width: int, height: int) -> int:
    """Return how many bytes a decoder holds of a frame with several scans: 64 numbers of 16 bits a block."""
    factors = [(frame[at] >> 4, frame[at] & 15) for at in range(11, 10 + 3 * frame[9], 3)]
    across, down = max(one[0] for one in factors), max(one[1] for one in factors)
    units = ceil(width / (8 * across)) * ceil(height / (8 * down))
    return sum(units * wide * high * 128 for wide, high in factors)
