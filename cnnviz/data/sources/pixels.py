"""From numbers as people have them (0..1, 16 bits, channels first, rows of pixels) to pictures of bytes."""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Shape
from cnnviz.data.sources.understood import Reading
from cnnviz.data.validation import LONGEST_SIDE
from cnnviz.errors import DataError

__all__ = ["BYTES", "Layout", "Spread", "as_bytes", "layout_of", "squared", "window_of"]

Window = tuple[float, float]

BYTES: Window = (0.0, 255.0)

_CHANNELS = (1, 3, 4)
_SLACK = 1e-3  # what arithmetic leaves over beyond 0 and 1
_DIM = 16.0  # brightest value of pictures that are black to the eye


@dataclass(frozen=True)
class Layout:
    """How the numbers of a picture lie.

    Attributes:
        shape: (height, width, channels), where 4 channels are red, green, blue and opacity.
        channels_first: whether all of a channel comes before the next.
    """

    shape: Shape
    channels_first: bool = False

    def arrange(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return pictures (n, height, width, channels) of numbers (n, ...)."""
        height, width, channels = self.shape
        if not self.channels_first:
            return raw.reshape(-1, height, width, channels)
        return raw.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)


@dataclass(frozen=True)
class Spread:
    """What numbers there are in all pictures.

    Attributes:
        dtype: their type.
        low: the least.
        high: the greatest.
        whole: whether all are whole numbers.
    """

    dtype: np.dtype[Any]
    low: float
    high: float
    whole: bool


def layout_of(
    shape: tuple[int, ...], sample: NDArray[Any], reading: Reading, what: str, notes: list[str], said: str = ""
) -> Layout:
    """Say how the numbers of a picture lie.

    Args:
        shape: of a picture: (values,), (height, width), or three sides with the channels last or first.
        sample: (n, *shape), a few of the pictures, to see which reading is smoother.
        reading: what the person says of it.
        what: what to call the pictures in messages.
        notes: what is supposed is added, in sentences.
        said: what a header calls the last pixel, which may tell the shape ("28x28").

    Raises:
        DataError: no picture has such a shape.
    """
    count = math.prod(shape)
    if reading.shape:
        if math.prod(reading.shape) != count or min(reading.shape) < 1 or reading.shape[2] not in _CHANNELS:
            raise DataError(
                f"{what} has {count:,} values for a picture and {_sides(reading.shape)} was given, expected height x "
                f"width x 1, 3 or 4 channels with as many"
            )
        return _checked(_ordered(reading.shape, shape, sample, reading, notes), what)
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1):
        whole = squared(count, said)
        if whole is None:
            raise DataError(
                f"{what} has {count:,} values for a picture, which make no square one in grey, in colour or with "
                "transparency; give the shape, such as 48x64x3, or name the label column"
            )
        notes.append(f"Each row of {count:,} values was taken for a picture of {_sides(whole)}.")
        return _checked(_ordered(whole, shape, sample, reading, notes), what)
    if len(shape) == 2:
        return _checked(Layout((shape[0], shape[1], 1)), what)
    if len(shape) == 3:
        last, first = shape[2] in _CHANNELS, shape[0] in _CHANNELS
        if first and (reading.channels_first or not last) and reading.channels_first is not False:
            if shape[0] > 1:
                notes.append("The channels came first and were moved to the end.")
            return _checked(Layout((shape[1], shape[2], shape[0]), channels_first=True), what)
        if last:
            return _checked(Layout((shape[0], shape[1], shape[2])), what)
    raise DataError(
        f"{what} has pictures of the shape {shape!s:.80}, expected height and width, with 1, 3 or 4 channels behind or "
        "before them"
    )


def window_of(spread: Spread, reading: Reading, notes: list[str], doubts: list[str]) -> Window:
    """Say which numbers are black and white.

    Args:
        spread: of the numbers of all pictures.
        reading: what the person says of it.
        notes: what is converted is added, in sentences.
        doubts: what is probably not meant is added, in sentences with the cure.
    """
    low, high, kind = spread.low, spread.high, spread.dtype.kind
    if reading.window:
        black, white = reading.window
        if not (math.isfinite(black) and math.isfinite(white) and black < white):
            raise DataError(f"the window is {black:g} to {white:g}, expected a black below a white")
        notes.append(f"Values from {black:g} to {white:g} were stretched to 0 to 255, as was asked.")
        return black, white
    if kind == "b":
        notes.append("True became white and False black.")
        return 0.0, 1.0
    if kind in "ui" and low >= 0 and high <= BYTES[1]:
        if high <= 1:
            doubts.append(
                f"All values are at most {high:g}, so the pictures are black; if they were meant as 0 to 1, give the "
                "window 0 to 1."
            )
        if spread.dtype != np.uint8:
            notes.append(f"Values of {spread.dtype} from {low:g} to {high:g} became bytes as they were.")
        return BYTES
    if kind in "ui":
        return _stretched(spread, notes)
    if low >= -_SLACK and high <= 1 + _SLACK:
        notes.append("Values from 0 to 1 were stretched to 0 to 255.")
        return 0.0, 1.0
    if low >= -1 - _SLACK and high <= 1 + _SLACK:
        notes.append("Values from -1 to 1 were stretched to 0 to 255.")
        return -1.0, 1.0
    if low >= 0 and high <= BYTES[1]:
        if high < _DIM:
            doubts.append(
                f"No value is above {high:g}, so the pictures are nearly black; give the window that is black and "
                "white if more was meant."
            )
        notes.append(
            "Values from 0 to 255 became bytes." if spread.whole else "Values from 0 to 255 were rounded to bytes."
        )
        return BYTES
    if not spread.whole:
        doubts.append(
            f"The values run from {low:g} to {high:g}, as after standardising; black and white are their extremes, so "
            "give the window or the values before that if it looks wrong."
        )
    return _stretched(spread, notes)


def as_bytes(numbers: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Return numbers as bytes, black 0 and white 255, rounded to the nearest."""
    if window == BYTES and numbers.dtype.kind in "ui":
        clipped: NDArray[np.uint8] = np.clip(numbers, 0, 255).astype(np.uint8)
        return clipped
    black, white = window
    scaled = (numbers.astype(np.float64) - black) * (255 / (white - black))
    rounded: NDArray[np.uint8] = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
    return rounded


def _stretched(spread: Spread, notes: list[str]) -> Window:
    low, high = spread.low, spread.high
    notes.append(f"Values from {low:g} to {high:g}, the range of the whole set, were stretched to 0 to 255.")
    return low, high if high > low else low + 1


def squared(count: int, said: str = "") -> Shape | None:
    """Return the shape of a row of pixels: what its last column is called, else a square one.

    Args:
        count: of its values.
        said: the name of its last column, such as "28x28"; empty for none.
    """
    if told := re.search(r"(\d{1,4})x(\d{1,4})(?:x([134]))?$", said):
        shape = int(told[1]), int(told[2]), int(told[3] or 1)
        if math.prod(shape) == count:
            return shape
    for channels in _CHANNELS:
        side = math.isqrt(count // channels)
        if side >= 2 and side * side * channels == count:
            return side, side, channels
    return None


def _ordered(whole: Shape, shape: tuple[int, ...], sample: NDArray[Any], reading: Reading, notes: list[str]) -> Layout:
    """Say whether the colours of a pixel lie together or far apart: what gives the smoother pictures."""
    if whole[2] == 1:
        return Layout(whole)
    if reading.channels_first is not None:
        return Layout(whole, reading.channels_first)
    if len(shape) == 3:
        return Layout(whole, channels_first=shape[0] in _CHANNELS and shape[2] not in _CHANNELS)
    together, apart = Layout(whole), Layout(whole, channels_first=True)
    if _is_grey(together.arrange(sample)):  # three equal values in turn look smooth in the wrong order, too
        chosen, why = together, "gives grey pictures"
    elif _is_grey(apart.arrange(sample)):
        chosen, why = apart, "gives grey pictures"
    else:
        smoother = _roughness(apart.arrange(sample)) < _roughness(together.arrange(sample))
        chosen, why = apart if smoother else together, "gives the smoother pictures"
    notes.append(
        f"The values of a row lie {'a whole channel after another' if chosen.channels_first else 'pixel by pixel'}, "
        f"which {why}; where these look wrong, say whether all of a channel comes before the next."
    )
    return chosen


def _is_grey(pictures: NDArray[Any]) -> bool:
    """Say whether red, green and blue are the same everywhere, in pictures that are not blank."""
    colours = pictures[..., :3]
    return bool((colours == colours[..., :1]).all() and (colours != colours[:, :1, :1]).any())


def _roughness(pictures: NDArray[Any]) -> float:
    numbers = pictures.astype(np.float64)
    return float(np.abs(np.diff(numbers, axis=1)).mean() + np.abs(np.diff(numbers, axis=2)).mean())


def _checked(layout: Layout, what: str) -> Layout:
    height, width, _ = layout.shape
    if not (1 <= height <= LONGEST_SIDE and 1 <= width <= LONGEST_SIDE):
        raise DataError(f"{what} has pictures of {height}x{width}, expected sides of 1 to {LONGEST_SIDE} pixels")
    return layout


def _sides(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
