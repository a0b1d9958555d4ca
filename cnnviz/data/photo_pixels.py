"""From a decoded picture to plain pixels: grey or red, green and blue, eight bits each, upright.

A picture is gone through in bands, so that no whole copy of it is made on the way.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.errors import DataError

__all__ = ["BACKGROUND", "Window", "check_numbers", "extremes", "plain_pixels", "turned_upright"]

Pixels = NDArray[np.uint8]
Window = tuple[float, float]

BACKGROUND = (255, 255, 255)

_BAND = 2**20  # pixels that are changed at a time
_BITS_PER_SAMPLE, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0  # TIFF tags, and a value
_FEWER_BITS = (8, 10, 12, 14)  # that cameras and scanners keep in 16
_GREY = ("1", "L", "LA", "La")

# How a photo is turned that was held in one of EXIF's ways; arrays are (height, width, channels).
_UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda held: held[:, ::-1],
    3: lambda held: held[::-1, ::-1],
    4: lambda held: held[::-1],
    5: lambda held: held.swapaxes(0, 1),
    6: lambda held: held[::-1].swapaxes(0, 1),
    7: lambda held: held[::-1, ::-1].swapaxes(0, 1),
    8: lambda held: held[:, ::-1].swapaxes(0, 1),
}


def check_numbers(mode: str, shown: str) -> None:
    """Refuse what Pillow would turn black or clip without a word.

    Args:
        mode: Pillow's word for the kind of numbers.
        shown: the photo's name as it is shown.

    Raises:
        DataError: the numbers are no grey levels.
    """
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


def extremes(image: Image.Image) -> Window:
    """Return the lowest and the highest value of a decoded picture in grey of more than 8 bits."""
    low, high = image.getextrema()
    return float(low), float(high)  # type: ignore[arg-type]  # one channel has one pair


def plain_pixels(image: Image.Image, notes: list[str], shown: str, window: Window | None = None) -> Pixels:
    """Return a decoded picture as uint8 (height, width, 1 or 3), transparent parts on white.

    Args:
        image: loaded.
        notes: what that changed is added, in sentences.
        shown: the photo's name as it is shown.
        window: which values are black and white in grey of more than 8 bits; None to take what its bits can hold, or
            the fewer that it uses.

    Raises:
        DataError: it has colours that nobody can convert.
    """
    width, height = image.size
    if image.mode == "CMYK":
        notes.append("Its printing inks (CMYK) were turned into screen colours.")
    grey = image.mode in _GREY or image.mode.startswith("I;16")
    pixels = np.empty((height, width, 1 if grey else 3), np.uint8)
    rows = max(_BAND // width, 1)
    seen_through = False
    table = _to_eight_bits(image, window, notes) if image.mode.startswith("I;16") else None
    for top in range(0, height, rows):
        band = image.crop((0, top, width, min(top + rows, height)))
        try:
            plain, transparent = _plain(band, table)
        except (ValueError, OSError) as error:
            raise DataError(
                f"the photo {shown} has colours of the kind {image.mode}; save it in RGB and try again"
            ) from error
        pixels[top : top + rows] = plain.reshape(-1, width, pixels.shape[2])
        seen_through |= transparent
    if seen_through:
        notes.append("Transparent parts are shown on white.")
    return pixels


def turned_upright(pixels: Pixels, orientation: int) -> Pixels:
    """Return a photo as it was seen.

    Args:
        pixels: uint8 (height, width, channels) as it was held.
        orientation: how, 1 to 8, as EXIF counts.
    """
    turn = _UPRIGHT.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))


def _plain(band: Image.Image, table: Pixels | None) -> tuple[Pixels, bool]:
    """Return a band of a picture in grey or in colour, and whether something shone through."""
    if table is not None:
        return np.asarray(table[np.asarray(band)]), False
    mode = "L" if band.mode in _GREY else "RGB"
    transparent = False
    if band.has_transparency_data:
        band, transparent = _on_background(band)
    return np.asarray(band if band.mode == mode else band.convert(mode), np.uint8), transparent


def _on_background(band: Image.Image) -> tuple[Image.Image, bool]:
    layer = band.convert("RGBA")
    if layer.getchannel("A").getextrema() == (255, 255):  # says it may be transparent, but is not
        return layer, False
    return Image.alpha_composite(Image.new("RGBA", layer.size, (*BACKGROUND, 255)), layer), True


def _to_eight_bits(image: Image.Image, window: Window | None, notes: list[str]) -> Pixels:
    """Return what becomes of each value of 16 (or 12) bits; Pillow would clip them."""
    tags: Any = getattr(image, "tag_v2", {})
    if window is None:
        bits = int(tags.get(_BITS_PER_SAMPLE, (16,))[0])
        most = extremes(image)[1]
        used = next((fewer for fewer in _FEWER_BITS if fewer < bits and 0 < most < 2**fewer), bits)
        if used < bits:
            notes.append(f"Its {bits} bits hold no value above {most:.0f}: {used} bits were taken for black to white.")
        window = 0, 2**used - 1  # 16 bits: divided by 257
    low, high = window
    levels = (np.arange(2**16) - low) * (255 / max(high - low, 1e-9))
    table = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    return np.asarray(255 - table) if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO else table
