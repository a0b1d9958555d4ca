"""What makes a picture of a TIFF (TIFF 6.0, BigTIFF): the tags of its directory, each once, and its strips."""

import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from math import ceil

from cnnviz.data.essence.parts import Essence, Part, TooMuchError

__all__ = ["camera_of", "orientation_of", "tiff_essence", "tiff_pages"]

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES, _PLANES = 256, 257, 258, 259, 277, 284
_STRIPS, _STRIP_BYTES, _ROWS = 273, 279, 278
_TILES, _TILE_BYTES, _TILE_WIDTH, _TILE_HEIGHT = 324, 325, 322, 323
_ORIENTATION = 274
_KIND_OF_PAGE = 254
_MAKE, _MODEL, _EXIF, _EXIF_WIDTH, _EXIF_HEIGHT = 271, 272, 34665, 40962, 40963
_OF_STRIPS, _OF_TILES = {_STRIPS, _STRIP_BYTES, _ROWS}, {_TILES, _TILE_BYTES, _TILE_WIDTH, _TILE_HEIGHT}
_LISTS = {_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES}
# How many values each may have. The rest (previews, profiles, other directories, texts) makes no picture.
_MOST_VALUES = {
    _WIDTH: 1,
    _HEIGHT: 1,
    _BITS: 8,
    _COMPRESSION: 1,
    262: 1,
    266: 1,
    _SAMPLES: 1,
    _PLANES: 1,
    292: 1,
    293: 1,  # fax: options
    317: 1,  # predictor
    320: 3 * 2**16,  # palette
    338: 8,
    339: 8,  # extra samples, sample format
    347: 2**16,  # JPEG: tables
    529: 3,
    530: 2,
    531: 1,
    532: 6,  # luminance and chrominance
    _ROWS: 1,
    _TILE_WIDTH: 1,
    _TILE_HEIGHT: 1,
}
_UNITS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_WHOLE = {1: "B", 3: "H", 4: "I", 16: "Q"}
_NONE, _JPEG = 1, 7
# Uncompressed, fax, LZW, JPEG, deflate, PackBits: what cameras, scanners and image programs write.
_COMPRESSIONS = {_NONE, 2, 3, 4, 5, _JPEG, 8, 32773, 32946}
_MOST_TAGS = 4096
_MOST_PAGES = 10_000
_MOST_SEGMENTS = 2**17  # 25 megapixels in tiles of 16x16
_MOST_TIMES = 4  # as large as the picture may all tiles be: the last ones reach beyond it, on two sides
_ALWAYS_BEARABLE = 2**26  # bytes of all tiles
_MOST_COEFFICIENTS = 10**8  # bytes; libtiff's own limit for a JPEG inside


@dataclass(frozen=True)
class _Directory:
    """The tags of a directory.

    Attributes:
        content: the file.
        order: "<" or ">", as `struct` has it.
        big: whether it is a BigTIFF.
        tags: type, number of values and where they are, by tag.
        following: where the next directory is; 0 behind the last.
    """

    content: bytes
    order: str
    big: bool
    tags: dict[int, tuple[int, int, int]]
    following: int

    def raw(self, tag: int, most: int) -> tuple[int, int, bytes]:
        """Return type, number and bytes of the first values of a tag.

        Raises:
            ValueError: they are not there.
        """
        kind, count, at = self.tags[tag]
        count = min(count, most)
        values = self.content[at : at + count * _UNITS[kind]]
        if len(values) < count * _UNITS[kind]:
            raise ValueError(f"the values of tag {tag} are missing")
        return kind, count, values

    def numbers(self, tag: int, usual: int) -> tuple[int, ...]:
        """Return the whole numbers of a tag, or the usual one where it is missing."""
        if tag not in self.tags:
            return (usual,)
        kind, count, values = self.raw(tag, _MOST_VALUES.get(tag, 1))
        return struct.unpack(f"{self.order}{count}{_WHOLE[kind]}", values) or (usual,)

    def number(self, tag: int, usual: int) -> int:
        return self.numbers(tag, usual)[0]


