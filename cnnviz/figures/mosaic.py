"""The kernels of a layer as one sharp picture.

Method: a kernel over three input channels is an image and is drawn as one (Krizhevsky et al. 2012, figure 3),
with one symmetric scale for the whole layer instead of one a kernel, so that strong and weak kernels look it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.figures.pictures import data_url, sprite, tile, to_png
from cnnviz.figures.theme import DIVERGING, diverging_table

__all__ = ["Mosaic", "data_url", "kernel_mosaic", "kernel_tiles", "sprite", "to_png"]

SMALLEST_TILE = 48  # pixels: what the back row of a lecture hall still sees
_GREY = (200, 204, 216)
_GREY_RAMP = ("#000000", "#808080", "#FFFFFF")


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Kernels side by side.

    Attributes:
        image: uint8 (height, width, 3), every kernel enlarged by `scale`, with gutters.
        tiles: uint8 (filters, kernel height, kernel width, 3), the same colours, a pixel a weight.
        columns: kernels in a row.
        rows: rows of kernels.
        tile: (height, width) of one enlarged kernel in pixels.
        scale: the whole-number enlargement.
        gutter: pixels between kernels.
        limit: the weight drawn in full colour; minus it is the other end and zero the middle.
        ramp: colours `#RRGGBB` from minus limit over zero to limit, for a scale bar.
        caption: how to read it, one sentence.
    """

    image: NDArray[np.uint8]
    tiles: NDArray[np.uint8]
    columns: int
    rows: int
    tile: tuple[int, int]
    scale: int
    gutter: int
    limit: float
    ramp: tuple[str, ...]
    caption: str


def kernel_mosaic(
    kernels: NDArray[np.floating],
    scale: int | None = None,
    *,
    columns: int | None = None,
    limit: float | None = None,
    gutter: int = 2,
    gutter_color: tuple[int, int, int] | None = None,
    layer: str | None = None,
) -> Mosaic:
    """Draw every kernel of a layer, sharp and on one scale.

    Args:
        kernels: float (kernel height, kernel width, channels in, filters). Three channels are drawn as red,
            green and blue; any other number as the mean over channels in red-white-blue.
        scale: pixels a weight; None makes the longer side of a kernel at least 48 pixels.
        columns: kernels in a row; None makes the mosaic about twice as wide as high.
        limit: weight of full colour; None takes the largest absolute one.
        gutter: pixels between kernels.
        gutter_color: (red, green, blue) 0 to 255; None makes gutters white, or grey beside kernels whose zero
            is white.
        layer: the layer's name, for the caption.

    Returns:
        The mosaic. Weights that are not finite are drawn as zero and the caption counts them.

    Raises:
        SpecError: another shape, or a scale, number of columns or limit that is not positive.
    """
    if (scale is not None and scale < 1) or (columns is not None and columns < 1) or gutter < 0:
        raise SpecError(
            f"a mosaic was given scale {scale}, columns {columns} and gutter {gutter}, "
            "expected whole numbers of at least 1, 1 and 0"
        )
    tiles, limit, broken = kernel_tiles(kernels, limit)
    height, width, channels, filters = kernels.shape
    scale = scale or math.ceil(SMALLEST_TILE / max(height, width))
    columns = min(columns or _columns(filters), filters)
    rows = math.ceil(filters / columns)
    gutter_color = gutter_color or ((255, 255, 255) if channels == 3 else _GREY)
    large = tiles.repeat(scale, axis=1).repeat(scale, axis=2)  # (filters, height * scale, width * scale, 3)
    ramp = _GREY_RAMP if channels == 3 else tuple(str(color) for _, color in DIVERGING)
    return Mosaic(
        image=tile(large, columns, rows, gutter, gutter_color),
        tiles=tiles,
        columns=columns,
        rows=rows,
        tile=(height * scale, width * scale),
        scale=scale,
        gutter=gutter,
        limit=limit,
        ramp=ramp,
        caption=_caption(kernels.shape, limit, layer, broken),
    )


def kernel_tiles(kernels: NDArray[np.floating], limit: float | None = None) -> tuple[NDArray[np.uint8], float, int]:
    """Colour kernels, a pixel a weight.

    Args:
        kernels: float (kernel height, kernel width, channels in, filters).
        limit: weight of full colour; None takes the largest absolute one, 1 when all are zero.

    Returns:
        uint8 (filters, kernel height, kernel width, 3); the limit; how many weights were not finite.

    Raises:
        SpecError: another shape, or a limit that is not positive and finite.
    """
    if kernels.ndim != 4 or 0 in kernels.shape:
        raise SpecError(
            f"kernels have shape {kernels.shape}, expected (kernel height, kernel width, channels in, "
            "filters), none of them 0; pass the kernel of a 2-D convolution"
        )
    if limit is not None and not (limit > 0 and math.isfinite(limit)):
        raise SpecError(f"the limit of a colour scale was {limit}, expected a positive number; leave it out to fit it")
    finite = np.isfinite(kernels)
    weights = np.where(finite, kernels, 0).astype(np.float64).transpose(3, 0, 1, 2)  # (filters, h, w, channels)
    if weights.shape[3] != 3:
        weights = weights.mean(axis=3)
    limit = limit or float(np.abs(weights).max()) or 1.0
    unit = np.clip(weights / limit, -1, 1)
    broken = int(finite.size - np.count_nonzero(finite))
    if unit.ndim == 4:
        # Zero falls on 127.5, which rounds to 128: exactly as grey in red, green and blue.
        return np.rint(127.5 + 127.5 * unit).astype(np.uint8), limit, broken
    return diverging_table()[np.rint(127 + 127 * unit).astype(np.intp)], limit, broken


def _columns(filters: int) -> int:
    """Kernels in a row: a divisor of their number near the square root of twice it, so that rows are full."""
    ideal = math.sqrt(2 * filters)
    divisors = [number for number in range(1, filters + 1) if filters % number == 0]
    best = min(divisors, key=lambda number: (round(abs(math.log(number / ideal)), 6), number))
    return best if 1 / 1.5 <= best / ideal <= 1.5 else math.ceil(ideal)


def _caption(shape: tuple[int, ...], limit: float, layer: str | None, broken: int) -> str:
    """How to read a mosaic, in one sentence."""
    height, width, channels, _ = shape
    of = f" of {layer}" if layer else ""
    kind = f"{height}×{width} kernel{of}"
    low, high = f"−{in_digits(limit)}", f"+{in_digits(limit)}"
    if channels == 3:
        drawn = "its three input channels drawn as red, green and blue"
        how = f", {drawn}; grey is zero, dark negative, bright positive"
    else:
        mean = "" if channels == 1 else f", the mean of its {channels} input channels"
        how = f"{mean}: white is zero, blue negative, red positive"
    lost = f"; {broken} weights are not finite and drawn as zero" if broken else ""
    return f"Each tile is one {kind}{how}, from {low} to {high}{lost}."


def in_digits(limit: float) -> str:
    """A positive number in two significant digits, `0.30` and `12`."""
    return f"{limit:.0f}" if limit >= 10 else f"{limit:#.2g}"
