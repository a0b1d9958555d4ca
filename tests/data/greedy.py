"""Small photo files that ask a decoder for far more than they are, made byte by byte."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from tests.data.photos import chunk


class Claim(NamedTuple):
    """Values that are said to stand somewhere in the file."""

    count: int
    place: int


Tag = tuple[int, int, Sequence[int] | Claim]  # number, type, values

DATA = -1
_LETTERS = {1: "B", 3: "H", 4: "I", 7: "B", 16: "Q"}


@cache
def zeros(megabytes: int) -> bytes:
    """Deflated zeros, about a thousandth of their size; made of one block, which is quick."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = press.compress(bytes(2**20)) + press.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + block * megabytes + b"\x03\x00" + struct.pack(">I", 1)


def tiff(tags: Sequence[Tag], data: bytes, *, order: str = "<", big: bool = False, following: int = 0) -> bytes:
    """A TIFF of one directory; `DATA` among the values stands for where the data are."""
    word, inline, head = ("Q", 8, 16) if big else ("I", 4, 8)
    rows = sorted(tags, key=lambda tag: tag[0])
    after = head + (8 if big else 2) + len(rows) * (4 + 2 * inline) + inline
    entries, rest = b"", b""
    for number, kind, values in rows:
        if isinstance(values, Claim):
            count, packed = values.count, struct.pack(order + word, values.place)
        else:
            count = len(values)
            packed = struct.pack(f"{order}{count}{_LETTERS[kind]}", *(after if one == DATA else one for one in values))
        if len(packed) > inline:
            packed, rest = struct.pack(order + word, after + len(data) + len(rest)), rest + packed
        entries += struct.pack(f"{order}HH{word}", number, kind, count) + packed.ljust(inline, b"\0")
    magic = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    magic += struct.pack(order + "HHQ", 8, 0, 16) if big else struct.pack(order + "I", 8)
    count = struct.pack(order + ("Q" if big else "H"), len(rows))
    return magic + count + entries + struct.pack(order + word, following) + data + rest


def grey(width: int = 16, height: int = 16, compression: int = 8) -> list[Tag]:
    """The tags of a grey picture without its strips."""
    return [
        *((256, 4, [width]), (257, 4, [height]), (258, 3, [8]), (259, 3, [compression])),
        *((262, 3, [1]), (277, 3, [1])),
    ]


def tiles(side: int, length: int) -> list[Tag]:
    return [(322, 4, [side]), (323, 4, [side]), (324, 4, [DATA]), (325, 4, [length])]


def strip(length: int, rows: int = 16) -> list[Tag]:
    return [(273, 4, [DATA]), (278, 4, [rows]), (279, 4, [length])]


SMALL = zlib.compress(bytes(range(256)))  # 16x16


def tile(side: int, compression: int = 8, *, order: str = "<", big: bool = False) -> bytes:
    data = zeros((side * side >> 20) + 1) if compression == 8 else bytes(1000)
    return tiff([*grey(compression=compression), *tiles(side, len(data))], data, order=order, big=big)


def strip_tiff(*more: Tag, data: bytes = SMALL, following: int = 0) -> bytes:
    return tiff([*grey(), *strip(len(SMALL)), *more], data, following=following)


def jpeg(width: int, height: int, **settings: object) -> bytes:
    stream = io.BytesIO()
    Image.new(str(settings.pop("mode", "RGB")), (width, height)).save(stream, "JPEG", **settings)
    return stream.getvalue()


