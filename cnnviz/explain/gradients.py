"""Saliency and SmoothGrad: which pixels the class's score is most sensitive to.

Sources: Simonyan et al. 2014, "Deep inside convolutional networks"; Smilkov et al. 2017, "SmoothGrad: removing noise by
adding noise".
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from cnnviz.errors import SpecError
from cnnviz.explain.heatmap import Heatmaps, heatmap, values_of
from cnnviz.explain.network import Images
from cnnviz.explain.subject import Classes, Subject, gradient_sums, subject

__all__ = ["explain_saliency", "explain_smooth_grad", "saliency", "smooth_grad"]

# A few pixels have gradients far above all others; Smilkov et al. draw the 99th percentile as full.
CAP = 99.0
_MOST_SAMPLES = 1000


def explain_saliency(
    model: keras.Model, image: ArrayLike, class_index: Classes = None, layer: str | int | None = None
) -> Heatmaps:
    """Show the size of the gradient of the class's logit at every pixel (Simonyan et al. 2014).

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels).
        class_index: the class to explain, or one for each image; None for the predicted one.
        layer: not used; the method works on pixels.

    Returns:
        Each image's heatmap with its record: its values are (height, width) float32 in [0, 1], the largest over the
        channels;
        (images, height, width) for several images.

    Raises:
        SpecError: a class or the layer does not exist, or no gradient reaches the pixels.
        DataError: the images do not fit the model.
    """
    what = subject(model, image, class_index, layer)
    return _sizes("saliency", what, lambda number: what.images[number : number + 1], 1, {})


def explain_smooth_grad(
    model: keras.Model,
    image: ArrayLike,
    class_index: Classes = None,
    layer: str | int | None = None,
    *,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> Heatmaps:
    """Show the size of the gradient, averaged over noisy copies of the image (Smilkov et al. 2017).

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels).
        class_index: the class to explain, or one for each image; None for the predicted one.
        layer: not used; the method works on pixels.
        samples: noisy copies, 1 to 1000.
        noise: the noise's standard deviation as a share of the image's range, 0 to 1.
        seed: of the noise.

    Returns:
        Each image's heatmap with its record: its values are (height, width) float32 in [0, 1], the largest over the
        channels;
        (images, height, width) for several images.

    Raises:
        SpecError: as `saliency`, or samples or noise out of range.
        DataError: the images do not fit the model.
    """
    if not (1 <= samples <= _MOST_SAMPLES and 0 <= noise <= 1):
        raise SpecError(
            f"SmoothGrad was given {samples} samples and noise {noise}, expected 1 to {_MOST_SAMPLES} and 0 to 1"
        )
    what = subject(model, image, class_index, layer)
    drawn = np.random.default_rng(seed).normal(0, 1, (samples, *what.shape)).astype(np.float32)

    def noisy(number: int) -> Images:
        image = what.images[number]
        return np.asarray(image + np.float32(noise * float(np.ptp(image))) * drawn)

    details = {"samples": samples, "noise": noise, "seed": seed}
    return _sizes("smoothgrad", what, noisy, samples, details)


saliency = values_of(explain_saliency)
smooth_grad = values_of(explain_smooth_grad)


def _sizes(
    method: str, what: Subject, copies_of: Callable[[int], Images], copies: int, details: Mapping[str, Any]
) -> Heatmaps:
    """Make the heatmaps of the mean gradients' sizes.

    Args:
        method: its name in METHODS.
        what: what is explained.
        copies_of: takes an image's number, gives (copies, height, width, channels): the image itself or noisy copies.
        copies: how many of each image.
        details: the method's settings.
    """
    sizes = np.abs(gradient_sums(what, copies_of, copies) / copies).max(axis=3)  # (images, height, width)
    why = "the class's score does not change with any pixel of this image"
    found = (
        heatmap(raw, method, verdict, why, cap=CAP, details=details)
        for raw, verdict in zip(sizes, what.verdicts, strict=True)
    )
    return Heatmaps(tuple(found), what.single)
