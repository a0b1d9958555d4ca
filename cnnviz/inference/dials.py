"""Dials: change what the network sees a little, and watch what it makes of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnnviz.errors import DataError, SpecError
from cnnviz.spec import Settings

__all__ = ["DIALS", "Dial", "Dials", "adjust", "sweep", "with_place", "worth_a_line"]

Pixels = NDArray[np.uint8]

_WHITE = 255.0
_MOST_LINES = 5
_WORTH = 0.08  # probability that a class has somewhere, to get a line
_SEED = 0  # the same grain at every strength, so that a curve over the dial has no jumps


class Dials(Settings):
    """How an image is changed; as they stand they change nothing.

    Attributes:
        brightness: added to every pixel, as a share of white, in [-1, 1].
        contrast: factor on the distance from the image's mean, in [0, 3].
        blur: standard deviation of a Gaussian in pixels of the network's image, in [0, 8].
        noise: standard deviation of Gaussian grain, as a share of white, in [0, 1]; always the same grain.
        rotation: degrees counter-clockwise, in [-180, 180].
        shift_right: share of the width, in [-1, 1].
        shift_down: share of the height, in [-1, 1].

    Raises:
        SpecError: a value is out of its range.
    """

    brightness: float = Field(default=0.0, ge=-1, le=1)
    contrast: float = Field(default=1.0, ge=0, le=3)
    blur: float = Field(default=0.0, ge=0, le=8)
    noise: float = Field(default=0.0, ge=0, le=1)
    rotation: float = Field(default=0.0, ge=-180, le=180)
    shift_right: float = Field(default=0.0, ge=-1, le=1)
    shift_down: float = Field(default=0.0, ge=-1, le=1)


@dataclass(frozen=True)
class Dial:
    """A dial as a page draws it.

    Attributes:
        name: of the setting.
        title: in words.
        least, most: the ends that are worth looking at; the settings allow the same or more.
        unit: what the number counts, with the space before it.
    """

    name: str
    title: str
    least: float
    most: float
    unit: str


DIALS = (
    Dial("brightness", "Brightness", -1.0, 1.0, " of white"),
    Dial("contrast", "Contrast", 0.0, 3.0, " times"),
    Dial("blur", "Blur", 0.0, 4.0, " pixels"),
    Dial("noise", "Noise", 0.0, 0.5, " of white"),
    Dial("rotation", "Rotation", -180.0, 180.0, "°"),
    Dial("shift_right", "Shift right", -0.5, 0.5, " of the width"),
    Dial("shift_down", "Shift down", -0.5, 0.5, " of the height"),
)


def adjust(image: Pixels, dials: Dials) -> Pixels:
    """Turn and shift an image, blur it, change contrast and brightness, add grain: in this order.

    Args:
        image: uint8 (height, width, 1 or 3).
        dials: how much of each.

    Returns:
        uint8 of the same shape; what a turn or shift uncovers is the image mirrored at its edge.

    Raises:
        DataError: the image is none.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or 0 in image.shape:
        raise DataError(
            f"an image was given as {image.dtype} of shape {image.shape}, expected uint8 (height, width, 1 or 3)"
        )
    if dials == Dials():
        return image
    pixels = _blurred(_moved(image.astype(np.float64), dials), dials.blur)
    if dials.contrast != 1:
        mean = pixels.mean()
        pixels = mean + (pixels - mean) * dials.contrast
    pixels = pixels + dials.brightness * _WHITE
    if dials.noise:
        pixels = pixels + np.random.default_rng(_SEED).standard_normal(image.shape) * dials.noise * _WHITE
    return np.asarray(np.rint(np.clip(pixels, 0, _WHITE)), np.uint8)


def sweep(image: Pixels, dials: Dials, name: str, count: int = 41) -> tuple[NDArray[np.float64], Pixels]:
    """Turn one dial from end to end while the others stay.

    Args:
        image: uint8 (height, width, 1 or 3).
        dials: where the others stand.
        name: of the dial that is turned, one of `DIALS`.
        count: how many places, 2 or more.

    Returns:
        The values (count,) and the images (count, height, width, channels) uint8.

    Raises:
        SpecError: there is no such dial.
    """
    dial = next((one for one in DIALS if one.name == name), None)
    if dial is None:
        raise SpecError(f"there is no dial {name!r:.40}; choose one of {', '.join(one.name for one in DIALS)}")
    values = np.linspace(dial.least, dial.most, max(count, 2))
    return values, np.stack([adjust(image, dials.changed(**{name: float(value)})) for value in values])


def with_place(
    places: NDArray[np.float64], shares: NDArray[np.float64], place: float, share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Put one more place into a curve, in its order; one beyond its ends is left out.

    Args:
        places: (places,) ascending.
        shares: (places, classes).
        place: the new one.
        share: (classes,) there.
    """
    at = int(np.searchsorted(places, place))
    if not places[0] <= place <= places[-1] or places[at] == place:
        return places, shares
    return np.insert(places, at, place), np.insert(shares, at, share, axis=0)


def worth_a_line(shares: NDArray[np.float64]) -> list[int]:
    """Return the classes that matter somewhere along a curve, the likeliest first, five at most.

    Args:
        shares: (places, classes) probabilities.
    """
    highest = shares.max(axis=0)
    order = np.argsort(-highest, kind="stable")[:_MOST_LINES]
    return [int(one) for place, one in enumerate(order) if place == 0 or highest[one] >= _WORTH]


def _moved(pixels: NDArray[np.float64], dials: Dials) -> NDArray[np.float64]:
    """Turn around the centre, then shift; values between pixels are interpolated linearly."""
    if not (dials.rotation or dials.shift_right or dials.shift_down):
        return pixels
    from scipy.ndimage import affine_transform

    height, width, channels = pixels.shape
    angle = math.radians(dials.rotation)
    # affine_transform asks where an output pixel comes from: rows first, so this turns counter-clockwise on the screen
    back = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    centre = np.array([height - 1, width - 1]) / 2
    shift = np.array([dials.shift_down * height, dials.shift_right * width])
    offset = centre - back @ (centre + shift)
    planes = [affine_transform(pixels[:, :, c], back, offset, order=1, mode="reflect") for c in range(channels)]
    return np.stack(planes, axis=2)


def _blurred(pixels: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    if not sigma:
        return pixels
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(pixels, (sigma, sigma, 0), mode="reflect"))
