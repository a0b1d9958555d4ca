"""The process that decodes AVIF or HEIC files, with little memory and time and nothing to write to.

    python -P decoder.py HEIC

It stands on its own, so that it starts in a moment and holds nothing but the decoder. A request is `REQUEST`, then the
file; an answer is `ANSWER`, then a sentence or the rows of the picture. It ends when nobody asks any more.
"""

import io
import os
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

__all__ = ["ANSWER", "DAMAGED", "MODES", "PICTURE", "READY", "REQUEST", "TOO_MUCH", "main"]

# how long the file is, and at most: pixels of the picture, bytes of memory, seconds of computing
REQUEST = struct.Struct("<QQQQ")
# what it is, bytes that follow; of a picture its mode, width, height, how it was held, whether others follow
ANSWER = struct.Struct("<BQBIIBB")
READY, PICTURE, DAMAGED, TOO_MUCH = 1, 2, 3, 4
MODES = ("L", "LA", "RGB", "RGBA", "RGBa")

_ORIENTATION = 274
_DEEP_GREY = "I;16"  # which pillow-heif does not bring to 8 bits
_BAND = 2**20  # pixels that are sent at a time


class _Picture(NamedTuple):
    mode: str
    size: tuple[int, int]
    orientation: int
    more: bool
    rows: Iterator[Any]  # bytes


class _TooMuchError(Exception):
    pass


def main() -> None:
    """Load the decoder, give up what is not needed, and answer."""
    given = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nothing:  # a library that prints must not answer
        os.dup2(nothing.fileno(), 1)
    decode = {"AVIF": _avif, "HEIC": _heic}[sys.argv[1]]()
    for name in ("RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE"):  # no file is written, and none opened any more
        _limit(name, 0)
    _send(answers, READY)
    while len(header := given.read(REQUEST.size)) == REQUEST.size:
        _answer(given, answers, decode, *REQUEST.unpack(header))


def _answer(
    given: BinaryIO,
    answers: BinaryIO,
    decode: Callable[[bytes, int], _Picture],
    length: int,
    pixels: int,
    memory: int,
    seconds: int,
) -> None:
    _limit("RLIMIT_AS", memory)
    _limit("RLIMIT_CPU", int(time.process_time()) + seconds + 1)
    try:
        picture = decode(given.read(length), pixels)
        (width, height), mode = picture.size, MODES.index(picture.mode)
    except (MemoryError, _TooMuchError) as error:
        _send(answers, TOO_MUCH, str(error) or "more memory")
    except Exception as error:  # noqa: BLE001 - decoders raise whatever a damaged file makes of them
        said = str(error) or type(error).__name__
        _send(answers, TOO_MUCH if "memory" in said.lower() else DAMAGED, said)
    else:
        answers.write(ANSWER.pack(PICTURE, 0, mode, width, height, picture.orientation, picture.more))
        for rows in picture.rows:
            answers.write(rows)
        answers.flush()


def _send(answers: BinaryIO, kind: int, text: str = "") -> None:
    content = text.encode("utf-8", "replace")[:400]
    answers.write(ANSWER.pack(kind, len(content), 0, 0, 0, 0, 0) + content)
    answers.flush()


def _limit(name: str, most: int) -> None:
    """Lower what this process may use, where the system can hold it to that; its parent watches it everywhere."""
    try:
        import resource
    except ImportError:  # Windows
        return
    which = getattr(resource, name)
    _, hard = resource.getrlimit(which)
    with suppress(OSError, ValueError):  # macOS knows no limit of memory below what a process has
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _check(size: tuple[int, int], pixels: int) -> None:
    if size[0] * size[1] > pixels:
        raise _TooMuchError(f"a picture of {size[0]}x{size[1]} pixels")


def _avif() -> Callable[[bytes, int], _Picture]:
    from PIL import AvifImagePlugin, Image, TiffImagePlugin, UnidentifiedImageError  # noqa: F401 - the last reads EXIF data

    Image.preinit()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1

    def decode(content: bytes, pixels: int) -> _Picture:
        try:
            image = Image.open(io.BytesIO(content), formats=("AVIF",))
        except UnidentifiedImageError:  # whose message is of no use to a person
            raise ValueError("its header is broken, or asks for what is not read") from None
        _check(image.size, pixels)
        image.load()
        # Pillow tells in EXIF's words how the file says it is turned, and leaves it as it is
        orientation = image.getexif().get(_ORIENTATION, 1)
        more = getattr(image, "n_frames", 1) > 1
        return _Picture(image.mode, image.size, orientation if orientation in range(1, 9) else 1, more, _bands(image))

    return decode


def _bands(image: Any) -> Iterator[bytes]:
    width, height = image.size
    step = max(_BAND // width, 1)
    for top in range(0, height, step):
        yield image.crop((0, top, width, min(top + step, height))).tobytes()


def _heic() -> Callable[[bytes, int], _Picture]:
    import pillow_heif

    options = pillow_heif.options
    options.DECODE_THREADS = 1
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False

    def decode(content: bytes, pixels: int) -> _Picture:
        file = pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
        image = file[file.primary_index]
        _check(image.size, pixels)
        # libheif has turned it already
        data, (width, height), stride = memoryview(image.data), image.size, image.stride
        if image.mode == _DEEP_GREY:
            mode, first, step, length = "L", 1, 2, 2 * width  # the higher of two bytes
        else:
            mode, first, step, length = image.mode, 0, 1, width * len(image.mode)
        rows = (bytes(data[at + first : at + length : step]) for at in range(0, stride * height, stride))
        return _Picture(mode, image.size, 1, len(file) > 1, rows)

    return decode


if __name__ == "__main__":
    main()
