"""TFRecord files of examples, as TensorFlow's data sets and model garden write them, read without TensorFlow.

A record is its length (8 bytes), a checksum of it (4), the bytes, and a checksum of these (4), after
https://www.tensorflow.org/tutorials/load_data/tfrecord. The checksum of the length is compared; damage inside a
picture is found when it is decoded. TensorFlow may pack a whole file with gzip or zlib, with `.gz` in its name or not;
it is unpacked into a file without a name. The bytes are a protocol buffer `tf.train.Example`: a map from names to lists
of bytes, of floating-point or of whole numbers.
"""

import re
import struct
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.doubts import fingerprint
from cnnviz.data.photos import MOST_BYTES
from cnnviz.data.sources.encoded import Shard, shards_of, understood_of_shards
from cnnviz.data.sources.pieces import Found
from cnnviz.data.sources.places import files_below, names_in_zip, understood_unpacked
from cnnviz.data.sources.rows import inflated, plain_file
from cnnviz.data.sources.understood import Part, Reading, Understood
from cnnviz.data.validation import LONGEST_SIDE, MOST_IMAGES
from cnnviz.errors import DataError

__all__ = ["example_of", "recognises", "understand"]

Value = list[bytes] | list[int] | list[float]
Example = dict[str, Value]

_LARGEST_RECORD = MOST_BYTES + 1024**2  # a photo and what is said of it
_IMAGE_NAMES = ("image/encoded", "image", "image_raw", "img", "encoded", "image/data", "image_bytes", "data")
_LABEL_NAMES = ("image/class/label", "label", "class", "labels", "target", "image/label", "image/class/text", "y")
_TEXT_NAME = "image/class/text"
_SIDE_NAMES = (
    ("image/height", "height", "rows"),
    ("image/width", "width", "cols"),
    ("image/channels", "depth", "channels"),
)
_HEADER = 12  # bytes before a record: its length, and the checksum of that
_STARTS = 4096
_MASK = 0xA282EAD8
_POLYNOMIAL = 0x82F63B78  # Castagnoli's, reflected


def recognises(path: Path, start: bytes) -> bool:
    """Say whether it is a TFRecord file, by the checksum it begins with, or a folder or archive of such files."""
    if path.is_dir():
        return bool(files_below(path, _belongs))
    if start.startswith(b"PK\3\4"):
        return any(_belongs(Path(name)) for name in names_in_zip(path))
    return _belongs(path) or _begins(start) or _begins(_inflated_start(start))


def understand(path: Path, reading: Reading) -> Understood:
    """Understand TFRecord files of images with labels.

    Args:
        path: a file; or a folder or zip archive with several, named by their part.
        reading: which features are the image and the label, where the person says so.

    Raises:
        DataError: damaged, or without such features.
    """
    if path.is_file() and zipfile.is_zipfile(path):
        return understood_unpacked(path, _belongs, understand, reading)
    files = shards_of(path, _belongs)
    with_prints = len({part for _, part in files}) > 1
    read = [_read(file, part, reading, with_prints=with_prints) for file, part in files]
    names = _names([held for held, _ in read])
    held = read[0][0]
    found = Found("TFRecord with a picture a record", names, columns=tuple(held.names))
    told = Reading(**{**vars(reading), "image": held.image, "label": held.label})
    return understood_of_shards(path, [shard for _, shard in read], found, told)


def example_of(content: bytes) -> Example:
    """Read a `tf.train.Example`.

    Args:
        content: the protocol buffer.

    Returns:
        Its features by name.

    Raises:
        ValueError: it is none.
    """
    example: Example = {}
    for number, features in _fields(memoryview(content)):
        if number != 1:
            continue
        for inner, entry in _fields(_bytes(features)):
            if inner == 1:
                parts = dict(_fields(_bytes(entry)))
                name = bytes(_bytes(parts.get(1, memoryview(b"")))).decode("utf-8", "replace")
                example[name] = _value(_bytes(parts.get(2, memoryview(b""))))
    return example


def _belongs(path: Path) -> bool:
    return bool(re.search(r"\.tfrecords?(-\d+-of-\d+)?(\.gz)?$", path.name, re.IGNORECASE))


