"""Photos from people: opened with care, and brought into a network's size.

A stranger's file is decoded only when it is of an accepted format and its header promises a size that is bearable; see
`open_photo`. What had to be changed to make an ordinary picture of it is said in the photo's note.
"""

import io
import struct
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cnnviz.data.photo_formats import ACCEPTED, ACCEPTED_IN_WORDS, format_of
from cnnviz.data.records import Shape
from cnnviz.errors import DataError

__all__ = ["MOST_BYTES", "MOST_PIXELS", "Photo", "fit", "open_photo", "smaller"]

Pixels = NDArray[np.uint8]

MOST_BYTES = 64 * 2**20  # more than 25 megapixels ever need, except in formats that nobody sends
MOST_PIXELS = 25_000_000  # 75 MB decoded; the cameras of telephones stay below, or shrink what they send
MOST_ASPECT = 20  # a strip: nothing is left of it in a square network
BACKGROUND = (255, 255, 255)

_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BITS_PER_SAMPLE = 258  # the TIFF tag


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture somebody gave.

    Attributes:
        pixels: uint8 (height, width, 3) in red, green and blue, or (height, width, 1) in grey, upright.
        note: what was changed to get there, whole sentences; empty where nothing was.
    """

    pixels: Pixels
    note: str = ""


def open_photo(content: bytes, name: str) -> Photo:
    """Decode a photo: turned upright, transparent parts on white, the first frame of an animation.

    Args:
        content: the file's bytes: JPEG, PNG, WebP, GIF, BMP or TIFF, whatever its name ends with.
        name: what to call the file in messages.

    Raises:
        DataError: it is of no accepted format, damaged, above 25 megapixels, more than 20 times as long as wide, or
            holds numbers that are no grey levels (floating-point or 32-bit).
    """
    shown = repr(name[-60:])
    if not content:
        raise DataError(f"the file {shown} is empty; choose another")
    if len(content) > MOST_BYTES:
        raise DataError(f"the file {shown} has more than {MOST_BYTES >> 20} MiB; give a smaller one")
    # Pillow warns of odd but readable files, and of sizes that are refused here in other words
    with warnings.catch_warnings(action="ignore"), _opened(content, shown) as image:
        _check_size(image.size, shown)
        _check_numbers(image.mode, shown)
        _load(image, shown)
        notes: list[str] = []
        picture = _upright(_plain(image, notes, shown), image, notes)
        if image.format in ("GIF", "PNG", "WEBP", "TIFF") and _has_more(image):
            notes.append("Only its first page is used." if image.format == "TIFF" else "Only its first frame is used.")
    pixels = np.array(picture, np.uint8)
    return Photo(pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis], " ".join(notes))


def _opened(content: bytes, shown: str) -> Image.Image:
    """Read the header."""
    try:
        return Image.open(io.BytesIO(content), formats=ACCEPTED)
    except Image.DecompressionBombError as error:  # Pillow's own, much higher limit
        raise DataError(_too_large(shown, "far")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, IndexError, struct.error) as error:
        found = format_of(content)
        if found.upper() in ACCEPTED:
            raise DataError(
                f"the file {shown} is a damaged or unusual {found}; save it again or choose another"
            ) from error
        raise DataError(
            f"the file {shown} holds {found}; accepted are {ACCEPTED_IN_WORDS}, so save it as one of these"
        ) from error


def _check_size(size: tuple[int, int], shown: str) -> None:
    width, height = size
    if width * height > MOST_PIXELS:
        raise DataError(_too_large(shown, f"{width}x{height} pixels,"))
    if min(size) < 1 or max(size) > MOST_ASPECT * min(size):
        raise DataError(
            f"the photo {shown} has {width}x{height} pixels; give one at most {MOST_ASPECT} times as long as it is wide"
        )


def _too_large(shown: str, how: str) -> str:
    return f"the photo {shown} has {how} more than {MOST_PIXELS // 10**6} megapixels; make it smaller and try again"


def _check_numbers(mode: str, shown: str) -> None:
    """Refuse what Pillow would turn black or clip without a word."""
    if mode == "F":
        raise DataError(
            f"the photo {shown} holds floating-point numbers, whose black and white nobody knows; save it with 8 or 16 "
            "bits a channel"
        )
    if mode == "I":
        raise DataError(
            f"the photo {shown} holds 32-bit or signed numbers, whose black and white nobody knows; save it with 8 or "
            "16 bits a channel"
        )


def _load(image: Image.Image, shown: str) -> None:
    """Decode the first frame."""
    try:
        image.load()
    except Exception as error:  # decoders raise whatever a damaged file makes of them
        raise DataError(
            f"the photo {shown} is cut off or damaged ({str(error)[:80] or type(error).__name__}); save it again or "
            "choose another"
        ) from error


def _plain(image: Image.Image, notes: list[str], shown: str) -> Image.Image:
    """Return the picture in grey ("L") or in colour ("RGB"); note what that changed."""
    if image.mode.startswith("I;16"):
        return Image.fromarray(_eight_bits(image))
    grey = image.mode in ("1", "L", "LA", "La")
    try:
        if image.has_transparency_data:
            return _on_background(image, notes).convert("L" if grey else "RGB")
        if image.mode == "CMYK":
            notes.append("Its printing inks (CMYK) were turned into screen colours.")
        return _in_mode(image, "L" if grey else "RGB")
    except (ValueError, OSError) as error:
        raise DataError(
            f"the photo {shown} has colours of the kind {image.mode}; save it in RGB and try again"
        ) from error


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    """Convert a picture; what is in the mode already is not copied."""
    return image if image.mode == mode else image.convert(mode)


def _on_background(image: Image.Image, notes: list[str]) -> Image.Image:
    layer = image.convert("RGBA")
    if layer.getchannel("A").getextrema() == (255, 255):  # says it may be transparent, but is not
        return layer
    notes.append("Transparent parts are shown on white.")
    return Image.alpha_composite(Image.new("RGBA", layer.size, (*BACKGROUND, 255)), layer)


def _eight_bits(image: Image.Image) -> Pixels:
    """Scale grey of 16 (or 12) bits to 8; Pillow would clip it."""
    tags: Any = getattr(image, "tag_v2", {})
    bits = int(tags.get(_BITS_PER_SAMPLE, (16,))[0])
    most = 2**bits - 1  # 16 bits: divided by 257
    table = np.rint(np.arange(most + 1) * 255 / most).astype(np.uint8)
    return np.asarray(table[np.minimum(np.asarray(image), most)])  # (height, width)


def _upright(picture: Image.Image, image: Image.Image, notes: list[str]) -> Image.Image:
    """Turn it as the camera's EXIF data say; broken EXIF data say nothing. TIFFs are turned when they are decoded."""
    try:
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a stranger's EXIF data can break anywhere, and the photo is fine without them
        turn = None
    if turn is None:
        return picture
    notes.append("Turned upright, as its EXIF data say.")
    return picture.transpose(turn)


def _has_more(image: Image.Image) -> bool:
    """Whether a file has more than one frame or page; what is damaged behind the first does not matter."""
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 - the first frame is all that is used, whatever is wrong with the next
        return True


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
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    box = _centre(picture.size, width / height)
    reduced = box[2] - box[0] >= width
    resized = _in_mode(picture, "RGB" if channels == 3 else "L").resize(
        (width, height), Image.Resampling.BOX if reduced else Image.Resampling.BILINEAR, box
    )
    return np.array(resized, np.uint8).reshape(shape)


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
    grey = pixels.shape[2] == 1
    reduced = np.array(Image.fromarray(pixels[:, :, 0] if grey else pixels).reduce(factor), np.uint8)
    return reduced[:, :, np.newaxis] if grey else reduced


def _centre(size: tuple[int, int], aspect: float) -> tuple[float, float, float, float]:
    """Return the largest box of an aspect (width by height) in the middle: left, top, right, bottom."""
    width, height = size
    wide, high = min(width, height * aspect), min(height, width / aspect)
    left, top = (width - wide) / 2, (height - high) / 2
    return left, top, left + wide, top + high
