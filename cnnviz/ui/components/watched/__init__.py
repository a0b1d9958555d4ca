"""A handful of fixed images with what the model makes of them now."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.guesses import guesses, percent
from cnnviz.figures.packing import packed_sheet
from cnnviz.ui.components.component import component

__all__ = ["watched"]

_component = component(__file__)


def watched(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    probabilities: NDArray[np.floating] | None,
    class_names: Sequence[str],
    *,
    key: str,
    size: int = 96,
) -> None:
    """Draw images, each with its class, the predicted one and a bar; under the same key only predictions move.

    Args:
        images: uint8 (n, height, width, 1 or 3), drawn sharp and enlarged by a whole number.
        labels: integers (n,), the true classes.
        probabilities: float (n, classes); None before the first prediction.
        class_names: shown as text, whatever is in them.
        key: unique on the page.
        size: the longer side of an image in pixels, at most; less where a tile is too narrow for it.

    Raises:
        SpecError: images, labels, probabilities and names do not fit each other.
    """
    tiles = [
        {
            "truth": guess.truth,
            "guess": guess.name,
            "share": guess.probability,
            "percent": percent(guess.probability),
            "right": guess.right,
        }
        for guess in guesses(labels, probabilities, class_names)
    ]
    height, width = images.shape[1:3]
    _component(
        key=key,
        data={
            "sheet": packed_sheet(images),
            "height": height,
            "width": width,
            "size": size,
            "tiles": tiles,
        },
    )
