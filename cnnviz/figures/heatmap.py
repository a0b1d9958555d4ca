"""A heatmap over its image: coloured, laid over with some opacity, with its scale and how to read it.

Values are coloured by inferno and mixed with the image by one opacity for all pixels, so that a colour means the same
everywhere.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from plotly.colors import sample_colorscale, unlabel_rgb

from cnnviz.errors import SpecError
from cnnviz.explain.heatmap import Heatmap
from cnnviz.figures.guesses import percent
from cnnviz.figures.theme import HEATMAP

__all__ = [
    "OPACITY",
    "HeatmapPicture",
    "full_value",
    "heat_ramp",
    "heat_table",
    "heatmap_picture",
    "in_two_digits",
    "overlay",
    "sheet",
]

Picture = NDArray[np.uint8]

OPACITY = 0.6  # the image is still recognised, and black reads as nothing
_WIDTH = 480  # pixels: about how wide a picture for a file is
_MARGIN = 16
_LINE = 22
_TEXT = (27, 31, 42)
_QUIET = (92, 99, 117)


@dataclass(frozen=True, eq=False)
class HeatmapPicture:
    """A heatmap over its image.

    Attributes:
        image: uint8 (height * zoom, width * zoom, 3); the image alone where the heatmap is empty.
        zoom: the whole-number enlargement.
        low, high: what the two ends of the scale mean.
        caption: what is shown and how to read it, one sentence.
    """

    image: Picture
    zoom: int
    low: str
    high: str
    caption: str


@cache
def heat_table() -> Picture:
    """The colours of a heatmap.

    Returns:
        uint8 (256, 3), read-only: row 0 is the value 0, row 255 the value 1.
    """
    colors = [unlabel_rgb(color) for color in sample_colorscale(HEATMAP, list(np.linspace(0, 1, 256)))]
    table: Picture = np.rint(np.array(colors)).astype(np.uint8)
    table.setflags(write=False)
    return table


def heat_ramp(steps: int = 9) -> tuple[str, ...]:
    """The colours of a scale bar.

    Args:
        steps: how many, at least 2.

    Returns:
        `#RRGGBB` from 0 to 1.
    """
    rows = heat_table()[np.linspace(0, 255, steps).astype(np.intp)]
    return tuple("#" + bytes(row).hex().upper() for row in rows)


def overlay(image: Picture, values: NDArray[np.floating], opacity: float = OPACITY) -> Picture:
    """Lay a heatmap over an image.

    Args:
        image: uint8 (height, width, 1 or 3).
        values: (height, width) in [0, 1].
        opacity: of the heatmap, 0 to 1.

    Returns:
        uint8 (height, width, 3).

    Raises:
        SpecError: the two do not fit, or values or opacity are out of range.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3) or image.shape[:2] != values.shape:
        raise SpecError(
            f"a heatmap of shape {values.shape} was to be laid over {image.dtype} of shape {image.shape}, expected "
            "uint8 (height, width, 1 or 3) of the same height and width"
        )
    if not (0 <= opacity <= 1 and np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
        raise SpecError(f"a heatmap was given with opacity {opacity}, expected values and opacity from 0 to 1")
    colors = heat_table()[np.rint(values * 255).astype(np.intp)]  # (height, width, 3)
    mixed = (1 - opacity) * image.astype(np.float64) + opacity * colors
    return np.asarray(np.rint(mixed), np.uint8)


def heatmap_picture(
    heatmap: Heatmap, image: Picture, title: str, class_name: str, *, zoom: int | None = None, opacity: float = OPACITY
) -> HeatmapPicture:
    """Draw a heatmap over its image.

    Args:
        heatmap: from `cnnviz.explain`.
        image: uint8 (height, width, 1 or 3), the image that was explained.
        title: the method's, such as "Grad-CAM".
        class_name: the explained class's.
        zoom: pixels a pixel; None makes the picture about 480 pixels wide.
        opacity: of the heatmap, 0 to 1.

    Returns:
        The picture with its scale and caption.

    Raises:
        SpecError: the image is not the heatmap's, or zoom or opacity are out of range.
    """
    if zoom is not None and zoom < 1:
        raise SpecError(f"a heatmap was to be enlarged {zoom} times; give a whole number of at least 1")
    mixed = overlay(image, heatmap.values, 0.0 if heatmap.empty else opacity)
    zoom = zoom or max(1, round(_WIDTH / mixed.shape[1]))
    return HeatmapPicture(
        image=mixed.repeat(zoom, axis=0).repeat(zoom, axis=1),
        zoom=zoom,
        low="0",
        high="" if heatmap.empty else f"strongest ({in_two_digits(full_value(heatmap))})",
        caption=_caption(heatmap, title, class_name),
    )


def full_value(heatmap: Heatmap) -> float:
    """Say what the brightest colour stands for.

    Args:
        heatmap: from `cnnviz.explain`.

    Returns:
        The smallest raw attribution that is drawn as 1.
    """
    strongest = heatmap.values == 1
    return float(heatmap.raw[strongest].min()) if strongest.any() else heatmap.raw_range[1]


def _caption(heatmap: Heatmap, title: str, class_name: str) -> str:
    at = f" at {heatmap.layer}" if heatmap.layer else ""
    what = f"{title}{at} for {class_name} (probability {percent(heatmap.verdict.probability)})"
    if heatmap.empty:
        return f"{what}: nothing lights up, because {heatmap.empty}."
    return f"{what}: black is nothing, bright yellow the strongest place."


def in_two_digits(value: float) -> str:
    """Write a number in two significant digits: `0.054`, `24`, `−1.1`, `3.0e−06`.

    Args:
        value: any; infinities and NaN are written as such.
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    size = abs(value)
    if size < 1e-4 or size >= 1e5:
        return f"{value:.1e}".replace("-", "−")
    rounded = float(f"{value:.1e}")
    decimals = max(0, 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:.{decimals}f}".replace("-", "−")


def sheet(picture: HeatmapPicture) -> Picture:
    """Put a picture, its scale and its caption on white, for a file.

    Args:
        picture: from `heatmap_picture`.

    Returns:
        uint8 (height, width, 3), at least 320 pixels wide.
    """
    height, width = picture.image.shape[:2]
    wide = max(width, 320)
    font = ImageFont.load_default(size=15)
    lines = list(_wrapped(picture.caption, font, wide))
    scale = 2 * _LINE if picture.high else 0
    whole = Image.new("RGB", (wide + 2 * _MARGIN, height + 3 * _MARGIN + scale + _LINE * len(lines)), "white")
    whole.paste(Image.fromarray(picture.image), (_MARGIN + (wide - width) // 2, _MARGIN))
    draw = ImageDraw.Draw(whole)
    top = height + 2 * _MARGIN
    if picture.high:
        ramp = heat_table()[np.linspace(0, 255, wide).astype(np.intp)][None].repeat(12, axis=0)
        whole.paste(Image.fromarray(ramp), (_MARGIN, top))
        draw.text((_MARGIN, top + 15), picture.low, _QUIET, font)
        draw.text((_MARGIN + wide, top + 15), picture.high, _QUIET, font, anchor="ra")
    for number, line in enumerate(lines):
        draw.text((_MARGIN, top + scale + number * _LINE), line, _TEXT, font)
    return np.array(whole, np.uint8)


def _wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> Iterator[str]:
    """Break a text into lines; a word longer than a line is cut."""
    line = ""
    for word in text.split():
        while font.getlength(word) > width:
            word = word[:-1]
        longer = f"{line} {word}".strip()
        if font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    yield line