def _begins(start: bytes) -> bool:
    """Say whether bytes begin with the length of a record and its checksum."""
    return len(start) >= _HEADER and struct.unpack_from("<I", start, 8)[0] == _checksum(start[:8])


def _inflated_start(start: bytes) -> bytes:
    """Return the beginning of what is packed with gzip or zlib; nothing where it is not."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(start, _HEADER)
    except zlib.error:
        return b""


def _opened(path: Path) -> IO[bytes]:
    """Open a file, unpacked where TensorFlow wrote it packed."""
    file = plain_file(path)
    start = file.read(_STARTS)
    file.seek(0)
    if _begins(start) or not _begins(_inflated_start(start)):
        return file
    file.close()
    return inflated(path)


@dataclass
class _Held:
    """What a file's examples have in common, and where each lies."""

    path: Path
    image: str = ""
    label: str = ""
    names: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)


class _Contents:
    """Reads the pictures of a file, which is closed with this."""

    def __init__(self, held: _Held, file: IO[bytes]) -> None:
        self._held, self._file, self._lock = held, file, Lock()
        weakref.finalize(self, file.close)

    def __call__(self, position: int) -> bytes | NDArray[np.uint8]:
        start, length = self._held.places[position]
        with self._lock:
            self._file.seek(start)
            content = self._file.read(length)
        where = f"{self._held.path.name}[{position}]"
        try:
            return _picture(example_of(content), self._held.image, where)
        except ValueError as error:
            raise DataError(f"{where} is damaged ({error}); copy the file again") from error


def _read(path: Path, part: Part, reading: Reading, *, with_prints: bool) -> tuple[_Held, Shard]:
    """Go once through a file: where its examples lie, their labels, and fingerprints where asked."""
    held, labels, prints = _Held(path), list[Any](), list[bytes]()
    file = _opened(path)
    contents = _Contents(held, file)  # closes it
    for start, content in _records(file, path):
        where = f"{path.name}[{len(labels)}]"
        try:
            example = example_of(content)
        except ValueError as error:
            raise DataError(f"{where} is no example ({error}); copy the file again") from error
        if not held.places:
            _find_names(held, example, reading)
        label = _label(example, held.label, where)
        text = example.get(_TEXT_NAME)
        if text and isinstance(label, int) and isinstance(text[0], bytes):
            held.texts.setdefault(label, text[0].decode("utf-8", "replace"))
        held.places.append((start, len(content)))
        labels.append(label)
        if with_prints:
            prints.append(fingerprint(_print_of(example.get(held.image))))
    if not labels:
        raise DataError(f"{path} holds no records; give a file with a picture a record")
    values = np.array(labels)
    if values.dtype.kind not in "iufU":
        raise DataError(f"{path} has labels of different kinds; give whole numbers or words")
    return held, Shard(path, part, values, contents, prints)


def _records(file: IO[bytes], path: Path) -> Iterator[tuple[int, bytes]]:
    """Go through the records of a file; for each where its bytes begin, and the bytes."""
    count = 0
    while header := file.read(_HEADER):
        if not _begins(header):
            raise DataError(f"{path} is no TFRecord file or is damaged at record {count}; copy it again")
        (length,) = struct.unpack_from("<Q", header)
        if length > _LARGEST_RECORD:
            raise DataError(f"{path} has a record of {length:,} bytes; keep pictures of {MOST_BYTES >> 20} MiB")
        start, content = file.tell(), file.read(length)
        if len(content) < length or len(file.read(4)) < 4:
            raise DataError(f"{path} ends within record {count}; copy it again")
        count += 1
        if count > MOST_IMAGES:
            raise DataError(f"{path} holds more than {MOST_IMAGES:,} records; keep fewer")
        yield start, content


def _find_names(held: _Held, example: Example, reading: Reading) -> None:
    held.names = sorted(example)
    images = [name for name, value in example.items() if value and isinstance(value[0], bytes)]
    held.image = _one(images, reading.image, _IMAGE_NAMES)
    labels = [name for name, value in example.items() if name != held.image and len(value) == 1]
    held.label = _one(labels, reading.label, _LABEL_NAMES)
    if not held.image or not held.label:
        what = "no picture" if not held.image else "no label"
        raise DataError(
            f"{held.path} has {what} that could be told by its name, but {', '.join(held.names[:8])}; name the "
            "features, or write them as image/encoded and image/class/label"
        )


