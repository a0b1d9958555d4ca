"""Bringing a picture into the size of a data set's images."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.data.photos import fit
from cnnviz.data.records import Shape
from cnnviz.data.sources.understood import Fit

__all__ = ["fitted"]

Pixels = NDArray[np.uint8]


def fitted(pixels: Pixels, shape: Shape, how: Fit) -> Pixels:
    """Bring a picture into a size; one that has it already stays as it is.

    Args:
        pixels: uint8 (height, width, 1 or 3).
        shape: (height, width, channels), channels 1 or 3.
        how: "crop" keeps its centre, see `cnnviz.data.photos.fit`; "fit" the whole, with black bars; "stretch" the
            whole, pulled.

    Returns:
        uint8 of that shape.

    Raises:
        DataError: it is no such picture.
    """
    if pixels.shape == shape and pixels.dtype == np.uint8:
        return pixels
    if how == "crop" or pixels.ndim != 3 or 0 in pixels.shape:  # which refuses what is no picture
        return fit(pixels, shape)
    return _stretched(pixels, shape) if how == "stretch" else _whole(pixels, shape)


def _whole(pixels: Pixels, shape: Shape) -> Pixels:
    height, width, channels = shape
    scale = min(height / pixels.shape[0], width / pixels.shape[1])
    inner = (max(1, round(scale * pixels.shape[0])), max(1, round(scale * pixels.shape[1])), channels)
    result = np.zeros(shape, np.uint8)
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    result[top : top + inner[0], left : left + inner[1]] = fit(pixels, inner)
    return result


def _stretched(pixels: Pixels, shape: Shape) -> Pixels:
    height, width, channels = shape
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    smaller = image.width >= width and image.height >= height
    image = image.resize((width, height), Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR)
    mode = "RGB" if channels == 3 else "L"
    return np.asarray(image if image.mode == mode else image.convert(mode), np.uint8).reshape(shape)
