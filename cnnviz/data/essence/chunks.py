"""What makes the picture of a PNG, a WebP, a GIF and a BMP: few of the chunks and blocks that they may have."""

import struct
from collections.abc import Iterator

from cnnviz.data.essence.parts import Essence, Part, TooMuchError
from cnnviz.data.essence.tiff import orientation_of

__all__ = ["bmp_essence", "gif_essence", "png_essence", "webp_essence"]

_MOST_CHUNKS = 100_000  # PNG programs write 8 kB or more at a time
_MOST_BLOCKS = 2**19  # of a GIF, 255 bytes each; the largest file has half as many
_PALETTE = 3 * 256  # bytes
_MOST_RUNS = 4_000_000  # pixels of a BMP with run lengths, which Pillow unpacks in Python


def png_essence(content: bytes) -> Essence:
    """Return a PNG's still picture (PNG, third edition): header, palette, transparency and data."""
    width, height, depth, colours = struct.unpack_from(">IIBB", content, 16)
    view, orientation, more, began = memoryview(content), 1, False, False
    kept: list[Part] = [content[:33]]
    if content[12:16] != b"IHDR":
        raise ValueError("it has no header")
    for kind, start, end in _png_chunks(content):
        length = end - start - 12
        if kind == b"IDAT":
            kept.append(view[start:end])
            began = True
        elif kind in (b"PLTE", b"tRNS") and not began and length <= _PALETTE:
            kept.append(view[start:end])
        elif kind == b"eXIf":
            orientation = orientation_of(content[start + 8 : end - 4])
        elif kind == b"acTL" and not began:
            more = int.from_bytes(content[start + 8 : start + 12], "big") > 1
    kept.append(struct.pack(">I", 0) + b"IEND\xae\x42\x60\x82")
    bytes_a_pixel = 4 if colours in (2, 4, 6) else max(depth // 8, 1)
    memory = len(content) + width * height * bytes_a_pixel
    return Essence(tuple(kept), (width, height), memory, orientation, more, deep=(depth, colours) == (16, 0))


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the chunks behind the header: kind, where each begins and ends; the last may be cut off."""
    at = 33
    for _ in range(_MOST_CHUNKS):
        kind = content[at + 4 : at + 8]
        if len(kind) < 4 or kind == b"IEND":
            return
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        yield kind, at, end
        at = end
    raise TooMuchError(f"more than {_MOST_CHUNKS:,} chunks")


def webp_essence(content: bytes) -> Essence:
    """Return a WebP's first picture (RFC 9649): the bitstream, its transparency and what places it on the canvas."""
    view = memoryview(content)
    kept: list[Part] = []
    head, orientation, frames = b"", 1, 0
    size: tuple[int, int] | None = None
    for kind, start, end in _riff_chunks(content, 12, len(content)):
        if kind == b"VP8X":
            flags = content[start + 8] & 0x12  # animated, transparent; no profile and no texts any more
            head = content[start : start + 8] + bytes([flags]) + content[start + 9 : end]
            size = _three(content, start + 12) + 1, _three(content, start + 15) + 1
        elif kind == b"EXIF":
            exif = content[start + 8 : end]
            orientation = orientation_of(exif.removeprefix(b"Exif\0\0"))
        elif kind in (b"VP8 ", b"VP8L", b"ALPH", b"ANIM"):
            kept.append(view[start:end])
            size = size or _bitstream_size(kind, content[start + 8 : start + 18])
        elif kind == b"ANMF":
            frames += 1
            if frames == 1:
                kept.append(view[start:end])
    if size is None:
        raise ValueError("it has no picture")
    body: list[Part] = [head, *kept]
    length = sum(map(len, body))
    # The decoder keeps two canvases of four bytes a pixel, the picture comes as a third and is copied into a fourth.
    memory = 3 * len(content) + 16 * size[0] * size[1]
    parts = (b"RIFF" + struct.pack("<I", length + 4) + b"WEBP", *body)
    return Essence(parts, size, memory, orientation, frames > 1)


def _riff_chunks(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            return
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        following = at + 8 + length + length % 2
        yield content[at : at + 4], at, min(following, end)
        at = following
    raise TooMuchError(f"more than {_MOST_CHUNKS:,} chunks")


def _bitstream_size(kind: bytes, start: bytes) -> tuple[int, int] | None:
    """Return the size that a bitstream says it has, from its first ten bytes."""
    if kind == b"VP8 ":
        return int.from_bytes(start[6:8], "little") & 0x3FFF, int.from_bytes(start[8:10], "little") & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _three(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 3], "little")


def gif_essence(content: bytes) -> Essence:
    """Return a GIF's first frame (GIF89a): palettes, transparency and data, nothing to be done after it."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + _table(flags)
    head = content[:at]
    control, image, more = b"", b"", False
    for _ in range(_MOST_CHUNKS):
        kind = content[at : at + 1]
        if kind == b"!":
            if content[at + 1] == 0xF9 and not image:
                packed, _, transparent = struct.unpack_from("<BHB", content, at + 3)
                control = b"!\xf9\x04" + struct.pack("<BHB", packed & 1, 0, transparent) + b"\0"
            at = _blocks_end(content, at + 2)
        elif kind == b"," and image:
            more = True
            break
        elif kind == b",":
            left, top, wide, high, flags = struct.unpack_from("<HHHHB", content, at + 1)
            width, height = max(width, left + wide), max(height, top + high)
            start, at = at, _blocks_end(content, at + 11 + _table(flags))
            image = content[start:at]
        elif kind in (b"", b";"):
            break
        else:
            at += 1
    else:
        raise TooMuchError(f"more than {_MOST_CHUNKS:,} blocks")
    if not image:
        raise ValueError("it has no picture")
    memory = 2 * len(content) + 5 * width * height
    return Essence((head, control, image, b";"), (width, height), memory, more=more)


def _table(flags: int) -> int:
    """The bytes of a colour table."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    """Return where a row of blocks ends, the empty one included."""
    for _ in range(_MOST_BLOCKS):
        if at >= len(content):
            return len(content)
        length = content[at]
        at += 1 + length
        if not length:
            return at
    raise TooMuchError(f"more than {_MOST_BLOCKS:,} blocks")


def bmp_essence(content: bytes) -> Essence:
    """Return a BMP as it is: it has a header, a palette and pixels. Of run lengths there may be few."""
    (header,) = struct.unpack_from("<I", content, 14)
    if header == 12:
        width, height = struct.unpack_from("<HH", content, 18)
        packing = 0
    else:
        width, height, packing = struct.unpack_from("<iixxxxI", content, 18)
        height = abs(height)
    if packing in (1, 2) and max(width * height, len(content) / 2) > _MOST_RUNS:
        raise TooMuchError("too many pixels for a BMP that is compressed")
    return Essence((content,), (width, height), len(content) + 4 * width * height)
