"""Occlusion: how much the class's score falls when a part of the image is covered.

Source: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2.
"""

import keras
import numpy as np
from numpy.typing import ArrayLike

from cnnviz.errors import SpecError
from cnnviz.explain.batching import batches
from cnnviz.explain.heatmap import Heatmap, Heatmaps, heatmap, values_of
from cnnviz.explain.network import Images
from cnnviz.explain.subject import Classes, Subject, scores_of, subject

__all__ = ["explain_occlusion", "occlusion"]

_ROUNDING = 1e-5  # of the largest score: the same image in a larger batch gives another last digit or two


def explain_occlusion(
    model: keras.Model,
    image: ArrayLike,
    class_index: Classes = None,
    layer: str | int | None = None,
    *,
    patch: int | None = None,
    stride: int | None = None,
) -> Heatmaps:
    """Cover the image piece by piece with its mean colour and show where the logit falls (Zeiler and Fergus 2014).

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels).
        class_index: the class to explain, or one for each image; None for the predicted one.
        layer: not used; the method works on pixels.
        patch: side of the cover in pixels; None for about a sixth of the image's shorter side.
        stride: pixels from one cover to the next; None for half the patch.

    Returns:
        Each image's heatmap with its record: its values are (height, width) float32 in [0, 1], a pixel's mean fall over
        the covers that hid it, rises cut off; (images, height, width) for several images.

    Raises:
        SpecError: a class or the layer does not exist, or patch or stride do not fit the image.
        DataError: the images do not fit the model.
    """
    what = subject(model, image, class_index, layer)
    height, width, _ = what.shape
    side = patch if patch is not None else max(1, round(min(height, width) / 6))
    step = stride if stride is not None else max(1, side // 2)
    if not (1 <= side <= min(height, width) and 1 <= step <= side):
        raise SpecError(
            f"occlusion was given a patch of {side} and a stride of {step} on an image of {height}x{width}; give a "
            "patch that fits the image and a stride from 1 to the patch, so that every pixel is covered"
        )
    corners = [(row, column) for row in _starts(height, side, step) for column in _starts(width, side, step)]
    return Heatmaps(
        tuple(_heatmap(what, number, corners, side, step) for number in range(len(what.images))), what.single
    )


occlusion = values_of(explain_occlusion)


def _heatmap(what: Subject, number: int, corners: list[tuple[int, int]], side: int, step: int) -> Heatmap:
    """Cover one of the images at all corners and see how much its class's score falls."""
    verdict, image = what.verdicts[number], what.images[number : number + 1]
    covered = batches(what.model, _covered(image, corners, side))
    scores = np.concatenate([scores_of(what.model, batch, what.shape)[0] for batch in covered])  # (covers, classes)
    falls = verdict.score - scores[:, verdict.class_index].astype(np.float64)
    total, times = np.zeros(what.shape[:2]), np.zeros(what.shape[:2])
    for (row, column), fall in zip(corners, falls, strict=True):
        total[row : row + side, column : column + side] += fall
        times[row : row + side, column : column + side] += 1
    why = f"covering any {side}x{side} pixels of this image does not lower the class's score"
    details = {"patch": side, "stride": step, "covers": len(corners)}
    noise = _ROUNDING * float(np.abs(scores).max())
    return heatmap(total / times, "occlusion", verdict, why, noise=noise, details=details)


def _starts(length: int, side: int, step: int) -> list[int]:
    """Return where covers begin so that the last one ends with the image."""
    return sorted({min(start, length - side) for start in range(0, length, step)})


def _covered(image: Images, corners: list[tuple[int, int]], side: int) -> Images:
    """Return copies of an image (1, height, width, channels), each with one square of its mean colour."""
    copies = image.repeat(len(corners), axis=0)
    color = image.mean(axis=(0, 1, 2))
    for copy, (row, column) in zip(copies, corners, strict=True):
        copy[row : row + side, column : column + side] = color
    return copies
