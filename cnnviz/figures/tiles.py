"""Pictures of equal size with a scale that can be read: kernels, feature maps, histories.

Colours travel as one byte a value and a table, so that a browser can draw sharply at any size and name each value.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

from cnnviz.errors import SpecError
from cnnviz.figures.mosaic import in_digits
from cnnviz.figures.theme import SEQUENTIAL, diverging_table

__all__ = [
    "Tiles",
    "answers_in_words",
    "color_table",
    "colour_tiles",
    "kernel_pictures",
    "map_tiles",
    "photo_tiles",
    "signed_tiles",
    "span",
]

Values = NDArray[np.floating[Any]]
Table = Literal["diverging", "sequential", "grey", "none"]
_ALMOST_ZERO = 1e-12


@dataclass(frozen=True, eq=False)
class Tiles:
    """Pictures of equal size, a byte a value.

    Attributes:
        pixels: (tiles, height, width, 1 or 3) uint8; 3 are red, green and blue.
        lows: (tiles,) the value of byte 0.
        highs: (tiles,) the value of byte 255.
        table: which colours the bytes stand for; "none" for photographs, whose bytes are the values.
        low: the left end of the scale in words, empty for no scale.
        high: the right end in words.
    """

    pixels: NDArray[np.uint8]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]
    table: Table
    low: str
    high: str

    def __len__(self) -> int:
        return len(self.pixels)


def colour_tiles(kernels: Values, *, each: bool = False, limit: float | None = None) -> Tiles:
    """Draw kernels over three channels as images: red, green and blue; grey is zero.

    Args:
        kernels: (kernel height, kernel width, 3, kernels).
        each: whether each kernel has its own scale instead of one for all.
        limit: the weight of full colour; None takes the largest one.

    Raises:
        SpecError: another shape.
    """
    if kernels.ndim != 4 or kernels.shape[2] != 3 or 0 in kernels.shape:
        raise SpecError(f"kernels have shape {kernels.shape}, expected three channels in to draw them in colour")
    return _signed(kernels.transpose(3, 0, 1, 2), each, limit, "grey")


def signed_tiles(pictures: Values, *, each: bool = False, limit: float | None = None) -> Tiles:
    """Draw signed numbers in blue, white and red around zero.

    Args:
        pictures: (height, width, tiles).
        each: whether each has its own scale instead of one for all.
        limit: the value of full colour; None takes the largest one.

    Raises:
        SpecError: another shape.
    """
    if pictures.ndim != 3 or 0 in pictures.shape:
        raise SpecError(f"pictures have shape {pictures.shape}, expected (height, width, tiles), none of them 0")
    return _signed(pictures.transpose(2, 0, 1)[..., None], each, limit, "diverging")


def _signed(pictures: Values, each: bool, limit: float | None, table: Table) -> Tiles:
    values = np.nan_to_num(pictures.astype(np.float64), nan=0, posinf=0, neginf=0)  # (tiles, height, width, channels)
    largest = np.abs(values).max(axis=(1, 2, 3))
    limits = largest if each else np.full(len(values), limit or float(largest.max()))
    limits = np.where(limits > _ALMOST_ZERO, limits, 1.0)
    unit = np.clip(values / limits[:, None, None, None], -1, 1)
    word = "its own largest weight" if each else in_digits(float(limits[0]))
    return Tiles(np.rint(127.5 + 127.5 * unit).astype(np.uint8), -limits, limits, table, f"−{word}", f"+{word}")


def kernel_pictures(kernels: Values, *, limit: float | None = None) -> Tiles:
    """Draw kernels on one scale: those over three channels as images, others by their mean over the channels.

    Args:
        kernels: (kernel height, kernel width, channels in, kernels).
        limit: the weight of full colour; None takes the largest one.

    Raises:
        SpecError: another shape.
    """
    return colour_tiles(kernels, limit=limit) if kernels.shape[2] == 3 else signed_tiles(kernels.mean(2), limit=limit)


def map_tiles(maps: Values, bounds: tuple[float, float] | None = None) -> Tiles:
    """Draw feature maps in viridis from zero, or around zero where there are negative values.

    Args:
        maps: (height, width, channels).
        bounds: (least, largest) value of a scale for all of them; None gives each its own.

    Raises:
        SpecError: another shape.
    """
    if maps.ndim != 3 or 0 in maps.shape:
        raise SpecError(f"feature maps have shape {maps.shape}, expected (height, width, channels), none of them 0")
    values = np.nan_to_num(maps.astype(np.float64), nan=0, posinf=0, neginf=0).transpose(2, 0, 1)[..., None]
    if bounds is None:
        lows, highs = values.min(axis=(1, 2, 3)), values.max(axis=(1, 2, 3))
        words = ("its own least value", "its own largest value")
    else:
        lows, highs = (np.full(len(values), end, np.float64) for end in bounds)
        words = (_in_words(bounds[0]), _in_words(bounds[1]))
    if lows.min() < 0:  # signed: zero is white, whatever the range
        limits = np.maximum(np.abs(lows), np.abs(highs))
        limits = np.where(limits > _ALMOST_ZERO, limits, 1.0)
        ends = (
            ("−its own largest", "+its own largest")
            if bounds is None
            else tuple(_in_words(sign * float(limits[0])) for sign in (-1, 1))
        )
        unit = np.clip(values / limits[:, None, None, None], -1, 1)
        return Tiles(np.rint(127.5 + 127.5 * unit).astype(np.uint8), -limits, limits, "diverging", *ends)
    lows = np.zeros_like(lows)  # a map that is 0.9 everywhere is bright everywhere
    highs = np.where(highs > _ALMOST_ZERO, highs, 1.0)
    unit = np.clip(values / highs[:, None, None, None], 0, 1)
    return Tiles(np.rint(255 * unit).astype(np.uint8), lows, highs, "sequential", "0", words[1])


def photo_tiles(images: NDArray[np.uint8]) -> Tiles:
    """Draw images as they are.

    Args:
        images: (tiles, height, width, 1 or 3) uint8.
    """
    ends = np.zeros(len(images)), np.full(len(images), 255.0)
    return Tiles(images, *ends, "none", "", "")


def answers_in_words(*pictures: Tiles) -> str:
    """Say which colour is the answer in pictures of feature maps, by the scales that they are drawn on.

    Args:
        pictures: from `map_tiles`.

    Returns:
        Such as "bright is where a filter answers"; empty for photographs alone.
    """
    tables = {one.table for one in pictures}
    if {"sequential", "diverging"} <= tables:
        return "bright is where a filter answers, or red where white is zero and blue below it"
    if "diverging" in tables:
        return "red is where a filter answers, white is zero, blue below zero"
    return "bright is where a filter answers" if "sequential" in tables else ""


def span(maps: Sequence[Values]) -> tuple[float, float]:
    """Return the least and the largest value of several arrays; (0, 0) of none."""
    finite = [array[np.isfinite(array)] for array in maps]
    return min((float(a.min()) for a in finite if a.size), default=0.0), max(
        (float(a.max()) for a in finite if a.size), default=0.0
    )


@cache
def color_table(table: Table) -> NDArray[np.uint8]:
    """Return the colours of the bytes 0 to 255 as (256, 3) uint8."""
    steps = np.arange(256)
    if table == "diverging":
        stops = diverging_table().astype(np.float64)  # 255 rows, zero in the middle
        places = steps / 255 * (len(stops) - 1)
        columns = [np.interp(places, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
        return np.asarray(np.rint(np.stack(columns, axis=1)), np.uint8)
    if table == "sequential":
        named = sample_colorscale(get_colorscale(SEQUENTIAL), (steps / 255).tolist())
        return np.asarray([unlabel_rgb(color) for color in named], np.float64).round().astype(np.uint8)
    return np.repeat(steps[:, None], 3, axis=1).astype(np.uint8)


def _in_words(value: float) -> str:
    """A number in two significant digits with a real minus."""
    if abs(value) <= _ALMOST_ZERO or not math.isfinite(value):
        return "0"
    return ("−" if value < 0 else "") + in_digits(abs(value))