def _directory(content: bytes, at: int = 0) -> _Directory:
    """Read a directory, the first where it is not said which; of a tag that stands there twice the first counts.

    Raises:
        ValueError, struct.error, KeyError: there is none.
    """
    order = {b"II": "<", b"MM": ">"}[content[:2]]
    (version,) = struct.unpack_from(f"{order}H", content, 2)
    big = version == 43
    if big and order == ">":  # Pillow takes it for an old one, and would read another directory than is read here
        raise ValueError("a BigTIFF of that byte order is not read")
    if not at:
        (at,) = struct.unpack_from(f"{order}Q" if big else f"{order}I", content, 8 if big else 4)
    (count,) = struct.unpack_from(f"{order}Q" if big else f"{order}H", content, at)
    at += 8 if big else 2
    if count > _MOST_TAGS:
        raise TooMuchError(f"{count:,} tags")
    entry, inline = (f"{order}HHQ", 8) if big else (f"{order}HHI", 4)
    step = struct.calcsize(entry) + inline
    tags: dict[int, tuple[int, int, int]] = {}
    for number in range(count):
        start = at + number * step
        tag, kind, values = struct.unpack_from(entry, content, start)
        place = start + step - inline
        if values * _UNITS.get(kind, 1) > inline:
            (place,) = struct.unpack_from(f"{order}Q" if big else f"{order}I", content, place)
        if kind in _UNITS:
            tags.setdefault(tag, (kind, values, place))
    end = content[at + count * step :][: 8 if big else 4]
    return _Directory(content, order, big, tags, int.from_bytes(end, "little" if order == "<" else "big"))


def orientation_of(exif: bytes) -> int:
    """Return how a photo was held, 1 to 8, from a block of EXIF data; 1 where they are broken or say nothing."""
    try:
        return _orientation(_directory(exif))
    except (ValueError, LookupError, ArithmeticError, struct.error, TooMuchError):
        return 1


def _orientation(found: _Directory) -> int:
    try:
        orientation = found.number(_ORIENTATION, 1)
    except (ValueError, LookupError, ArithmeticError, struct.error):
        return 1
    return orientation if 1 <= orientation <= 8 else 1


def camera_of(exif: bytes) -> tuple[int, tuple[int, int]]:
    """Return what a block of EXIF data says of the camera.

    Returns:
        A number for its make and model, 0 where they are not said; and the (width, height) that its picture had, which
        programs that turn a picture may leave as it was; zeros where they are not said.
    """
    camera, size = 0, (0, 0)
    with suppress(ValueError, LookupError, ArithmeticError, struct.error, TooMuchError):
        found = _directory(exif)
        named = b"".join(found.raw(tag, 64)[2] for tag in (_MAKE, _MODEL) if tag in found.tags)
        camera = zlib.crc32(named) if named.strip(b" \0") else 0
        if at := found.number(_EXIF, 0):
            inner = _directory(exif, at)
            size = inner.number(_EXIF_WIDTH, 0), inner.number(_EXIF_HEIGHT, 0)
    return camera, size


def tiff_pages(content: bytes) -> tuple[int, ...]:
    """Return where the directories of a TIFF's pages are; smaller copies of a page and masks are no pages.

    Raises:
        TooMuchError: more than 10,000 pages.
        ValueError, LookupError, struct.error: it is damaged.
    """
    found, at = _directory(content), 0
    order, big = found.order, found.big
    (at,) = struct.unpack_from(f"{order}Q" if big else f"{order}I", content, 8 if big else 4)
    pages: dict[int, bool] = {}
    tags = 0
    while at not in pages:
        pages[at] = not found.number(_KIND_OF_PAGE, 0) & 0b101
        tags += len(found.tags)
        if len(pages) > _MOST_PAGES or tags > 40 * _MOST_PAGES:
            raise TooMuchError(f"more than {_MOST_PAGES:,} pages")
        at = found.following
        if not at:
            break
        found = _directory(content, at)
    return tuple(at for at, whole in pages.items() if whole) or (next(iter(pages)),)


