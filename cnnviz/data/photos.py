"""Photos from people: opened with care, and brought into a network's size.

A stranger's file is decoded only when it is of an accepted format and bearable, see `open_photo`, and no decoder sees
more of it than what makes its picture, see `cnnviz.data.essence`. What had to be changed to make an ordinary picture of
it is said in the photo's note.
"""

import math
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.data.apart import Bounds, FailedError, decoded_apart
from cnnviz.data.essence import MOST_MEMORY, Essence, TooMuchError, camera_of, essence_of, open_parts, tiff_pages
from cnnviz.data.originals import Original
from cnnviz.data.photo_formats import APART, format_of, is_read, refusal_of
from cnnviz.data.photo_pixels import Window, check_numbers, extremes, plain_pixels, turned_upright
from cnnviz.data.records import Shape
from cnnviz.errors import DataError

__all__ = ["MOST_BYTES", "MOST_PIXELS", "Photo", "fit", "grey_range", "open_photo", "pages_of", "sized", "smaller"]

Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]

MOST_BYTES = 64 * 2**20  # more than 25 megapixels ever need, except in formats that nobody sends
MOST_PIXELS = 25_000_000  # 75 MB decoded; the cameras of telephones stay below, or shrink what they send
MOST_ASPECT = 20  # a strip: nothing is left of it in a square network

_LARGE = 64 * 2**20  # bytes of memory; photos that take more are decoded one at a time in a process
_LYING = 5  # EXIF's orientations from here on swap width and height
_BAND = 2**20  # pixels that are made smaller at a time
_MOST_APART = 640 * 2**20  # bytes of a process of its own; 25 megapixels with transparency take 350 MB
_SECONDS_APART, _PIXELS_A_SECOND = 2, 2_000_000  # of computing; a fifth of it is usual
_turn = threading.Lock()


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture somebody gave.

    Attributes:
        pixels: uint8 (height, width, 3) in red, green and blue, or (height, width, 1) in grey, upright.
        note: what was changed to get there, whole sentences; empty where nothing was.
        original: its size before it was read at half of it, and what its camera says; None where it is no file.
    """

    pixels: Pixels
    note: str = ""
    original: Original | None = None


def open_photo(content: bytes, name: str, *, page: int = 0, window: Window | None = None) -> Photo:
    """Decode a photo: turned upright, transparent parts on white, the first frame of an animation.

    It takes at most 300 MB of memory, the file included, whatever the file asks for; AVIF and HEIC take at most 640 MB
    more in a process of their own, which is started for the first of them.

    Args:
        content: the file's bytes: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC (the latter where pillow-heif is
            installed), whatever its name ends with.
        name: what to call the file in messages.
        page: which page of a TIFF, of `pages_of`; 0 for the first.
        window: which values are black and white in grey of more than 8 bits; None for all that its bits can hold, or
            for as many bits as it uses, where these are fewer (cameras and scanners keep 10 or 12 bits in 16).

    Raises:
        DataError: it is of no accepted format, damaged, above 25 megapixels, more than 20 times as long as wide, asks
            for far more than its picture needs, or holds numbers that are no grey levels (floating-point or 32-bit).
    """
    kind, essence, shown = _measured(content, name, page)
    notes: list[str] = []
    with _one_large_at_a_time(essence):
        if kind in APART:
            return Photo(_decoded_apart(essence, kind, content, notes, shown), " ".join(notes))
        pixels = _decoded(essence, kind, notes, shown, window)
    if essence.orientation != 1:
        notes.append("Turned upright, as its EXIF data say.")
        pixels = turned_upright(pixels, essence.orientation)
    if essence.more:
        notes.append("Only its first page is used." if kind == "TIFF" else "Only its first frame is used.")
    return Photo(pixels, " ".join(notes), _original(essence))


def _original(essence: Essence) -> Original:
    """Say what a photo is, and whether its pixels had been turned already when its EXIF data had them turned again."""
    (width, height), lies = essence.size, essence.orientation >= _LYING
    camera, taken = camera_of(essence.exif) if essence.exif else (0, (0, 0))
    turned_before = lies and width != height and taken == (height, width)
    return Original(*((width, height) if lies else (height, width)), essence.orientation, turned_before, camera)


def grey_range(content: bytes, name: str, *, page: int = 0) -> Window | None:
    """Return the lowest and the highest value of a grey photo of more than 8 bits; None for any other photo.

    Args:
        content: the file's bytes.
        name: what to call the file in messages.
        page: which page of a TIFF.

    Raises:
        DataError: as `open_photo`.
    """
    kind, essence, shown = _measured(content, name, page)
    if not essence.deep:
        return None
    with (
        _one_large_at_a_time(essence),
        warnings.catch_warnings(action="ignore"),
        _opened(essence, kind, shown) as image,
    ):
        check_numbers(image.mode, shown)
        _load(image, shown)
        return extremes(image)


def pages_of(content: bytes, name: str) -> tuple[int, ...]:
    """Return the pages of a TIFF, for `open_photo`; smaller copies of a page are no pages.

    Args:
        content: the file's bytes.
        name: what to call the file in messages.

    Raises:
        DataError: it is damaged, or has more than 10,000.
    """
    with _bearable("TIFF", repr(name[-60:])):
        return tiff_pages(content)


def _measured(content: bytes, name: str, page: int) -> tuple[str, Essence, str]:
    """Return a photo's kind, what makes its picture, and its name as it is shown; nothing is decoded.

    Raises:
        DataError: it cannot be decoded, or not within bounds.
    """
    shown = repr(name[-60:])
    if not content:
        raise DataError(f"the file {shown} is empty; choose another")
    if len(content) > MOST_BYTES:
        raise DataError(f"the file {shown} has more than {MOST_BYTES >> 20} MiB; give a smaller one")
    kind = format_of(content)
    essence = _essence(content, kind, shown, page)
    _check_size(essence, kind, shown)
    return kind, essence, shown


def _essence(content: bytes, kind: str, shown: str, page: int) -> Essence:
    """Take out of a file what makes its picture."""
    if not is_read(kind):
        raise DataError(f"the file {shown} holds {refusal_of(kind)}")
    with _bearable(kind, shown):
        return essence_of(content, kind.upper(), page)


@contextmanager
def _bearable(kind: str, shown: str) -> Iterator[None]:
    """Turn whatever is found while a file's structure is walked into a DataError."""
    try:
        yield
    except TooMuchError as error:
        raise DataError(
            f"the photo {shown} asks for more than a photo needs ({error}); save it again with another program or "
            "choose another"
        ) from error
    except (ValueError, LookupError, ArithmeticError, struct.error) as error:
        raise _damaged(kind, shown) from error


