"""Which part of a photo the network gets to see."""

from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from cnnviz.data.photos import fit, smaller
from cnnviz.errors import SpecError
from cnnviz.spec import Settings

__all__ = ["MARGIN", "Crop", "cut", "journey", "prepare_photo", "seen_part"]

Pixels = NDArray[np.uint8]

MARGIN = 127  # the grey of the bars beside a whole photo: neither light nor dark
_SMALLEST = 0.01  # of a side
_LARGEST_WHOLE = 4096  # pixels of a side; a strip of 25 megapixels would be filled up to 500


class Crop(Settings):
    """A part of a photo.

    Attributes:
        mode: "centre" takes the largest part in the network's proportions from the middle, "whole" takes everything
            and fills up with grey bars, "box" takes a part of one's own.
        box: left, top, right and bottom of that part, as shares of the photo's width and height in [0, 1].

    Raises:
        SpecError: the box is empty or reaches beyond the photo.
    """

    mode: Literal["centre", "whole", "box"] = "centre"
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        left, top, right, bottom = self.box
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise SpecError(
                f"the box is {self.box}; give left, top, right and bottom from 0 to 1, left before right and top "
                "before bottom"
            )
        if min(right - left, bottom - top) < _SMALLEST:
            raise SpecError(f"the box is {self.box}, which is nearly nothing; choose a larger part of the photo")
        return self


def cut(photo: Pixels, crop: Crop, aspect: float = 1.0) -> Pixels:
    """Cut a part out of a photo, or fill it up.

    Args:
        photo: uint8 (height, width, 1 or 3).
        crop: which part.
        aspect: width by height that a whole photo is filled up to.

    Returns:
        uint8 (height, width, channels) in the photo's own resolution; the photo itself for "centre", which
        `cnnviz.data.photos.fit` cuts when it makes the photo small.
    """
    height, width, _ = photo.shape
    if crop.mode == "box":
        left, top, right, bottom = crop.box
        columns = _pixels(left, right, width)
        return photo[_pixels(top, bottom, height), columns]
    if crop.mode == "whole":
        missing_wide, missing_high = max(round(height * aspect) - width, 0), max(round(width / aspect) - height, 0)
        before, above = missing_wide // 2, missing_high // 2
        sides = ((above, missing_high - above), (before, missing_wide - before), (0, 0))
        return np.pad(photo, sides, constant_values=MARGIN)
    return photo


def prepare_photo(
    photo: Pixels, shape: tuple[int, int, int], crop: Crop | None = None, *, invert: bool = False
) -> Pixels:
    """Make of a photo what the network sees.

    Args:
        photo: uint8 (height, width, 1 or 3).
        shape: (height, width, channels) that the network takes.
        crop: which part; None for the centre.
        invert: dark becomes bright and bright dark, for a network that learned from pictures of the other kind; see
            `cnnviz.data.grounds`.

    Returns:
        uint8 of that shape. A box of other proportions loses what is too much on two sides.

    Raises:
        DataError: the photo or the network has another number of channels.
    """
    crop = crop or Crop()
    if crop.mode == "whole":
        photo = smaller(photo, _LARGEST_WHOLE)
    small = fit(cut(photo, crop, shape[1] / shape[0]), shape)
    return 255 - small if invert else small


def seen_part(size: tuple[int, int], crop: Crop, aspect: float = 1.0) -> tuple[float, float, float, float]:
    """Say which part of a photo reaches the network.

    Args:
        size: (height, width) of the photo in pixels.
        crop: which part is asked for.
        aspect: width by height of what the network takes.

    Returns:
        Left, top, right and bottom in pixels of the photo, in the network's proportions; beyond the photo where grey
        bars are added.
    """
    height, width = size
    columns, rows = slice(0, width), slice(0, height)
    if crop.mode == "box":
        left, top, right, bottom = crop.box
        columns, rows = _pixels(left, right, width), _pixels(top, bottom, height)
    across_all, down_all = float(columns.stop - columns.start), float(rows.stop - rows.start)
    fits = min if crop.mode != "whole" else max
    wide, high = fits(across_all, down_all * aspect), fits(down_all, across_all / aspect)
    across, down = (columns.start + columns.stop) / 2, (rows.start + rows.stop) / 2
    return across - wide / 2, down - high / 2, across + wide / 2, down + high / 2


def journey(size: tuple[int, int], crop: Crop, shape: tuple[int, int, int], note: str, *, grey: bool) -> str:
    """Say how a photo becomes what the network sees.

    Args:
        size: (height, width) of the photo as it came, upright, in pixels.
        crop: which part of it.
        shape: (height, width, channels) that the network takes.
        note: what was done to read it.
        grey: whether the photo is grey.
    """
    height, width = size
    aspect = shape[1] / shape[0]
    left, top, right, bottom = seen_part(size, crop, aspect)
    wide, high = right - left, bottom - top
    part = f"{round(wide):,}×{round(high):,} pixels"
    if crop.mode == "whole":
        bars = "above and below" if top < 0 else "left and right" if left < 0 else ""
        which = f"All of it, with grey bars {bars}," if bars else "All of it"
    elif crop.mode == "box":
        which = f"The chosen part, {part},"
    elif (round(wide), round(high)) == (width, height):
        which = "All of it"
    else:
        which = f"Its centre, {part},"
    is_it_all = which == "All of it" and (height, width) == shape[:2]
    how = "The network takes it as it is" if is_it_all else f"{which} is {_resized(wide / shape[1], shape)}"
    sentences = [f"{width:,}×{height:,} pixels.", note, f"{how}."]
    if grey != (shape[2] == 1):
        sentences.append(
            "The network takes colours, so grey stands in all three."
            if grey
            else "Made grey, as all its training images were."
        )
    return " ".join(filter(None, sentences))


def _resized(factor: float, shape: tuple[int, int, int]) -> str:
    small = f"{shape[1]}×{shape[0]}"
    if factor >= 1.5:
        return f"made {small}: each pixel is the mean of about {round(factor)}×{round(factor)}"
    return f"made {small}" if factor > 1.001 else f"shown at {small}" if factor > 0.999 else f"enlarged to {small}"


def _pixels(first: float, last: float, side: int) -> slice:
    """The pixels between two shares of a side, one at least."""
    start = min(int(first * side), side - 1)
    return slice(start, max(round(last * side), start + 1))
