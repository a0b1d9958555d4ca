"""A first layer that whitens: its kernels are made of the training images' patches, not learned."""

import keras
import numpy as np
from numpy.typing import NDArray

from cnnviz.spec import Convolution, ModelSpec

__all__ = ["whiten", "whitened"]

Values = NDArray[np.float64]

_IMAGES = 5000  # five million patches of CIFAR-10: far more than the dozen numbers of a patch need
_SMALLEST = 5e-4  # of a pixel's mean variance is added to each direction's, or noise would be blown up (Jordan 2024)


def whiten(model: keras.Model, spec: ModelSpec, images: NDArray[np.uint8]) -> None:
    """Set the first layer's kernels where the spec asks for whitened ones; its bias takes the mean away.

    Args:
        model: as `build` makes it, before its first step.
        spec: what it was built from.
        images: (n, height, width, channels) uint8, the training images; n is at least 1.
    """
    if (
        spec.body
        or not spec.layers
        or not isinstance(layer := spec.layers[0], Convolution)
        or layer.initial != "whitened"
    ):
        return
    kernels, bias = whitened(images, layer.kernel_size, layer.filters)
    built = model.get_layer(spec.names[0])
    built.kernel.assign(kernels)
    if layer.bias:
        built.bias.assign(bias)


def whitened(images: NDArray[np.uint8], size: int, filters: int) -> tuple[Values, Values]:
    """Return kernels whose outputs on these images are uncorrelated and of one variance (PCA whitening, Page 2019).

    The directions in which patches vary most come first, half of the filters in all; the other half are the same ones
    negated, so that a function such as ReLU or GELU after them loses nothing.

    Args:
        images: (n, height, width, channels) uint8; values count as shares of 255, as the network sees them.
        size: the kernels' height and width.
        filters: at most 2 * size * size * channels.

    Returns:
        The kernels (size, size, channels, filters) and the bias (filters,) that makes the mean output 0.
    """
    height, breadth, channels = images.shape[1:]
    width = size * size * channels
    total, products = np.zeros(width), np.zeros((width, width))
    chosen = range(0, len(images), max(1, len(images) // _IMAGES))[:_IMAGES]
    for number in chosen:  # an image at a time: they may be on the disk, and their patches are many
        patches = np.lib.stride_tricks.sliding_window_view(images[number], (size, size), axis=(0, 1))
        rows = patches.transpose(0, 1, 3, 4, 2).reshape(-1, width) / 255  # of (rows, columns, channels, size, size)
        total += rows.sum(axis=0)
        products += rows.T @ rows
    count = len(chosen) * (height - size + 1) * (breadth - size + 1)
    mean = total / count
    covariance = products / count - np.outer(mean, mean)
    variances, directions = np.linalg.eigh(covariance)  # ascending
    most = -(-filters // 2)
    variances, directions = variances[::-1][:most], directions[:, ::-1][:, :most]
    strongest = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0)
    directions = directions * np.sign(strongest)  # an eigenvector's sign is the library's whim
    floor = max(_SMALLEST * float(np.trace(covariance)) / width, 1e-12)
    kernels = directions / np.sqrt(np.maximum(variances, 0) + floor)
    kernels = np.concatenate([kernels, -kernels], axis=1)[:, :filters]
    return kernels.reshape(size, size, -1, filters), -mean @ kernels