def _damaged(kind: str, shown: str) -> DataError:
    return DataError(f"the file {shown} is a damaged or unusual {kind}; save it again or choose another")


def _check_size(essence: Essence, kind: str, shown: str) -> None:
    width, height = essence.size
    if min(essence.size) < 1:
        raise _damaged(kind, shown)
    if width * height > MOST_PIXELS:
        raise DataError(
            f"the photo {shown} has {width}x{height} pixels, more than {MOST_PIXELS // 10**6} megapixels; make it "
            "smaller and try again"
        )
    if max(essence.size) > MOST_ASPECT * min(essence.size):
        raise DataError(
            f"the photo {shown} has {width}x{height} pixels; give one at most {MOST_ASPECT} times as long as it is wide"
        )
    if essence.memory > MOST_MEMORY:
        raise DataError(
            f"the photo {shown} takes {essence.memory // 10**6} MB of memory to decode as a {kind}, more than "
            f"{MOST_MEMORY // 10**6}; make it smaller or save it as a JPEG"
        )


@contextmanager
def _one_large_at_a_time(essence: Essence) -> Iterator[None]:
    """Wait until no other large photo is decoded in this process, so that many at once take no more than one."""
    if essence.memory < _LARGE:
        yield
        return
    with _turn:
        yield


def _decoded(essence: Essence, kind: str, notes: list[str], shown: str, window: Window | None) -> Pixels:
    """Decode a photo as it is stored; note what that changed. Pillow's copy goes with this function."""
    with warnings.catch_warnings(action="ignore"), _opened(essence, kind, shown) as image:  # of odd but readable files
        check_numbers(image.mode, shown)
        if essence.halved:
            image.draft(image.mode, (image.width // 2, image.height // 2))
            notes.append("Read at half its size, to spare memory.")
        _load(image, shown)
        return plain_pixels(image, notes, shown, window)


def _decoded_apart(essence: Essence, kind: str, content: bytes, notes: list[str], shown: str) -> Pixels:
    """Have a photo decoded by a process of its own; upright."""
    width, height = essence.size
    bounds = Bounds(MOST_PIXELS, _MOST_APART, _SECONDS_APART + width * height // _PIXELS_A_SECOND)
    try:
        with _bearable(kind, shown):
            found = decoded_apart(kind, content, bounds)
    except FailedError as error:
        raise _cut_off(error, shown) from error
    if found.orientation > 1:
        notes.append("Turned upright, as the file says.")
    if found.more:
        notes.append("Only its first picture is used.")
    if found.mode in ("L", "RGB"):
        pixels = np.frombuffer(found.data, np.uint8).reshape(*found.size[::-1], len(found.mode))
    else:
        pixels = plain_pixels(Image.frombuffer(found.mode, found.size, found.data), notes, shown)
    return turned_upright(pixels, found.orientation)


def _opened(essence: Essence, kind: str, shown: str) -> Image.Image:
    """Read the header."""
    try:
        image = Image.open(open_parts(essence.parts), formats=(kind.upper(),))
    except Exception as error:  # decoders raise whatever a damaged file makes of them
        raise _damaged(kind, shown) from error
    if image.size != essence.size:  # what would be decoded is not what was measured
        raise _damaged(kind, shown)
    return image


def _load(image: Image.Image, shown: str) -> None:
    """Decode the first frame."""
    try:
        image.load()
    except Exception as error:  # decoders raise whatever a damaged file makes of them
        raise _cut_off(error, shown) from error


def _cut_off(error: Exception, shown: str) -> DataError:
    return DataError(
        f"the photo {shown} is cut off or damaged ({str(error)[:80] or type(error).__name__}); save it again or choose "
        "another"
    )


def fit(pixels: NDArray[np.uint8], shape: Shape) -> Pixels:
    """Bring a photo into a network's size: its centre, in the network's proportions, reduced by area.

    Args:
        pixels: uint8 (height, width, 1 or 3).
        shape: (height, width, channels) that the network takes, channels 1 or 3.

    Returns:
        uint8 of that shape. Smaller photos are enlarged bilinearly; grey is repeated into three channels, colour is
        made grey with the weights of ITU-R BT.601.

    Raises:
        DataError: the photo or the network has another number of channels.
    """
    height, width, channels = shape
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or 0 in pixels.shape or pixels.shape[2] not in (1, 3):
        raise DataError(
            f"a photo was given as {pixels.dtype} of shape {pixels.shape}, expected uint8 (height, width, 1 or 3)"
        )
    if channels not in (1, 3):
        raise DataError(
            f"the network takes images of {channels} channels and photos have 1 or 3; choose a network for grey or "
            "colour images"
        )
    box = _centre((pixels.shape[1], pixels.shape[0]), width / height)
    mode = "RGB" if channels == 3 else "L"
    if box[2] - box[0] < width:
        resized = [_picture(pixels, mode).resize((width, height), Image.Resampling.BILINEAR, box)]
    else:
        resized = list(_reduced(pixels, mode, (width, height), box))
    return np.concatenate([np.asarray(part, np.uint8).reshape(-1, width, channels) for part in resized])


def _reduced(pixels: Pixels, mode: str, size: tuple[int, int], box: Box) -> Iterator[Image.Image]:
    """Reduce a photo by area, band by band, so that no whole copy of it is made."""
    (width, height), (left, top, right, bottom) = size, box
    scale = (bottom - top) / height  # rows of the photo for one
    step = max(int(_BAND / (pixels.shape[1] * scale)), 1)
    for row in range(0, height, step):
        rows = min(step, height - row)
        first, last = top + row * scale, min(top + (row + rows) * scale, bottom)
        start, stop = int(first), math.ceil(last)
        band = _picture(pixels[start:stop], mode)
        yield band.resize((width, rows), Image.Resampling.BOX, (left, first - start, right, last - start))


def _picture(pixels: Pixels, mode: str) -> Image.Image:
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    return picture if picture.mode == mode else picture.convert(mode)


def sized(images: Pixels, shape: Shape) -> Pixels:
    """Return images as a network takes them; see `fit`.

    Args:
        images: (n, height, width, channels) uint8, a data set's.
        shape: (height, width, channels) that the network takes.

    Returns:
        (n, *shape) uint8; the images themselves where they have that shape already.
    """
    if images.shape[1:] == shape:
        return images
    return np.stack([fit(image, shape) for image in images]) if len(images) else np.zeros((0, *shape), np.uint8)


def smaller(pixels: NDArray[np.uint8], side: int) -> Pixels:
    """Make a photo so small that it can be kept, by the mean of whole blocks of pixels; a small one stays as it is.

    Args:
        pixels: uint8 (height, width, 1 or 3).
        side: how long the longer side may be, in pixels.

    Returns:
        uint8, each side divided by the smallest whole number that suits, rounded up.
    """
    factor = -(-max(pixels.shape[:2]) // side)
    if factor <= 1:
        return pixels
    rows = factor * max(_BAND // (pixels.shape[1] * factor), 1)
    mode = "L" if pixels.shape[2] == 1 else "RGB"
    bands = [_picture(pixels[top : top + rows], mode).reduce(factor) for top in range(0, len(pixels), rows)]
    parts = [np.asarray(band, np.uint8).reshape(band.height, band.width, -1) for band in bands]
    return np.concatenate(parts)


def _centre(size: tuple[int, int], aspect: float) -> Box:
    """Return the largest box of an aspect (width by height) in the middle: left, top, right, bottom."""
    width, height = size
    wide, high = min(width, height * aspect), min(height, width / aspect)
    left, top = (width - wide) / 2, (height - high) / 2
    return left, top, left + wide, top + high