def _one(names: list[str], said: str | None, usual: tuple[str, ...]) -> str:
    if said is not None:
        return said if said in names else ""
    return next((name for name in usual if name in names), names[0] if len(names) == 1 else "")


def _label(example: Example, name: str, where: str) -> int | float | str:
    value = example.get(name)
    if not value or len(value) != 1:
        raise DataError(f"{where} has no label {name!r:.60}; give each picture one")
    label = value[0]
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else label


def _picture(example: Example, name: str, where: str) -> bytes | NDArray[np.uint8]:
    """Return an encoded picture, or the pixels of one that is written plain with its sides beside."""
    value = example.get(name)
    if not value or not isinstance(value[0], bytes):
        raise DataError(f"{where} has no picture {name!r:.60}; remove the record")
    content = value[0]
    sides = [next((example[key][0] for key in keys if example.get(key)), None) for keys in _SIDE_NAMES]
    height, width, channels = (side if isinstance(side, int) else 0 for side in sides)
    channels = channels or 1
    if height * width * channels == len(content) and channels in (1, 3) and max(height, width) <= LONGEST_SIDE:
        return np.frombuffer(content, np.uint8).reshape(height, width, channels)
    return content


def _print_of(value: Value | None) -> bytes:
    return value[0] if value and isinstance(value[0], bytes) else b""


def _names(read: list[_Held]) -> tuple[str, ...] | None:
    """Return the names of the classes where the records say them beside the numbers, for 0, 1, ... or 1, 2, ..."""
    texts: dict[int, str] = {}
    for held in read:
        for label, text in held.texts.items():
            if texts.setdefault(label, text) != text:
                return None
    first = min(texts, default=0)
    if not texts or first not in (0, 1) or len(set(texts.values())) < len(texts):
        return None
    if sorted(texts) != list(range(first, first + len(texts))):
        return None
    return tuple(texts[label] for label in sorted(texts))


# --- protocol buffers -------------------------------------------------------------------------------------------


def _varint(content: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(content) or shift > 63:
            raise ValueError("a number has no end")
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7


def _fields(content: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        kind = key & 7
        if kind == 0:
            value, place = _varint(content, place)
            yield key >> 3, value
            continue
        length = {1: 8, 5: 4}.get(kind, -1)
        if kind == 2:
            length, place = _varint(content, place)
        if length < 0 or place + length > len(content):
            raise ValueError("a field reaches beyond the end")
        yield key >> 3, content[place : place + length]
        place += length


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number stands where a text should")
    return value


def _value(content: memoryview) -> Value:
    """Read a feature: a list of bytes (1), of floating-point (2) or of whole numbers (3)."""
    for kind, inner in _fields(content):
        found = list(_fields(_bytes(inner)))
        if kind == 1:
            return [bytes(_bytes(value)) for number, value in found if number == 1]
        if kind == 2:
            packed = b"".join(bytes(_bytes(value)) for number, value in found if number == 1)
            if len(packed) % 4:
                raise ValueError("a floating-point number is cut")
            return list(np.frombuffer(packed, "<f4").tolist())
        if kind == 3:
            return [number for _, value in found for number in _whole(value)]
    return []


def _whole(value: int | memoryview) -> Iterator[int]:
    numbers = []
    if isinstance(value, int):
        numbers.append(value)
    else:
        place = 0
        while place < len(value):
            number, place = _varint(value, place)
            numbers.append(number)
    for number in numbers:
        yield number - 2**64 if number >= 2**63 else number


# --- the checksum of lengths ------------------------------------------------------------------------------------


def _table() -> list[int]:
    table = []
    for start in range(256):
        value = start
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _table()


def _checksum(content: bytes) -> int:
    """Return CRC-32C, turned and shifted as TFRecord writes it."""
    value = 0xFFFFFFFF
    for byte in content:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    value ^= 0xFFFFFFFF
    return (((value >> 15) | (value << 17)) + _MASK) & 0xFFFFFFFF
