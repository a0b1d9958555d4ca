"""Saliency and SmoothGrad: which pixels the class's score is most sensitive to.

Sources: Simonyan et al. 2014, "Deep inside convolutional networks"; Smilkov et al. 2017, "SmoothGrad: removing noise by
adding noise".
"""

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.compiled import batches
from cnnviz.explain.heatmap import Heatmap, heatmap
from cnnviz.explain.subject import output_gradients, subject

__all__ = ["explain_saliency", "explain_smooth_grad", "saliency", "smooth_grad"]

# A few pixels have gradients far above all others; Smilkov et al. draw the 99th percentile as full.
CAP = 99.0
_MOST_SAMPLES = 1000


def saliency(
    model: keras.Model, image: ArrayLike, class_index: int | None = None, layer: str | int | None = None
) -> NDArray[np.float32]:
    """Show the size of the gradient of the class's logit at every pixel (Simonyan et al. 2014).

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255.
        class_index: the class to explain; None for the predicted one.
        layer: not used; the method works on pixels.

    Returns:
        (height, width) float32 in [0, 1], the largest over the channels.

    Raises:
        SpecError: the class or layer does not exist, or no gradient reaches the pixels.
        DataError: the image does not fit the model.
    """
    return explain_saliency(model, image, class_index, layer).values


def smooth_grad(
    model: keras.Model,
    image: ArrayLike,
    class_index: int | None = None,
    layer: str | int | None = None,
    *,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Show the size of the gradient, averaged over noisy copies of the image (Smilkov et al. 2017).

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255.
        class_index: the class to explain; None for the predicted one.
        layer: not used; the method works on pixels.
        samples: noisy copies, 1 to 1000.
        noise: the noise's standard deviation as a share of the image's range, 0 to 1.
        seed: of the noise.

    Returns:
        (height, width) float32 in [0, 1], the largest over the channels.

    Raises:
        SpecError: as `saliency`, or samples or noise out of range.
        DataError: the image does not fit the model.
    """
    return explain_smooth_grad(model, image, class_index, layer, samples=samples, noise=noise, seed=seed).values


def explain_saliency(
    model: keras.Model, image: ArrayLike, class_index: int | None = None, layer: str | int | None = None
) -> Heatmap:
    """Return the saliency heatmap with its record; see `saliency`."""
    return _explain("saliency", model, image, class_index, layer, samples=1, noise=0.0, seed=0)


def explain_smooth_grad(
    model: keras.Model,
    image: ArrayLike,
    class_index: int | None = None,
    layer: str | int | None = None,
    *,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> Heatmap:
    """Return the SmoothGrad heatmap with its record; see `smooth_grad`."""
    return _explain("smoothgrad", model, image, class_index, layer, samples=samples, noise=noise, seed=seed)


def _explain(
    method: str,
    model: keras.Model,
    image: ArrayLike,
    class_index: int | None,
    layer: str | int | None,
    *,
    samples: int,
    noise: float,
    seed: int,
) -> Heatmap:
    if not (1 <= samples <= _MOST_SAMPLES and 0 <= noise <= 1):
        raise SpecError(
            f"SmoothGrad was given {samples} samples and noise {noise}, expected 1 to {_MOST_SAMPLES} and 0 to 1"
        )
    what = subject(model, image, class_index, layer)
    gradients_of = output_gradients(model, what.shape)
    spread = noise * float(np.ptp(what.image))
    noisy = np.random.default_rng(seed).normal(0, 1, (samples, *what.shape)).astype(np.float32)
    total = np.zeros(what.shape)
    for batch in batches(what.image + np.float32(spread) * noisy):
        _, gradients = gradients_of(batch, np.int32(what.verdict.class_index))
        total += gradients.numpy().sum(axis=0, dtype=np.float64)
    raw = np.abs(total / samples).max(axis=2)  # (height, width)
    details = {"samples": samples, "noise": noise, "seed": seed} if samples > 1 else {}
    why = "the class's score does not change with any pixel of this image"
    return heatmap(raw, method, what.verdict, why, cap=CAP, details=details)
