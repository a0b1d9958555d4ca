"""A map over an image: how much of it shines through is set, and values are read, in the browser."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.packing import packed_tiles
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.figures.tiles import Tiles, photo_tiles
from cnnviz.ui.components.component import component

__all__ = ["overlay"]

_component = component(__file__)


def overlay(
    image: NDArray[np.uint8],
    one: Tiles,
    place: tuple[float, float, float, float],
    *,
    key: str,
    title: str,
    caption: str,
    size: int = 320,
    saved: Saving | None = None,
) -> None:
    """Draw a map over an image, both sharp, with the scale and a slider from the one to the other.

    Args:
        image: (height, width, 1 or 3) uint8.
        one: the map, a single picture of one byte a value.
        place: (top, left, height, width) of the map in pixels of the image; it may reach outside.
        key: unique on the page.
        title: of what, in a few words.
        caption: one sentence.
        size: of the image's longer side in pixels at most; it is enlarged by a whole number.
        saved: what the figure is called when it is saved; None where it cannot be.
    """
    _component(
        key=key,
        data={
            "image": packed_tiles(photo_tiles(image[None])),
            "map": packed_tiles(one),
            "place": list(place),
            "title": title,
            "caption": caption,
            "saved": saving_data(saved),
            "size": size,
        },
    )