def behind_start(content: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments behind its first marker."""
    return content[:2] + b"".join(segments) + content[2:]


def app(number: int, content: bytes = b"") -> bytes:
    return bytes([0xFF, 0xE0 + number]) + struct.pack(">H", len(content) + 2) + content


def exif_of_one_place(entries: int, length: int) -> bytes:
    """EXIF data whose tags all claim the same bytes, which is what copying them costs much memory for."""
    rows = b"".join(struct.pack("<HHII", 1000 + number, 7, length, 8) for number in range(entries))
    return b"II*\0" + struct.pack("<IH", 8, entries) + rows + bytes(4)


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG that goes over its picture again and again, by a few bytes each time."""
    whole = jpeg(side, side, progressive=True, quality=50)
    start = whole.rindex(b"\xff\xda")
    last = whole[start:-2]
    return whole[:start] + last * scans + whole[-2:]


def png(*extra: bytes, side: int = 16, data: bytes = b"", behind: bytes = b"", interlaced: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, interlaced)
    pixels = chunk(b"IDAT", data or zlib.compress(bytes((1 + 3 * side) * side)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + pixels + behind + chunk(b"IEND", b"")


def apng(side: int) -> bytes:
    """An animation that clears all of its first frame before the second."""
    control = struct.pack(">IIIIIHHBB", 0, side, side, 0, 0, 1, 1, 1, 0)
    return png(
        chunk(b"acTL", struct.pack(">II", 2, 0)),
        chunk(b"fcTL", control),
        side=side,
        behind=chunk(b"fcTL", b"\0\0\0\1" + control[4:]) + chunk(b"fdAT", b"\0\0\0\2" + zeros(100)),
    )


def gif(width: int, height: int, *blocks: bytes, pieces: bytes = b"\x02\x4c\x01\x00") -> bytes:
    """A GIF of a 16x16 screen with one frame of another size."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0x80, 0, 0) + bytes(6)
    control = b"!\xf9\x04\x09\0\0\0\0"  # cleared to the background after it, the first colour transparent
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02" + pieces
    return screen + b"".join(blocks) + control + frame + b";"


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp(canvas: int, *more: tuple[bytes, bytes], flags: int = 0x02, frames: int = 2) -> bytes:
    """An animation of small frames on a canvas."""
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), (9, 99, 200)).save(stream, "WEBP", lossless=True)
    three = (canvas - 1).to_bytes(3, "little")
    frame = bytes(6) + (15).to_bytes(3, "little") * 2 + bytes(4) + stream.getvalue()[12:]
    return riff(
        (b"VP8X", bytes([flags, 0, 0, 0]) + three * 2),
        (b"ANIM", bytes(6)),
        *more,
        *[(b"ANMF", frame)] * frames,
    )


def bmp_of_runs(width: int, height: int, data: bytes) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(data), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 14 + 40 + 1024 + len(data), 0, 0, 14 + 40 + 1024) + header + bytes(1024) + data


def large(mode: str, kind: str, side: int = 5000, **settings: object) -> bytes:
    """A photo of 25 megapixels, smooth but for some noise, as cameras make it."""
    generator = np.random.default_rng(3)
    bands = Image.getmodebands(mode) if mode != "I;16" else 1
    levels = (np.arange(side, dtype=np.uint16) // 40 + generator.integers(0, 150, (side, 1), np.uint16)).astype(
        np.uint8
    )
    if mode == "I;16":
        image = Image.fromarray(levels.astype(np.uint16) * 257)
    else:
        image = Image.merge(mode, [Image.fromarray(levels)] * bands)
    stream = io.BytesIO()
    image.save(stream, kind, **settings)
    return stream.getvalue()


# What is made, and a part of the sentence that refuses it; nothing where it is a picture all the same.
GREEDY: dict[str, tuple[Callable[[], bytes], str]] = {
    "tile.tif": (lambda: tile(20_000), "tiles of 20,000x20,000 pixels, 1 in all, for a picture of 16x16"),
    "tile-bigger.tif": (lambda: tile(46_000), "tiles of 46,000x46,000 pixels"),
    "tile-motorola.tif": (lambda: tile(20_000, order=">"), "tiles of 20,000x20,000"),
    "tile-big-tiff.tif": (lambda: tile(20_000, big=True), "tiles of 20,000x20,000"),
    "tile-big-motorola.tif": (lambda: tile(20_000, big=True, order=">"), "damaged or unusual TIFF"),
    "tile-just-below.tif": (lambda: tile(4096), ""),
    "tile-lzw.tif": (lambda: tile(30_000, 5), "tiles of 30,000x30,000"),
    "tile-fax.tif": (lambda: tile(60_000, 4), "tiles of 60,000x60,000"),
    "tile-packed.tif": (lambda: tile(30_000, 32773), "tiles of 30,000x30,000"),
    "tile-plain.tif": (lambda: tile(30_000, 1), "tiles of 30,000x30,000"),
    "tile-jpeg.tif": (lambda: tile(30_000, 7), "tiles of 30,000x30,000"),
    "tile-of-nothing.tif": (lambda: tile(0), "damaged or unusual TIFF"),
    "tiles-of-a-pixel.tif": (
        lambda: tiff([*grey(5000, 5000), *tiles(1, 9)], SMALL),
        "tiles of 1x1 pixels, 25,000,000 in all",
    ),
    "strip-rows.tif": (lambda: tiff([*grey(), *strip(len(SMALL), 2**31 - 1)], SMALL), ""),
    "strip-of-zeros.tif": (lambda: tiff([*grey(), *strip(len(zeros(500)), 2**31 - 1)], zeros(500)), ""),
    "strips-and-tiles.tif": (lambda: tiff([*grey(), *tiles(20_000, 9), *strip(9)], SMALL), "tiles of 20,000x20,000"),
    "list-of-strips.tif": (
        lambda: tiff([*grey(), (273, 3, [DATA] * 300_000), (279, 3, [len(SMALL)] * 300_000), (278, 4, [16])], SMALL),
        "",
    ),
    "tags-of-one-place.tif": (
        lambda: strip_tiff(*((40_000 + n, 7, Claim(10**6, 0)) for n in range(3000)), data=SMALL + bytes(10**6)),
        "",
    ),
    "lists-of-one-place.tif": (
        lambda: tiff(
            [*grey(), *strip(len(SMALL)), (320, 3, Claim(10**6, 0)), (347, 7, Claim(10**6, 0))], bytes(2 * 10**6)
        ),
        "cut off or damaged",
    ),
    "tags.tif": (lambda: strip_tiff(*((n, 3, [1]) for n in range(40_000, 50_000))), "10,009 tags"),
    "planes.tif": (
        lambda: tiff([*grey()[:-1], *strip(9), (277, 3, [60_000]), (284, 3, [2])], SMALL),
        "damaged or unusual TIFF",
    ),
    "bits.tif": (lambda: tiff([*grey()[:2], (258, 3, [60_000]), *grey()[3:], *strip(9)], SMALL), "damaged or unusual"),
    "profile.tif": (lambda: strip_tiff((34675, 7, bytes(3 * 10**6)), (700, 7, b"<x/>" * 10**6)), ""),
    "directory-of-itself.tif": (lambda: strip_tiff(following=8), ""),
    "directories.tif": (lambda: strip_tiff(following=10**6), ""),
    "jpeg-within.tif": (
        lambda: tiff([*grey(compression=7), *strip(10**6)], jpeg(5000, 5000, mode="L", progressive=True)),
        "cut off or damaged",
    ),
    "jpeg-of-old.tif": (lambda: tiff([*grey(compression=6), *strip(9)], SMALL), "few programs know (6)"),
    "lzma.tif": (lambda: tiff([*grey(compression=34925), *strip(9)], SMALL), "few programs know (34925)"),
    "zstd.tif": (lambda: tiff([*grey(compression=50000), *strip(9)], SMALL), "few programs know (50000)"),
    "webp.tif": (lambda: tiff([*grey(compression=50001), *strip(9)], SMALL), "few programs know (50001)"),
    "text.png": (lambda: png(chunk(b"zTXt", b"k\0\0" + zeros(500))), ""),
    "international.png": (lambda: png(chunk(b"iTXt", b"k\0\1\0\0\0" + zeros(500))), ""),
    "texts.png": (lambda: png(*[chunk(b"zTXt", b"k\0\0" + zeros(1))] * 9000), ""),
    "profile.png": (lambda: png(chunk(b"iCCP", b"p\0\0" + zeros(500))), ""),
    "exif.png": (lambda: png(chunk(b"eXIf", exif_of_one_place(4000, 40_000))), ""),
    "more-data.png": (lambda: png(data=zeros(500)), ""),
    "crumbs.png": (lambda: png(*[chunk(b"IDAT", b"")] * 200_000), "more than 100,000 chunks"),
    "fewer-crumbs.png": (lambda: png(*[chunk(b"IDAT", b"")] * 99_000), ""),
    "chunks.png": (lambda: png(*[chunk(b"tEXt", b"k\0")] * 200_000), "more than 100,000 chunks"),
    "two-headers.png": (
        lambda: png(chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))),
        "",
    ),
    "palette.png": (lambda: png(chunk(b"PLTE", bytes(3 * 10**6)), chunk(b"tRNS", bytes(10**6))), ""),
    "animated.png": (lambda: apng(5000), ""),
    "interlaced.png": (lambda: png(side=5000, data=zeros(80), interlaced=1), ""),
    "segments.jpg": (lambda: behind_start(jpeg(16, 16), app(1) * 10**6), "more than 4,096 parts"),
    "comments.jpg": (lambda: behind_start(jpeg(16, 16), b"\xff\xfe\0\2" * 10**6), "more than 4,096 parts"),
    "tables.jpg": (lambda: behind_start(jpeg(16, 16), b"\xff\xdb\0\2" * 10**5), "more than 4,096 parts"),
    "filling.jpg": (lambda: behind_start(jpeg(16, 16), b"\xff" * 10**7), ""),
    "profile.jpg": (lambda: behind_start(jpeg(16, 16), *[app(2, b"ICC_PROFILE\0\1\1" + bytes(65_000))] * 500), ""),
    "exif.jpg": (lambda: behind_start(jpeg(16, 16), app(1, b"Exif\0\0" + exif_of_one_place(5000, 60_000))), ""),
    "exifs.jpg": (lambda: behind_start(jpeg(16, 16), app(1, b"Exif\0\0" + bytes(65_000)) * 500), ""),
    "scans.jpg": (lambda: many_scans(4000, 500), "scans of 4000x4000 pixels each"),
    "scans-of-little.jpg": (lambda: many_scans(16, 100_000), "more than 4,096 scans and tables"),
    "two-frames.jpg": (
        lambda: behind_start(jpeg(16, 16), b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 60_000, 60_000, 1) + b"\1\x11\0"),
        "cut off or damaged",
    ),
    "no-height.jpg": (lambda: jpeg(16, 16).replace(b"\x08\0\x10\0\x10", b"\x08\0\0\0\x10"), "damaged or unusual JPEG"),
    "progressive-inks.jpg": (lambda: large("CMYK", "JPEG", progressive=True), ""),
    "progressive-colours.jpg": (lambda: large("RGB", "JPEG", progressive=True, subsampling=0, quality=98), ""),
    "strip.jpg": (lambda: jpeg(22_000, 1_130), ""),  # with bars above and below it would be 500 megapixels
    "frame.gif": (lambda: gif(65_000, 65_000), "has 65000x65000 pixels, more than 25 megapixels"),
    "frame-just-below.gif": (lambda: gif(5000, 5000), "cut off or damaged"),
    "frame-of-nothing.gif": (lambda: gif(0, 0), "cut off or damaged"),
    "comments.gif": (lambda: gif(16, 16, b"!\xfe\x01x\x00" * 200_000), "more than 100,000 blocks"),
    "comment.gif": (lambda: gif(16, 16, b"!\xfe" + (b"\xff" + b"x" * 255) * 50_000 + b"\0"), "cut off or damaged"),
    "crumbs.gif": (lambda: gif(16, 16, pieces=b"\x01\x00" * 600_000 + b"\0"), "more than 524,288 blocks"),
    "canvas.webp": (lambda: webp(16_383), "has 16383x16383 pixels, more than 25 megapixels"),
    "canvas-just-below.webp": (lambda: webp(5000), "400 MB of memory to decode as a WebP"),
    "frames.webp": (lambda: webp(16, frames=50_000), ""),
    "profile.webp": (lambda: webp(16, (b"ICCP", bytes(10**7)), (b"XMP ", bytes(10**7)), flags=0x2E), ""),
    "exif.webp": (lambda: webp(16, (b"EXIF", exif_of_one_place(4000, 40_000)), flags=0x0A), ""),
    "chunks.webp": (lambda: webp(16, *[(b"XMP ", b"")] * 200_000), "more than 100,000 chunks"),
    "runs.bmp": (lambda: bmp_of_runs(5000, 5000, b"\xff\0" * 1000), "too many pixels for a BMP that is compressed"),
    "runs-of-nothing.bmp": (lambda: bmp_of_runs(16, 16, b"\0\2\0\0" * 3 * 10**6), "too many pixels for a BMP"),
}

# What people send: 25 megapixels of every kind that the formats have.
LARGE: dict[str, Callable[[], bytes]] = {
    "colours.jpg": lambda: large("RGB", "JPEG", quality=95),
    "inks.jpg": lambda: large("CMYK", "JPEG"),
    "progressive.jpg": lambda: large("RGB", "JPEG", progressive=True),
    "transparent.png": lambda: large("RGBA", "PNG", compress_level=1),
    "deep.png": lambda: large("I;16", "PNG", compress_level=1),
    "transparent.tif": lambda: large("RGBA", "TIFF", compression="tiff_adobe_deflate"),
    "inks.tif": lambda: large("CMYK", "TIFF", compression="tiff_adobe_deflate"),
    "deep.tif": lambda: large("I;16", "TIFF"),
    "grey.bmp": lambda: large("L", "BMP"),
    "fifteen-megapixels.webp": lambda: large("RGB", "WEBP", 3870, method=0, quality=60),
}