def tiff_essence(content: bytes, at: int = 0) -> Essence:
    """Return a picture of a TIFF, its directory written anew behind the file.

    Args:
        content: the file.
        at: where the page's directory is, of `tiff_pages`; 0 for the first.
    """
    found = _directory(content, at)
    width, height = found.number(_WIDTH, 0), found.number(_HEIGHT, 0)
    compression = found.number(_COMPRESSION, _NONE)
    if compression not in _COMPRESSIONS:
        raise TooMuchError(f"a compression that few programs know ({compression}); LZW or deflate would do")
    tiled = _TILE_WIDTH in found.tags
    bits, samples = max(found.numbers(_BITS, 1)), found.number(_SAMPLES, 1)
    samples = max(samples, len(found.numbers(_BITS, 1)))
    if samples > 8 or bits > 64 or min(width, height) < 1:
        raise ValueError("it has no picture")
    wide, high = _segment(found, width, height, tiled=tiled)
    planes = samples if found.number(_PLANES, 1) == 2 else 1
    segment = ceil(wide * bits * samples / planes / 8) * high
    segments = ceil(width / wide) * ceil(height / high) * planes
    what = (
        f"{segments:,} {'tiles' if tiled else 'strips'} of {wide:,}x{high:,} pixels for a picture of {width}x{height}"
    )
    decoded, needed = segments * segment, ceil(width * bits * samples / 8) * height
    if segments > _MOST_SEGMENTS or decoded > max(_MOST_TIMES * needed, _ALWAYS_BEARABLE):
        what = f"{'tiles' if tiled else 'strips'} of {wide:,}x{high:,} pixels, {segments:,} in all"
        raise TooMuchError(f"{what}, for a picture of {width}x{height}")
    if compression == _JPEG and content.count(b"\xff\xda") > 2 * segments + 50:
        raise TooMuchError("many times more JPEG scans than it needs")
    picture = width * height * (4 if samples > 1 else max(bits // 8, 1))
    memory = len(content) + picture
    if compression != _NONE:
        memory += len(content) + segment  # libtiff wants the file in one piece, and decodes into a buffer
    if compression == _JPEG:
        memory += 4 * wide * high + min(6 * wide * high, _MOST_COEFFICIENTS)
    left_out = _OF_STRIPS if tiled else _OF_TILES
    parts = _written(found, {tag for tag in found.tags if tag not in left_out}, segments)
    deep = samples == 1 and bits > 8
    return Essence(parts, (width, height), memory, _orientation(found), found.following != 0 and not at, deep=deep)


def _segment(found: _Directory, width: int, height: int, *, tiled: bool) -> tuple[int, int]:
    """Return the size of a tile or a strip in pixels."""
    if tiled:
        wide, high = found.number(_TILE_WIDTH, 0), found.number(_TILE_HEIGHT, 0)
    else:
        wide, high = width, min(found.number(_ROWS, height), height)
    if min(wide, high) < 1:
        raise ValueError("its strips have no size")
    return wide, high


def _written(found: _Directory, tags: set[int], segments: int) -> tuple[Part, ...]:
    """Return the file with a directory of its own behind it, which has nothing but these tags and no next."""
    word, inline, head = ("Q", 8, 16) if found.big else ("I", 4, 8)
    padding = bytes(-len(found.content) % 16)
    at = len(found.content) + len(padding)
    kept = sorted(tag for tag in tags if tag in _MOST_VALUES or tag in _LISTS)
    after = at + (8 if found.big else 2) + len(kept) * (4 + 2 * inline) + inline
    entries, values = [], b""
    for tag in kept:
        kind, count, raw = found.raw(tag, segments if tag in _LISTS else _MOST_VALUES[tag])
        place = raw.ljust(inline, b"\0")
        if len(raw) > inline:
            place = struct.pack(found.order + word, after + len(values))
            values += raw + bytes(-len(raw) % 8)
        entries.append(struct.pack(f"{found.order}HH{word}", tag, kind, count) + place)
    number = struct.pack(found.order + ("Q" if found.big else "H"), len(entries))
    header = found.content[: head - inline] + struct.pack(found.order + word, at)
    directory = number + b"".join(entries) + bytes(inline) + values
    return (header, memoryview(found.content)[head:], padding + directory)
