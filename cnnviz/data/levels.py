"""What is wrong with the values of images for a network that takes 0..255: fractions, nothing but black or white."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError

__all__ = ["nothing_to_see", "refuse_fractions"]


def refuse_fractions(images: NDArray[Any]) -> None:
    """Refuse images that were scaled already: all values at most 1, and some of them fractions.

    Nobody means a picture whose brightest pixel is 1 of 255; read as one, it is black, and the answer would be that of
    a black picture.

    Args:
        images: of any shape and type.

    Raises:
        DataError: they are scaled; it says what to multiply them by.
    """
    if images.dtype.kind != "f" or not images.size:
        return
    low, high = images.min(), images.max()
    if not (low >= -1 and high <= 1) or (images == np.rint(images)).all():
        return
    meant, cure = ("0 to 1", "multiply them by 255") if low >= 0 else ("-1 to 1", "add 1 and multiply them by 127.5")
    raise DataError(
        f"the images' values are fractions from {low:.3g} to {high:.3g}, and the network takes 0 to 255, so it would "
        f"see nothing but black; if {meant} is meant, {cure}"
    )


def nothing_to_see(image: NDArray[Any]) -> str:
    """Say where an image is all black or all white; empty where it is not.

    Args:
        image: one, of any shape, values in 0..255, at least one.
    """
    low, high = float(image.min()), float(image.max())
    if low >= 254:
        return "The picture is nothing but white, so the answer says nothing about it."
    if high > 1:
        return ""
    cure = "" if high == low else "; if its values are meant as 0 to 1, multiply them by 255"
    return f"The picture is nothing but black, so the answer says nothing about it{cure}."
