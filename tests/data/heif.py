"""AVIF and HEIC files as cameras write them, and as nobody should: put together box by box (ISO/IEC 23008-12)."""

import io
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()  # so that Pillow saves it

__all__ = ["COLOURED", "EXACT", "HOSTILE", "box", "encoded", "grid", "inside", "replaced", "with_size"]

COLOURED = np.asarray(
    Image.fromarray(np.random.default_rng(7).integers(0, 256, (6, 8, 3), np.uint8)).resize((80, 60), Image.BICUBIC)
)
EXACT: dict[str, dict[str, Any]] = {
    "AVIF": {"quality": 100, "subsampling": "4:4:4", "speed": 9},
    "HEIC": {"quality": -1, "chroma": 444},
}
_CODED = {"AVIF": (b"avif", b"av01", b"av1C"), "HEIC": (b"heic", b"hvc1", b"hvcC")}


def encoded(kind: str, pixels: np.ndarray[Any, Any] | Image.Image, **settings: Any) -> bytes:
    """Encode a picture with Pillow or pillow-heif."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    stream = io.BytesIO()
    image.save(stream, {"AVIF": "AVIF", "HEIC": "HEIF"}[kind], **({"speed": 9} if kind == "AVIF" else {}) | settings)
    return stream.getvalue()


def box(name: bytes, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return struct.pack(">I", 8 + len(content)) + name + content


def full(name: bytes, *inner: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(name, struct.pack(">I", version << 24 | flags), *inner)


def inside(content: bytes, *path: bytes) -> bytes:
    """The inside of the first box that lies in others, such as meta, iprp, ipco, ispe."""
    for name in path:
        at = 0
        while content[at + 4 : at + 8] != name:
            at += struct.unpack_from(">I", content, at)[0]
        content = content[at + 8 : at + struct.unpack_from(">I", content, at)[0]]
        content = content[4:] if name == b"meta" else content
    return content


@cache
def _coded(kind: str, width: int, height: int) -> tuple[bytes, bytes]:
    """The decoder's configuration and the coded data of a plain picture."""
    content = encoded(kind, np.full((height, width, 3), 90, np.uint8), quality=30)
    *_, name = _CODED[kind]
    return box(name, inside(content, b"meta", b"iprp", b"ipco", name)), inside(content, b"mdat")


def grid(kind: str, *, tile: int, rows: int, columns: int, size: int, said: int | None = None) -> bytes:
    """A picture that is put together of tiles, all of which are the same coded data.

    Args:
        kind: "AVIF" or "HEIC".
        tile: pixels of a side of what is coded.
        rows, columns: how many tiles.
        size: pixels of a side of the whole.
        said: how large the file says that a tile is; None for what it is.
    """
    brand, coding, _ = _CODED[kind]
    configuration, data = _coded(kind, tile, tile)
    tiles = rows * columns
    whole = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, size, size)
    properties = box(
        b"ipco", configuration, *(full(b"ispe", struct.pack(">II", side, side)) for side in (said or tile, size))
    )
    of_tiles = b"".join(struct.pack(">HBBB", 2 + number, 2, 0x81, 2) for number in range(tiles))
    head = box(b"ftyp", brand, bytes(4), b"mif1", brand, b"miaf")

    def meta(at: int) -> bytes:
        places = [(1, at, len(whole)), *((2 + number, at + len(whole), len(data)) for number in range(tiles))]
        names = [(1, b"grid"), *((2 + number, coding) for number in range(tiles))]
        return full(
            b"meta",
            full(b"hdlr", bytes(4), b"pict", bytes(13)),
            full(b"pitm", struct.pack(">H", 1)),
            full(
                b"iloc",
                struct.pack(">HH", 0x4400, len(places)),
                *(struct.pack(">HHHII", one, 0, 1, start, length) for one, start, length in places),
            ),
            full(
                b"iinf",
                struct.pack(">H", len(names)),
                *(full(b"infe", struct.pack(">HH", one, 0), name, b"\0", version=2) for one, name in names),
            ),
            full(
                b"iref",
                box(b"dimg", struct.pack(">HH", 1, tiles), struct.pack(f">{tiles}H", *range(2, 2 + tiles))),
            ),
            box(b"iprp", properties, full(b"ipma", struct.pack(">IHBB", 1 + tiles, 1, 1, 3), of_tiles)),
        )

    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", whole, data)


def with_size(content: bytes, width: int, height: int) -> bytes:
    """A file that says another size of each of its pictures."""
    return replaced(content, b"ispe", 4, struct.pack(">II", width, height))


def replaced(content: bytes, name: bytes, offset: int, new: bytes) -> bytes:
    """Write over what lies in every box of a name."""
    changed, at = bytearray(content), -1
    while (at := content.find(name, at + 1)) >= 0:
        changed[at + 4 + offset : at + 4 + offset + len(new)] = new
    return bytes(changed)


def _flipped(kind: str) -> bytes:
    content = bytearray(encoded(kind, COLOURED))
    random = np.random.default_rng(3)
    for at in random.integers(len(content) // 2, len(content), 40):
        content[at] ^= 1 << int(random.integers(8))
    return bytes(content)


@cache
def _large(kind: str) -> bytes:
    return encoded(kind, np.full((2000, 2000, 3), 90, np.uint8), quality=30)


def _starts(kind: str) -> bytes:
    return box(b"ftyp", _CODED[kind][0], bytes(4), b"mif1")


# What comes, and what is said of it; nothing where a picture may come of it all the same.
HOSTILE: dict[str, tuple[Callable[[str], bytes], str]] = {
    "cut off": (lambda kind: encoded(kind, COLOURED)[:-200], "is a damaged or unusual"),
    "cut off in its boxes": (lambda kind: encoded(kind, COLOURED)[:120], "is a damaged or unusual"),
    "nothing of its picture": (lambda kind: encoded(kind, COLOURED)[:-400] + bytes(400), ""),
    "bits flipped": (_flipped, ""),
    "65535x65535": (lambda kind: with_size(encoded(kind, COLOURED), 65535, 65535), "65535x65535 pixels, more than 25"),
    "a strip": (lambda kind: with_size(encoded(kind, COLOURED), 2000, 20), "20 times as long"),
    "no size": (lambda kind: encoded(kind, COLOURED).replace(b"ispe", b"free"), "is a damaged or unusual"),
    "an empty size": (lambda kind: with_size(encoded(kind, COLOURED), 0, 60), "is a damaged or unusual"),
    "larger than it says": (lambda kind: with_size(_large(kind), 64, 64), ""),
    "many tiles": (lambda kind: grid(kind, tile=64, rows=100, columns=100, size=4900), ""),
    "tiles that say they are small": (
        lambda kind: grid(kind, tile=1024, rows=30, columns=30, size=960, said=32),
        "",
    ),
    "fewer tiles than its grid has": (
        lambda kind: grid(kind, tile=64, rows=2, columns=2, size=128).replace(
            b"\0\1\1\1\0\0\0\x80", b"\0\1\xff\xff\0\0\0\x80"
        ),
        "",
    ),
    "an endless box": (lambda kind: _starts(kind) + b"\0\0\0\1meta" + b"\xff" * 8, "is a damaged or unusual"),
    "many boxes": (
        lambda kind: _starts(kind) + box(b"free") * 10_000,
        "more than a photo needs (more than 4,096 boxes)",
    ),
}
