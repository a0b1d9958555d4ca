"""A Pillow picture in the colours of a theme: text, bars, lines, scales. For pictures that leave the browser."""

from collections.abc import Sequence
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnnviz.figures.theme import Mode, hex_to_rgb, palette

__all__ = ["Align", "Canvas", "fitted"]

Align = Literal["left", "centre", "right"]
Point = tuple[float, float]

_ANCHORS = {"left": "la", "centre": "ma", "right": "ra"}


class Canvas:
    """A picture that is drawn on.

    Attributes:
        mode: light or dark.
        palette: the theme's colours.
    """

    def __init__(self, width: int, height: int, mode: Mode) -> None:
        self.mode = mode
        self.palette = palette(mode)
        self._image = Image.new("RGB", (width, height), self.palette.background)
        self._draw = ImageDraw.Draw(self._image)

    @property
    def picture(self) -> NDArray[np.uint8]:
        """(height, width, 3) uint8."""
        return np.asarray(self._image)

    def text(
        self,
        at: Point,
        words: str,
        size: int,
        *,
        bold: bool = False,
        quiet: bool = False,
        align: Align = "left",
        color: str = "",
    ) -> None:
        """Write a line.

        Args:
            at: its upper left, middle or right point.
            words: the line.
            size: in pixels.
            bold: drawn with a stroke, for there is one font only.
            quiet: in the colour of what is less important.
            align: which point `at` is.
            color: a role of the palette; "" for text.
        """
        role = color or ("muted" if quiet else "text")
        self._draw.text(
            at,
            words.replace("−", "-"),
            getattr(self.palette, role),
            font(size),
            anchor=_ANCHORS[align],
            stroke_width=0.35 if bold else 0,
        )

    def paste(self, picture: NDArray[np.uint8], at: tuple[int, int]) -> None:
        """Put (height, width, 3) uint8 pixels somewhere."""
        self._image.paste(Image.fromarray(np.ascontiguousarray(picture)), at)

    def line(self, points: Sequence[Point], role: str, width: int) -> None:
        """Join points in a colour of the palette; fewer than two are nothing."""
        if len(points) > 1:
            self._draw.line(list(points), getattr(self.palette, role), width, joint="curve")

    def bar(self, box: tuple[int, int, int, int], share: float, color: str) -> None:
        """Fill a share of a box (left, top, width, height)."""
        left, top, width, height = box
        self._draw.rectangle((left, top, left + width, top + height), self.palette.grid)
        if share > 0:
            self._draw.rectangle((left, top, left + width * min(share, 1.0), top + height), color)

    def scale(self, at: tuple[int, int], low: str, high: str, ramp: Sequence[str], length: int = 90) -> None:
        """Draw a colour scale between what its ends mean."""
        if not ramp:
            return
        left, top = at
        self.text(at, low, 11, quiet=True)
        left += round(font(11).getlength(low.replace("−", "-"))) + 6
        stops = np.array([hex_to_rgb(color) for color in ramp], np.float64)  # (colours, 3)
        places = np.linspace(0, len(stops) - 1, length)
        row = np.stack([np.interp(places, np.arange(len(stops)), stops[:, channel]) for channel in range(3)], axis=1)
        self.paste(np.broadcast_to(np.rint(row).astype(np.uint8), (8, length, 3)), (left, top + 3))
        self.text((left + length + 6, top), high, 11, quiet=True)


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with Pillow, so that a picture looks the same on every machine."""
    return ImageFont.load_default(size)


def fitted(count: int, width: int, height: int, room: int, high: int, gap: int = 3) -> tuple[int, int]:
    """Say how equal tiles lie in a box so that they are largest.

    Args:
        count: how many tiles.
        width: of a tile in pixels.
        height: of a tile in pixels.
        room: the box's width.
        high: the box's height.
        gap: between tiles.

    Returns:
        Tiles in a row and the whole-number enlargement, at least 1.
    """
    best = (count, 1, -1)
    for across in range(1, count + 1):
        down = -(-count // across)
        zoom = min((room + gap - gap * across) // (across * width), (high + gap - gap * down) // (down * height))
        empty = across * down - count
        if zoom > best[1] or (zoom == best[1] and (best[2] < 0 or empty < best[2])):
            best = (across, zoom, empty)
    return best[0], best[1]
